import { flagBits } from "./create-traces.sql.js";

const scope = "account_id = {accountId:String} AND region = {region:String}";

/** What is added up apart: both ends' names. A node is the source, and has no target. */
const entity = `kind, source_name, source_type, source_account_id, target_name, target_type, target_account_id, is_link`;

const lengthMs = "intDiv(greatest(measured_us, 0) + 500, 1000)";
const step = `intExp10(length(toString(length_ms)) - 3)`;
/** `histogramBucketMs` of the pure rules. */
const bucketMs = `if(length_ms < 1000, length_ms, intDiv(length_ms + intDiv(${step}, 2), ${step}) * ${step})`;

const minuteUs = 60_000_000;
const endMinute = (endUs: string) => `toInt32(intDiv(${endUs} - positiveModulo(${endUs}, ${minuteUs}), ${minuteUs}))`;

/** Of traces: something of them may have ended in these minutes. */
export const endedBetween = (fromMinute: number | string, untilMinute: number | string) =>
  `arrayMax(ended_minutes) >= ${fromMinute} AND arrayMin(ended_minutes) < ${untilMinute}`;

/** Of what ended. Nodes are in no link. */
export const withoutLinks = `bitTest(flags, ${flagBits.link}) = 0`;

/** At most how many traces something of which ended in some minutes: versions that others replaced count as well. */
export const countEnded = `
SELECT count() AS traces
FROM traces
WHERE ${scope} AND received_ms >= {keptFromMs:Int64} AND ${endedBetween("{fromMinute:Int32}", "{untilMinute:Int32}")}`;

export interface FreshShape {
  /** Of traces: all that have anything to do with what is asked. */
  readonly traces: string;
  /** Of what ended, by `ended_us`, and of nodes and edges. */
  readonly requests: string;
  /** What is counted apart beside nodes and edges: columns made of `minute` and `group_arns`. */
  readonly apart: readonly { readonly name: string; readonly expression: string }[];
  readonly kinds: readonly ("nodes" | "edges")[];
}

const arms = {
  nodes: (shape: FreshShape) => `
    SELECT
      1 AS kind, segments.name AS source_name, segments.type AS source_type, segments.account_id AS source_account_id,
      '' AS target_name, '' AS target_type, '' AS target_account_id, 0 AS is_link, segments.flags AS flags,
      segments.start_us AS began_us, segments.end_us AS ended_us, segments.end_us - segments.start_us AS measured_us,
      ${endMinute("segments.end_us")} AS minute, group_arns
    FROM (SELECT segments.name, segments.type, segments.account_id, segments.flags, segments.start_us, segments.end_us,
        group_arns
      FROM traces FINAL WHERE ${shape.traces}) AS current
    ARRAY JOIN segments.name, segments.type, segments.account_id, segments.flags, segments.start_us, segments.end_us
    WHERE bitTest(flags, ${flagBits.inProgress}) = 0 AND ${shape.requests}`,
  edges: (shape: FreshShape) => `
    SELECT
      2 AS kind, calls.source_name AS source_name, calls.source_type AS source_type,
      calls.source_account_id AS source_account_id, calls.target_name AS target_name, calls.target_type AS target_type,
      calls.target_account_id AS target_account_id, bitTest(calls.flags, ${flagBits.link}) AS is_link,
      calls.flags AS flags, calls.start_us AS began_us, calls.end_us AS ended_us,
      if(is_link = 1, calls.event_age_us, calls.end_us - calls.start_us) AS measured_us,
      ${endMinute("calls.end_us")} AS minute, group_arns
    FROM (SELECT calls.source_name, calls.source_type, calls.source_account_id, calls.target_name, calls.target_type,
        calls.target_account_id, calls.flags, calls.start_us, calls.end_us, calls.event_age_us, group_arns
      FROM traces FINAL WHERE ${shape.traces}) AS current
    ARRAY JOIN calls.source_name, calls.source_type, calls.source_account_id, calls.target_name, calls.target_type,
      calls.target_account_id, calls.flags, calls.start_us, calls.end_us, calls.event_age_us
    WHERE bitTest(flags, ${flagBits.inProgress}) = 0 AND ${shape.requests}`,
};

/** Totals made of the traces themselves. */
export function freshTotals(shape: FreshShape): string {
  const apart = shape.apart.map(({ name }) => `${name}, `).join("");
  return `
SELECT
  ${apart}${entity},
  sum(ok) AS ok_count, sum(errors) AS error_count, sum(throttles) AS throttle_count, sum(faults) AS fault_count,
  sum(us) AS total_us, groupArray(bucket) AS histogram_values, groupArray(requests) AS histogram_counts,
  min(first_us) AS start_us, max(last_us) AS end_us, max(rooted) AS is_root, min(guessed) AS is_inferred
FROM (
  SELECT
    ${apart}${entity}, bucket, count() AS requests, countIf(bitAnd(flags, 7) = 0) AS ok,
    countIf(bitAnd(flags, 7) = ${1 << flagBits.error}) AS errors,
    countIf(bitAnd(flags, ${(1 << flagBits.fault) | (1 << flagBits.throttle)}) = ${1 << flagBits.throttle}) AS throttles,
    countIf(bitTest(flags, ${flagBits.fault})) AS faults, sum(ended_us - began_us) AS us, min(began_us) AS first_us,
    max(ended_us) AS last_us, max(bitTest(flags, ${flagBits.root})) AS rooted,
    min(bitTest(flags, ${flagBits.inferred})) AS guessed
  FROM (
    SELECT
      ${shape.apart.map(({ name, expression }) => `${expression} AS ${name}, `).join("")}${entity}, flags, began_us,
      ended_us, ${lengthMs} AS length_ms, ${bucketMs} AS bucket
    FROM (${shape.kinds.map((kind) => arms[kind](shape)).join("\n    UNION ALL")}
    )
  )
  GROUP BY ${apart}${entity}, bucket
)
GROUP BY ${apart}${entity}`;
}

export interface RolledShape {
  /** Of nodes and edges. */
  readonly requests: string;
  /** Of minutes: which of them. */
  readonly minutes: string;
  readonly apart: readonly { readonly name: string; readonly expression: string }[];
}

/** Totals made of the totals of whole minutes. */
export function rolledTotals(shape: RolledShape): string {
  const apart = shape.apart.map(({ name }) => `${name}, `).join("");
  return `
SELECT
  ${shape.apart.map(({ name, expression }) => `${expression} AS ${name}, `).join("")}${entity},
  sum(minutes.ok_count) AS ok_count, sum(minutes.error_count) AS error_count,
  sum(minutes.throttle_count) AS throttle_count, sum(minutes.fault_count) AS fault_count,
  sum(minutes.total_us) AS total_us, sumMap(minutes.histogram.value, minutes.histogram.count) AS histogram,
  histogram.1 AS histogram_values, histogram.2 AS histogram_counts, min(minutes.start_us) AS start_us,
  max(minutes.end_us) AS end_us, max(minutes.is_root) AS is_root, min(minutes.is_inferred) AS is_inferred
FROM graph_minutes AS minutes
WHERE ${scope} AND group_arn = {groupArn:String} AND kind > 0 AND ${shape.minutes} AND ${shape.requests}
  AND (minute, version) IN (
    SELECT minute, max(version) FROM graph_minutes
    WHERE ${scope} AND group_arn = '' AND kind = 0 AND ${shape.minutes}
    GROUP BY minute
  )
GROUP BY ${apart}${entity}`;
}
