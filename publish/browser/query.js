// The query page: joins the editor, the engine in this browser, the endpoint where there is one, and the answers.

import { makeEditor } from "./editor.js";
import { Endpoint, isThere } from "./endpoint.js";
import { LocalEngine } from "./local.js";
import { makeResults } from "./results.js";
import { QueryMistake } from "./sparql.js";
import { fill } from "./words.js";

const STARTER = `SELECT ?class (COUNT(?thing) AS ?number)
WHERE {
  ?thing a ?class .
}
GROUP BY ?class
ORDER BY DESC(?number)`;

const element = (id) => document.getElementById(id);
const settings = JSON.parse(element("settings").textContent);
const { words } = settings;
settings.language = element("page").closest("[lang]").lang; // the language of the words

element("starting").remove();
element("page").hidden = false; // before the editor is made, which measures itself

const local = new LocalEngine(settings, showProgress);
const engines = { local, endpoint: new Endpoint(settings.language) };
const editor = makeEditor(element("editor"), settings, run, forget);
const results = makeResults(element("result"), settings);
let running; // the engine that answers now

/** Runs the query in the editor, one at a time. */
async function run() {
  if (running) return;
  forget();
  results.clear();
  if (!editor.text.trim()) return complain(new QueryMistake("mistake-empty"));
  running = engines[chosen()];
  busy(true);
  say(words.running);
  try {
    say(results.show(await running.ask(editor.text)));
    // who writes goes on writing; who chose an example is led from there to the answer
    if (!element("editor").contains(document.activeElement)) element("result").focus({ preventScroll: true });
    element("result").scrollIntoView({ block: "nearest" });
  } catch (error) {
    complain(error);
  } finally {
    running = undefined;
    busy(false);
  }
}

function chosen() {
  return document.querySelector("input[name=where]:checked")?.value ?? "local";
}

function busy(is) {
  const stopped = document.activeElement === element("stop");
  element("run").setAttribute("aria-disabled", is); // a button that is disabled would lose the focus
  element("stop").hidden = !is;
  if (stopped) element("run").focus();
}

function say(text) {
  element("status").textContent = text;
}

/** Tells what went wrong: of a mistake in the query, where it is. */
function complain(error) {
  if (!(error instanceof QueryMistake)) {
    console.error(error);
    error = new QueryMistake("mistake-loading", { told: error.message });
  }
  const { name, values } = error;
  // the engine names the farthest place that it came to, which often is behind the mistake
  const { line, column } = (name === "mistake-syntax" && editor.unreadable) || error;
  say(name === "stopped" ? words.stopped : "");
  if (name === "stopped") return;
  const told = `${line ? `${fill(words.at, { line, column })} ` : ""}${fill(words[name], values)}`;
  element("mistake").replaceChildren(...withLink(told, values.data));
  if (line) editor.mark(line, column || 1);
}

/** Yields the parts of *told*, in which the address of all data, where it stands there, is a link. */
function* withLink(told, address) {
  const [before, ...after] = /^https?:/.test(address) ? told.split(address) : [told];
  yield before;
  if (!after.length) return;
  const link = document.createElement("a");
  link.href = link.textContent = address;
  yield link;
  yield after.join(address);
}

/** Takes away what was said of the query before. */
function forget() {
  element("mistake").textContent = "";
  editor.clear();
}

function showProgress(loaded, total) {
  const bar = element("progress");
  bar.max = total;
  bar.value = loaded;
  element("loading").hidden = loaded >= total;
  element("amount").textContent = fill(words.amount, { loaded: megabytes(loaded), total: megabytes(total) });
}

function megabytes(bytes) {
  return (bytes / 1e6).toLocaleString(settings.language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
}

/** Fetches the engine and the data, and says so: once at the start and once at the end, whatever the bar does between. */
async function load() {
  say(words.loading);
  try {
    await local.load();
    if (!running) say(words.ready);
  } catch (error) {
    complain(error);
  } finally {
    element("loading").hidden = true;
  }
}

/** Fills the editor with the query that came with the address; it runs when somebody says so. */
function takeFromAddress() {
  const query = new URLSearchParams(location.hash.slice(1)).get("query");
  if (!query) return false;
  editor.text = query;
  say(words.came);
  return true;
}

/** Puts the query into the page's address, and that on the clipboard where the browser lets a page do so. */
async function share() {
  history.replaceState(null, "", `#query=${encodeURIComponent(editor.text)}`);
  try {
    await navigator.clipboard.writeText(location.href);
    say(words.copied);
  } catch {
    say(words.linked);
  }
}

function offerExamples() {
  const buttons = [...document.querySelectorAll("button[data-example]")];
  for (const button of buttons) {
    button.disabled = false;
    button.addEventListener("click", () => {
      editor.text = settings.examples[button.dataset.example];
      run();
      element("status").scrollIntoView({ block: "nearest" });
    });
  }
  element("find")?.addEventListener("input", ({ target }) => {
    const wanted = target.value.trim().toLowerCase();
    for (const button of buttons) button.closest("li").hidden = !button.closest("li").textContent.toLowerCase().includes(wanted);
    element("none").textContent = buttons.some((button) => !button.closest("li").hidden) ? "" : words.none;
  });
}

async function start() {
  editor.text = STARTER;
  const came = takeFromAddress();
  addEventListener("hashchange", takeFromAddress);
  element("run").addEventListener("click", run);
  element("stop").addEventListener("click", () => running?.stop());
  element("link").addEventListener("click", share);
  offerExamples();
  const endpoint = await isThere();
  element("where").hidden = !endpoint;
  document.querySelector(`input[value=${endpoint ? "endpoint" : "local"}]`).checked = true;
  document.querySelector("input[value=local]").addEventListener("change", load);
  // what somebody pays for by the byte is fetched when it is needed
  if (!endpoint && !navigator.connection?.saveData) await load();
  else if (!running) say(words.ready);
  if (came && !running) say(words.came);
}

await start();
