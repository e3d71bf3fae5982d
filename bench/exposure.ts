import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { eventOf } from "../src/audit/record.js";
import { exposureOf, type TraceExposure } from "../src/audit/trace-exposure.js";
import { systemEnvironment } from "../src/environment.js";
import { FactDatabase } from "../src/storage/facts/fact-database.js";
import { openFacts } from "../src/storage/facts/open-facts.js";
import { killWhileReading } from "./exposure-crash.js";
import { latencies } from "./latencies.js";
import { callerOf, startBenched } from "./start-benched.js";

/**
 * What questions about exposure take over the wire, among ten million reads; whether every read is found that was
 * answered before kill -9; and what a read's share of the index costs.
 *
 *   npm run build:bench && node dist/bench/exposure.js [--reads 10000000] [--questions 30] [--kills 5] [--data FOLDER]
 *
 * A folder that is given is kept, and filled only if it is not there.
 *
 * The reads are of ninety days: a trace with 10,000 readers, a reader of a million traces, a million reads of one trace
 * each by 5,000 people, and for the rest searches of a thousand traces each by 500.
 */
const text = (name: string) => {
  const place = process.argv.indexOf(`--${name}`);
  return place < 0 ? undefined : process.argv[place + 1];
};
const option = (name: string, otherwise: number) => Number(text(name) ?? otherwise);
const reads = option("reads", 10_000_000);
const questions = option("questions", 30);
const pageIds = 1000;
const calls = 500;
const kills = option("kills", 5);
const kept = text("data");
const filled = kept !== undefined && existsSync(kept);
const data = kept ?? mkdtempSync(path.join(tmpdir(), "dosimeter-exposure-"));
const program = path.resolve(import.meta.dirname, "../../bin/dosimeter.cjs");
const retention = { eventRetentionDays: 90, traceRetentionDays: 30 };
const nowMs = Date.now();
const rangeMs = 89 * 86_400_000;
const arnOf = (name: string) => `arn:aws:iam::000000000000:user/${name}`;

/** SQL of the id of a numbered trace. */
const traceId = (number: string) =>
  `concat('1-', lower(leftPad(hex(toUInt32(1788000000 + intDiv(${number}, 20))), 8, '0')), '-',
    substring(lower(hex(sipHash128(${number}))), 1, 24))`;
const popular = traceId("77");

/** Calls, each with its caller and its traces; `number` counts them. */
function insertCalls(count: number, of: { caller: string; kind: string; traces: string }): string {
  const operation = of.kind === "summary" ? "GetTraceSummaries" : "BatchGetTraces";
  return `
INSERT INTO trace_reads
SELECT '000000000000', 'us-east-1', concat('${arnOf("")}', ${of.caller}),
  ${nowMs - rangeMs} + toInt64(rand64(number) % ${rangeMs}) AS time, toString(generateUUIDv4(number)),
  concat('AIDA', upper(substring(hex(sipHash128(${of.caller})), 1, 17))), '${operation}', '${of.kind}', '',
  concat('{"startTime":', toString(intDiv(time, 1000)), ',"filterExpression":"annotation.customer = \\\\"c-',
    toString(number % 1000), '\\\\""}'),
  ${of.traces}, time
FROM numbers(${count})`;
}

const searched = (first: string, every: string) =>
  `arraySort(arrayMap(i -> ${traceId(`(${first} + i * ${every})`)}, range(${pageIds})))`;

async function fill(): Promise<void> {
  await (await openFacts({ dataFolder: data, environment: systemEnvironment, retention })).close();
  const database = await FactDatabase.embedded(path.join(data, "facts"), "dosimeter");
  const started = performance.now();
  const searches = Math.max(0, Math.round((reads - 2_010_000) / pageIds));
  await database.command(
    insertCalls(10_000, { caller: "concat('reader-', toString(number))", kind: "document", traces: `[${popular}]` }),
  );
  await database.command(
    insertCalls(1000, { caller: "'collector'", kind: "summary", traces: searched(`number * ${pageIds}`, "1") }),
  );
  await database.command(
    insertCalls(1_000_000, {
      caller: "concat('person-', toString(number % 5000))",
      kind: "document",
      traces: `[${traceId("(rand64(number) % 5000000)")}]`,
    }),
  );
  const most = 1000;
  for (let done = 0; done < searches; done += most)
    await database.command(
      insertCalls(Math.min(most, searches - done), {
        caller: `concat('searcher-', toString((number + ${done}) % 500))`,
        kind: "summary",
        traces: searched(`(rand64(number + ${done}) % 4000000)`, "997"),
      }),
    );
  // As the parts of days that are past are: few, by and by.
  for (const table of ["trace_reads", "reads_of_traces"]) await database.command(`OPTIMIZE TABLE ${table} FINAL`);
  console.log(`filled in ${((performance.now() - started) / 1000).toFixed(0)} s`);
  const sizes = await database.query<{ table: string; rows: number; bytes: number; parts: number }>(
    "bench",
    `SELECT table, sum(rows) AS rows, sum(bytes_on_disk) AS bytes, count() AS parts FROM system.parts
     WHERE active AND database = 'dosimeter' AND table IN ('trace_reads', 'reads_of_traces') GROUP BY table`,
    {},
  );
  for (const { table, rows, bytes, parts } of sizes)
    console.log(`${table}: ${rows} rows in ${parts} parts, ${(Number(bytes) / 2 ** 20).toFixed(0)} MiB`);
  await database.close();
}

/** The id of the trace with ten thousand readers, and some that the collector read. */
async function someIds(): Promise<{ most: string; others: readonly string[] }> {
  const database = await FactDatabase.embedded(path.join(data, "facts"), "dosimeter");
  const [row] = await database.query<{ most: string; others: string[] }>(
    "bench",
    `SELECT ${popular} AS most, arrayMap(i -> ${traceId("(i * 20000)")}, range(50)) AS others`,
    {},
  );
  await database.close();
  return row!;
}

async function ask(): Promise<void> {
  const { most, others } = await someIds();
  const service = await startBenched(program, data);
  const operation = callerOf(service);
  const call = (name: string, input: object) => operation(`dosimeter/${name}`, input);
  const Caller = arnOf("collector");
  const ofTrace = await call("GetTraceExposure", { TraceId: most });
  const ofCaller = await call("GetCallerExposure", { Caller });
  console.log(`the trace has ${ofTrace.ReaderCount} readers, the reader ${ofCaller.TraceCount} traces`);
  const kinds: Record<string, () => Promise<unknown>> = {
    "the trace with 10,000 readers: calls, first page": () => call("GetTraceExposure", { TraceId: most }),
    "its second page": () => call("GetTraceExposure", { TraceId: most, NextToken: ofTrace.NextToken }),
    "its pages of 1,000 calls": () => call("GetTraceExposure", { TraceId: most, MaxResults: 1000 }),
    "the same by caller": () => call("GetTraceExposure", { TraceId: most, GroupBy: "CALLER" }),
    "one of 5 million traces": () =>
      call("GetTraceExposure", { TraceId: others[Math.floor(Math.random() * others.length)] }),
    "the reader of a million traces: first page": () => call("GetCallerExposure", { Caller }),
    "their second page": () => call("GetCallerExposure", { Caller, NextToken: ofCaller.NextToken }),
    "their pages of 1,000 traces": () => call("GetCallerExposure", { Caller, MaxResults: 1000 }),
    "one of 5,000 readers": () =>
      call("GetCallerExposure", { Caller: arnOf(`person-${Math.floor(Math.random() * 5000)}`) }),
    "an annotation that no trace has": () => call("GetAnnotationExposure", { Key: "customer", Value: "c-1" }),
  };
  console.log("\n| question | p50 ms | p99 ms |\n|---|---|---|");
  for (const [what, question] of Object.entries(kinds)) {
    const took: number[] = [];
    for (let index = 0; index < questions; index++) {
      const start = performance.now();
      await question();
      took.push(performance.now() - start);
    }
    const { p50, p99 } = latencies(took);
    console.log(`| ${what} | ${p50.toFixed(0)} | ${p99.toFixed(0)} |`);
  }
  await service.stop();
}

/** Processor time of the record of a search, its row in the index and the engine's work on both, milliseconds. */
async function costOfRecord(ids: number | undefined): Promise<{ cpuMs: number; recordBytes: number }> {
  const folder = mkdtempSync(path.join(tmpdir(), "dosimeter-exposure-cost-"));
  const facts = await openFacts({ dataFolder: folder, environment: systemEnvironment, retention });
  let recordBytes = 0;
  let cpuMs = 0;
  for (const counted of [false, true]) {
    const before = process.cpuUsage();
    for (let number = 0; number < calls; number++) {
      const event = searchEvent(ids === undefined ? undefined : exposureOf("summary", idsOf(ids, number)));
      recordBytes = Buffer.byteLength(event.record);
      await facts.events.append([event]);
    }
    await facts.events.lookup(
      { accountId: "000000000000", region: "us-east-1" },
      { fromMs: 0, untilMs: 1, categories: ["Data"], limit: 1 },
    );
    const { user, system } = process.cpuUsage(before);
    if (counted) cpuMs = (user + system) / 1000 / calls;
  }
  await facts.close();
  rmSync(folder, { recursive: true });
  return { cpuMs, recordBytes };
}

function idsOf(count: number, number: number): string[] {
  return Array.from({ length: count }, (_, place) => {
    const random = Math.imul(place + number * 7919, 2_654_435_761) >>> 0;
    return `1-6a000000-${random.toString(16).padStart(12, "0")}${(place * 31 + number).toString(16).padStart(12, "0")}`;
  });
}

function searchEvent(exposure: TraceExposure | undefined) {
  return eventOf({
    eventId: systemEnvironment.ids.uuid(),
    requestId: systemEnvironment.ids.uuid(),
    timeMs: Date.now(),
    eventSource: "xray.amazonaws.com",
    eventName: "GetTraceSummaries",
    apiVersion: "2016-04-12",
    readOnly: true,
    event: { category: "Data", resourceType: "AWS::XRay::Trace" },
    accountId: "000000000000",
    region: "us-east-1",
    caller: {
      kind: "root",
      accountId: "000000000000",
      accessKeyId: "AKIA",
      arn: "arn:aws:iam::000000000000:root",
    },
    sourceIpAddress: "127.0.0.1",
    userAgent: "bench",
    host: "127.0.0.1",
    requestParameters: { startTime: 1_790_000_000, filterExpression: 'annotation.customer = "c-17"' },
    responseElements: null,
    resources: [{ type: "AWS::XRay::Trace" }],
    ...(exposure && { exposure }),
  });
}

try {
  console.log("| record of a search | processor time ms | record bytes |\n|---|---|---|");
  for (const ids of [undefined, 1, 100, 1000]) {
    const { cpuMs, recordBytes } = await costOfRecord(ids);
    console.log(
      `| ${ids === undefined ? "without exposure" : `of ${ids} traces`} | ${cpuMs.toFixed(2)} | ${recordBytes} |`,
    );
  }
  if (!filled) await fill();
  await ask();
  await killWhileReading(() => startBenched(program, data), kills);
} finally {
  if (kept === undefined) rmSync(data, { recursive: true, force: true });
}
