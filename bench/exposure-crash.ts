import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { ServeProcess } from "../src/demo/serve-process.js";
import { callerOf } from "./start-benched.js";

const tracesCount = 40;
const readersAtOnce = 8;
const idsPerRead = 4;

/**
 * Reads traces as fast as they are given, kills the process at a random moment, again and again; then looks for every read
 * that was answered. Each has a mark in its request, by which the index must show it once with each of its traces.
 */
export async function killWhileReading(start: () => Promise<ServeProcess>, kills: number): Promise<void> {
  let service = await start();
  const traceIds = await putTraces(service);
  /** By trace, the marks of the reads that were answered. */
  const answered = new Map(traceIds.map((traceId) => [traceId, new Set<string>()]));
  let calls = 0;
  for (let kill = 0; kill < kills; kill++) {
    let killed = false;
    const gone = Promise.all(
      Array.from({ length: readersAtOnce }, () => readUntilGone(service, answered, () => killed)),
    );
    await Promise.race([sleep(3000 + Math.random() * 5000), gone]);
    killed = true;
    await service.kill();
    calls += (await gone).reduce((sum, count) => sum + count, 0);
    service = await start();
  }
  let owed = 0;
  let shown = 0;
  let missing = 0;
  let repeated = 0;
  for (const [traceId, marks] of answered) {
    const found = await marksOf(service, traceId);
    const times = new Map<string, number>();
    for (const mark of found) times.set(mark, (times.get(mark) ?? 0) + 1);
    owed += marks.size;
    shown += found.length;
    missing += [...marks].filter((mark) => !times.has(mark)).length;
    repeated += [...times.values()].filter((count) => count > 1).length;
  }
  await service.stop();
  console.log(
    `\nkilled ${kills} times while ${readersAtOnce} readers read ${tracesCount} traces: ${calls} calls answered,`,
  );
  console.log(
    `reads of a trace that were answered: ${owed}; in the index: ${shown}; missing: ${missing}; twice: ${repeated}`,
  );
  if (missing + repeated > 0) process.exitCode = 1;
}

async function putTraces(service: ServeProcess): Promise<string[]> {
  const now = Date.now() / 1000;
  const ids = Array.from(
    { length: tracesCount },
    () => `1-${Math.floor(now).toString(16)}-${randomBytes(12).toString("hex")}`,
  );
  const documents = ids.map((trace_id) =>
    JSON.stringify({ id: randomBytes(8).toString("hex"), trace_id, name: "shop", start_time: now - 1, end_time: now }),
  );
  const put = callerOf(service);
  for (let from = 0; from < documents.length; from += 50)
    await put("TraceSegments", { TraceSegmentDocuments: documents.slice(from, from + 50) });
  return ids;
}

/** @returns how many calls were answered. */
async function readUntilGone(
  service: ServeProcess,
  answered: ReadonlyMap<string, Set<string>>,
  killed: () => boolean,
): Promise<number> {
  const call = callerOf(service);
  const ids = [...answered.keys()];
  for (let count = 0; ; count++) {
    const mark = `mark-${randomBytes(8).toString("hex")}`;
    const first = Math.floor(Math.random() * (ids.length - idsPerRead));
    try {
      const { Traces } = await call("Traces", { TraceIds: [...ids.slice(first, first + idsPerRead), mark] });
      for (const { Id } of Traces) answered.get(Id)!.add(mark);
    } catch (reason) {
      if (!killed()) throw reason;
      return count;
    }
  }
}

async function marksOf(service: ServeProcess, TraceId: string): Promise<string[]> {
  const call = callerOf(service);
  const marks: string[] = [];
  let NextToken: string | undefined;
  do {
    const page = await call("dosimeter/GetTraceExposure", { TraceId, MaxResults: 1000, NextToken });
    for (const { Request } of page.Accesses) marks.push(/mark-[0-9a-f]+/.exec(JSON.stringify(Request))![0]);
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return marks;
}
