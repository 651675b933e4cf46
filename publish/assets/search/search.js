// The search page: joins what somebody types, the index, and the list of what was found.

import { Finder, excerpt, pieces } from "./finder.js";

const BATCH = 30;
const PAUSE = 120; // milliseconds without a key before the search begins
const BEFORE = 60; // characters shown before the first word that was found, where a line is long
const SHOWN = 240; // characters of a line that are shown

const element = (id) => document.getElementById(id);
const settings = JSON.parse(element("settings").textContent);
const { words } = settings;
const wanted = element("wanted");
const classes = element("classes");

let finder; // none until the index is there
let hits = []; // of the chosen class
let shown = 0;
let pending; // the search that waits for the next key

/** Searches for what stands in the field, and shows it. */
function search() {
  clearTimeout(pending);
  remember();
  if (!finder) return;
  const query = wanted.value.trim();
  const { hits: all, every } = finder.find(query);
  const kind = offerKinds(all, query);
  hits = kind ? all.filter(({ thing }) => thing.kind === kind) : all;
  element("results").replaceChildren();
  shown = 0;
  showMore();
  element("advice").hidden = !query || hits.length > 0;
  say(query ? told(query, every) : fill(words.ready, { things: number(finder.size) }));
}

/** Returns how many there are, in words. */
function told(query, every) {
  const name = hits.length === 1 ? "hit" : hits.length ? "hits" : "none";
  const some = !every && hits.length ? ` ${words.some}` : "";
  return fill(words[name], { hits: number(hits.length), query }) + some;
}

/** Fills the list of classes with those of all *all*, and returns the chosen one; the empty text where all are wanted. */
function offerKinds(all, query) {
  const counts = new Map();
  for (const { thing } of all) if (thing.kind) counts.set(thing.kind, (counts.get(thing.kind) ?? 0) + 1);
  const chosen = classes.value;
  if (chosen && !counts.has(chosen)) counts.set(chosen, 0);
  const sorted = [...counts].sort(([one, few], [other, many]) => many - few || one.localeCompare(other, document.documentElement.lang));
  const option = (text, value) => Object.assign(document.createElement("option"), { textContent: text, value });
  classes.replaceChildren(option(words.all, ""), ...sorted.map(([kind, count]) => option(`${kind} (${number(count)})`, kind)));
  classes.value = chosen;
  element("narrowing").hidden = !query || (counts.size < 2 && !chosen);
  return chosen;
}

/** Shows the next hits, and returns the first of them. */
function showMore() {
  const next = hits.slice(shown, shown + BATCH).map(item);
  shown += next.length;
  element("results").append(...next);
  const left = hits.length - shown;
  element("more").hidden = left === 0;
  element("more").textContent = fill(words.more, { next: number(Math.min(left, BATCH)), left: number(left) });
  return next[0];
}

/** Returns the item of one hit. What it says is text, whatever it looks like. */
function item({ thing, found }) {
  const link = document.createElement("a");
  link.href = `${settings.root}${thing.path}${settings.suffix}`;
  link.append(marked(thing.label, found));
  const kind = Object.assign(document.createElement("span"), { className: `kind ${thing.colour}`, textContent: thing.kind });
  const line = excerpt(thing, found);
  const paragraph = Object.assign(document.createElement("p"), { className: "excerpt" });
  paragraph.append(marked(line, found));
  const one = document.createElement("li");
  if (thing.colour) one.className = thing.colour;
  one.append(link, " ", ...(thing.kind ? [kind] : []), ...(line ? [paragraph] : []));
  return one;
}

/** Returns *text*, cut to what fits around the first word that was *found*, with each such word marked. */
function marked(text, found) {
  const parts = pieces(text, found);
  const whole = document.createElement("bdi"); // keeps the direction of the text to itself
  let skip = beginning(text, parts);
  let room = SHOWN;
  if (skip) whole.append("…");
  for (const part of parts) {
    const rest = part.text.slice(skip);
    const fitting = rest.slice(0, room);
    skip = Math.max(skip - part.text.length, 0);
    room -= fitting.length;
    if (fitting) whole.append(part.found ? Object.assign(document.createElement("mark"), { textContent: fitting }) : fitting);
    if (fitting.length === rest.length) continue;
    whole.append("…");
    break;
  }
  return whole;
}

/** Returns where to begin in *text*: at a word before the first one that was found, where that stands far behind. */
function beginning(text, parts) {
  const first = parts.length > 1 && !parts[0].found ? parts[0].text.length : 0;
  if (text.length <= SHOWN || first <= BEFORE) return 0;
  const space = text.indexOf(" ", first - BEFORE);
  return space >= 0 && space < first ? space + 1 : first;
}

/** Takes the keys that lead from the field to the results and back. */
function walk(event) {
  if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.target === classes) return;
  if (event.key === "Escape") return clear(event);
  const stops = [wanted, ...element("results").querySelectorAll("a")];
  const place = stops.indexOf(document.activeElement);
  if (place < 0) return;
  if (event.key === "Enter" && place === 0) return open(event);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  stops[Math.min(Math.max(place + step, 0), stops.length - 1)].focus();
}

function clear(event) {
  event.preventDefault();
  wanted.value = classes.value = "";
  wanted.focus();
  search();
}

/** Goes to the first result; where there is none, says so. */
function open(event) {
  event.preventDefault();
  search();
  element("results").querySelector("a")?.click();
}

function say(text) {
  element("status").textContent = text;
}

function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

function number(value) {
  return value.toLocaleString(document.documentElement.lang);
}

/** Puts what is searched for into the address of the page. */
function remember() {
  const asked = new URLSearchParams();
  if (wanted.value.trim()) asked.set("q", wanted.value.trim());
  if (classes.value) asked.set("class", classes.value);
  const address = `${location.pathname}${asked.size ? `?${asked}` : ""}`;
  if (address !== location.pathname + location.search) history.replaceState(null, "", address);
}

/** Takes what is searched for from the address of the page. */
function recall() {
  const asked = new URLSearchParams(location.search);
  wanted.value = asked.get("q") ?? "";
  const kind = asked.get("class");
  if (kind) classes.add(new Option(kind, kind, true, true));
}

async function start() {
  element("starting").remove();
  element("search").hidden = false;
  recall();
  wanted.focus();
  wanted.addEventListener("input", () => {
    clearTimeout(pending);
    pending = setTimeout(search, PAUSE);
  });
  classes.addEventListener("change", search);
  element("search").addEventListener("submit", (event) => {
    event.preventDefault();
    search();
  });
  element("search").addEventListener("keydown", walk);
  element("more").addEventListener("click", () => showMore().querySelector("a").focus());
  try {
    say(words.loading);
    const response = await fetch(settings.index);
    if (!response.ok) throw new Error(`${response.status} ${settings.index}`);
    finder = new Finder(await response.json());
    search();
  } catch (error) {
    console.error(error);
    say(words.missing);
  }
}

await start();
