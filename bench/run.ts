import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir, totalmem } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs, promisify } from "node:util";
import type { ServeProcess } from "../src/demo/serve-process.js";
import { Connection } from "./connection.js";
import { type Latencies, latencies } from "./latencies.js";
import type { CeilingResult, LoadResult } from "./load.js";
import { diskBytes, residentBytes } from "./process-usage.js";
import { signedRequest } from "./signed-request.js";
import { benchSigner, startBenched } from "./start-benched.js";

/**
 * `npm run bench [-- --seconds N --rounds N]`: every figure, each against a service of its own on a fresh data folder,
 * service and generator on this machine. What is compared takes turns, and the trial with the median throughput of its
 * kind counts. Prints the table and writes it to bench/results/.
 */
const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "10" },
    connections: { type: "string", default: "32" },
    reads: { type: "string", default: "300" },
    rounds: { type: "string", default: "3" },
  },
});

const repository = path.resolve(import.meta.dirname, "../..");
const programs = {
  audited: path.join(repository, "bin/dosimeter.cjs"),
  unaudited: path.join(import.meta.dirname, "serve-without-audit.js"),
  unindexed: path.join(import.meta.dirname, "serve-without-index.js"),
};

interface Trial {
  readonly idleBytes: number;
  readonly load: LoadResult;
  readonly diskBytesPerSegment: number;
  /** None without an index. */
  readonly reads?: Reads;
}

interface Reads {
  readonly summaries: Latencies;
  readonly traces: Latencies;
}

/** One service on a fresh folder: its memory when idle, a load, its folder afterwards, and reads while nothing else runs. */
async function trial(program: keyof typeof programs, segmentsPerCall: number, rate?: number): Promise<Trial> {
  const data = await mkdtemp(path.join(tmpdir(), "dosimeter-bench-"));
  const service = await startBenched(programs[program], data);
  try {
    await sleep(5000);
    const idleBytes = residentBytes(service.pid);
    const before = diskBytes(data);
    const load = await generate<LoadResult>([
      ...["--endpoint", service.endpoint, "--pid", String(service.pid), "--segments", String(segmentsPerCall)],
      ...["--connections", values.connections, "--seconds", values.seconds],
      ...(rate === undefined ? [] : ["--rate", String(rate)]),
    ]);
    const diskBytesPerSegment = ((await settledDiskBytes(data)) - before) / load.segmentsInAll;
    return {
      idleBytes,
      load,
      diskBytesPerSegment,
      ...(program !== "unindexed" && { reads: await readAlone(service) }),
    };
  } finally {
    await service.stop();
    await rm(data, { recursive: true, force: true });
  }
}

async function generate<Result>(words: readonly string[]): Promise<Result> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [path.join(import.meta.dirname, "load.js"), "--region", benchSigner.region, ...words],
    {
      env: {
        ...process.env,
        AWS_ACCESS_KEY_ID: benchSigner.accessKeyId,
        AWS_SECRET_ACCESS_KEY: benchSigner.secretAccessKey,
      },
    },
  );
  return JSON.parse(stdout) as Result;
}

/** The size of the folder once merging in the background no longer changes it much. */
async function settledDiskBytes(folder: string): Promise<number> {
  let before = diskBytes(folder);
  for (let look = 0; look < 12; look++) {
    await sleep(5000);
    const now = diskBytes(folder);
    if (Math.abs(now - before) < before / 100) return now;
    before = now;
  }
  return before;
}

/** Reads one after another on one connection: summaries of one second of traces, then five of those traces whole. */
async function readAlone(service: ServeProcess): Promise<Reads> {
  const { hostname, port, host } = new URL(service.endpoint);
  const connection = await Connection.open(hostname, Number(port));
  const call = async (requestPath: string, input: object) => {
    const request = signedRequest(benchSigner, host, requestPath, JSON.stringify(input), Date.now());
    const start = performance.now();
    const { status, body } = await connection.send(request);
    if (status !== 200) throw new Error(`${requestPath}: ${status} ${body}`);
    return { tookMs: performance.now() - start, body };
  };
  const now = Math.floor(Date.now() / 1000);
  const { body: found } = await call("/TraceSummaries", { StartTime: now - 3600, EndTime: now });
  const traces = (JSON.parse(found) as { TraceSummaries: { Id: string; StartTime: number }[] }).TraceSummaries;
  const from = Math.floor(traces[0]!.StartTime);

  const summaries: number[] = [];
  const whole: number[] = [];
  for (let count = 0; count < Number(values.reads); count++) {
    summaries.push((await call("/TraceSummaries", { StartTime: from, EndTime: from + 1 })).tookMs);
    const at = (count * 5) % Math.max(1, traces.length - 5);
    whole.push((await call("/Traces", { TraceIds: traces.slice(at, at + 5).map(({ Id }) => Id) })).tookMs);
  }
  connection.close();
  return { summaries: latencies(summaries), traces: latencies(whole) };
}

const ceilings: CeilingResult[] = [];
for (const segments of ["10", "50"])
  ceilings.push(await generate<CeilingResult>(["--ceiling", "--segments", segments, "--seconds", values.seconds]));
const trials = {
  of10: [] as Trial[],
  of50: [] as Trial[],
  of10Unaudited: [] as Trial[],
  of50Unaudited: [] as Trial[],
  of10Unindexed: [] as Trial[],
  of50Unindexed: [] as Trial[],
};
for (let round = 0; round < Number(values.rounds); round++) {
  trials.of10.push(await trial("audited", 10));
  trials.of10Unaudited.push(await trial("unaudited", 10));
  trials.of10Unindexed.push(await trial("unindexed", 10));
  trials.of50.push(await trial("audited", 50));
  trials.of50Unaudited.push(await trial("unaudited", 50));
  trials.of50Unindexed.push(await trial("unindexed", 50));
}
const median = (kind: readonly Trial[]) => {
  const sorted = [...kind].sort((one, other) => one.load.segmentsPerSecond - other.load.segmentsPerSecond);
  return sorted[Math.floor(sorted.length / 2)]!;
};
const of10 = median(trials.of10);
const of50 = median(trials.of50);
const of10Unaudited = median(trials.of10Unaudited);
const of50Unaudited = median(trials.of50Unaudited);
const of10Unindexed = median(trials.of10Unindexed);
const of50Unindexed = median(trials.of50Unindexed);
const half = await trial("audited", 10, of10.load.callsPerSecond / 2);

const thousands = (number: number) => Math.round(number).toLocaleString("en-GB");
const ms = (number: number) => number.toFixed(1);
const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
const loadRow = (name: string, { load, diskBytesPerSegment }: Trial) =>
  [
    name,
    thousands(load.segmentsPerSecond),
    thousands(load.callsPerSecond),
    ...[load.latencyMs.p50, load.latencyMs.p99, load.latencyMs.max].map(ms),
    `${load.serviceMicrosecondsPerSegment!.toFixed(1)} µs`,
    load.serviceCores!.toFixed(2),
    load.generatorCores.toFixed(2),
    megabytes(load.serviceResidentBytes!),
    `${Math.round(diskBytesPerSegment)} B`,
    Object.entries(load.errors)
      .map(([what, count]) => `${count} × ${what}`)
      .join(", ") || "none",
  ].join(" | ");
const readRow = (name: string, audited: Latencies, unaudited: Latencies) =>
  `| ${name} | ${ms(audited.p50)} | ${ms(unaudited.p50)} | ${ms(audited.p50 - unaudited.p50)} | ${ms(audited.p99)} | ${ms(unaudited.p99)} |`;
const cost = (audited: Trial, unaudited: Trial) =>
  `${((1 - audited.load.segmentsPerSecond / unaudited.load.segmentsPerSecond) * 100).toFixed(1)} %`;

const day = new Date().toISOString().slice(0, 10);
const report = `# Benchmark of ${day}

- Machine: ${cpus().length} cores of ${cpus()[0]!.model}, ${Math.round(totalmem() / 2 ** 30)} GiB of memory, Node.js ${process.version};
  service and load generator on the same machine.
- Data set: spans of Online Boutique and Train Ticket (Nezha), one X-Ray segment document a span,
  ${Math.round(of10.load.documentBytesMean)} bytes of request a segment.
- Command: \`npm run bench -- --seconds ${values.seconds} --connections ${values.connections} --reads ${values.reads} --rounds ${values.rounds}\`
- Of each kind of trial the one with the median throughput of ${values.rounds}; kinds took turns.

## Writing

| | durable segments/s | calls/s | p50 ms | p99 ms | max ms | service CPU a segment | service cores | generator cores | memory | disk a segment | errors |
|---|---|---|---|---|---|---|---|---|---|---|---|
| ${loadRow("calls of 10", of10)} |
| ${loadRow("calls of 50", of50)} |
| ${loadRow("calls of 10, half that rate", half)} |
| ${loadRow("calls of 10, without audit", of10Unaudited)} |
| ${loadRow("calls of 50, without audit", of50Unaudited)} |
| ${loadRow("calls of 10, without index", of10Unindexed)} |
| ${loadRow("calls of 50, without index", of50Unindexed)} |

Auditing costs ${cost(of10, of10Unaudited)} of the throughput of calls of 10 and ${cost(of50, of50Unaudited)} of calls of 50.
Making traces searchable costs ${cost(of10, of10Unindexed)} and ${cost(of50, of50Unindexed)}. No setting turns either off: "without audit"
and "without index" are programs of the benchmark's own.

The ceiling, \`JSON.parse\` and SHA-256 of the same bytes and nothing else on one core:
${ceilings.map(({ segmentsPerCall, segmentsPerSecond }) => `${thousands(segmentsPerSecond)} segments/s in bodies of ${segmentsPerCall}`).join(", ")}.

## Reading, one call after another on an otherwise idle service

| | p50 ms, recorded | p50 ms, not | the record adds | p99 ms, recorded | p99 ms, not |
|---|---|---|---|---|---|
${readRow("GetTraceSummaries, one second of traces", of10.reads!.summaries, of10Unaudited.reads!.summaries)}
${readRow("BatchGetTraces, five traces", of10.reads!.traces, of10Unaudited.reads!.traces)}

## Idle

${megabytes(of10.idleBytes)} resident five seconds after the first start.
`;

console.log(report);
const results = path.join(repository, "bench/results");
await mkdir(results, { recursive: true });
await writeFile(path.join(results, `${day}.md`), report);
