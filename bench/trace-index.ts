import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { systemEnvironment } from "../src/environment.js";
import { openFacts } from "../src/storage/facts/open-facts.js";
import type { SegmentRow } from "../src/storage/trace-store.js";
import { compileTrace } from "../src/tracing/compile-trace.js";
import { factsOf } from "../src/tracing/facts.js";
import type { Filter } from "../src/tracing/filter/filter.js";
import { parseFilter } from "../src/tracing/filter/parse-filter.js";
import { inferredIdOf } from "../src/tracing/inferred-id.js";
import { indexedSummaryOf } from "../src/tracing/summary.js";
import type { IndexedTrace, RequestFacts } from "../src/tracing/trace-facts.js";
import { nezhaFolder, readNezha, segmentDocuments } from "./nezha.js";

/**
 * What questions to the index of traces cost, and what it takes on disk.
 *
 *   npx vite-node bench/trace-index.ts --segments 1000000 [--documents] [--spans 3] [--hours 1] [--data folder] [--readers]
 *
 * Traces of the data set, compiled once and put with fresh ids and times, evenly over some hours until now. `--documents`
 * puts the documents, too. `--readers`: what it costs that policies limit a reader, in place of the rest. `--spans`: only the first so many of each trace, for many traces of few segments.
 */
const option = (name: string, otherwise: number) => {
  const place = process.argv.indexOf(`--${name}`);
  return place < 0 ? otherwise : Number(process.argv[place + 1]);
};
const wanted = option("segments", 1_000_000);
const spansMax = option("spans", Number.POSITIVE_INFINITY);
const hours = option("hours", 1);
const withDocuments = process.argv.includes("--documents");

const hourMs = 3_600_000;
const minuteMs = 60_000;
const batchTraces = 1000;
const scope = { accountId: "000000000000", region: "us-east-1" };
const nowMs = Math.floor(Date.now() / hourMs) * hourMs;

interface Template {
  readonly trace: IndexedTrace;
  readonly documents: readonly Record<string, unknown>[];
  readonly startMs: number;
}

/** Each trace of the data set once. */
function templates(): Template[] {
  const folder = nezhaFolder(path.resolve(import.meta.dirname, ".."));
  if (folder === undefined) throw new Error("the data set is not there");
  const spans = readNezha(folder);
  const byTrace = new Map<string, Record<string, unknown>[]>();
  const all = segmentDocuments(spans, nowMs, () => 0);
  for (let count = 0; count < spans.length; count++) {
    const document = JSON.parse(all.next().value) as Record<string, unknown>;
    const id = String(document["trace_id"]);
    byTrace.set(id, [...(byTrace.get(id) ?? []), document]);
  }
  return [...byTrace].map(([traceId, ofTrace]) => {
    const documents = ofTrace
      .sort((one, other) => Number(one["start_time"]) - Number(other["start_time"]))
      .slice(0, spansMax);
    const startMs = Math.floor(Number(documents[0]!["start_time"]) * 1000);
    const segments = documents.map((document) => rowOf(document, startMs));
    const compiled = compileTrace({ traceId, segments, truncated: false }, { nowMs, inferredIdOf });
    const trace = {
      facts: factsOf(compiled),
      summary: indexedSummaryOf(compiled),
      groupArns: [],
      version: 0,
      receivedMs: startMs,
    };
    return { trace, documents, startMs };
  });
}

function rowOf(document: Record<string, unknown>, receivedMs: number): SegmentRow {
  return {
    traceId: String(document["trace_id"]),
    segmentId: String(document["id"]),
    kind: "segment",
    ...(document["parent_id"] !== undefined && { parentId: String(document["parent_id"]) }),
    startTimeSeconds: Number(document["start_time"]),
    endTimeSeconds: Number(document["end_time"]),
    inProgress: false,
    receivedMs,
    document: JSON.stringify(document),
  };
}

/** The trace at another time, with ids of its own. */
function stamped({ trace, startMs }: Template, atMs: number): IndexedTrace {
  const { facts } = trace;
  const byUs = Math.round((atMs - startMs) * 1000);
  const traceId = `1-${Math.floor(atMs / 1000).toString(16)}-${randomBytes(12).toString("hex")}`;
  const moved = <Request extends RequestFacts>(requests: readonly Request[]): Request[] =>
    requests.map((request) => ({
      ...request,
      startUs: request.startUs + byUs,
      endUs: request.endUs === undefined ? undefined : request.endUs + byUs,
    }));
  const customer = `c${Math.floor(Math.random() * 50_000)}`;
  return {
    ...trace,
    facts: {
      ...facts,
      traceId,
      timeMs: Math.floor(atMs / 1000) * 1000,
      startUs: facts.startUs + byUs,
      endUs: facts.endUs + byUs,
      segments: moved(facts.segments),
      calls: moved(facts.calls),
      annotations: [...facts.annotations.slice(0, 49), { key: "customer", value: customer }],
    },
    summary: trace.summary
      .replace(facts.traceId, traceId)
      .replace('"Annotations":{', `"Annotations":{"customer":[{"AnnotationValue":{"StringValue":"${customer}"}}],`),
    version: Math.round(atMs * 1000),
    receivedMs: Math.floor(atMs),
  };
}

/** The documents of the same trace. */
function documentsOf({ documents, startMs }: Template, { facts }: IndexedTrace, atMs: number): SegmentRow[] {
  const salt = randomBytes(8).readBigUInt64BE();
  const idOf = (id: unknown) => (BigInt(`0x${id}`) ^ salt).toString(16).padStart(16, "0");
  const bySeconds = (atMs - startMs) / 1000;
  const at = (seconds: unknown) => Math.round((Number(seconds) + bySeconds) * 1e6) / 1e6;
  return documents.map((document) =>
    rowOf(
      {
        ...document,
        id: idOf(document["id"]),
        trace_id: facts.traceId,
        ...(document["parent_id"] !== undefined && { parent_id: idOf(document["parent_id"]) }),
        start_time: at(document["start_time"]),
        end_time: at(document["end_time"]),
      },
      Math.floor(atMs),
    ),
  );
}

function place(name: string): string | undefined {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
}

function cpuUs(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return user + system;
}

async function timed(name: string, ask: () => Promise<unknown>, rounds = 9): Promise<void> {
  const tookMs: number[] = [];
  const cpuMs: number[] = [];
  let told = "";
  for (let round = 0; round < rounds; round++) {
    const started = performance.now();
    const cpu = process.cpuUsage();
    told = String(await ask());
    tookMs.push(performance.now() - started);
    cpuMs.push(cpuUs(cpu) / 1000);
  }
  const middle = (numbers: number[]) => numbers.toSorted((one, other) => one - other)[Math.floor(rounds / 2)]!;
  const ms = (number: number) => `${number.toFixed(0).padStart(5)} ms`;
  console.log(
    `${name.padEnd(44)} p50 ${ms(middle(tookMs))}  processor ${ms(middle(cpuMs))}  first ${ms(tookMs[0]!)}  ${told}`,
  );
}

const given = place("data");
const dataFolder = given ?? mkdtempSync(path.join(tmpdir(), "dosimeter-bench-"));
const facts = await openFacts({
  environment: systemEnvironment,
  dataFolder,
  retention: { traceRetentionDays: 30, eventRetentionDays: 90 },
});
const { index, traces: store } = facts;

const before = (await facts.stats()).tables.traces.rows;
if (before === 0) {
  const all = templates();
  const segmentsATrace = all.reduce((sum, { documents }) => sum + documents.length, 0) / all.length;
  const tracesWanted = Math.ceil(wanted / segmentsATrace);
  console.log(`${tracesWanted} traces of ${segmentsATrace.toFixed(1)} segments over ${hours} h`);
  let [segments, putMs, putCpuUs] = [0, 0, 0];
  for (let done = 0; done < tracesWanted; ) {
    const batch: IndexedTrace[] = [];
    const rows: SegmentRow[] = [];
    for (; batch.length < batchTraces && done < tracesWanted; done++) {
      const template = all[(done * 7) % all.length]!;
      const atMs = nowMs - hours * hourMs + (done / tracesWanted) * hours * hourMs;
      const trace = stamped(template, atMs);
      batch.push(trace);
      segments += template.documents.length;
      if (withDocuments) rows.push(...documentsOf(template, trace, atMs));
    }
    for (let start = 0; start < rows.length; start += 5000)
      await store.putSegments(scope, rows.slice(start, start + 5000));
    const stored = performance.now();
    const cpu = process.cpuUsage();
    await index.putTraces(scope, batch);
    putMs += performance.now() - stored;
    putCpuUs += cpuUs(cpu);
  }
  console.log(
    `${segments} segments: put in ${(putMs / 1000).toFixed(1)} s, ${((putMs / segments) * 1000).toFixed(1)} µs and ` +
      `${(putCpuUs / segments).toFixed(1)} µs of processor time a segment, ${(putCpuUs / tracesWanted).toFixed(0)} µs a trace`,
  );
}

const hour = { fromMs: nowMs - hourMs, untilMs: nowMs };
const operation = "hipstershop.ProductCatalogService/GetProduct";
const expressions = {
  "no expression": undefined,
  "annotation, frequent": `annotation.operation = "${operation}"`,
  "annotation, rare": 'annotation.customer = "c7"',
  service: 'service("frontend")',
  "service, rare": 'service("nosuch")',
  "service with braces": 'service("cartservice") { fault }',
  edge: 'edge("frontend", "cartservice")',
  "edge with braces": 'edge("frontend", "cartservice") { responsetime > 0.05 }',
  "response time": "responsetime > 0.5",
  url: 'http.url CONTAINS "nosuch"',
} as const;
async function askAll(when: string): Promise<void> {
  console.log(`-- ${when}`);
  for (const by of ["TraceId", "Event", "Service"] as const)
    for (const [name, expression] of Object.entries(expressions)) {
      if (by !== "TraceId" && !["no expression", "annotation, rare"].includes(name)) continue;
      const filter = expression === undefined ? {} : { filter: parseFilter(expression) };
      await timed(`search ${by}, ${name}`, async () => {
        const page = await index.search(scope, { ...hour, by, limit: 1000, ...filter });
        return `${page.traces.length} of ${page.scannedCount}`;
      });
    }
  const off = 17_123;
  await timed("graph of an hour", async () => (await index.graph(scope, hour)).nodes.length, 5);
  await timed(
    "graph of an hour that begins within a minute",
    async () =>
      (await index.graph(scope, { fromMs: hour.fromMs + off, untilMs: hour.untilMs - minuteMs + off })).nodes.length,
    5,
  );
  const series = (of: Parameters<typeof index.series>[1]["of"]) => async () =>
    (await index.series(scope, { fromMs: nowMs - 24 * hourMs, untilMs: nowMs, periodMs: minuteMs, of })).length;
  await timed("series of a node, 24 h at a minute", series({ node: { name: "frontend" } }), 5);
  await timed(
    "series of an edge, 24 h at a minute",
    series({ source: { name: "frontend" }, target: { name: "cartservice" } }),
    5,
  );
}

const customers = (comparison: "=" | "BEGINSWITH", value: string): Filter => ({
  kind: "annotation-values",
  key: "customer",
  which: "some",
  tests: [{ comparison, value }],
});
/** What policies limit readers to. */
const readers: Readonly<Record<string, Filter | undefined>> = {
  "who sees all": undefined,
  "one customer": customers("=", "c7"),
  "a fifth of the customers": customers("BEGINSWITH", "c1"),
  "all but a fifth": { kind: "not", term: customers("BEGINSWITH", "c1") },
  "a group": parseFilter('service("cartservice")'),
};

/** What limits cost: figures for a limited reader are made of the traces, not of sums. */
async function askAsReaders(): Promise<void> {
  for (const [name, visible] of Object.entries(readers)) {
    const limited = visible && { visible };
    await timed(`graph of ${hours} h, ${name}`, async () => {
      const { nodes } = await index.graph(scope, { fromMs: nowMs - hours * hourMs, untilMs: nowMs, ...limited });
      return `${nodes.reduce((sum, { okCount, faultCount }) => sum + okCount + faultCount, 0)} requests`;
    });
    await timed(`series of a node, a day at 5 min, ${name}`, async () => {
      const day = { fromMs: nowMs - 24 * hourMs, untilMs: nowMs, periodMs: 5 * minuteMs };
      return (await index.series(scope, { ...day, of: { node: { name: "frontend" } }, ...limited })).length;
    });
    await timed(`search, newest 1000, ${name}`, async () => {
      const range = { fromMs: nowMs - hours * hourMs, untilMs: nowMs, by: "TraceId" as const, limit: 1000 };
      const page = await index.search(scope, { ...range, ...limited });
      return `${page.traces.length} of ${page.scannedCount}`;
    });
  }
}

if (process.argv.includes("--fresh")) await askAll("nothing rolled up");
const rolling = performance.now();
await index.rollUp(Date.now() + hourMs);
console.log(`rolled up in ${((performance.now() - rolling) / 1000).toFixed(1)} s`);
if (process.argv.includes("--readers")) await askAsReaders();
else await askAll("rolled up");
const { tables } = await facts.stats();
const segments = wanted;
for (const [table, { rows, bytesOnDisk }] of Object.entries(tables))
  if (rows > 0)
    console.log(`${table}: ${rows} rows, ${bytesOnDisk} bytes, ${(bytesOnDisk / segments).toFixed(1)} bytes a segment`);
await facts.close();
if (given === undefined) rmSync(dataFolder, { recursive: true });
