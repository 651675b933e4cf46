// The engine, in a worker of its own. local.js puts this text behind Oxigraph's web.js (which defines initSync, Store and
// namedNode) and starts both as one module from memory: so a worker that was ended starts again without the network, and
// the page's content security policy holds in it too.
/* global initSync, Store, namedNode */

let store;

const tasks = {
  /** Starts the engine and loads each graph under its IRI. */
  load({ module, graphs }) {
    initSync({ module });
    store = new Store();
    for (const [iri, content] of graphs) {
      store.load(content, { format: "application/n-triples", to_graph_name: namedNode(iri) });
    }
    return { size: store.size };
  },

  /** Answers a query as text in *format*. The default graph is the union of all graphs, unless the query names its own. */
  ask({ query, format, union }) {
    return { text: store.query(query, { results_format: format, use_default_graph_as_union: union }) };
  },
};

self.onmessage = ({ data }) => {
  const started = performance.now();
  try {
    const answer = tasks[data.task](data);
    self.postMessage({ ...answer, milliseconds: performance.now() - started });
  } catch (error) {
    // what is no plain Error has left the engine in an unknown state
    self.postMessage({ error: String(error.message ?? error), kind: error.constructor?.name ?? "", milliseconds: performance.now() - started });
  }
};
