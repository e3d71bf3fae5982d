import type { OtelSpan } from "./span.js";
import { type Frame, stackFrames } from "./stack-frames.js";

/** Exceptions of one span; more tell nothing. */
const exceptionsMax = 100;

interface Exception {
  readonly type?: string;
  readonly message?: string;
  readonly remote: boolean;
  readonly stack?: readonly Frame[];
}

/**
 * What went wrong: an exception for each exception event, also when the span did not fail; without one, the message of a
 * span that did. Source: X-Ray exporter of the OpenTelemetry Collector, `cause.go`.
 */
export function causeOf(span: OtelSpan, language: string | undefined): { exceptions: Exception[] } | undefined {
  const remote = span.kind === "CLIENT" || span.kind === "PRODUCER";
  const exceptions: Exception[] = [];
  for (const { name, attributes, timeSeconds } of span.events) {
    if (exceptions.length >= exceptionsMax) break;
    if (name === "exception")
      exceptions.push(
        ...exceptionsOf(
          {
            type: text(attributes.get("exception.type")),
            message: text(attributes.get("exception.message")),
            stacktrace: text(attributes.get("exception.stacktrace")),
          },
          language,
          remote,
        ),
      );
    else if (name === "HTTP request failure" && span.attributes.get("rpc.system") === "aws-api") {
      const code = attributes.get("http.response.status_code") ?? "";
      const told = text(attributes.get("aws.http.error_message")) ?? "";
      exceptions.push({
        type: "aws.http.error.event",
        message: `${code}@${timeSeconds.toFixed(6)}@${told}`,
        remote: true,
      });
    }
  }
  if (exceptions.length > 0) return { exceptions };
  if (span.status.code !== "ERROR") return undefined;
  const message = span.status.message || text(span.attributes.get("http.status_text"));
  return message ? { exceptions: [{ message, remote }] } : undefined;
}

function exceptionsOf(
  told: { type: string | undefined; message: string | undefined; stacktrace: string | undefined },
  language: string | undefined,
  remote: boolean,
): Exception[] {
  const first = { ...(told.type && { type: told.type }), ...(told.message && { message: told.message }), remote };
  if (told.stacktrace === undefined) return [first];
  const [own, ...causes] = stackFrames(told.stacktrace, language);
  return [
    { ...first, ...(own && own.frames.length > 0 && { stack: own.frames }) },
    ...causes.map(({ type, message, frames }) => ({
      ...(type && { type }),
      ...(message && { message }),
      remote,
      ...(frames.length > 0 && { stack: frames }),
    })),
  ];
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
