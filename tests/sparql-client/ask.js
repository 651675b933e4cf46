// Asks the endpoint argv[2] each query of the JSON array on standard input, and writes a line of JSON for each answer:
// its rows by variable, its triples, or yes or no.
// package.json has one rdf-data-factory for all: Comunica 4.5.0 takes an older one, which does not understand how the
// readers of results name a language, and every language would be lost.
import { text } from "node:stream/consumers";
import { QueryEngine } from "@comunica/query-sparql";

const engine = new QueryEngine();
const sources = [{ type: "sparql", value: process.argv[2] }];

const term = ({ termType, value, language, datatype }) => ({ termType, value, language, datatype: datatype?.value });
const row = (bindings) => Object.fromEntries([...bindings].map(([variable, value]) => [variable.value, term(value)]));
const triple = ({ subject, predicate, object }) => [subject, predicate, object].map(term);
const all = async (stream, shown) => (await stream.toArray()).map(shown);

async function answer(query) {
  const asked = await engine.query(query, { sources });
  const answered = await asked.execute();
  const shown = { bindings: () => all(answered, row), quads: () => all(answered, triple), boolean: () => answered };
  return shown[asked.resultType]();
}

for (const query of JSON.parse(await text(process.stdin))) {
  process.stdout.write(`${JSON.stringify(await answer(query))}\n`);
}
