import type { IndexedTrace } from "../../tracing/trace-facts.js";
import type { Scope } from "../scope.js";
import type { EncodedTraces } from "../trace-index.js";
import { endedMinutes, writeIndexedTrace } from "./encode-indexed-trace.js";
import { RowWriter } from "./row-writer.js";

const dayMs = 86_400_000;
/** Of most traces; more is made room for. */
const rowBytesExpected = 1024;
const requestBytesExpected = 256;

/** Everything about putting traces into the index that needs no engine. */
export function encodeTraces(scope: Scope, traces: readonly IndexedTrace[]): EncodedTraces {
  let expectedBytes = 0;
  for (const { facts, summary } of traces)
    expectedBytes +=
      rowBytesExpected + summary.length + (facts.segments.length + facts.calls.length) * requestBytesExpected;
  const rows = new RowWriter(expectedBytes);
  const places: { timeMs: number; traceId: string }[] = [];
  const minutesOfDay = new Map<number, Set<number>>();
  for (const trace of traces) {
    const { facts, movedFromMs, receivedMs } = trace;
    writeIndexedTrace(rows, scope, trace);
    places.push({ timeMs: facts.timeMs, traceId: facts.traceId });
    if (movedFromMs !== undefined) places.push({ timeMs: movedFromMs, traceId: facts.traceId });
    const day = Math.floor(receivedMs / dayMs);
    const minutes = minutesOfDay.get(day) ?? new Set();
    minutesOfDay.set(day, minutes);
    for (const minute of endedMinutes(facts)) minutes.add(minute);
  }
  return { rows: rows.take(), places, endedMinutes: minutesOfDay };
}
