import { randomBytes, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "@clickhouse/client";
import { createChdbConnection } from "chdb/connection";
import { systemEnvironment } from "../src/environment.js";
import type { EventRow } from "../src/storage/event-store.js";
import { openFacts } from "../src/storage/facts/open-facts.js";
import type { SegmentRow } from "../src/storage/trace-store.js";

/**
 * What the stores of facts take, and at what price.
 *
 *   npx vite-node bench/store-inserts.ts formats   ways to hand rows to the engine
 *   npx vite-node bench/store-inserts.ts facts     durable segments and events through the ports
 */
const scope = { accountId: "000000000000", region: "us-east-1" };
const names = ["shop", "cart", "payment", "users", "mail"];

function segmentRow(nowMs: number): SegmentRow {
  const traceId = `1-${Math.floor(nowMs / 1000).toString(16)}-${randomBytes(12).toString("hex")}`;
  const segmentId = randomBytes(8).toString("hex");
  const name = names[nowMs % names.length]!;
  return {
    traceId,
    segmentId,
    kind: "segment",
    startTimeSeconds: nowMs / 1000,
    endTimeSeconds: (nowMs + 50) / 1000,
    inProgress: false,
    receivedMs: nowMs,
    document: JSON.stringify({
      name,
      id: segmentId,
      trace_id: traceId,
      parent_id: segmentId,
      start_time: nowMs / 1000,
      end_time: (nowMs + 50) / 1000,
      http: { request: { method: "GET", url: `http://${name}.example.com/api/items/7` }, response: { status: 200 } },
      aws: { xray: { sdk: "X-Ray for Node.js", sdk_version: "3.12.0" } },
      annotations: { customer: `c${nowMs % 777}` },
    }),
  };
}

function eventRow(nowMs: number): EventRow {
  const eventId = randomUUID();
  return {
    eventId,
    ...scope,
    eventTimeMs: nowMs,
    category: "Data",
    eventSource: "xray.amazonaws.com",
    eventName: "PutTraceSegments",
    readOnly: false,
    username: "shop",
    accessKeyId: "AKIAIOSFODNN7EXAMPLE",
    errorCode: "",
    resources: [{ type: "AWS::XRay::Trace", name: "*" }],
    record: JSON.stringify({ eventVersion: "1.11", eventID: eventId, filler: "x".repeat(900) }),
  };
}

function newFolder(): string {
  return mkdtempSync(path.join(tmpdir(), "dosimeter-bench-"));
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}

function quantiles(latencies: number[]): string {
  const sorted = latencies.sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!.toFixed(1);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms`;
}

async function benchFormats(): Promise<void> {
  const rowsAnInsert = 2000;
  const inserts = 30;
  const folder = newFolder();
  const connection = createChdbConnection({ path: folder });
  // biome-ignore lint/suspicious/noExplicitAny: two versions of one interface.
  const client = createClient({ connection: connection as any });
  await client.command({
    query: `CREATE TABLE default.rows (trace_id String, segment_id String, received_ms Int64, document String)
      ENGINE = MergeTree ORDER BY (trace_id, segment_id)
      SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, auto_statistics_types = ''`,
  });
  const batches = Array.from({ length: inserts }, () =>
    Array.from({ length: rowsAnInsert }, () => {
      const row = segmentRow(Date.now());
      return [row.traceId, row.segmentId, row.receivedMs, row.document];
    }),
  );
  type Batch = (typeof batches)[number];
  const columns = ["trace_id", "segment_id", "received_ms", "document"];
  const json = (rows: Batch) => rows.map((row) => JSON.stringify(row)).join("\n");
  const escapes: Record<string, string> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n" };
  const tabs = (rows: Batch) =>
    `${rows.map((row) => row.map((value) => String(value).replace(/[\\\t\n]/g, (character) => escapes[character]!)).join("\t")).join("\n")}\n`;
  const into = "INSERT INTO default.rows FORMAT";
  const table = "default.rows";
  const ways: Record<string, (rows: Batch) => Promise<unknown>> = {
    "client.insert of arrays": (values) => client.insert({ table, values, format: "JSONCompactEachRow" }),
    "statement and rows as text": (rows) => client.command({ query: `${into} JSONCompactEachRow\n${json(rows)}` }),
    "connection's raw insert, JSON": (rows) =>
      connection.chdb.rawInsert({ table, columns, format: "JSONCompactEachRow", values: Buffer.from(json(rows)) }),
    "connection's raw insert, tabs": (rows) =>
      connection.chdb.rawInsert({ table, columns, format: "TabSeparated", values: Buffer.from(tabs(rows)) }),
  };
  for (let round = 1; round <= 2; round++)
    for (const [name, insert] of Object.entries(ways)) {
      await client.command({ query: "TRUNCATE TABLE default.rows" });
      const cpu = process.cpuUsage();
      const started = performance.now();
      for (const batch of batches) await insert(batch);
      const seconds = (performance.now() - started) / 1000;
      const { user, system } = process.cpuUsage(cpu);
      const rows = rowsAnInsert * inserts;
      console.log(
        `round ${round}, ${name}: ${Math.round(rows / seconds)} rows/s, ${((user + system) / rows).toFixed(1)} µs CPU/row`,
      );
    }
  await client.close();
  rmSync(folder, { recursive: true });
}

async function benchFacts(): Promise<void> {
  const folder = newFolder();
  const facts = await openFacts({
    environment: systemEnvironment,
    dataFolder: folder,
    retention: { traceRetentionDays: 30, eventRetentionDays: 90 },
  });
  await sleep(2000);
  console.log(`idle: ${megabytes(process.memoryUsage().rss)} MB resident`);

  async function call(segments: number): Promise<number> {
    const started = performance.now();
    const nowMs = Date.now();
    await facts.traces.putSegments(
      scope,
      Array.from({ length: segments }, () => segmentRow(nowMs)),
    );
    await facts.events.append([eventRow(nowMs)]);
    return performance.now() - started;
  }

  const alone: number[] = [];
  for (let index = 0; index < 100; index++) alone.push(await call(10));
  console.log(`one call of 10 segments and its event after the other: ${quantiles(alone)}`);

  /** Calls begin evenly spread, whether or not the former have ended. */
  async function load(callsPerSecond: number, segments: number, seconds: number): Promise<void> {
    const latencies: number[] = [];
    const calls: Promise<void>[] = [];
    let refused = 0;
    const cpu = process.cpuUsage();
    const started = performance.now();
    while (performance.now() - started < seconds * 1000) {
      const due = Math.floor(((performance.now() - started) / 1000) * callsPerSecond);
      while (calls.length < due)
        calls.push(
          call(segments).then(
            (latency) => void latencies.push(latency),
            () => void refused++,
          ),
        );
      await sleep(1);
    }
    await Promise.all(calls);
    const took = (performance.now() - started) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    const rows = latencies.length * segments;
    console.log(
      `${callsPerSecond} calls/s of ${segments} and their events wanted: ${Math.round(rows / took)} segments/s, ` +
        `${((user + system) / rows).toFixed(1)} µs CPU/segment (${((user + system) / took / 1e6).toFixed(2)} cores), ` +
        `${quantiles(latencies)}, ${refused} refused, ${megabytes(process.memoryUsage().rss)} MB resident`,
    );
  }

  await load(1000, 10, 10);
  await load(2000, 10, 10);
  await load(350, 50, 10);
  await load(700, 50, 10);
  const reads: number[] = [];
  for (let index = 0; index < 30; index++) {
    await call(10);
    const started = performance.now();
    await facts.events.lookup(scope, { fromMs: 0, untilMs: Date.now(), categories: ["Management"], limit: 50 });
    reads.push(performance.now() - started);
  }
  console.log(`a lookup just after a write: ${quantiles(reads)}`);
  const { tables } = await facts.stats();
  for (const [table, { rows, bytesOnDisk }] of Object.entries(tables))
    if (rows > 0) console.log(`${table}: ${rows} rows, ${Math.round(bytesOnDisk / rows)} bytes on disk a row`);
  await facts.close();
  rmSync(folder, { recursive: true });
}

switch (process.argv[2]) {
  case "formats":
    await benchFormats();
    break;
  case "facts":
    await benchFacts();
    break;
  default:
    console.error("say formats or facts");
    process.exitCode = 1;
}
