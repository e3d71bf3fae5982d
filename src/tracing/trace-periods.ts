import { createHash } from "node:crypto";
import type { Scope } from "../storage/scope.js";
import type { SettingsQueries, SettingsTransaction } from "../storage/settings-store.js";

export type TraceDestination = "XRay" | "CloudWatchLogs";

/** What is in force from a moment on, until the next period begins. */
export interface TracePeriod {
  /** Epoch milliseconds; may lie ahead. */
  readonly fromMs: number;
  readonly destination: TraceDestination;
  /** Share of the traces that are indexed, 0 to 100; without a meaning where the destination is `XRay`. */
  readonly indexedPercentage: number;
}

/** Before anything was set. */
export const firstPeriod: TracePeriod = { fromMs: 0, destination: "XRay", indexedPercentage: 100 };

/** Of an account and region, oldest first; none if nothing was ever set. */
export async function readTracePeriods(
  queries: SettingsQueries | SettingsTransaction,
  { accountId, region }: Scope,
): Promise<TracePeriod[]> {
  const rows = await queries
    .selectFrom("xray_trace_periods")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("region", "=", region)
    .orderBy("from_ms")
    .execute();
  return rows.map((row) => ({
    fromMs: row.from_ms,
    destination: row.destination as TraceDestination,
    indexedPercentage: Number(row.indexed_percentage),
  }));
}

/** The period in force at a moment. */
export function periodAt(periods: readonly TracePeriod[], timeMs: number): TracePeriod {
  return periods.findLast(({ fromMs }) => fromMs <= timeMs) ?? firstPeriod;
}

/** Whether a document of the trace that is received in the period is found by its id, in summaries and in graphs. */
export function isIndexed({ destination, indexedPercentage }: TracePeriod, traceId: string): boolean {
  return destination === "XRay" || percentileOf(traceId) < indexedPercentage;
}

const ofSpans = ":spans";

/**
 * Where documents are kept that are not indexed: beside those of the account and region, where no caller can look as no
 * region is named so. Only retrievals read there.
 */
export function spanScopeOf({ accountId, region }: Scope): Scope {
  return { accountId, region: region + ofSpans };
}

/** The account and region whose settings hold for what is kept in a scope. */
export function settingsScopeOf({ accountId, region }: Scope): Scope {
  return { accountId, region: region.endsWith(ofSpans) ? region.slice(0, -ofSpans.length) : region };
}

/** From 0 up to but not 100, the same for a trace at every time and place. */
function percentileOf(traceId: string): number {
  return (createHash("sha256").update(traceId).digest().readUInt32BE(0) / 2 ** 32) * 100;
}
