import { createHmac } from "node:crypto";
import { compileMasker } from "../src/tracing/masking/masker.js";
import type { MaskingRule } from "../src/tracing/masking/rule.js";
import { readSegmentDocument } from "../src/tracing/segment.js";

/**
 * What masking rules cost a segment document of about 1 KB, beside reading and judging it.
 *
 *     npx vite-node bench/masking.ts
 */
const documents = Array.from({ length: 20_000 }, (_, index) => documentOf(index));
const bytes = documents.reduce((sum, document) => sum + Buffer.byteLength(document), 0) / documents.length;
console.log(`${documents.length} documents, ${bytes.toFixed(0)} bytes on average`);

const nothing = { annotationKeys: [], metadataPaths: [], members: [], queryParameters: [], headers: [], detectors: [] };
const hash = (value: string) => createHmac("sha256", "key").update(value).digest("hex").slice(0, 24);
const masker = (...rules: Partial<MaskingRule>[]) =>
  compileMasker(
    rules.map((rule, index) => ({ ...nothing, replacement: "MARK", name: `rule${index}`, ...rule })),
    hash,
  )!;
const rules = {
  "5 names that are nowhere": masker(
    { annotationKeys: ["card", "passport"], headers: ["x-api-key"] },
    { metadataPaths: [["**", "iban"]] },
    { queryParameters: ["sig"] },
  ),
  "an annotation, by a mark": masker({ annotationKeys: ["customer"] }),
  "an annotation, by a hash": masker({ annotationKeys: ["customer"], replacement: "HASH" }),
  "detectors that find nothing": masker({ detectors: ["JWT", "API_TOKEN", "PRIVATE_KEY", "CARD_NUMBER"] }),
  "all detectors, finding an address": masker({
    detectors: [
      "EMAIL",
      "CARD_NUMBER",
      "BEARER_TOKEN",
      "JWT",
      "AWS_KEY",
      "API_TOKEN",
      "PRIVATE_KEY",
      "CREDENTIAL_NAMES",
    ],
  }),
};
for (let round = 0; round < 3; round++) {
  const sink = { accept: () => {}, reject: (problem: object) => console.error(problem) };
  report("readSegmentDocument alone", (document) => readSegmentDocument(document, sink));
  for (const [name, { document }] of Object.entries(rules)) report(name, document);
}

function report(name: string, work: (document: string) => unknown): void {
  const start = process.cpuUsage();
  for (const document of documents) work(document);
  const { user, system } = process.cpuUsage(start);
  console.log(`${name}: ${((user + system) / documents.length).toFixed(2)} µs of CPU a document`);
}

function documentOf(index: number): string {
  const id = index.toString(16).padStart(16, "5a");
  return Buffer.from(
    JSON.stringify({
      id,
      trace_id: `1-6908a1b2-${id.padStart(24, "c")}`,
      name: "checkout",
      start_time: 1761607680.123 + index,
      end_time: 1761607680.456 + index,
      http: {
        request: {
          method: "POST",
          url: `https://shop.example.com/api/orders/${index}?page=2&size=50`,
          client_ip: "10.0.0.1",
          user_agent: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36",
        },
        response: { status: 200, content_length: 5120 },
      },
      aws: { xray: { sdk: "X-Ray for Node.js", sdk_version: "3.12.0", package: "aws-xray-sdk" } },
      service: { runtime: "node", runtime_version: "20.20.2", name: "checkout" },
      annotations: { customer: `c-${index}`, plan: "gold", region: "eu-west-1" },
      metadata: {
        default: {
          cart: {
            items: [1, 2, 3].map((item) => ({ sku: `sku-${item}`, count: item })),
            note: `order of person${index}@example.com`,
          },
        },
      },
      subsegments: [
        {
          id: id.replace("5", "6"),
          name: "orders",
          start_time: 1761607680.2,
          end_time: 1761607680.3,
          namespace: "remote",
          sql: { url: "jdbc:postgresql://db/orders", sanitized_query: "SELECT * FROM orders WHERE id = ?" },
        },
      ],
    }),
  ).toString("utf8");
}
