import type { TraceSearch } from "../../trace-index.js";
import { flagBits } from "./create-traces.sql.js";

const scope = "account_id = {accountId:String} AND region = {region:String}";

const ended = `bitAnd(flags, ${(1 << flagBits.inProgress) | (1 << flagBits.inferred)}) = 0`;
const sent = `bitTest(flags, ${flagBits.inferred}) = 0`;

/**
 * Which traces a range holds. Columns of a trace as a whole decide on almost all of them; only of those that reach over
 * the whole range are the segments looked at: those arms are apart, so that the others need not read them. A trace is in
 * at most one arm.
 */
const arms: Record<TraceSearch["by"], readonly string[]> = {
  TraceId: ["time_ms >= {fromMs:Int64} AND time_ms < {untilMs:Int64}"],
  Event: [
    `(start_us >= {fromUs:Int64} AND start_us < {untilUs:Int64}
    OR start_us < {fromUs:Int64} AND in_progress = 0 AND end_us >= {fromUs:Int64} AND end_us < {untilUs:Int64})`,
    `start_us < {fromUs:Int64} AND (in_progress = 1 OR end_us >= {untilUs:Int64}) AND arrayExists(
    (flags, s, e) -> ${sent} AND s < {untilUs:Int64} AND (e >= {fromUs:Int64} OR bitTest(flags, ${flagBits.inProgress})),
    segments.flags, segments.start_us, segments.end_us)`,
  ],
  Service: [
    `(first_end_us >= {fromUs:Int64} AND first_end_us < {untilUs:Int64}
    OR end_us >= {fromUs:Int64} AND end_us < {untilUs:Int64})`,
    `first_end_us < {fromUs:Int64} AND end_us >= {untilUs:Int64} AND arrayExists(
    (flags, e) -> e >= {fromUs:Int64} AND e < {untilUs:Int64} AND ${ended}, segments.flags, segments.end_us)`,
  ],
};

/** Of a trace as a whole: without it, it is in no arm. */
const extentMeetsRange = "start_us < {untilUs:Int64} AND (end_us >= {fromUs:Int64} OR in_progress = 1)";
const meetsRange: Record<TraceSearch["by"], string> = {
  TraceId: arms.TraceId[0]!,
  Event: extentMeetsRange,
  Service: extentMeetsRange,
};

/** The time is compared on its own, too, as the engine knows how to look for that. */
const before = "time_ms <= {afterMs:Int64} AND (time_ms, trace_id) < ({afterMs:Int64}, {afterTraceId:String})";
const downTo = "time_ms >= {lastMs:Int64} AND (time_ms, trace_id) >= ({lastMs:Int64}, {lastTraceId:String})";

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

function conditions({ paged, shared, floored }: SearchShape): string[] {
  return [
    scope,
    "received_ms >= {keptFromMs:Int64}",
    ...(shared ? [`sipHash64(trace_id) % ${shareParts} < {shareUntil:UInt64}`] : []),
    ...(floored ? ["time_ms >= {floorMs:Int64}"] : []),
    ...(paged ? [before] : []),
  ];
}

/**
 * Versions of traces that match, newest trace first: candidates, as a later version of a trace need not. Without FINAL
 * the engine reads in the order of the table, first what the condition needs, and stops at the limit.
 */
export function findCandidates(shape: SearchShape): string {
  const { condition } = shape;
  const all = [...conditions(shape), "is_deleted = 0", ...(condition === undefined ? [] : [`(${condition})`])];
  const newest = `ORDER BY time_ms DESC, trace_id DESC
LIMIT {limit:UInt32}`;
  const ofArms = arms[shape.by].map(
    (arm) => `
SELECT trace_id, time_ms, toString(version) AS version_text
FROM traces
WHERE ${[arm, ...all].join("\n  AND ")}
${newest}`,
  );
  return ofArms.length === 1 ? ofArms[0]! : `SELECT * FROM (${ofArms.join(") UNION ALL SELECT * FROM (")})\n${newest}`;
}

/**
 * The current versions of traces at known places, newest first, cut after the one that passes `bytesMax`; and how many
 * there were before the cut.
 */
export function readCandidates(by: TraceSearch["by"]): string {
  const columns = `trace_id, time_ms, version_text, summary, fault_causes, error_causes, response_time_causes, bytes${
    by === "TraceId" ? "" : ", matched_ms"
  }`;
  return `
SELECT ${columns}, found
FROM (
  SELECT
    *,
    count() OVER () AS found,
    sum(bytes) OVER (ORDER BY time_ms DESC, trace_id DESC ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS bytes_so_far
  FROM (${by === "TraceId" ? "" : matchedMs}
    SELECT
      trace_id, time_ms, version, toString(version) AS version_text, summary, fault_causes, error_causes,
      response_time_causes, ${by === "TraceId" ? "" : "matched_ms, "}
      length(summary) + arraySum(text -> length(text), arrayConcat(fault_causes, error_causes, response_time_causes))
        AS bytes
    FROM traces
    WHERE ${scope}
      AND (time_ms, trace_id) IN (
        SELECT toInt64(place.1), place.2
        FROM (SELECT arrayJoin(arrayZip({times:Array(String)}, {traceIds:Array(String)})) AS place)
      )
    ORDER BY version DESC
    LIMIT 1 BY time_ms, trace_id
  )
)
WHERE bytes_so_far - bytes < {bytesMax:UInt64}
ORDER BY time_ms DESC, trace_id DESC`;
}

/** At most how many traces a search has to look at: versions that others replaced count as well. */
export function countVersions(shape: SearchShape): string {
  return `
SELECT count() AS traces
FROM traces
WHERE ${[scope, meetsRange[shape.by], ...(shape.paged ? [before] : [])].join("\n  AND ")}`;
}

/** The time down to which so many traces have to be looked at; no row if there are not that many. */
export function searchFloor(shape: SearchShape): string {
  return `
SELECT time_ms
FROM traces
WHERE ${[meetsRange[shape.by], ...conditions(shape)].join("\n  AND ")}
ORDER BY time_ms DESC
LIMIT 1 OFFSET {scannedMax:UInt64}`;
}

/** How many traces a search looks at down to a position, or to the end of the range: of those that meet a condition. */
export function countSearched(shape: SearchShape & { readonly bounded: boolean }): string {
  const { condition } = shape;
  const all = [
    ...conditions(shape),
    ...(shape.bounded ? [downTo] : []),
    ...(condition === undefined ? [] : [`(${condition})`]),
  ];
  const ofArms = arms[shape.by].map(
    (arm) => `
  SELECT count() AS traces
  FROM traces FINAL
  WHERE ${[arm, ...all].join("\n    AND ")}`,
  );
  return `SELECT sum(traces) AS traces FROM (${ofArms.join("\n  UNION ALL")}\n)`;
}
