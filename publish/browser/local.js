// The engine in this browser: fetched once, with progress, and kept in memory. It answers in a worker that can be ended at any time.

import { limitMemory } from "./memory.js";
import { QueryMistake, isGraph, mistakeOf, namesDataset, refuse } from "./sparql.js";

/** Answers queries in a worker. *tell* is called with the bytes that were fetched and the bytes that there are. */
export class LocalEngine {
  #settings;
  #tell;
  #material;
  #worker;
  #stop = () => {};

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
    const type = isGraph(query) ? "text/turtle" : "application/sparql-results+json";
    await this.load();
    const worker = await this.#worker;
    const answer = await this.#answer(worker, { task: "ask", query, format: type, union: !namesDataset(query) });
    if (answer.error === undefined) return { ...answer, type };
    if (answer.kind === "Error") throw mistakeOf(answer.error, query);
    this.#restart(worker);
    throw new QueryMistake(/unreachable|allocation/i.test(answer.error) ? "mistake-memory" : "mistake-deep", { memory: this.#settings.memory });
  }

  /** Ends the query that is being answered; the engine starts again. */
  stop() {
    this.#stop();
  }

  #answer(worker, task) {
    return new Promise((resolve, reject) => {
      const end = (name) => {
        this.#restart(worker);
        reject(new QueryMistake(name, { seconds: this.#settings.deadline }));
      };
      const deadline = setTimeout(() => end("mistake-deadline"), this.#settings.deadline * 1000);
      const done = (settle) => (value) => {
        clearTimeout(deadline);
        this.#stop = () => {};
        settle(value);
      };
      this.#stop = () => {
        clearTimeout(deadline);
        end("stopped");
      };
      post(worker, task).then(done(resolve), done(reject));
    });
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
