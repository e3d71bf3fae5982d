import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";

/** One span of the Nezha data set: two microservice systems under load. */
export interface NezhaSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | undefined;
  /** `frontend-579b9bff58-t2dbm` */
  readonly podName: string;
  readonly operationName: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** Where the data lies beside the checkout; undefined where it is absent. */
export function nezhaFolder(repository: string): string | undefined {
  const folder = path.resolve(repository, "../shared/data/traces-nezha");
  return existsSync(folder) ? folder : undefined;
}

/** Spans of every file of the folder, in the order in which they ended, as applications send them. */
export function readNezha(folder: string): NezhaSpan[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".csv.gz"))
    .flatMap((name) => spansOf(gunzipSync(readFileSync(path.join(folder, name))).toString("utf8")))
    .sort((one, other) => one.endMs - other.endMs);
}

/** @param csv with a header line: TraceID,SpanID,ParentID,PodName,OperationName,StartTimeUnixNano,EndTimeUnixNano,… */
export function spansOf(csv: string): NezhaSpan[] {
  const [, ...lines] = csv.trimEnd().split("\n");
  return lines.map((line) => {
    const [traceId, spanId, parentId, podName, operationName, start, end] = line.split(",") as string[];
    return {
      traceId: traceId!,
      spanId: spanId!,
      parentId: parentId === "root" ? undefined : parentId,
      podName: podName!,
      operationName: operationName!,
      startMs: Number(start) / 1e6,
      endMs: Number(end) / 1e6,
    };
  });
}

/**
 * Endless X-Ray segment documents made of the spans, one a span, each pod a service. Every round through the spans gets
 * trace ids, segment ids and times of its own, so that all documents are distinct and recent while parents, durations
 * and order stay those of the data.
 *
 * @param nowMs when the newest span of a round ends.
 * @param salt  32-bit numbers; one a round.
 */
export function* segmentDocuments(spans: readonly NezhaSpan[], nowMs: number, salt: () => number): Generator<string> {
  // The files are minutes of different days: each keeps its inner times and is moved to end now.
  const newestOf = new Map<number, number>();
  for (const { endMs } of spans) newestOf.set(hourOf(endMs), Math.max(newestOf.get(hourOf(endMs)) ?? 0, endMs));
  const startOf = new Map<string, number>();
  for (const { traceId, startMs } of spans) startOf.set(traceId, Math.min(startOf.get(traceId) ?? startMs, startMs));
  for (;;) {
    const [high, low] = [salt(), salt()];
    const idOf = (id: string) => hex8(number8(id, 0) ^ high) + hex8(number8(id, 8) ^ low);
    for (const span of spans) {
      const movedMs = nowMs - newestOf.get(hourOf(span.endMs))!;
      const startSeconds = (span.startMs + movedMs) / 1000;
      const { traceId } = span;
      const traceSeconds = (startOf.get(traceId)! + movedMs) / 1000;
      yield JSON.stringify({
        name: serviceOf(span.podName),
        id: idOf(span.spanId),
        trace_id: `1-${hex8(traceSeconds)}-${hex8(number8(traceId, 0) ^ high)}${idOf(traceId.slice(8, 24))}`,
        ...(span.parentId !== undefined && { parent_id: idOf(span.parentId) }),
        start_time: round6(startSeconds),
        end_time: round6((span.endMs + movedMs) / 1000),
        origin: "AWS::EKS::Container",
        http: {
          request: { method: "POST", url: `http://${serviceOf(span.podName)}/${span.operationName}` },
          response: { status: 200 },
        },
        annotations: { pod: span.podName, operation: span.operationName },
        aws: { xray: { sdk: "X-Ray for Go", sdk_version: "1.8.5" } },
        service: { version: "0.3.9", runtime: "go" },
      });
    }
  }
}

/** `frontend-579b9bff58-t2dbm` → `frontend`: without the hashes of replica set and pod. */
function serviceOf(podName: string): string {
  return podName.replace(/-[a-z0-9]{6,10}-[a-z0-9]{5}$/, "");
}

const hourOf = (ms: number) => Math.floor(ms / 3_600_000);
const number8 = (hex: string, from: number) => Number.parseInt(hex.slice(from, from + 8), 16);
const hex8 = (number: number) => (number >>> 0).toString(16).padStart(8, "0");
const round6 = (seconds: number) => Math.round(seconds * 1e6) / 1e6;
