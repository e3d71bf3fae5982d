import { createHash } from "node:crypto";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Connection } from "./connection.js";
import { type Latencies, latencies } from "./latencies.js";
import { nezhaFolder, readNezha, segmentDocuments } from "./nezha.js";
import { processorSeconds, residentBytes } from "./process-usage.js";
import { type Signer, signedRequest } from "./signed-request.js";

/**
 * The load generator: PutTraceSegments against a running service, as one JSON line on standard output. Requests are
 * built and signed before the clock starts; the key comes from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.
 *
 *     node dist/bench/load.js --endpoint http://127.0.0.1:4566 --segments 10 --connections 32 --seconds 10 --pid 4711
 */
export interface LoadResult {
  readonly segmentsPerCall: number;
  readonly connections: number;
  /** Calls a second aimed at; absent: as many as are answered. */
  readonly targetRate?: number;
  readonly seconds: number;
  readonly calls: number;
  readonly callsPerSecond: number;
  /** Durable ones: the service answered 200 and named none of them as unprocessed. */
  readonly segmentsPerSecond: number;
  readonly documentBytesMean: number;
  /** With those of the warm-up: what the store now holds more. */
  readonly segmentsInAll: number;
  readonly latencyMs: Latencies;
  /** By what was wrong: `503`, `unprocessed`. */
  readonly errors: Readonly<Record<string, number>>;
  /** Cores of the machine this generator itself kept busy. */
  readonly generatorCores: number;
  /** Of the service, where its pid was given. */
  readonly serviceCores?: number;
  readonly serviceMicrosecondsPerSegment?: number;
  readonly serviceResidentBytes?: number;
}

/** The same bytes through `JSON.parse` and SHA-256 and nothing else, on one core: what no service could exceed on it. */
export interface CeilingResult {
  readonly segmentsPerCall: number;
  /** `JSON.parse` of the body and of each document in it, and SHA-256 of the body. */
  readonly segmentsPerSecond: number;
}

const { values } = parseArgs({
  options: {
    endpoint: { type: "string" },
    segments: { type: "string", default: "10" },
    connections: { type: "string", default: "32" },
    seconds: { type: "string", default: "10" },
    "warm-up-seconds": { type: "string", default: "3" },
    rate: { type: "string" },
    "calls-per-second-max": { type: "string", default: "5000" },
    pid: { type: "string" },
    region: { type: "string", default: "us-east-1" },
    ceiling: { type: "boolean", default: false },
  },
});
const segmentsPerCall = Number(values.segments);
const seconds = Number(values.seconds);
const warmUpSeconds = Number(values["warm-up-seconds"]);

const folder = nezhaFolder(path.resolve(import.meta.dirname, "../.."));
if (folder === undefined) throw new Error("the data set ../shared/data/traces-nezha is not there");
const documents = segmentDocuments(readNezha(folder), Date.now(), () => Math.floor(Math.random() * 2 ** 32));

console.log(JSON.stringify(values.ceiling ? measureCeiling() : await measureService()));
process.exit(0);

function nextBody(): string {
  const batch: string[] = [];
  for (let index = 0; index < segmentsPerCall; index++) batch.push(documents.next().value as string);
  return JSON.stringify({ TraceSegmentDocuments: batch });
}

function measureCeiling(): CeilingResult {
  const bodies = Array.from({ length: 20_000 / segmentsPerCall }, () => Buffer.from(nextBody()));
  let calls = 0;
  const start = performance.now();
  while (performance.now() - start < seconds * 1000) {
    const bytes = bodies[calls++ % bodies.length]!;
    const body = JSON.parse(bytes.toString("utf8")) as { TraceSegmentDocuments: string[] };
    for (const document of body.TraceSegmentDocuments) JSON.parse(document);
    createHash("sha256").update(bytes).digest("hex");
  }
  return { segmentsPerCall, segmentsPerSecond: (calls * segmentsPerCall * 1000) / (performance.now() - start) };
}

async function measureService(): Promise<LoadResult> {
  const { hostname, port, host } = new URL(values.endpoint!);
  const signer: Signer = {
    accessKeyId: process.env["AWS_ACCESS_KEY_ID"]!,
    secretAccessKey: process.env["AWS_SECRET_ACCESS_KEY"]!,
    region: values.region,
  };
  const rate = values.rate === undefined ? undefined : Number(values.rate);
  const callsMax = Math.ceil((rate ?? Number(values["calls-per-second-max"])) * (seconds + warmUpSeconds));
  let documentBytes = 0;
  const requests = Array.from({ length: callsMax }, () => {
    const body = nextBody();
    documentBytes += body.length;
    return signedRequest(signer, host, "/TraceSegments", body, Date.now());
  });
  const connections = await Promise.all(
    Array.from({ length: Number(values.connections) }, () => Connection.open(hostname, Number(port))),
  );

  const pid = values.pid === undefined ? undefined : Number(values.pid);
  const used = () => ({
    service: pid === undefined ? 0 : processorSeconds(pid),
    own: process.cpuUsage().user + process.cpuUsage().system,
  });
  const startMs = performance.now();
  const countFromMs = startMs + warmUpSeconds * 1000;
  const endMs = countFromMs + seconds * 1000;
  let usedBefore = used();
  sleep(warmUpSeconds * 1000).then(() => {
    usedBefore = used();
  });

  const took: number[] = [];
  const errors: Record<string, number> = {};
  let next = 0;
  let answered = 0;
  let lastMs = countFromMs;
  const work = async (connection: Connection) => {
    for (;;) {
      const call = next++;
      if (call >= requests.length) return;
      // At a target rate the clock of a call starts when it was due, so that a stall counts for all that it delayed.
      const dueMs = rate === undefined ? performance.now() : startMs + (call / rate) * 1000;
      if (dueMs > performance.now()) await sleep(dueMs - performance.now());
      if (performance.now() >= endMs) return;
      const { status, body } = await connection.send(requests[call]!);
      const doneMs = performance.now();
      if (status === 200) answered++;
      if (doneMs < countFromMs || doneMs > endMs) continue;
      lastMs = doneMs;
      const problem = status !== 200 ? String(status) : body.includes('"Id"') ? "unprocessed" : undefined;
      if (problem === undefined) took.push(doneMs - dueMs);
      else errors[problem] = (errors[problem] ?? 0) + 1;
    }
  };
  await Promise.all(connections.map(work));
  const usedAfter = used();

  // Where requests ran out, the time that counts ends with the last of them.
  const countedSeconds = (next > requests.length ? lastMs - countFromMs : seconds * 1000) / 1000;
  const segments = took.length * segmentsPerCall;
  const serviceSeconds = usedAfter.service - usedBefore.service;
  return {
    segmentsPerCall,
    connections: connections.length,
    ...(rate !== undefined && { targetRate: rate }),
    seconds: countedSeconds,
    calls: took.length,
    callsPerSecond: took.length / countedSeconds,
    segmentsPerSecond: segments / countedSeconds,
    documentBytesMean: documentBytes / requests.length / segmentsPerCall,
    segmentsInAll: answered * segmentsPerCall,
    latencyMs: latencies(took),
    errors,
    generatorCores: (usedAfter.own - usedBefore.own) / 1e6 / countedSeconds,
    ...(pid !== undefined && {
      serviceCores: serviceSeconds / countedSeconds,
      serviceMicrosecondsPerSegment: (serviceSeconds * 1e6) / segments,
      serviceResidentBytes: residentBytes(pid),
    }),
  };
}
