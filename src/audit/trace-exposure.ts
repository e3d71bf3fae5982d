import { createHash } from "node:crypto";
import type { TraceRead, TraceReadKind } from "../storage/event-store.js";

/** The traces that a call gave its caller, or that a refused one named. */
export interface TraceExposure {
  readonly kind: TraceReadKind;
  readonly traceIds: readonly string[];
}

/** The record names so many traces; the index of exposure has them all. */
export const recordedTraceIdsMax = 500;

/** Of what a call asked for, the index keeps so much. The longest filter expression fits. */
const selectorCharsMax = 16_384;

/** Each trace once, in the order of ids. */
export function exposureOf(kind: TraceReadKind, traceIds: readonly string[]): TraceExposure {
  return { kind, traceIds: [...new Set(traceIds)].sort() };
}

/**
 * What the record of a read says of the traces that it gave: how many, the first of their ids, and the SHA-256 of all of
 * them, sorted and joined by line feeds, so that it can be shown that the index has the same.
 */
export function exposureFacts({ traceIds }: TraceExposure) {
  return {
    traceCount: traceIds.length,
    traceIdsSha256: createHash("sha256").update(traceIds.join("\n")).digest("hex"),
    traceIds: traceIds.slice(0, recordedTraceIdsMax),
  };
}

/**
 * What the index of exposure gets of a call. The selector is the request as the record has it; one that is too long keeps
 * its head, as a text.
 *
 * @param userIdentity as the record has it.
 */
export function traceReadOf(exposure: TraceExposure, userIdentity: string, requestParameters: unknown): TraceRead {
  const { arn = "", principalId = "" } = JSON.parse(userIdentity);
  const selector = JSON.stringify(requestParameters ?? null);
  return {
    ...exposure,
    callerArn: arn,
    principalId,
    selector:
      selector.length <= selectorCharsMax
        ? selector
        : JSON.stringify(selector.slice(0, selectorCharsMax).toWellFormed()),
  };
}
