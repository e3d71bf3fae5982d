import { exposureOf, type TraceExposure } from "../../audit/trace-exposure.js";
import { spanGroupName, tracesOfSpans } from "../../tracing/otel/traces-of-spans.js";
import type { Call } from "../operation.js";
import { knownGroupName } from "./names.js";

type GroupInput = Parameters<typeof knownGroupName>[0];

/** Who reads the log group of spans sees traces, and is recorded as who reads them from X-Ray. */
export function exposeSpans(call: Call, groupName: string, events: readonly { readonly message?: string }[]): void {
  if (groupName !== spanGroupName) return;
  call.exposes("document", tracesOfSpans(events.map(({ message = "" }) => message)));
}

/** A read of that group names no traces. */
export function soughtSpans(input: GroupInput, call: Call): TraceExposure | undefined {
  return knownGroupName(input, call) === spanGroupName ? exposureOf("document", []) : undefined;
}
