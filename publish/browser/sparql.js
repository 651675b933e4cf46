// What can be told of a query without parsing it: its words, once strings, IRIs and comments are out of the way.

const NOT_WORDS =
  /"""(?:[^"\\]|\\[^]|"(?!""))*"""|'''(?:[^'\\]|\\[^]|'(?!''))*'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|<[^<>\s"{}|^`\\]*>|#[^\n]*/g;
const FORM = /(?<![\w?$:.-])(SELECT|ASK|CONSTRUCT|DESCRIBE)(?![\w:-])/i;
const FROM = /(?<![\w?$:.-])FROM(?![\w:-])/i;
const SERVICE = /(?<![\w?$:.-])SERVICE(?![\w:-])/i;
const UPDATE = /^\s*(?:(?:PREFIX\s+[\w.-]*:|BASE)\s*)*(INSERT|DELETE|WITH|LOAD|CLEAR|DROP|CREATE|ADD|MOVE|COPY)(?![\w:-])/i;
const DECLARED = /\bPREFIX\s+([\w.-]*):/gi;
const PREFIXED = /(?<![\w?$:@-])([A-Za-z][\w-]*):(?=[A-Za-z0-9_])/g;

// what the engine says among the words that it expected, where a query can be read but not understood
const KNOWN = [
  ["Duplicated variable name in SELECT", "mistake-twice"],
  ["The SELECT contains a variable that is unbound", "mistake-unbound"],
  ["SELECT * is not authorized with GROUP BY", "mistake-star"],
];

/** A mistake in a query: the name of the words that tell it, the values in them, and where it is (line and column from 1). */
export class QueryMistake extends Error {
  constructor(name, values = {}, line = 0, column = 0) {
    super(name);
    Object.assign(this, { name, values, line, column });
  }
}

/** Returns *query* with its strings, IRIs and comments blanked out, each character and line in its place. */
export function wordsOf(query) {
  return query.replace(NOT_WORDS, (text) => text.replace(/[^\n]/g, " "));
}

/** Returns "SELECT", "ASK", "CONSTRUCT" or "DESCRIBE"; SELECT where the query is none. */
export function form(query) {
  return (FORM.exec(wordsOf(query))?.[1] ?? "SELECT").toUpperCase();
}

/** Returns whether the answer is triples. */
export function isGraph(query) {
  return ["CONSTRUCT", "DESCRIBE"].includes(form(query));
}

/** Returns whether the query says itself which graphs it asks. */
export function namesDataset(query) {
  return FROM.test(wordsOf(query));
}

/** Throws a QueryMistake where a query would leave the browser or change something. */
export function refuse(query) {
  const words = wordsOf(query);
  const service = SERVICE.exec(words);
  if (service) throw mistakeAt("mistake-service", {}, query, service.index);
  const update = UPDATE.exec(words);
  if (update) throw mistakeAt("mistake-update", { word: update[1].toUpperCase() }, query, update.index + update[0].length - update[1].length);
}

/** Returns the QueryMistake that the engine's *message* about *query* tells of. */
export function mistakeOf(message, query) {
  const words = wordsOf(query);
  const declared = new Set([...words.matchAll(DECLARED)].map((match) => match[1]));
  const stranger = [...words.matchAll(PREFIXED)].find((match) => !declared.has(match[1]));
  if (stranger) return mistakeAt("mistake-prefix", { prefix: stranger[1] }, query, stranger.index);
  const told = /^error at ([0-9]+):([0-9]+): /.exec(message);
  if (!told) return new QueryMistake("mistake-told", { told: message });
  const known = KNOWN.find(([words]) => message.includes(words));
  return known ? new QueryMistake(known[1]) : new QueryMistake("mistake-syntax", {}, Number(told[1]), Number(told[2]));
}

function mistakeAt(name, values, query, index) {
  const before = query.slice(0, index).split("\n");
  return new QueryMistake(name, values, before.length, [...before.at(-1)].length + 1);
}
