// The endpoint beside the page, where the site stands on a server that has one (SPARQL 1.1 Protocol).

import { QueryMistake, isGraph } from "./sparql.js";

const ADDRESS = "../sparql";
const SERVICE = /service-description#|\bsd:Service\b/;
const PATIENCE = 5000;
const LONGEST = 2000;

/** Returns whether there is an endpoint: its address describes a service in Turtle, where any other web host says something else. */
export async function isThere() {
  try {
    const response = await fetch(ADDRESS, { headers: { Accept: "text/turtle" }, signal: AbortSignal.timeout(PATIENCE) });
    const turtle = response.ok && (response.headers.get("Content-Type") ?? "").startsWith("text/turtle");
    return turtle && SERVICE.test(await response.text());
  } catch {
    return false;
  }
}

/** Answers queries at the endpoint. */
export class Endpoint {
  #language;
  #abort = new AbortController();

  /** *language* is what it should tell of mistakes in. */
  constructor(language) {
    this.#language = language;
  }

  /** Returns the answer to *query*: {text, type, milliseconds}. Throws a QueryMistake; "stopped" where `stop` was called. */
  async ask(query) {
    this.#abort = new AbortController();
    const started = performance.now();
    try {
      const response = await this.#send(query);
      const text = await response.text();
      if (!response.ok) throw problem(response, text);
      const type = (response.headers.get("Content-Type") ?? "").split(";")[0].trim();
      return { text, type, milliseconds: performance.now() - started };
    } catch (error) {
      if (error instanceof QueryMistake) throw error;
      throw new QueryMistake(error.name === "AbortError" ? "stopped" : "mistake-network");
    }
  }

  /** Ends the query that is being answered: the endpoint sees that nobody waits any more. */
  stop() {
    this.#abort.abort();
  }

  #send(query) {
    const signal = this.#abort.signal;
    const headers = { Accept: isGraph(query) ? "text/turtle" : "application/sparql-results+json", "Accept-Language": this.#language };
    const short = `${ADDRESS}?query=${encodeURIComponent(query)}`;
    if (short.length <= LONGEST) return fetch(short, { headers, signal }); // which caches may keep
    return fetch(ADDRESS, { method: "POST", headers: { ...headers, "Content-Type": "application/sparql-query" }, body: query, signal });
  }
}

/** Returns what a problem document (RFC 9457) tells; else the status. */
function problem(response, text) {
  try {
    const { type, title, detail, line, column, data } = JSON.parse(text);
    const place = [Number(line) || 0, Number(column) || 0];
    if (String(type).endsWith("/query-unexpected")) return new QueryMistake("mistake-syntax", {}, ...place);
    const told = (detail ?? title)?.replace(/^\d+:\d+: /, ""); // the page names the place in its own way
    if (told) return new QueryMistake("mistake-told", { told, data }, ...place);
  } catch {
    // no problem document: some proxy's page
  }
  return new QueryMistake("mistake-status", { status: response.status });
}
