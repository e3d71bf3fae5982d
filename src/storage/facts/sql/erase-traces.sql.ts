import { isOfTrace } from "./received-traces.sql.js";

const scope = "account_id = {accountId:String} AND region = {region:String}";
const ofTraces = `${scope} AND trace_id IN {traceIds:Array(String)}`;
/** A span is a text of JSON (`tracing/otel/spans-of-segment.ts`). */
const ofSpans = `${scope} AND log_group_id = {logGroupId:String}
  AND JSONExtractString(message, 'traceId') IN {otelIds:Array(String)}`;

/** Each as the id of the batch, a slash, and the generation. */
const ofGenerations = `${scope} AND trace_id IN {traceIds:Array(String)}
  AND concat(trace_id, '/', segment_id) IN {generations:Array(String)}`;

const erased = {
  segments: { table: "segments", where: ofTraces },
  traces: { table: "traces", where: ofTraces },
  spans: { table: "log_events", where: ofSpans },
  generations: { table: "segments", where: ofGenerations },
} as const;
export type Erased = keyof typeof erased;
export type ErasedTable = (typeof erased)[Erased]["table"];
export const erasedTables: readonly ErasedTable[] = ["segments", "traces", "log_events"];

export function tableOf(what: Erased): ErasedTable {
  return erased[what].table;
}

/** A mutation rewrites every part that holds such a row, and looks at all: ask first whether there is anything. */
export function anyErased(what: Erased): string {
  const { table, where } = erased[what];
  return `SELECT 1 AS found FROM ${table} WHERE ${where} LIMIT 1`;
}

/** It rewrites parts in the background; a lightweight delete would leave the bytes where they are. */
export function eraseRows(what: Erased): string {
  const { table, where } = erased[what];
  return `ALTER TABLE ${table} DELETE WHERE ${where} SETTINGS mutations_sync = 0`;
}

export const batchesOfTraces = `SELECT DISTINCT batch_id FROM segments WHERE ${ofTraces} AND batch_id != ''`;

export const amountOfTraces = `
SELECT uniqExact(trace_id) AS traces, uniqExact(trace_id, segment_id) AS documents FROM segments WHERE ${ofTraces}`;

export const traceIdsOfScope = `
SELECT DISTINCT trace_id
FROM segments
WHERE ${scope} AND ${isOfTrace} AND trace_id > {after:String}
ORDER BY trace_id
LIMIT {limit:UInt32}`;

/** Of the tables above, what is not done yet, and why if it fails. */
export const mutationsUnderWay = `
SELECT latest_fail_reason AS failure FROM system.mutations
WHERE database = currentDatabase() AND table = {table:String} AND NOT is_done`;

/**
 * Where nothing is written the engine looks for parts that it may remove only every few minutes, but always after it has
 * dropped a partition: even one that does not exist.
 */
export function removeOldParts(table: ErasedTable): string {
  return `ALTER TABLE ${table} DROP PARTITION ID 'none'`;
}

/** Parts that were replaced by then and are still on the disk. */
export const oldParts = `
SELECT 1 AS found FROM system.parts
WHERE database = currentDatabase() AND table IN ('segments', 'traces', 'log_events') AND NOT active
  AND toUnixTimestamp(remove_time) <= {erasedSeconds:Int64}
LIMIT 1`;
