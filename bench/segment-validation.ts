import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { readSegmentDocument } from "../src/tracing/segment.js";

/**
 * How long one segment document takes to be read and judged, beside `JSON.parse` alone. Real spans (Nezha) turned into
 * segments of about 500 bytes.
 *
 *     npm run build:bench && node dist/bench/segment-validation.js
 */
const folder = path.resolve("../shared/data/traces-nezha");
const documents = readdirSync(folder)
  .filter((file) => file.startsWith("onlineboutique"))
  .flatMap((file) =>
    gunzipSync(readFileSync(path.join(folder, file)))
      .toString("utf8")
      .trim()
      .split("\n")
      .slice(1),
  )
  .map(toDocument);

const bytes = documents.reduce((sum, document) => sum + Buffer.byteLength(document), 0) / documents.length;
console.log(`${documents.length} documents, ${bytes.toFixed(0)} bytes on average`);

let accepted = 0;
const sink = { accept: () => void accepted++, reject: (problem: object) => console.error(problem) };
for (let round = 0; round < 3; round++) {
  report("JSON.parse", (document) => JSON.parse(document));
  report("readSegmentDocument", (document) => readSegmentDocument(document, sink));
}
if (accepted !== 3 * documents.length) throw new Error(`${accepted} accepted`);

function report(name: string, work: (document: string) => unknown): void {
  const start = process.cpuUsage();
  for (const document of documents) work(document);
  const { user, system } = process.cpuUsage(start);
  console.log(`${name}: ${((user + system) / documents.length).toFixed(2)} µs of CPU a document`);
}

function toDocument(line: string): string {
  const [trace = "", span = "", parent = "", pod = "", operation = "", start = "", end = ""] = line.split(",");
  const name = pod.replace(/(-[a-z0-9]+){2}$/, "");
  // A copy of the bytes, as they come from a socket: not a rope of the pieces above.
  return Buffer.from(
    JSON.stringify({
      id: span,
      trace_id: `1-${trace.slice(0, 8)}-${trace.slice(8)}`,
      ...(parent !== "root" && { parent_id: parent }),
      name,
      start_time: Number(start) / 1e9,
      end_time: Number(end) / 1e9,
      http: {
        request: { method: "POST", url: `http://${name}/${operation}`, client_ip: "10.0.0.1" },
        response: { status: 200 },
      },
      aws: { xray: { sdk: "X-Ray for Node.js", sdk_version: "3.12.0", package: "aws-xray-sdk" } },
      service: { runtime: "node", runtime_version: "20.20.2", name },
      annotations: { operation },
    }),
  ).toString("utf8");
}
