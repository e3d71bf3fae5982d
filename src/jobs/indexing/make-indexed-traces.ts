import { setImmediate as nextTurn } from "node:timers/promises";
import type { TraceReading } from "../../storage/trace-source.js";
import type { StoredTrace } from "../../storage/trace-store.js";
import { type CompiledTrace, compileTrace } from "../../tracing/compile-trace.js";
import { factsOf } from "../../tracing/facts.js";
import { inferredIdOf } from "../../tracing/inferred-id.js";
import { type Link, type LinkedSegment, linkedSegmentIn, linksElsewhere } from "../../tracing/links.js";
import { indexedSummaryOf } from "../../tracing/summary.js";
import type { IndexedTrace } from "../../tracing/trace-facts.js";
import { type GroupFilter, groupsOf } from "./group-filters.js";

/** Documents compiled before others have their turn: some 5 ms. */
const lengthPerTurnMax = 256 * 1024;

/** What traces are made of. */
export interface MakingInput {
  readonly reading: TraceReading;
  readonly groups: readonly GroupFilter[];
  readonly nowMs: number;
}

/** What has to be asked of the stores meanwhile. */
export interface MakingQuestions {
  /** Those of the traces that can be read for their links. */
  readLinked(traceIds: readonly string[]): Promise<TraceReading>;
  /** Where those of the traces stood that are known to have stood anywhere. */
  formerPlaces(asked: readonly AskedPlace[]): Promise<ReadonlyMap<string, number>>;
}

export interface AskedPlace {
  readonly traceId: string;
  /** It stands, or may have stood, elsewhere than at the time in its id. */
  readonly movable: boolean;
  /** When the first of its documents was received. */
  readonly receivedFromMs: number;
}

export interface MadeTraces {
  readonly traces: readonly IndexedTrace[];
  /** Those that cannot be made. */
  readonly failed: readonly { readonly traceId: string; readonly reason: unknown }[];
  /** Those with a call whose segment is still to come: to be made again when it has not come after a minute. */
  readonly promised: readonly string[];
  /** Those with a link to a segment that is not there (yet). */
  readonly unlinked: readonly string[];
  /** Those that stand, or may come to stand, elsewhere than at the time in their ids. */
  readonly movable: ReadonlySet<string>;
  readonly skippedGroupTests: number;
}

interface Making {
  readonly stored: StoredTrace;
  readonly trace: CompiledTrace;
  readonly receivedFromMs: number;
  readonly receivedMs: number;
}

/** Makes what the index holds of traces from their documents. A trace that cannot be made is in no other's way. */
export async function makeIndexedTraces(input: MakingInput, questions: MakingQuestions): Promise<MadeTraces> {
  const { reading, groups, nowMs } = input;
  const failed: { traceId: string; reason: unknown }[] = [];
  const making = await compileAll(reading.traces, nowMs, failed);
  const links = await followLinks(making, questions, nowMs);

  const traces: IndexedTrace[] = [];
  const promised: string[] = [];
  const unlinked: string[] = [];
  const asked: AskedPlace[] = [];
  let skippedGroupTests = 0;
  for (const { stored, trace, receivedFromMs, receivedMs } of making) {
    const { traceId } = trace;
    try {
      const facts = factsOf(trace, { linked: links.find });
      const membership = groupsOf(facts, groups);
      traces.push({
        facts,
        summary: indexedSummaryOf(trace),
        groupArns: membership.arns,
        version: reading.readUs,
        receivedMs,
      });
      skippedGroupTests += membership.skipped;
      asked.push({ traceId, movable: isMovable(stored, facts.timeMs), receivedFromMs });
      if (trace.awaitsSegments) promised.push(traceId);
      if (links.missedBy(trace)) unlinked.push(traceId);
    } catch (reason) {
      failed.push({ traceId, reason });
    }
  }
  const former = await questions.formerPlaces(asked);
  return {
    traces: traces.map((trace) => {
      const movedFromMs = former.get(trace.facts.traceId);
      return movedFromMs === undefined || movedFromMs === trace.facts.timeMs ? trace : { ...trace, movedFromMs };
    }),
    failed,
    promised,
    unlinked,
    movable: new Set(asked.flatMap(({ traceId, movable }) => (movable ? [traceId] : []))),
    skippedGroupTests,
  };
}

async function compileAll(
  traces: readonly StoredTrace[],
  nowMs: number,
  failed: { traceId: string; reason: unknown }[],
): Promise<Making[]> {
  const making: Making[] = [];
  let length = 0;
  for (const stored of traces) {
    try {
      let receivedFromMs = Number.POSITIVE_INFINITY;
      let receivedMs = 0;
      for (const row of stored.segments) {
        receivedFromMs = Math.min(receivedFromMs, row.receivedMs);
        receivedMs = Math.max(receivedMs, row.receivedMs);
        length += row.document.length;
      }
      making.push({ stored, trace: compileTrace(stored, { nowMs, inferredIdOf }), receivedFromMs, receivedMs });
    } catch (reason) {
      failed.push({ traceId: stored.traceId, reason });
    }
    if (length > lengthPerTurnMax) {
      length = 0;
      await nextTurn();
    }
  }
  return making;
}

/** A trace that stands, or once stood, at its first start and not at the time in its id. */
function isMovable({ traceId, segments }: StoredTrace, timeMs: number): boolean {
  const idMs = Number.parseInt(traceId.slice(2, 10), 16) * 1000;
  return timeMs !== idMs || segments.some(({ startTimeSeconds }) => !isBelievable(idMs, startTimeSeconds * 1000));
}

/** As for the place of a trace: at most 30 days before and 5 minutes after its start. */
function isBelievable(idMs: number, startMs: number): boolean {
  return idMs >= startMs - 30 * 86_400_000 && idMs <= startMs + 300_000;
}

/** Looks up what links of these traces point at: among themselves, else in as many others as can be read. */
async function followLinks(making: readonly Making[], questions: MakingQuestions, nowMs: number) {
  const linksOf = new Map<CompiledTrace, readonly Link[]>();
  for (const { trace } of making) {
    const links = linksElsewhere(trace);
    if (links.length > 0) linksOf.set(trace, links);
  }
  const traces = new Map(making.map(({ trace }) => [trace.traceId, trace]));
  const elsewhere = new Set<string>();
  for (const links of linksOf.values())
    for (const { traceId } of links) if (!traces.has(traceId)) elsewhere.add(traceId);
  if (elsewhere.size > 0) {
    const read = await questions.readLinked([...elsewhere]);
    for (const { trace } of await compileAll(read.traces, nowMs, [])) traces.set(trace.traceId, trace);
  }
  const found = new Map<string, LinkedSegment | undefined>();
  const find = ({ traceId, segmentId }: Link): LinkedSegment | undefined => {
    const key = `${traceId}/${segmentId}`;
    if (found.has(key)) return found.get(key);
    const trace = traces.get(traceId);
    const linked = trace && linkedSegmentIn(trace, segmentId);
    found.set(key, linked);
    return linked;
  };
  return {
    find,
    missedBy: (trace: CompiledTrace) => linksOf.get(trace)?.some((link) => find(link) === undefined) ?? false,
  };
}
