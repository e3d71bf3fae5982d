import type { Scope } from "../storage/scope.js";
import type { SettingsQueries, SettingsTransaction } from "../storage/settings-store.js";
import type { SegmentRow, StoredTrace, TraceStore } from "../storage/trace-store.js";
import { spanScopeOf } from "./trace-periods.js";

/** AWS X-Ray: a retrieval that takes longer is given up. */
export const retrievalMsMax = 3_600_000;
/** A retrieval that has ended, however it did, can be read for so long. */
export const retrievalKeptMs = 3_600_000;

export type RetrievalStatus = "SCHEDULED" | "RUNNING" | "COMPLETE" | "FAILED" | "CANCELLED" | "TIMEOUT";

export interface Retrieval {
  readonly token: string;
  readonly scope: Scope;
  readonly status: RetrievalStatus;
  /** As asked for. */
  readonly traceIds: readonly string[];
  /** Epoch milliseconds, both inclusive. */
  readonly fromMs: number;
  readonly untilMs: number;
  /** In the order of their start; none before it is complete. */
  readonly foundIds: readonly string[];
}

/** @returns undefined for a token that is unknown in the scope, or past its time. */
export async function findRetrieval(
  queries: SettingsQueries | SettingsTransaction,
  { accountId, region }: Scope,
  token: string,
  nowMs: number,
): Promise<Retrieval | undefined> {
  const row = await queries
    .selectFrom("xray_retrievals")
    .selectAll()
    .where("token", "=", token)
    .where("account_id", "=", accountId)
    .where("region", "=", region)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const timedOut = row.ended_ms === 0 && nowMs - row.created_ms >= retrievalMsMax;
  const endedMs = timedOut ? row.created_ms + retrievalMsMax : row.ended_ms;
  if (endedMs > 0 && nowMs - endedMs >= retrievalKeptMs) return undefined;
  return {
    token,
    scope: { accountId, region },
    status: timedOut ? "TIMEOUT" : (row.status as RetrievalStatus),
    traceIds: JSON.parse(row.trace_ids) as string[],
    fromMs: row.from_ms,
    untilMs: row.until_ms,
    foundIds: JSON.parse(row.found_ids) as string[],
  };
}

/** Traces with all their documents, also those that the indexing rule left out. */
export async function readWholeTraces(
  traces: TraceStore,
  scope: Scope,
  traceIds: readonly string[],
  bytesMaxPerTrace: number,
): Promise<StoredTrace[]> {
  const indexed = await traces.readTraces(scope, traceIds, bytesMaxPerTrace);
  const leftOut = await traces.readTraces(spanScopeOf(scope), traceIds, bytesMaxPerTrace);
  const byId = new Map(indexed.map((trace) => [trace.traceId, trace]));
  for (const trace of leftOut) {
    const other = byId.get(trace.traceId);
    byId.set(trace.traceId, other === undefined ? trace : together(other, trace));
  }
  return [...byId.values()];
}

/** The rule changed while the trace was received. Of one segment the row counts that would in one place. */
function together(one: StoredTrace, other: StoredTrace): StoredTrace {
  const segments = new Map(one.segments.map((row) => [row.segmentId, row]));
  for (const row of other.segments) {
    const known = segments.get(row.segmentId);
    if (known === undefined || isLater(row, known)) segments.set(row.segmentId, row);
  }
  return { ...one, segments: [...segments.values()], truncated: one.truncated || other.truncated };
}

function isLater(row: SegmentRow, known: SegmentRow): boolean {
  if (row.inProgress !== known.inProgress) return known.inProgress;
  return row.receivedMs >= known.receivedMs;
}
