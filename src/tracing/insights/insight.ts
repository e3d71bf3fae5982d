import type { NodeId } from "../trace-facts.js";
import type { AnomalyKind } from "./node-history.js";

/** Requests of a service, or of all clients, during an insight. */
export interface RequestImpact {
  readonly faultCount: number;
  readonly okCount: number;
  readonly totalCount: number;
  /** Not on the wire, which knows faults only: the summary tells of it. */
  readonly slowCount: number;
}

/** A service of an insight. Times are epoch milliseconds. */
export interface AnomalousService {
  readonly node: NodeId;
  /** All that was wrong with it so far. */
  readonly kinds: readonly AnomalyKind[];
  readonly sinceMs: number;
  readonly lastOutsideMs: number;
  /** It is inside its bands again. */
  readonly ended: boolean;
  /** From `sinceMs` to `lastOutsideMs`. */
  readonly impact: RequestImpact;
  /** Since then: part of the impact once it is outside again. */
  readonly calmImpact: RequestImpact;
  /** From when on its requests are slow; absent if nothing is known. */
  readonly slowMs?: number;
}

/** An incident as it is followed: anomalies of a group's services with one root cause. */
export interface Insight {
  readonly insightId: string;
  readonly state: "ACTIVE" | "CLOSED";
  readonly startMs: number;
  /** End of the last minute in which something was wrong. */
  readonly endMs?: number;
  readonly updatedMs: number;
  readonly rootCause: NodeId;
  /** In the order in which they were found. */
  readonly services: readonly AnomalousService[];
  readonly clientImpact: RequestImpact;
  readonly calmClientImpact: RequestImpact;
  readonly summary: string;
  /** What the last event said. */
  readonly told?: { readonly timeMs: number; readonly hitShare: number };
}

/** A notable change of an insight, and how matters stood then. */
export interface InsightEvent {
  readonly insightId: string;
  readonly timeMs: number;
  readonly summary: string;
  readonly clientImpact: RequestImpact;
  readonly rootCauseImpact: RequestImpact;
  readonly topAnomalousServices: readonly NodeId[];
}

export const noImpact: RequestImpact = { faultCount: 0, okCount: 0, totalCount: 0, slowCount: 0 };

export function addImpacts(left: RequestImpact, right: RequestImpact): RequestImpact {
  return {
    faultCount: left.faultCount + right.faultCount,
    okCount: left.okCount + right.okCount,
    totalCount: left.totalCount + right.totalCount,
    slowCount: left.slowCount + right.slowCount,
  };
}
