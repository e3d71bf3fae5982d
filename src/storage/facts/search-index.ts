import type { Filter } from "../../tracing/filter/filter.js";
import { type FilterSql, filterToSql } from "../../tracing/filter/filter-to-sql.js";
import type { Scope } from "../scope.js";
import type { FoundTrace, FoundTraces, TracePosition, TraceSearch } from "../trace-index.js";
import type { FactDatabase } from "./fact-database.js";
import type { QueryParameters } from "./session.js";
import {
  countSearched,
  countVersions,
  findCandidates,
  readCandidates,
  type SearchShape,
  searchFloor,
  shareParts,
} from "./sql/search-traces.sql.js";

/** What one search may cost; beyond, the rest is on further pages. */
export interface SearchLimits {
  /** Traces that are held against a filter: a second or so of the engine. Of graphs for some traces alone, too. */
  readonly scannedMax: number;
  /** Of summaries: a page ends with the one that passes it. */
  readonly pageBytesMax: number;
}

export const searchLimits: SearchLimits = { scannedMax: 1_000_000, pageBytesMax: 16 * 1024 * 1024 };

/** Candidates beyond what is wanted: most were not replaced since. */
const candidatesToSpare = 64;

export interface SearchParts {
  readonly database: FactDatabase;
  readonly limits: SearchLimits;
  /** What was received before is past retention. */
  readonly keptFromMs: number;
}

/** One page of a search. */
export async function searchIndex(parts: SearchParts, scope: Scope, search: TraceSearch): Promise<FoundTraces> {
  const { database, keptFromMs } = parts;
  const { by, fromMs, untilMs, after, limit, share } = search;
  const { visible } = search;
  const filter = visible === undefined ? sqlOf(search.filter) : sqlOf(both(visible, search.filter));
  const parameters = {
    ...scope,
    fromMs,
    untilMs,
    fromUs: fromMs * 1000,
    untilUs: untilMs * 1000,
    keptFromMs,
    afterMs: after?.timeMs ?? 0,
    afterTraceId: after?.traceId ?? "",
    shareUntil: Math.round(Math.min(Math.max(share ?? 1, 0), 1) * shareParts),
    floorMs: 0,
  };
  let shape: SearchShape = { by, paged: after !== undefined, shared: share !== undefined, floored: false };
  const floor = filter === undefined ? undefined : await floorOf(parts, shape, parameters);
  if (floor !== undefined) {
    shape = { ...shape, floored: true };
    parameters.floorMs = floor.timeMs;
  }
  const { rows, more } = await matches(
    parts,
    filter === undefined ? shape : { ...shape, condition: filter.condition },
    { ...parameters, ...filter?.parameters },
    limit,
  );
  const last = more ? rows.at(-1) : undefined;
  const seen = sqlOf(visible);
  const [counted] = await database.query<{ traces: number }>(
    "facts.countSearched",
    countSearched({ ...shape, bounded: last !== undefined, ...(seen && { condition: seen.condition }) }),
    { ...parameters, ...seen?.parameters, lastMs: last?.time_ms ?? 0, lastTraceId: last?.trace_id ?? "" },
  );
  const next = last === undefined ? floor : { timeMs: Number(last.time_ms), traceId: last.trace_id };
  return {
    traces: rows.map((row) => foundTrace(row, by)),
    scannedCount: Number(counted?.traces ?? 0),
    ...(next !== undefined && { next }),
  };
}

function sqlOf(filter: Filter | undefined): FilterSql | undefined {
  return filter && filterToSql(filter);
}

function both(visible: Filter, filter: Filter | undefined): Filter {
  return filter === undefined ? visible : { kind: "and", terms: [visible, filter] };
}

/** Where a search that holds traces against a filter ends early: below all traces of that millisecond. */
async function floorOf(
  { database, limits: { scannedMax } }: SearchParts,
  shape: SearchShape,
  parameters: QueryParameters,
): Promise<TracePosition | undefined> {
  const [counted] = await database.query<{ traces: number }>("facts.countVersions", countVersions(shape), parameters);
  if (Number(counted?.traces ?? 0) <= scannedMax) return undefined;
  const [row] = await database.query<{ time_ms: number }>("facts.searchFloor", searchFloor(shape), {
    ...parameters,
    scannedMax,
  });
  return row && { timeMs: Number(row.time_ms), traceId: "" };
}

/**
 * The first matches of a search. What matches is looked for among all versions of all traces; of the few that are found
 * the current versions are read, and where that is another than the one that matched, it was no match.
 */
async function matches(
  { database, limits: { pageBytesMax } }: SearchParts,
  given: SearchShape,
  givenParameters: QueryParameters,
  limit: number,
): Promise<{ readonly rows: readonly FoundColumns[]; readonly more: boolean }> {
  const rows: FoundColumns[] = [];
  let bytesLeft = pageBytesMax;
  let [shape, parameters, spare] = [given, givenParameters, candidatesToSpare];
  for (;;) {
    // One more than the page holds, so that it is known whether there is a next page.
    const candidatesMax = limit + 1 - rows.length + spare;
    const candidates = await database.query<CandidateColumns>("facts.findCandidates", findCandidates(shape), {
      ...parameters,
      limit: candidatesMax,
    });
    const ended = candidates.length < candidatesMax;
    const places = placesOf(candidates);
    // Further versions of the last one may be beyond the limit.
    if (!ended) places.pop();
    if (places.length === 0) {
      if (ended) return { rows, more: false };
      spare *= 4;
      continue;
    }
    const current = await database.query<FoundColumns>("facts.readCandidates", readCandidates(shape.by), {
      ...parameters,
      times: places.map(({ timeMs }) => String(timeMs)),
      traceIds: places.map(({ traceId }) => traceId),
      bytesMax: bytesLeft,
    });
    const versions = new Map(places.map((place) => [keyOf(place.timeMs, place.traceId), place.versions]));
    for (const row of current) {
      if (!versions.get(keyOf(row.time_ms, row.trace_id))?.has(row.version_text)) continue;
      if (rows.length === limit || bytesLeft <= 0) return { rows, more: true };
      rows.push(row);
      bytesLeft -= Number(row.bytes);
    }
    const cut = current.length < Number(current[0]?.found ?? 0);
    if (ended && !cut) return { rows, more: false };
    if (bytesLeft <= 0) return { rows, more: true };
    const last = cut ? current.at(-1) : undefined;
    const { timeMs, traceId } = last ? { timeMs: last.time_ms, traceId: last.trace_id } : places.at(-1)!;
    shape = { ...shape, paged: true };
    parameters = { ...parameters, afterMs: timeMs, afterTraceId: traceId };
  }
}

interface CandidateColumns {
  readonly trace_id: string;
  readonly time_ms: number;
  /** As text: it may be beyond exact numbers. */
  readonly version_text: string;
}

interface FoundColumns extends CandidateColumns {
  readonly matched_ms?: number;
  readonly summary: string;
  readonly fault_causes: readonly string[];
  readonly error_causes: readonly string[];
  readonly response_time_causes: readonly string[];
  readonly bytes: number;
  readonly found: number;
}

/** The places of candidates in their order, each once, with the versions that match. */
function placesOf(candidates: readonly CandidateColumns[]): (TracePosition & { readonly versions: Set<string> })[] {
  const places: (TracePosition & { readonly versions: Set<string> })[] = [];
  for (const { trace_id: traceId, time_ms: timeMs, version_text: version } of candidates) {
    const last = places.at(-1);
    if (last?.traceId === traceId && last.timeMs === timeMs) last.versions.add(version);
    else places.push({ traceId, timeMs, versions: new Set([version]) });
  }
  return places;
}

function foundTrace(row: FoundColumns, by: TraceSearch["by"]): FoundTrace {
  const causes =
    `"FaultRootCauses":[${row.fault_causes.join(",")}],"ErrorRootCauses":[${row.error_causes.join(",")}],` +
    `"ResponseTimeRootCauses":[${row.response_time_causes.join(",")}]}`;
  const members = row.summary.trimEnd().slice(0, -1);
  return {
    traceId: row.trace_id,
    timeMs: Number(row.time_ms),
    summary: members.trim() === "{" ? `{${causes}` : `${members},${causes}`,
    ...(by !== "TraceId" && { matchedEventMs: Number(row.matched_ms) }),
  };
}

function keyOf(timeMs: number, traceId: string): string {
  return `${timeMs} ${traceId}`;
}
