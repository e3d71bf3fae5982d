import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import {
  BatchGetTracesCommand,
  GetTraceGraphCommand,
  GetTraceSummariesCommand,
  PutTraceSegmentsCommand,
  XRayClient,
} from "@aws-sdk/client-xray";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, type RunningDosimeter, startDosimeter } from "./start-dosimeter.js";

let dosimeter: RunningDosimeter;
let xray: XRayClient;

beforeAll(async () => {
  dosimeter = await startDosimeter();
  xray = dosimeter.client(XRayClient);
});

afterAll(async () => {
  xray.destroy();
  await dosimeter.stop();
});

let made = 0;
function newTraceId(): string {
  made++;
  return `1-${Math.floor(Date.now() / 1000).toString(16)}-${made.toString(16).padStart(24, "0")}`;
}

const hex = (number: number) => number.toString(16).padStart(16, "0");

/** A good segment with something in it. */
function segment(traceId: string, more: Record<string, unknown> = {}) {
  const end = Date.now() / 1000;
  return { id: hex(1), trace_id: traceId, name: "shop", start_time: end - 1, end_time: end, ...more };
}

async function put(...documents: readonly string[]) {
  return (await xray.send(new PutTraceSegmentsCommand({ TraceSegmentDocuments: [...documents] })))
    .UnprocessedTraceSegments;
}

/** The trace is read back, is summarised, and has a graph: whatever is in it hurts none of them. */
async function isReadable(traceId: string) {
  const { Traces } = await xray.send(new BatchGetTracesCommand({ TraceIds: [traceId] }));
  for (const { Document } of Traces?.[0]?.Segments ?? []) JSON.parse(Document!);
  const graph = await xray.send(new GetTraceGraphCommand({ TraceIds: [traceId] }));
  expect(graph.Services!.length).toBeGreaterThan(0);
  const summary = await eventually(async () => {
    const now = Date.now();
    const { TraceSummaries } = await xray.send(
      new GetTraceSummariesCommand({ StartTime: new Date(now - 600_000), EndTime: new Date(now + 60_000) }),
    );
    return TraceSummaries?.find(({ Id }) => Id === traceId);
  }, `the summary of ${traceId}`);
  return { trace: Traces![0]!, summary };
}

describe("a hostile document", () => {
  it("may have names that mean something to the language", async () => {
    const traceId = newTraceId();
    const text = `{"__proto__":"p","constructor":"c","toString":"t","hasOwnProperty":"h"}`;
    const hostile = JSON.parse(text) as Record<string, unknown>;
    const document = JSON.stringify(
      segment(traceId, { metadata: { default: hostile, constructor: { prototype: 1 } } }),
    ).replace(
      /}$/,
      `,"annotations":${text},"subsegments":[{"id":"${hex(2)}","name":"__proto__","start_time":1,"end_time":2,"namespace":"remote"}]}`,
    );
    expect(await put(document)).toEqual([]);
    const { summary } = await isReadable(traceId);
    expect(Object.keys(summary.Annotations!).sort()).toEqual([
      "__proto__",
      "constructor",
      "hasOwnProperty",
      "toString",
    ]);
  });

  it("may nest subsegments as deep as 64 KB allow, sent at once or one by one", async () => {
    const nested = newTraceId();
    let inner: Record<string, unknown> | undefined;
    for (let level = 600; level > 1; level--)
      inner = { id: hex(level), name: "n", start_time: 1, end_time: 2, ...(inner && { subsegments: [inner] }) };
    expect(await put(JSON.stringify(segment(nested, { subsegments: [inner] })))).toEqual([]);
    await isReadable(nested);

    const chained = newTraceId();
    const end = Date.now() / 1000;
    const links = Array.from({ length: 2000 }, (_, level) =>
      JSON.stringify({
        id: hex(level + 2),
        trace_id: chained,
        parent_id: hex(level + 1),
        type: "subsegment",
        name: "n",
        start_time: end - 1,
        end_time: end,
      }),
    );
    for (let from = 0; from < links.length; from += 50) await put(...links.slice(from, from + 50));
    await put(JSON.stringify(segment(chained)));
    await isReadable(chained);
  });

  it("may have 10,000 subsegments in a trace: what is beyond the limit of a trace is said to be", async () => {
    const traceId = newTraceId();
    const end = Date.now() / 1000;
    const children = Array.from({ length: 10_000 }, (_, index) =>
      JSON.stringify({
        id: hex(index + 2),
        trace_id: traceId,
        parent_id: hex(1),
        type: "subsegment",
        namespace: "remote",
        name: `service${index % 100}`,
        start_time: end - 1,
        end_time: end,
      }),
    );
    await put(JSON.stringify(segment(traceId)));
    for (let from = 0; from < children.length; from += 50) await put(...children.slice(from, from + 50));
    const { trace } = await isReadable(traceId);
    expect(trace.LimitExceeded).toBe(true);
  });

  it("may have times and numbers that are none: each is refused by name", async () => {
    const traceId = newTraceId();
    const good = JSON.stringify(segment(traceId));
    const broken = [
      good.replace(/"start_time":[\d.]+/, '"start_time":NaN'),
      good.replace(/"start_time":[\d.]+/, '"start_time":1e999'),
      good.replace(/"start_time":[\d.]+/, '"start_time":-1'),
      good.replace(/"end_time":[\d.]+/, '"end_time":"now"'),
      good.replace(/"id":"0/, '"id":"\\u0000'),
      good.replace('"shop"', JSON.stringify("x".repeat(201))),
      "x".repeat(70_000),
    ];
    const unprocessed = await put(...broken, good);
    expect(unprocessed).toHaveLength(broken.length);
    await isReadable(traceId);
  });

  it("may come in an order that makes a ring", async () => {
    const traceId = newTraceId();
    const child = (id: number, parent: number) =>
      JSON.stringify({ ...segment(traceId), id: hex(id), parent_id: hex(parent), type: "subsegment" });
    const own = (id: number, parent: number) =>
      JSON.stringify({ ...segment(traceId), id: hex(id), parent_id: hex(parent) });
    await put(child(10, 11), child(11, 12), child(12, 10), own(20, 21), own(21, 20), child(30, 30));
    await isReadable(traceId);
  });

  const suite = path.resolve(import.meta.dirname, "../../shared/data/json-test-suite/test_parsing");
  it.skipIf(!existsSync(suite))(
    "may hold, as metadata, whatever JSON others found hard",
    async () => {
      const last = newTraceId();
      const contents = readdirSync(suite)
        .map((file) => ({ file, content: readFileSync(path.join(suite, file), "utf8") }))
        .filter(({ content }) => content.length <= 30_000);
      const tryOne = async ({ file, content }: (typeof contents)[number]) => {
        const traceId = newTraceId();
        const document = JSON.stringify(segment(traceId)).replace(/}$/, `,"metadata":{"default":{"hard":${content}}}}`);
        const unprocessed = await put(document);
        if (unprocessed!.length > 0) return;
        const { Traces } = await xray.send(new BatchGetTracesCommand({ TraceIds: [traceId] }));
        expect(JSON.parse(Traces![0]!.Segments![0]!.Document!).id, file).toBe(hex(1));
      };
      while (contents.length > 0) await Promise.all(contents.splice(0, 20).map(tryOne));
      await put(JSON.stringify(segment(last)));
      await isReadable(last);
    },
    120_000,
  );
});
