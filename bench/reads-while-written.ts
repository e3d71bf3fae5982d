import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs, promisify } from "node:util";
import { Connection } from "./connection.js";
import { type Latencies, latencies } from "./latencies.js";
import type { LoadResult } from "./load.js";
import { diskBytes } from "./process-usage.js";
import { signedRequest } from "./signed-request.js";
import { benchSigner, startBenched } from "./start-benched.js";

/**
 * `node dist/bench/reads-while-written.js [--segments N] [--reads N]`: what reading costs over the wire, recorded and all,
 * first alone and then while segments come in at half the rate at which they were taken. Prints a table.
 */
const { values } = parseArgs({
  options: { segments: { type: "string", default: "1000000" }, reads: { type: "string", default: "40" } },
});
const wanted = Number(values.segments);
const repository = path.resolve(import.meta.dirname, "../..");
const segmentsPerCall = 50;
const secondsPerLoad = 20;

const data = await mkdtemp(path.join(tmpdir(), "dosimeter-bench-"));
const service = await startBenched(path.join(repository, "bin/dosimeter.cjs"), data);
const { hostname, port, host } = new URL(service.endpoint);

async function load(seconds: number, rate?: number): Promise<LoadResult> {
  const words = ["--endpoint", service.endpoint, "--pid", String(service.pid), "--segments", String(segmentsPerCall)];
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      ...[path.join(import.meta.dirname, "load.js"), ...words, "--seconds", String(seconds), "--warm-up-seconds", "1"],
      ...(rate === undefined ? ["--calls-per-second-max", "900"] : ["--rate", String(rate)]),
    ],
    {
      env: {
        ...process.env,
        AWS_ACCESS_KEY_ID: benchSigner.accessKeyId,
        AWS_SECRET_ACCESS_KEY: benchSigner.secretAccessKey,
      },
    },
  );
  return JSON.parse(stdout) as LoadResult;
}

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${service.endpoint}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1] ?? Number.NaN);
}

async function indexed(): Promise<number> {
  const start = performance.now();
  while ((await metric("dosimeter_index_lag_seconds")) > 0) await sleep(100);
  return (performance.now() - start) / 1000;
}

/** Opened anew for each series of questions: an idle one is closed by the service after a while. */
let connection = await Connection.open(hostname, Number(port));
async function call(requestPath: string, input: object): Promise<{ tookMs: number; body: string }> {
  const start = performance.now();
  const request = signedRequest(benchSigner, host, requestPath, JSON.stringify(input), Date.now());
  const { status, body } = await connection.send(request);
  if (status !== 200) throw new Error(`${requestPath}: ${status} ${body.slice(0, 300)}`);
  return { tookMs: performance.now() - start, body };
}

const hour = () => ({ StartTime: Math.floor(Date.now() / 1000) - 3600, EndTime: Math.floor(Date.now() / 1000) + 60 });
const summaries = (FilterExpression?: string) => () => call("/TraceSummaries", { ...hour(), FilterExpression });
let ids: string[] = [];
const questions: Readonly<Record<string, () => Promise<{ tookMs: number; body: string }>>> = {
  "trace by id": () => call("/Traces", { TraceIds: [ids[Math.floor(Math.random() * ids.length)]] }),
  "summaries, no expression": summaries(),
  "summaries, annotation": summaries('annotation.operation = "hipstershop.ProductCatalogService/GetProduct"'),
  "summaries, service": summaries('service("frontend")'),
  "summaries, edge": summaries('edge("frontend", "cartservice")'),
  "service graph of an hour": () => call("/ServiceGraph", hour()),
  "series of 24 h at one minute": () =>
    call("/TimeSeriesServiceStatistics", {
      StartTime: Math.floor(Date.now() / 1000) - 86_340,
      EndTime: Math.floor(Date.now() / 1000),
      Period: 60,
      EntitySelectorExpression: 'service("frontend")',
    }),
};

async function ask(): Promise<Map<string, Latencies>> {
  const results = new Map<string, Latencies>();
  for (const [name, question] of Object.entries(questions)) {
    const took: number[] = [];
    // By id there is a p99 to be known.
    const times = name === "trace by id" ? 10 * Number(values.reads) : Number(values.reads);
    for (let count = 0; count < times; count++) took.push((await question()).tookMs);
    results.set(name, latencies(took));
    console.error(`${name}: ${latencies(took).p50.toFixed(0)} ms`);
  }
  return results;
}

try {
  let stored = 0;
  let rate = 0;
  while (stored < wanted) {
    const { segmentsInAll, callsPerSecond } = await load(secondsPerLoad);
    stored += segmentsInAll;
    rate = callsPerSecond;
    console.error(`${stored} segments, ${Math.round(callsPerSecond * segmentsPerCall)} a second`);
  }
  const behind = await indexed();
  console.error(`the index was ${behind.toFixed(1)} s behind when the last segment was acknowledged`);
  await sleep(60_000); // The minutes are rolled up, merges come to rest.
  connection = await Connection.open(hostname, Number(port));
  const { body } = await call("/TraceSummaries", hour());
  ids = (JSON.parse(body) as { TraceSummaries: { Id: string }[] }).TraceSummaries.map(({ Id }) => Id);

  const alone = await ask();
  let writing: Promise<LoadResult> | undefined;
  const lags: number[] = [];
  let over = false;
  const loads: LoadResult[] = [];
  const keepWriting = (async () => {
    while (!over) {
      writing = load(secondsPerLoad, rate / 2);
      loads.push(await writing);
    }
  })();
  const watch = (async () => {
    while (!over) {
      await sleep(500);
      lags.push(await metric("dosimeter_index_lag_seconds"));
    }
  })();
  await sleep(5000);
  const written = await ask();
  over = true;
  await Promise.all([keepWriting, watch]);

  const ms = (number: number) => number.toFixed(0);
  console.log(
    `${stored} segments stored, ${Math.round(diskBytes(data) / stored)} bytes a segment on disk with the journal and records.`,
  );
  console.log(
    `While written: ${Math.round(loads[0]!.segmentsPerSecond)} segments/s (half of ${Math.round(rate * segmentsPerCall)}), ` +
      `their calls p50 ${ms(loads[0]!.latencyMs.p50)} and p99 ${ms(loads[0]!.latencyMs.p99)} ms; ` +
      `the index was behind by ${Math.max(...lags).toFixed(1)} s at most.\n`,
  );
  console.log("| | p50 ms | p99 ms | p50 ms while written | p99 ms while written |\n|---|---|---|---|---|");
  for (const [name, one] of alone) {
    const two = written.get(name)!;
    console.log(`| ${name} | ${ms(one.p50)} | ${ms(one.p99)} | ${ms(two.p50)} | ${ms(two.p99)} |`);
  }
} finally {
  connection.close();
  await service.stop();
  await rm(data, { recursive: true, force: true });
}
process.exit(0);
