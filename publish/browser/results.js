// What came back: YASR shows it as a table or as text, and it can be kept as a file.
/* global Yasgui */

import { asCsv, tableView } from "./table.js";
import { textView } from "./text.js";
import { fill } from "./words.js";

const EXTENSIONS = { "application/sparql-results+json": "srj", "text/turtle": "ttl" };

/** Makes the place for answers at the end of *section*, which is seen as long as there is one. */
export function makeResults(section, settings) {
  const { Yasr } = Yasgui;
  const Response = Yasr.plugins.response;
  Yasr.defaults.plugins = {};
  Yasr.registerPlugin("table", tableView(settings));
  Yasr.registerPlugin("text", textView(Response, settings.words));
  const yasr = new Yasr(section.appendChild(document.createElement("div")), { persistenceId: null, pluginOrder: ["table", "text"], defaultPlugin: "table" });
  // Yasr's own head links to its makers' site and speaks English
  for (const part of [yasr.downloadBtn, yasr.dataElement, yasr.documentationLink]) part.remove();
  const views = yasr.headerEl.querySelectorAll("button");
  for (const view of views) view.removeAttribute("aria-label");
  yasr.on("drawn", () => {
    for (const view of views) {
      view.setAttribute("aria-pressed", view.classList.contains("selected"));
      view.disabled = view.classList.contains("disabled");
    }
  });
  return new Results(section, yasr, settings);
}

class Results {
  #section;
  #yasr;
  #settings;
  #downloads = document.createElement("p");

  constructor(section, yasr, settings) {
    this.#section = section;
    this.#yasr = yasr;
    this.#settings = settings;
    this.#downloads.className = "downloads";
    yasr.headerEl.append(this.#downloads);
  }

  /** Shows an answer ({text, type, milliseconds}), and returns what there is to say of it. */
  show({ text, type, milliseconds }) {
    const answer = type.endsWith("json") ? JSON.parse(text) : undefined;
    this.#section.hidden = false;
    this.#yasr.results = undefined;
    this.#yasr.selectPlugin(answer ? "table" : "text");
    this.#yasr.setResponse({ data: answer ? JSON.stringify(answer, undefined, 2) : text || "#", contentType: type, status: 200 });
    this.#offer(answer, text, type);
    return this.#summary(answer, text, milliseconds);
  }

  /** Takes the answer before away. */
  clear() {
    this.#section.hidden = true;
  }

  #summary(answer, text, milliseconds) {
    const { words, language } = this.#settings;
    const time = (milliseconds / 1000).toLocaleString(language, { maximumSignificantDigits: 2 });
    const rows = answer?.results?.bindings.length;
    if (rows === 0 || (!answer && !text)) return fill(words["said-nothing"], { time });
    if (rows) return fill(rows === 1 ? words["said-row"] : words["said-rows"], { rows: rows.toLocaleString(language), time });
    return fill(words["said-answer"], { time });
  }

  #offer(answer, text, type) {
    const offers = answer?.results ? [["CSV", "csv", "text/csv", () => asCsv(answer)]] : [];
    offers.push([answer ? "JSON" : "Turtle", EXTENSIONS[type] ?? "txt", type, () => text]);
    this.#downloads.replaceChildren(...offers.map((offer) => this.#button(...offer)));
  }

  #button(name, extension, type, content) {
    const { words } = this.#settings;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = fill(words.download, { name });
    button.addEventListener("click", () => save(`${words.file}.${extension}`, type, content()));
    return button;
  }
}

function save(name, type, content) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
