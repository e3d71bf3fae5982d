/**
 * Trace ids and entity ids. The time inside a trace id is not checked: ids born of W3C trace contexts begin with random
 * bits (AWS X-Ray Developer Guide, "Sending trace data", trace ids).
 */
const traceIdForm = /^1-[0-9a-fA-F]{8}-[0-9a-fA-F]{24}$/;
const w3cForm = /^[0-9a-fA-F]{32}$/;
const entityIdForm = /^[0-9a-fA-F]{16}$/;

/** True for `1-8hex-24hex` in either case. */
export function isTraceId(value: string): boolean {
  return traceIdForm.test(value);
}

/** True for 16 hex digits in either case. */
export function isEntityId(value: unknown): value is string {
  return typeof value === "string" && entityIdForm.test(value);
}

/**
 * A trace id as callers of the API may write it: X-Ray's form or the bare 32 hex digits of W3C.
 *
 * @returns `1-8hex-24hex` in lower case, or undefined if it is neither.
 */
export function toTraceId(value: string): string | undefined {
  if (traceIdForm.test(value)) return value.toLowerCase();
  if (w3cForm.test(value)) return `1-${value.slice(0, 8)}-${value.slice(8)}`.toLowerCase();
  return undefined;
}

/** An id in lower case. Nearly all come so, and those cost no new string. */
export function toLowerCase(id: string): string {
  return upperCase.test(id) ? id.toLowerCase() : id;
}

const upperCase = /[A-F]/;
