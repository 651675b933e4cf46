// RDF terms of an answer as a page shows them: links to the site's own pages, short names, languages.

const SEGMENT = /^(?!(?:con|prn|aux|nul|com[0-9]|lpt[0-9])$)[a-z0-9][a-z0-9_-]{0,99}$/i;
const DEPTH = 8;
const LENGTH = 180;
const XSD = "http://www.w3.org/2001/XMLSchema#";
const LOCAL = /^(?:\w(?:[\w.-]*[\w-])?)?$/;
const STRING_OR_IRI = /"(?:[^"\\]|\\.)*"|<([^<>"\s]*)>/g;
// what a query and Turtle write as it is, without its datatype
const BARE = /^(?:string|boolean|integer|decimal|double)$/;
const NUMBERS = /^(?:byte|decimal|double|float|int|integer|long|negativeInteger|nonNegativeInteger|nonPositiveInteger|positiveInteger|short|unsigned\w+)$/;
const NUMBER = /^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:e[+-]?[0-9]+)?$/i;

/** Returns the address to which *iri* links: its page on this site (the rule of publish/paths.py), or itself on the web; else nothing. */
export function addressOf(iri, { base, graphs, pages, reserved, suffix }) {
  if (iri.startsWith(base) && !(iri in graphs)) {
    const path = iri.slice(base.length);
    const segments = path.split("/");
    const short = path.length <= LENGTH && segments.length <= DEPTH;
    const plain = short && segments.every((segment) => SEGMENT.test(segment)) && !reserved.includes(segments[0].toLowerCase());
    const page = pages[path] ?? (plain ? path : "");
    if (page) return `../${page}${suffix}`;
  }
  return /^https?:\/\/[^\s<>"]+$/.test(iri) && !iri.startsWith(base) ? iri : "";
}

/** Returns *iri* with the longest prefix that fits, as SPARQL and Turtle write it, else as it is. */
export function shorten(iri, prefixes) {
  const fitting = Object.entries(prefixes).filter(([, namespace]) => iri.startsWith(namespace) && LOCAL.test(iri.slice(namespace.length)));
  const [longest] = fitting.sort(([, one], [, other]) => other.length - one.length);
  return longest ? `${longest[0]}:${iri.slice(longest[1].length)}` : iri;
}

/** Returns *turtle*, which has no prefixes and no comments, with those of *prefixes* that it has use for. */
export function abbreviate(turtle, prefixes) {
  const names = new Map(); // of what occurs many times
  const body = turtle.replace(STRING_OR_IRI, (whole, iri) => {
    if (iri === undefined) return whole;
    if (!names.has(iri)) names.set(iri, shorten(iri, prefixes));
    return names.get(iri) === iri ? whole : names.get(iri);
  });
  const used = new Set([...names].map(([iri, name]) => name !== iri && name.split(":", 1)[0]));
  const head = Object.entries(prefixes).filter(([name]) => used.has(name));
  return [...head.map(([name, namespace]) => `@prefix ${name}: <${namespace}> .\n`), head.length ? "\n" : "", body].join("");
}

/** Returns the element that shows *term*, a term of SPARQL's JSON; an empty text for an unbound variable. */
export function show(term, settings) {
  if (!term) return document.createTextNode("");
  if (term.type === "uri") return showIri(term.value, settings);
  if (term.type === "triple") return document.createTextNode(plain(term));
  const text = document.createElement("bdi");
  text.textContent = plain(term);
  text.title = term.datatype ?? "";
  if (!term["xml:lang"] && (!term.datatype || isOf(term, BARE))) return text;
  const note = document.createElement("small");
  if (term["xml:lang"]) text.lang = term["xml:lang"];
  note.textContent = term["xml:lang"] ?? shorten(term.datatype, settings.prefixes);
  const both = document.createDocumentFragment();
  both.append(text, " ", note);
  return both;
}

function showIri(iri, settings) {
  const address = addressOf(iri, settings);
  const element = document.createElement(address ? "a" : "span");
  element.textContent = shorten(iri, settings.prefixes);
  element.title = iri;
  if (address) element.href = address;
  if (address === iri) element.rel = "noreferrer";
  return element;
}

/** Returns whether *term* is a number, written as one. */
export function isNumber(term) {
  return Boolean(term) && isOf(term, NUMBERS) && NUMBER.test(term.value);
}

/** Returns the text of *term*, as SPARQL's CSV writes it; empty for an unbound variable. */
export function plain(term) {
  if (!term) return "";
  if (term.type === "bnode") return `_:${term.value}`;
  if (term.type === "triple") return `<<( ${["subject", "predicate", "object"].map((part) => plain(term.value[part])).join(" ")} )>>`;
  return term.value;
}

/** Orders two terms: nothing first, numbers by value, the rest as the page's language does. */
export function compare(one, other, language) {
  if (!one || !other) return Number(Boolean(one)) - Number(Boolean(other));
  if (isOf(one, NUMBERS) && isOf(other, NUMBERS)) return Math.sign(number(one) - number(other)) || Number(isNaN(number(one))) - Number(isNaN(number(other)));
  return plain(one).localeCompare(plain(other), language);
}

/** Returns the value of a number as SPARQL writes it; INF is no number to JavaScript. */
function number(term) {
  return Number(term.value.replace("INF", "Infinity"));
}

function isOf(term, datatypes) {
  return Boolean(term.datatype?.startsWith(XSD)) && datatypes.test(term.datatype.slice(XSD.length));
}
