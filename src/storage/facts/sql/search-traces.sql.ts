import type { TraceSearch } from "../../trace-index.js";
import { flagBits } from "./create-traces.sql.js";

const scope = "account_id = {accountId:String} AND region = {region:String}";

const ended = `bitAnd(flags, ${(1 << flagBits.inProgress) | (1 << flagBits.inferred)}) = 0`;
const sent = `bitTest(flags, ${flagBits.inferred}) = 0`;

/** What must hold for all of a trace so that a look at its segments is worth while. */
const extentMeetsRange =
  "start_us < {untilUs:Int64} AND (end_us >= {fromUs:Int64} OR in_progress = 1) AND received_ms >= {keptFromMs:Int64}";

const inRange: Record<TraceSearch["by"], string> = {
  TraceId: "time_ms >= {fromMs:Int64} AND time_ms < {untilMs:Int64} AND received_ms >= {keptFromMs:Int64}",
  Event: `${extentMeetsRange}
  AND arrayExists(
    (flags, s, e) -> s < {untilUs:Int64} AND (e >= {fromUs:Int64} OR bitTest(flags, ${flagBits.inProgress})),
    segments.flags, segments.start_us, segments.end_us)`,
  Service: `${extentMeetsRange}
  AND arrayExists(
    (flags, e) -> e >= {fromUs:Int64} AND e < {untilUs:Int64} AND ${ended}, segments.flags, segments.end_us)`,
};

/**
 * The latest end in the range of a segment that was sent, else the latest start, else the last moment of the range; as
 * `matchedEventTime` of the pure rules. Milliseconds.
 */
const matchedMs = `
WITH
  arrayFilter((e, flags) -> ${ended} AND e >= {fromUs:Int64} AND e < {untilUs:Int64},
    segments.end_us, segments.flags) AS ends,
  arrayFilter((s, flags) -> ${sent} AND s >= {fromUs:Int64} AND s < {untilUs:Int64},
    segments.start_us, segments.flags) AS starts,
  multiIf(notEmpty(ends), intDiv(arrayMax(ends), 1000), notEmpty(starts), intDiv(arrayMax(starts), 1000),
    {untilMs:Int64} - 1) AS matched_ms`;

export interface SearchShape {
  readonly by: TraceSearch["by"];
  readonly paged: boolean;
  readonly shared: boolean;
  /** Looks no further back than a time. */
  readonly floored: boolean;
  /** Over columns of `traces`. */
  readonly condition?: string;
}

/** Of a million equal shares of all traces, those before the bound. */
export const shareParts = 1_000_000;

function conditions({ by, paged, shared, floored }: SearchShape): string[] {
  return [
    scope,
    inRange[by],
    ...(shared ? [`sipHash64(trace_id) % ${shareParts} < {shareUntil:UInt64}`] : []),
    ...(floored ? ["time_ms >= {floorMs:Int64}"] : []),
    ...(paged ? ["(time_ms, trace_id) < ({afterMs:Int64}, {afterTraceId:String})"] : []),
  ];
}

/** A page of traces, newest first, cut after the one that passes `bytesMax`; and how many there were before the cut. */
export function searchTraces(shape: SearchShape): string {
  const { by, condition } = shape;
  const columns = `trace_id, time_ms${by === "TraceId" ? "" : ", matched_ms"}, summary, fault_causes,
  error_causes, response_time_causes`;
  return `
SELECT ${columns}, found
FROM (
  SELECT
    *,
    count() OVER () AS found,
    sum(bytes) OVER (ORDER BY time_ms DESC, trace_id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS bytes_so_far
  FROM (
    ${by === "TraceId" ? "" : matchedMs}
    SELECT
      ${columns},
      length(summary) + arraySum(text -> length(text), arrayConcat(fault_causes, error_causes, response_time_causes))
        AS bytes
    FROM traces FINAL
    WHERE ${[...conditions(shape), ...(condition === undefined ? [] : [`(${condition})`])].join("\n  AND ")}
    ORDER BY time_ms DESC, trace_id DESC
    LIMIT {limit:UInt32}
  )
)
WHERE bytes_so_far - bytes < {bytesMax:UInt64}
ORDER BY time_ms DESC, trace_id DESC`;
}

/** The time down to which so many traces have to be looked at; no row if there are not that many. */
export function searchFloor(shape: SearchShape): string {
  return `
SELECT time_ms
FROM traces
WHERE ${conditions(shape).join("\n  AND ")}
ORDER BY time_ms DESC
LIMIT 1 OFFSET {scannedMax:UInt64}`;
}

/** How many traces a search looks at down to a position, or to the end of the range. */
export function countSearched(shape: SearchShape & { readonly bounded: boolean }): string {
  const bound = shape.bounded ? ["(time_ms, trace_id) >= ({lastMs:Int64}, {lastTraceId:String})"] : [];
  return `
SELECT count() AS traces
FROM traces FINAL
WHERE ${[...conditions(shape), ...bound].join("\n  AND ")}`;
}
