// Finds things in the index: folds what is written in many ways, asks MiniSearch, and says which words of a text were found.

import MiniSearch from "./vendor/minisearch.js";

// a word may have marks and invisible characters in it (soft hyphens, directions), which count for nothing
const WORD = /[\p{L}\p{N}][\p{L}\p{N}\p{M}\p{Cf}]*/gu;
const IGNORED = /[\p{M}\p{Cf}]/gu;
// how letters are spelt where a keyboard has none of them; and the letter that is nearest, where that is another
const SPELT = { å: "aa", ø: "oe", æ: "ae", ö: "oe", ä: "ae", ü: "ue", ß: "ss", œ: "oe", đ: "d", ð: "d", ł: "l", þ: "th", ı: "i" };
const NEAREST = { ...SPELT, å: "a", ø: "o", ö: "o", ä: "a", ü: "u" };

const BOOST = { label: 6, names: 4, texts: 2, statements: 1, kind: 1 };
const WHOLE = 8; // how much more counts what has no other words in its name than those that were found
const ALSO = 4; // the same of its other names
const LAST = 0.2; // how much less counts what only says how data are checked
const INSIDE = 0.3; // how much less counts a word that has the asked one inside it, as compounds do
const LONGEST = 40; // characters of a word, and of a query five times as many
const MOST = 50; // words that have the asked one inside them

/** Finds things by words; `index` is what publish/search.py wrote. */
export class Finder {
  #search;
  #things;
  #vocabulary = new Set();

  constructor({ classes, things }) {
    this.#things = things.map(([path, label, kind, names, texts, statements], id) => {
      const [kindName, colour, rank] = classes[kind];
      const [called, ...alsoCalled] = [label, ...names.split("\n")].map((name) => wordsOf(name).map(folded));
      return { id, path, label, kind: kindName, colour, rank, names, texts, statements, called, alsoCalled };
    });
    this.#search = new MiniSearch({ fields: Object.keys(BOOST), tokenize: wordsOf, processTerm: (word) => this.#remembered(word) });
    this.#search.addAll(this.#things);
  }

  /** How many things there are. */
  get size() {
    return this.#things.length;
  }

  /**
   * Returns what *query* finds, best first: {hits, every}. Each hit is {thing, found, score}, with the words of the index that were found;
   * *every* is false where nothing has all the words of the query, and the hits have some of them.
   */
  find(query) {
    const words = [...new Set(wordsOf(query.slice(0, LONGEST * 5)).map(spelt))];
    const all = this.#ask(words, "AND");
    if (all.length || words.length < 2) return { hits: all, every: true };
    return { hits: this.#ask(words, "OR"), every: false };
  }

  #ask(words, combineWith) {
    const queries = words.map((word) => ({ combineWith: "OR", queries: [word, this.#inside(word)] }));
    const options = { boost: BOOST, prefix: true, fuzzy: tolerance, maxFuzzy: 2, processTerm: spelt };
    const hits = this.#search.search({ combineWith, queries }, options).map(({ id, terms, score }) => {
      const thing = this.#things[id];
      const found = new Set(terms);
      return { thing, found, score: score * factor(thing, found) };
    });
    return hits.sort((one, other) => other.score - one.score);
  }

  /** The query for the words that have *word* inside them. */
  #inside(word) {
    const longer = word.length < 4 ? [] : [...this.#vocabulary].filter((one) => one.indexOf(word) > 0).slice(0, MOST);
    return { combineWith: "OR", queries: longer, prefix: false, fuzzy: false, boostTerm: () => INSIDE };
  }

  #remembered(word) {
    const forms = folded(word);
    for (const form of forms) this.#vocabulary.add(form);
    return forms;
  }
}

/** How much more, or less, *thing* counts than its words that were *found* do. */
function factor({ rank, called, alsoCalled }, found) {
  const whole = (name) => name.length && name.every((forms) => forms.some((form) => found.has(form)));
  if (rank) return LAST;
  return whole(called) ? WHOLE : alsoCalled.some(whole) ? ALSO : 1;
}

/** How many mistakes *word* may have, as a share of its letters; numbers are right or wrong. */
function tolerance(word) {
  return word.length > 3 && !/\p{N}/u.test(word) ? 0.2 : false;
}

function wordsOf(text) {
  return text.match(WORD) ?? [];
}

/** Returns *word* as anybody can write it: small letters, no marks, å as aa. */
function spelt(word) {
  return written(word, SPELT);
}

/** Returns all that *word* may be looked for as: å as aa and as a. */
function folded(word) {
  return [...new Set([spelt(word), written(word, NEAREST)])];
}

function written(word, letters) {
  const lower = word.normalize("NFKC").toLowerCase().normalize("NFC");
  const plain = [...lower].map((letter) => (Object.hasOwn(letters, letter) ? letters[letter] : letter)).join("");
  return plain.normalize("NFKD").replace(IGNORED, "").slice(0, LONGEST);
}

/** Returns *text* in pieces, in order: {text, found}, found where it is a word that was *found*. */
export function pieces(text, found) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(WORD)) {
    if (!folded(match[0]).some((form) => found.has(form))) continue;
    if (match.index > end) parts.push({ text: text.slice(end, match.index), found: false });
    parts.push({ text: match[0], found: true });
    end = match.index + match[0].length;
  }
  if (end < text.length) parts.push({ text: text.slice(end), found: false });
  return parts;
}

/** Returns what is worth showing of *thing* below its name: the line with most of what was *found*, else the first of its texts; an empty text where there is none. */
export function excerpt({ names, texts, statements }, found) {
  const lines = [texts, statements, names].flatMap((text) => text.split("\n"));
  const scores = lines.map((line) => new Set(pieces(line, found).flatMap(({ text, found: is }) => (is ? [spelt(text)] : []))).size);
  return lines[scores.indexOf(Math.max(...scores))];
}
