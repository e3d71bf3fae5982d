import { toTraceId } from "../trace-id.js";

/** The log group of spans; without a leading slash. */
export const spanGroupName = "aws/spans";

/** The traces of log events that are spans. Others may write to the group, too: what is none of a trace is left out. */
export function tracesOfSpans(messages: readonly string[]): string[] {
  return messages.flatMap((message) => {
    try {
      const { traceId } = JSON.parse(message) ?? {};
      return (typeof traceId === "string" && toTraceId(traceId)) || [];
    } catch {
      return [];
    }
  });
}
