// Asks the endpoint argv[2] the query argv[3] and writes a line of JSON for each answer: a row by variable, a quad, or yes or no.
import { QueryEngine } from "@comunica/query-sparql";

const [endpoint, query] = process.argv.slice(2);
const source = { type: "sparql", value: endpoint };
const asked = await new QueryEngine().query(query, { sources: [source] });
const said = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);
const term = ({ termType, value, language, datatype }) => ({ termType, value, language, datatype: datatype?.value });

if (asked.resultType === "boolean") {
  said(await asked.execute());
} else if (asked.resultType === "quads") {
  for await (const { subject, predicate, object } of await asked.execute()) {
    said([subject, predicate, object].map(term));
  }
} else {
  for await (const row of await asked.execute()) {
    said(Object.fromEntries([...row].map(([variable, value]) => [variable.value, term(value)])));
  }
}
