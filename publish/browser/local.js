// The engine in this browser: fetched once, with progress, and kept in memory. It answers in a worker that can be ended at any time.

import { limitMemory } from "./memory.js";
import { QueryMistake, isGraph, mistakeOf, namesDataset, refuse } from "./sparql.js";
import { abbreviate } from "./terms.js";

/** Answers queries in a worker. *tell* is called with the bytes that were fetched and the bytes that there are. */
export class LocalEngine {
  #settings;
  #tell;
  #material;
  #worker;
  #end = () => {};

  constructor(settings, tell) {
    this.#settings = settings;
    this.#tell = tell;
  }

  /** Fetches the engine and the data and starts the engine, once; resolves when it can answer. Can be called again after a failure. */
  async load() {
    try {
      this.#material ??= this.#fetchAll();
      const material = await this.#material;
      this.#worker ??= startWorker(material);
      await this.#worker;
    } catch (error) {
      this.#material = this.#worker = undefined;
      throw error;
    }
  }

  /** Returns the answer to *query*: {text, type, milliseconds}. Throws a QueryMistake; "stopped" where `stop` was called. */
  async ask(query) {
    refuse(query);
    const graph = isGraph(query);
    const type = graph ? "text/turtle" : "application/sparql-results+json";
    const { text, milliseconds, error, kind } = await this.#answer({ task: "ask", query, format: type, union: !namesDataset(query) });
    if (kind === "Error") throw mistakeOf(error, query);
    if (error !== undefined) throw new QueryMistake(/unreachable|allocation/i.test(error) ? "mistake-memory" : "mistake-deep", this.#settings);
    return { text: graph ? abbreviate(text, this.#settings.prefixes) : text, type, milliseconds };
  }

  /** Ends the query that is being answered, or that waits for the engine. */
  stop() {
    this.#end("stopped");
  }

  /** Returns what the worker answers to *task*. A worker that is ended, or whose engine broke, is replaced. */
  async #answer(task) {
    const ended = new Promise((_, reject) => (this.#end = (name) => reject(new QueryMistake(name, this.#settings))));
    await Promise.race([this.load(), ended]);
    const worker = await this.#worker;
    const deadline = setTimeout(this.#end, this.#settings.deadline * 1000, "mistake-deadline");
    let usable = false;
    try {
      const answer = await Promise.race([post(worker, task), ended]);
      usable = [undefined, "Error"].includes(answer.kind);
      return answer;
    } finally {
      clearTimeout(deadline);
      if (!usable) this.#restart(worker);
    }
  }

  #restart(worker) {
    worker.terminate();
    this.#worker = this.#material.then(startWorker);
    this.#worker.catch(() => {}); // told to whoever asks next
  }

  async #fetchAll() {
    const { engine, graphs, memory } = this.#settings;
    const all = [...engine, ...Object.values(graphs)];
    const total = all.reduce((sum, { size }) => sum + size, 0);
    let loaded = 0;
    const fetched = await Promise.all(
      all.map(({ href }) => fetchBytes(href, (bytes) => this.#tell(Math.min((loaded += bytes), total), total))),
    );
    const [library, engineScript, module, ...contents] = fetched;
    return {
      script: new Blob([library, "\n", engineScript], { type: "text/javascript" }),
      module: await WebAssembly.compile(limitMemory(module, memory)),
      graphs: Object.keys(graphs).map((iri, index) => [iri, contents[index]]),
    };
  }
}

async function fetchBytes(href, tell) {
  const response = await fetch(href);
  if (!response.ok) throw new Error(`${response.status} ${href}`);
  const parts = [];
  for (const reader = response.body.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    tell(value.length);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** Resolves with a worker that has loaded the data. */
async function startWorker({ script, module, graphs }) {
  const address = URL.createObjectURL(script);
  const worker = new Worker(address, { type: "module" });
  try {
    const answer = await post(worker, { task: "load", module, graphs });
    if (answer.error !== undefined) throw new Error(answer.error);
    return worker;
  } catch (error) {
    worker.terminate();
    throw error;
  } finally {
    URL.revokeObjectURL(address);
  }
}

function post(worker, task) {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => reject(new Error(event.message || "worker"));
    worker.postMessage(task);
  });
}
