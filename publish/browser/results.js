// What came back: YASR shows it as a table or as text, and it can be kept as a file.
/* global Yasgui */

import { asCsv, tableView } from "./table.js";

const EXTENSIONS = { "application/sparql-results+json": "srj", "text/turtle": "ttl" };

/** Makes the place for answers in *parent*; *summary* and *downloads* are the elements for what is said of them. */
export function makeResults({ parent, summary, downloads }, settings) {
  const { Yasr } = Yasgui;
  const Response = Yasr.plugins.response;
  Yasr.defaults.plugins = {};
  Yasr.registerPlugin("table", tableView(settings));
  Yasr.registerPlugin("text", textView(Response, settings.words));
  const yasr = new Yasr(parent, { persistenceId: null, pluginOrder: ["table", "text"], defaultPlugin: "table" });
  // Yasr's own head links to its makers' site and speaks English
  for (const part of [yasr.downloadBtn, yasr.dataElement, yasr.documentationLink]) part.remove();
  for (const button of yasr.headerEl.querySelectorAll("button")) button.removeAttribute("aria-label");
  yasr.on("drawn", () => {
    for (const button of yasr.headerEl.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", button.classList.contains("selected"));
      button.disabled = button.classList.contains("disabled");
    }
  });
  return new Results(yasr, summary, downloads, settings);
}

class Results {
  #yasr;
  #summary;
  #downloads;
  #settings;

  constructor(yasr, summary, downloads, settings) {
    this.#yasr = yasr;
    this.#summary = summary;
    this.#downloads = downloads;
    this.#settings = settings;
  }

  /** Shows an answer ({text, type, milliseconds}), and returns what there is to say of it. */
  show({ text, type, milliseconds }) {
    const answer = type.endsWith("json") ? JSON.parse(text) : undefined;
    this.#draw(answer ? JSON.stringify(answer, undefined, 2) : text, type, answer ? "table" : "text");
    const said = this.#say(answer, text, milliseconds);
    this.#summary.textContent = said;
    this.#offer(answer, text, type);
    return said;
  }

  /** Takes the answer before away. */
  clear() {
    this.#summary.textContent = "";
    this.#downloads.replaceChildren();
    this.#yasr.rootEl.hidden = true;
  }

  #draw(text, type, view) {
    this.#yasr.rootEl.hidden = false;
    this.#yasr.results = undefined;
    this.#yasr.selectPlugin(view);
    this.#yasr.setResponse({ data: text || "#", contentType: type, status: 200 });
  }

  #say(answer, text, milliseconds) {
    const { words } = this.#settings;
    const lang = document.documentElement.lang;
    const time = (milliseconds / 1000).toLocaleString(lang, { maximumSignificantDigits: 2 });
    const rows = answer?.results?.bindings.length;
    if (rows !== undefined) return fill(rows === 1 ? words["said-row"] : words["said-rows"], { rows: rows.toLocaleString(lang), time });
    return fill(answer || text ? words["said-answer"] : words["said-nothing"], { time });
  }

  #offer(answer, text, type) {
    const { words } = this.#settings;
    const offers = answer?.results ? [["CSV", "csv", "text/csv", () => asCsv(answer)]] : [];
    offers.push([answer ? "JSON" : "Turtle", EXTENSIONS[type] ?? "txt", type, () => text]);
    this.#downloads.replaceChildren(
      ...offers.map(([name, extension, media, content]) => {
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = fill(words.download, { name });
        button.addEventListener("click", () => save(`${words.file}.${extension}`, media, content()));
        return button;
      }),
    );
  }
}

/** Returns YASR's view of text with words in the page's language. */
function textView(Response, words) {
  return class Text extends Response {
    label = words.text;
    helpReference = "";

    draw(config) {
      super.draw(config ?? {});
      this.cm.getInputField().setAttribute("aria-label", words.text);
      this.cm.getInputField().readOnly = true;
    }

    showLess(change) {
      super.showLess(change);
      const [all, download] = this.overLay.querySelectorAll("button");
      Object.assign(all, { textContent: words.all, title: "" });
      download.remove();
    }
  };
}

/** Returns *words* with each {name} replaced by its value. */
export function fill(words, values) {
  return words.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

function save(name, type, content) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
