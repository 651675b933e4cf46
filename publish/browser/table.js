// The table of an answer, as a view of YASR. YASR's own table speaks English alone, changes texts that hold {{braces}} and
// styles elements inline; this one shows each value as it is, with links to the site's pages.

import { compare, isNumber, plain, show } from "./terms.js";
import { fill } from "./words.js";

// where a cell begins, or may be taken to: behind a semicolon too, in much of Europe (as publish/spreadsheet.py)
const FORMULA = /(?:^|(?<=[;\t\r\n]))(?=[=+\-@\t\r\uff1d\uff0b\uff0d\uff20])/g;
const FEW = 10;
const FIRST = 100;
const MORE = 500;

/** Returns the class of a view of YASR that shows rows as a table, and yes or no as a word. */
export function tableView(settings) {
  return class Table {
    priority = 10;
    label = settings.words.table;

    constructor(yasr) {
      this.yasr = yasr;
    }

    canHandleResults() {
      return Boolean(this.yasr.results?.getType() === "json");
    }

    draw() {
      const answer = JSON.parse(this.yasr.results.getOriginalResponseAsString());
      this.yasr.resultsEl.append(answer.boolean === undefined ? new Rows(answer, settings).element : yesOrNo(answer.boolean, settings.words));
    }
  };
}

/**
 * Returns the answer as CSV (SPARQL 1.1 Query Results CSV and TSV Formats, section 3) that people open in a spreadsheet: an apostrophe stands
 * before everything in a text that could be taken for a formula.
 */
export function asCsv({ head, results }) {
  const lines = [head.vars, ...results.bindings.map((row) => head.vars.map((name) => cell(row[name])))];
  return lines.map((line) => `${line.map(quoted).join(",")}\r\n`).join("");
}

function cell(term) {
  return isNumber(term) ? term.value : plain(term).replace(FORMULA, "'");
}

function quoted(text) {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function yesOrNo(answer, words) {
  const text = document.createElement("p");
  text.className = "yes-or-no";
  text.textContent = answer ? words.yes : words.no;
  return text;
}

/** Rows that can be sorted and filtered; no more are drawn than somebody asks for. */
class Rows {
  #settings;
  #names;
  #all;
  #shown;
  #body = document.createElement("tbody");
  #more = document.createElement("button");
  #count = document.createElement("p");

  constructor({ head, results }, settings) {
    this.#settings = settings;
    this.#names = head.vars;
    this.#all = this.#shown = results.bindings;
    this.element = document.createElement("div");
    if (this.#all.length > FEW) this.element.append(this.#filter());
    this.element.append(this.#scrolled(), this.#count, this.#more);
    this.#count.setAttribute("role", "status");
    this.#more.type = "button";
    this.#more.addEventListener("click", () => this.#append(MORE));
    this.#redraw();
  }

  #filter() {
    const label = document.createElement("label");
    const input = document.createElement("input");
    label.className = "filter";
    input.type = "search";
    label.append(`${this.#settings.words.filter} `, input);
    input.addEventListener("input", () => {
      const wanted = input.value.trim().toLowerCase();
      this.#shown = this.#all.filter((row) => this.#names.some((name) => plain(row[name]).toLowerCase().includes(wanted)));
      this.#redraw();
      this.#count.textContent = wanted ? fill(this.#settings.words.filtered, { rows: this.#shown.length }) : "";
    });
    return label;
  }

  #scrolled() {
    const table = document.createElement("table");
    const head = table.createTHead().insertRow();
    for (const name of this.#names) head.append(this.#heading(name, head));
    table.append(this.#body);
    const scroller = document.createElement("div");
    Object.assign(scroller, { className: "scrolled", tabIndex: 0 });
    scroller.setAttribute("role", "region");
    scroller.setAttribute("aria-label", this.#settings.words.answer);
    scroller.append(table);
    return scroller;
  }

  #heading(name, head) {
    const cell = document.createElement("th");
    const button = document.createElement("button");
    cell.scope = "col";
    button.type = "button";
    button.textContent = name;
    button.title = this.#settings.words.sort;
    button.addEventListener("click", () => {
      const turn = cell.getAttribute("aria-sort") === "ascending" ? -1 : 1;
      for (const other of head.cells) other.removeAttribute("aria-sort");
      cell.setAttribute("aria-sort", turn === 1 ? "ascending" : "descending");
      this.#shown = [...this.#shown].sort((one, two) => turn * compare(one[name], two[name], this.#settings.language));
      this.#redraw();
    });
    cell.append(button);
    return cell;
  }

  #redraw() {
    this.#body.replaceChildren();
    this.#append(FIRST);
  }

  #append(count) {
    const start = this.#body.rows.length;
    for (const row of this.#shown.slice(start, start + count)) {
      const line = this.#body.insertRow();
      for (const name of this.#names) line.insertCell().append(show(row[name], this.#settings));
    }
    const left = this.#shown.length - this.#body.rows.length;
    this.#more.hidden = left === 0;
    this.#more.textContent = fill(this.#settings.words.more, { rows: Math.min(left, MORE), left });
  }
}
