import type { AnnotationAnswer, CallerAnswer, Reader, TraceAnswer } from "./answers.js";

/** Readers as far as they are known; undefined: the list goes on. */
type Readers = readonly Reader[] | undefined;

const count = (number: number, one: string, many = `${one}s`) =>
  `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
const were = (number: number) => (number === 1 ? "was" : "were");

/** `3 callers have seen this trace, 1 was refused.` */
export function traceSentence(answer: TraceAnswer, readers: Readers): string {
  const { ReaderCount } = answer;
  const seen =
    ReaderCount === 0
      ? "Nobody has seen this trace"
      : `${count(ReaderCount, "caller has", "callers have")} seen this trace`;
  return `${seen}${refused(answer.RefusalCount, readers)}.`;
}

/** `2 callers have seen traces with customer = c-17 (40 traces, 61 reads), nobody was refused.` */
export function annotationSentence(
  answer: AnnotationAnswer,
  { key, value }: { key: string; value: string },
  readers: Readers,
): string {
  const { CallerCount, TraceCount } = answer;
  const about = `with ${key} = ${value}`;
  const seen =
    CallerCount === 0
      ? `Nobody has seen a trace ${about}`
      : `${count(CallerCount, "caller has", "callers have")} seen ${count(TraceCount, "trace")} ${about}`;
  return `${seen}${refused(answer.RefusalCount, readers)}.`;
}

/** `This caller has seen 41 traces in 12 calls; 2 calls were refused.` */
export function callerSentence({ TraceCount, CallCount, RefusedCallCount }: CallerAnswer): string {
  const seen =
    TraceCount === 0
      ? "This caller has seen no trace"
      : `This caller has seen ${count(TraceCount, "trace")} in ${count(CallCount, "call")}`;
  if (RefusedCallCount === 0) return `${seen}; no call was refused.`;
  return `${seen}; ${count(RefusedCallCount, "call")} ${were(RefusedCallCount)} refused.`;
}

/** Who was refused and never saw it, and who was refused at another time. */
function refused(refusalCount: number, readers: Readers): string {
  if (refusalCount === 0) return ", nobody was refused";
  // Of a list that goes on one cannot say how many callers it will tell of.
  if (readers === undefined) return `; ${count(refusalCount, "request")} ${were(refusalCount)} refused`;
  const refusedReaders = readers.filter((reader) => reader.RefusalCount > 0);
  const never = refusedReaders.filter((reader) => reader.ReadCount === 0).length;
  const also = refusedReaders.length - never;
  const parts = [
    ...(never > 0 ? [`, ${never.toLocaleString("en")} ${were(never)} refused`] : []),
    ...(also > 0 ? [`; ${also.toLocaleString("en")} of those who saw it ${were(also)} refused at another time`] : []),
  ];
  return parts.join("");
}

/** `assumed-role/Support/ada`, `user/bob`, `root`: an ARN without what is the same for all of an account. */
export function callerName(arn: string): string {
  return /^arn:aws:(?:iam|sts)::\d{12}:(.+)$/.exec(arn)?.[1] ?? arn;
}

/** How something was asked for, in a line: the filter of a search, the number of ids, else what was sent. */
export function askedFor(request: unknown): string {
  if (typeof request !== "object" || request === null) return typeof request === "string" ? request : "";
  const { filterExpression, filterPattern, traceIds, retrievalToken, ...rest } = request as Record<string, unknown>;
  if (typeof filterExpression === "string" && filterExpression !== "") return `filter ${filterExpression}`;
  if (typeof filterPattern === "string" && filterPattern !== "") return `pattern ${filterPattern}`;
  if (Array.isArray(traceIds)) return traceIds.length === 1 ? "by its id" : `by id, one of ${traceIds.length}`;
  if (retrievalToken !== undefined) return "a retrieval";
  if ("startTime" in rest && "endTime" in rest) return "every trace of a period";
  return JSON.stringify(request);
}
