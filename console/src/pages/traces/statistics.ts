import type { TraceSummary } from "@aws-sdk/client-xray";
import type { Value } from "../../../../src/tracing/filter/filter.js";
import type { Period } from "../../parts/use-period.js";
import { annotationTerm, keywordTerm, serviceTerm, withoutTerm } from "./filter-edit.js";

export const outcomes = ["ok", "error", "throttle", "fault"] as const;
export type Outcome = (typeof outcomes)[number];

/** How the request ended, the worst first. */
export function outcomeOf({ HasFault, HasThrottle, HasError }: TraceSummary): Outcome {
  if (HasFault) return "fault";
  if (HasThrottle) return "throttle";
  return HasError ? "error" : "ok";
}

/** One bar of a chart: how many traces are in a stretch of time or of response times. */
export interface Bar {
  readonly from: number;
  readonly until: number;
  readonly counts: Readonly<Record<Outcome, number>>;
}

/** Traces over time; bounds are milliseconds since 1970. */
export function overTime(traces: readonly TraceSummary[], { start, end }: Period, count = 40): readonly Bar[] {
  const timed = traces.flatMap((trace) => (trace.StartTime ? [{ trace, at: trace.StartTime.getTime() }] : []));
  return barsOf(timed, start.getTime(), end.getTime(), count);
}

/** Traces by response time, in seconds, as far as they have one. The slowest are in the last bar. */
export function byResponseTime(traces: readonly TraceSummary[], count = 40): readonly Bar[] {
  const timed = traces.flatMap((trace) =>
    trace.ResponseTime === undefined ? [] : [{ trace, at: trace.ResponseTime }],
  );
  if (timed.length === 0) return [];
  let most = 0;
  for (const { at } of timed) most = Math.max(most, at);
  return barsOf(timed, 0, roundUp(most || 0.001, count), count);
}

function barsOf(
  timed: readonly { trace: TraceSummary; at: number }[],
  from: number,
  until: number,
  count: number,
): Bar[] {
  const width = (until - from) / count;
  const counts = Array.from({ length: count }, () => ({ ok: 0, error: 0, throttle: 0, fault: 0 }));
  for (const { trace, at } of timed) {
    const index = Math.min(count - 1, Math.floor((at - from) / width));
    if (index >= 0) counts[index]![outcomeOf(trace)] += 1;
  }
  return counts.map((each, index) => ({ from: from + index * width, until: from + (index + 1) * width, counts: each }));
}

/** So that bars have round bounds. */
function roundUp(most: number, count: number): number {
  const rough = most / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const width = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((each) => each * count > most) ?? power * 10;
  return Number((width * count).toPrecision(12));
}

export function sumOf({ counts }: Bar): number {
  return counts.ok + counts.error + counts.throttle + counts.fault;
}

/** @param sorted ascending. @returns undefined of nothing. */
export function percentile(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
}

export type Grouping = "url" | "user" | "service" | "status" | "method" | `annotation:${string}`;

export interface Group {
  /** As it is shown; undefined: the traces that have none. */
  readonly value: string | undefined;
  /** The filter that finds them. */
  readonly term: string;
  readonly count: number;
  readonly share: number;
  readonly errors: number;
  readonly faults: number;
  readonly p50: number | undefined;
  readonly p90: number | undefined;
}

/** Groups by one property, the largest first. A trace that has several values is in several. */
export function groupBy(traces: readonly TraceSummary[], grouping: Grouping): readonly Group[] {
  const groups = new Map<string, { value: Value | undefined; traces: TraceSummary[] }>();
  for (const trace of traces) {
    const values = new Set<Value | undefined>(valuesOf(trace, grouping));
    if (values.size === 0) values.add(undefined);
    for (const value of values) {
      const key = JSON.stringify([typeof value, value]);
      const group = groups.get(key);
      if (group === undefined) groups.set(key, { value, traces: [trace] });
      else group.traces.push(trace);
    }
  }
  return [...groups.values()]
    .map(({ value, traces: within }) => {
      const times = within.flatMap(({ ResponseTime }) => (ResponseTime === undefined ? [] : [ResponseTime]));
      times.sort((left, right) => left - right);
      return {
        value: value === undefined ? undefined : String(value),
        term: termOf(grouping, value),
        count: within.length,
        share: within.length / traces.length,
        errors: within.filter(({ HasError }) => HasError).length,
        faults: within.filter(({ HasFault }) => HasFault).length,
        p50: percentile(times, 0.5),
        p90: percentile(times, 0.9),
      };
    })
    .sort((left, right) => right.count - left.count);
}

function valuesOf(trace: TraceSummary, grouping: Grouping): readonly (Value | undefined)[] {
  switch (grouping) {
    case "url":
      return [trace.Http?.HttpURL];
    case "method":
      return [trace.Http?.HttpMethod];
    case "status":
      return [trace.Http?.HttpStatus];
    case "user":
      return (trace.Users ?? []).map(({ UserName }) => UserName);
    case "service":
      return (trace.ServiceIds ?? []).flatMap(({ Name, Type }) => (Type === "client" ? [] : [Name]));
    default:
      return annotationValues(trace, grouping.slice("annotation:".length));
  }
}

export function annotationValues(trace: TraceSummary, key: string): readonly Value[] {
  const annotations = trace.Annotations ?? {};
  if (!Object.hasOwn(annotations, key)) return [];
  return (annotations[key] ?? []).flatMap(({ AnnotationValue: held }) => {
    const value = held?.StringValue ?? held?.NumberValue ?? held?.BooleanValue;
    return value === undefined ? [] : [value];
  });
}

const keywordOf = { url: "http.url", user: "user", status: "http.status", method: "http.method" } as const;

function termOf(grouping: Grouping, value: Value | undefined): string {
  if (grouping === "service")
    return value === undefined ? withoutTerm({ kind: "service", node: {} }) : serviceTerm(String(value));
  if (grouping in keywordOf) {
    const keyword = keywordOf[grouping as keyof typeof keywordOf];
    return value === undefined ? withoutTerm({ kind: "keyword", keyword }) : keywordTerm(keyword, value);
  }
  const key = grouping.slice("annotation:".length);
  return value === undefined ? withoutTerm({ kind: "annotation", key }) : annotationTerm(key, value);
}

/** What completion and choices of columns know of the traces found. */
export interface Vocabulary {
  readonly services: readonly string[];
  readonly users: readonly string[];
  /** Values seen of each annotation, at most `valuesMax`. */
  readonly annotations: ReadonlyMap<string, ReadonlySet<Value>>;
  readonly urls: readonly string[];
}

const valuesMax = 200;

export function vocabularyOf(traces: readonly TraceSummary[]): Vocabulary {
  const [services, users, urls] = [new Set<string>(), new Set<string>(), new Set<string>()];
  const annotations = new Map<string, Set<Value>>();
  for (const trace of traces) {
    for (const { Name } of trace.ServiceIds ?? []) if (Name) services.add(Name);
    for (const { UserName } of trace.Users ?? []) if (UserName && users.size < valuesMax) users.add(UserName);
    if (trace.Http?.HttpURL && urls.size < valuesMax) urls.add(trace.Http.HttpURL);
    for (const key of Object.keys(trace.Annotations ?? {})) {
      const seen = annotations.get(key) ?? new Set();
      annotations.set(key, seen);
      for (const value of annotationValues(trace, key)) if (seen.size < valuesMax) seen.add(value);
    }
  }
  return { services: [...services].sort(), users: [...users].sort(), annotations, urls: [...urls].sort() };
}
