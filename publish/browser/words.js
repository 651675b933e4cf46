// Words for people, which come with the page in its language.

/** Returns *words* with each {name} replaced by its value. */
export function fill(words, values) {
  return words.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
