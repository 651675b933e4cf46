// Prints each member of an LDES as a line of JSON: node read.js URL [none|ascending|descending] [folder of the state]
import { replicateLDES } from "ldes-client";
import { Writer } from "n3";

const [url, ordered = "none", statePath] = process.argv.slice(2);
const members = replicateLDES({ url, statePath, polling: false }, ordered).stream().getReader();
const writer = new Writer({ format: "N-Quads" });

for (let read = await members.read(); !read.done; read = await members.read()) {
    const { id, isVersionOf, timestamp, type, quads } = read.value;
    console.log(JSON.stringify({ id: id.value, isVersionOf, timestamp, type: type.value, quads: writer.quadsToString(quads) }));
}
