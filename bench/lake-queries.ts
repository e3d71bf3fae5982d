import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import {
  CloudTrailClient,
  CreateEventDataStoreCommand,
  DescribeQueryCommand,
  GetQueryResultsCommand,
  LookupEventsCommand,
  StartQueryCommand,
} from "@aws-sdk/client-cloudtrail";
import { systemEnvironment } from "../src/environment.js";
import { FactDatabase } from "../src/storage/facts/fact-database.js";
import { openFacts } from "../src/storage/facts/open-facts.js";
import { latencies } from "./latencies.js";
import { benchSigner, startBenched } from "./start-benched.js";

/**
 * `npm run build:bench && node dist/bench/lake-queries.js [--events 1000000,10000000] [--data folder of log files]`: queries over
 * stores of so many events, over the wire, and what LookupEvents takes while one runs.
 *
 * The events are records of real log files (`../shared/data/cloudtrail-invictus`), each many times over with ids and times of
 * its own, so they take less room on disk than as many that differ.
 */
const { values } = parseArgs({
  options: {
    data: { type: "string", default: "../shared/data/cloudtrail-invictus" },
    rounds: { type: "string", default: "5" },
    events: { type: "string", default: "1000000,10000000" },
  },
});
const sizes = values.events.split(",").map(Number);
const templatesMax = 5000;
const dayMs = 86_400_000;
const program = path.resolve(import.meta.dirname, "../../bin/dosimeter.cjs");

function templates(): string[] {
  const files = readdirSync(values.data, { recursive: true, encoding: "utf8" }).filter((file) =>
    /\.json(\.gz)?$/.test(file),
  );
  const records: string[] = [];
  for (const file of files.sort()) {
    if (records.length >= templatesMax) break;
    const bytes = readFileSync(path.join(values.data, file));
    const text = (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString();
    const parsed = JSON.parse(text) as { Records?: object[] };
    for (const record of parsed.Records ?? []) records.push(JSON.stringify(record));
  }
  if (records.length === 0) throw new Error(`no log files in ${values.data}`);
  return records.slice(0, templatesMax);
}

async function withService<Result>(data: string, work: (trails: CloudTrailClient) => Promise<Result>): Promise<Result> {
  const service = await startBenched(program, data);
  const { region, accessKeyId, secretAccessKey } = benchSigner;
  const trails = new CloudTrailClient({
    endpoint: service.endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey },
  });
  try {
    return await work(trails);
  } finally {
    trails.destroy();
    await service.stop();
  }
}

/** Puts events of the last 30 days into stores, inside the engine but for the templates. */
async function fill(data: string, storeIds: readonly string[]): Promise<void> {
  const records = templates();
  const nowMs = Date.now();
  const facts = await openFacts({
    environment: systemEnvironment,
    dataFolder: data,
    retention: { traceRetentionDays: 30, eventRetentionDays: 90 },
  });
  const seedStore = "00000000-0000-0000-0000-000000000000";
  await facts.lake.append(
    records.map((record, index) => ({
      storeId: seedStore,
      eventTimeMs: nowMs - (index * 30 * dayMs) / records.length,
      eventId: String((JSON.parse(record) as { eventID?: string }).eventID ?? index),
      record,
    })),
    "bench",
  );
  await facts.close();
  const database = await FactDatabase.embedded(path.join(data, "facts"), "dosimeter");
  for (const [index, storeId] of storeIds.entries()) {
    const copies = Math.ceil(sizes[index]! / records.length);
    // In pieces that end within the session's time.
    for (let from = 0; from < copies; from += 100)
      await database.command(
        `INSERT INTO lake_events SELECT e.* REPLACE (
           '${storeId}' AS store_id, e.event_time - toIntervalMillisecond(number * 7) AS event_time,
           toString(generateUUIDv4(number)) AS event_id)
         FROM lake_events AS e CROSS JOIN numbers(${from}, ${Math.min(100, copies - from)}) AS copies
         WHERE e.store_id = '${seedStore}'`,
      );
  }
  await database.close();
}

const statements: Readonly<Record<string, (storeId: string) => string>> = {
  "GROUP BY over all": (id) => `SELECT eventsource, eventname, count(*) AS n FROM ${id} GROUP BY 1, 2 ORDER BY n DESC`,
  "GROUP BY a field of the record": (id) =>
    `SELECT element_at(requestparameters, 'bucketName') AS bucket, count(*) AS n FROM ${id} GROUP BY 1 ORDER BY n DESC`,
  "one day, errors": (id) =>
    `SELECT eventname, errorcode, count(*) AS n FROM ${id} WHERE eventtime > date_add('day', -1, now()) AND errorcode IS NOT NULL GROUP BY 1, 2`,
  "newest 100": (id) => `SELECT eventtime, eventname, useridentity.arn FROM ${id} ORDER BY eventtime DESC LIMIT 100`,
};

/** From StartQuery to the first page of the result. */
async function timed(trails: CloudTrailClient, QueryStatement: string) {
  const begun = performance.now();
  const { QueryId } = await trails.send(new StartQueryCommand({ QueryStatement }));
  for (;;) {
    const query = await trails.send(new DescribeQueryCommand({ QueryId }));
    if (query.QueryStatus === "QUEUED" || query.QueryStatus === "RUNNING") {
      await sleep(20);
      continue;
    }
    if (query.QueryStatus !== "FINISHED") throw new Error(`${query.QueryStatus}: ${query.ErrorMessage}`);
    await trails.send(new GetQueryResultsCommand({ QueryId }));
    const { EventsScanned, ExecutionTimeInMillis } = query.QueryStatistics!;
    return { ms: performance.now() - begun, engineMs: ExecutionTimeInMillis!, scanned: EventsScanned! };
  }
}

const data = mkdtempSync(path.join(tmpdir(), "dosimeter-bench-"));
try {
  const storeIds = await withService(data, async (trails) => {
    const ids: string[] = [];
    for (const size of sizes) {
      const { EventDataStoreArn = "" } = await trails.send(new CreateEventDataStoreCommand({ Name: `events-${size}` }));
      ids.push(EventDataStoreArn.slice(EventDataStoreArn.lastIndexOf("/") + 1));
    }
    return ids;
  });
  const begun = performance.now();
  await fill(data, storeIds);
  console.log(`filled in ${Math.round((performance.now() - begun) / 1000)} s; ${availableParallelism()} cores`);
  await withService(data, async (trails) => {
    for (const [index, storeId] of storeIds.entries())
      for (const [what, statement] of Object.entries(statements)) {
        const runs: Awaited<ReturnType<typeof timed>>[] = [];
        for (let round = 0; round < Number(values.rounds); round++) runs.push(await timed(trails, statement(storeId)));
        const median = (of: "ms" | "engineMs") =>
          Math.round(runs.map((run) => run[of]).sort((a, b) => a - b)[Math.floor(runs.length / 2)]!);
        console.log(
          `${sizes[index]} events, ${what}: ${median("ms")} ms over the wire, ${median("engineMs")} ms to run, ${runs[0]!.scanned} scanned`,
        );
      }
    const lookup = async () => {
      const since = performance.now();
      await trails.send(new LookupEventsCommand({ MaxResults: 10 }));
      return performance.now() - since;
    };
    const alone: number[] = [];
    for (let call = 0; call < 50; call++) alone.push(await lookup());
    const beside: number[] = [];
    let running = true;
    const query = timed(trails, statements["GROUP BY a field of the record"]!(storeIds[1]!)).finally(() => {
      running = false;
    });
    while (running) beside.push(await lookup());
    await query;
    console.log(
      "LookupEvents alone",
      latencies(alone),
      `and beside a query (${beside.length} calls)`,
      latencies(beside),
    );
  });
} finally {
  rmSync(data, { recursive: true, force: true });
}
