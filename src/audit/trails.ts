import type { Selectable } from "kysely";
import type { SettingsTables } from "../storage/settings/tables.js";
import type { SettingsQueries, SettingsTransaction } from "../storage/settings-store.js";
import type { AggregationTemplate } from "./aggregation.js";
import type { InsightSelection } from "./insights/insight-selection.js";
import type { TrailSelectors } from "./selectors/selectors.js";

export type TrailRow = Selectable<SettingsTables["trails"]>;
export type TrailStateRow = Selectable<SettingsTables["trail_states"]>;

/** `arn:aws:cloudtrail:HOMEREGION:ACCT:trail/NAME` */
export function trailArn(homeRegion: string, accountId: string, name: string): string {
  return `arn:aws:cloudtrail:${homeRegion}:${accountId}:trail/${name}`;
}

/** What of a trail decides which events it delivers. */
export interface TrailState {
  readonly logging: boolean;
  readonly selectors: TrailSelectors;
  readonly multiRegion: boolean;
  readonly includeGlobal: boolean;
  readonly recursive: boolean;
  /** Which Insights it wants. */
  readonly insights: readonly InsightSelection[];
  /** How it has its data events summed up. */
  readonly aggregations: readonly AggregationTemplate[];
}

/** The state that holds now: the one with the highest sequence. */
export async function currentStateRow(
  queries: SettingsQueries | SettingsTransaction,
  trailId: string,
): Promise<TrailStateRow> {
  return queries
    .selectFrom("trail_states")
    .selectAll()
    .where("trail_id", "=", trailId)
    .orderBy("sequence", "desc")
    .limit(1)
    .executeTakeFirstOrThrow();
}

export async function stateRows(
  queries: SettingsQueries | SettingsTransaction,
  trailId: string,
): Promise<TrailStateRow[]> {
  return queries.selectFrom("trail_states").selectAll().where("trail_id", "=", trailId).orderBy("sequence").execute();
}

export function stateOf(row: TrailStateRow): TrailState {
  return {
    logging: row.logging === 1,
    selectors: JSON.parse(row.selectors) as TrailSelectors,
    multiRegion: row.multi_region === 1,
    includeGlobal: row.include_global === 1,
    recursive: row.recursive === 1,
    insights: row.insights === null ? [] : (JSON.parse(row.insights) as InsightSelection[]),
    aggregations: row.aggregations === null ? [] : (JSON.parse(row.aggregations) as AggregationTemplate[]),
  };
}

/** Adds a state in force from `fromMs` on. Never before the last one, should a clock step back. */
export async function addState(
  tx: SettingsTransaction,
  trailId: string,
  change: Partial<TrailState>,
  facts: { readonly fromMs: number; readonly requestId: string },
): Promise<void> {
  const last = await currentStateRow(tx, trailId);
  const state = { ...stateOf(last), ...change };
  await tx
    .insertInto("trail_states")
    .values(stateValues(trailId, last.sequence + 1, state, { ...facts, fromMs: Math.max(facts.fromMs, last.from_ms) }))
    .execute();
}

export function stateValues(
  trailId: string,
  sequence: number,
  state: TrailState,
  facts: { readonly fromMs: number; readonly requestId: string },
): TrailStateRow {
  return {
    trail_id: trailId,
    sequence,
    from_ms: facts.fromMs,
    logging: state.logging ? 1 : 0,
    selectors: JSON.stringify(state.selectors),
    multi_region: state.multiRegion ? 1 : 0,
    include_global: state.includeGlobal ? 1 : 0,
    recursive: state.recursive ? 1 : 0,
    insights: state.insights.length === 0 ? null : JSON.stringify(state.insights),
    aggregations: state.aggregations.length === 0 ? null : JSON.stringify(state.aggregations),
    changed_by: facts.requestId,
  };
}

/**
 * Puts the checkpoints of a destination where the streams are known to be: nothing before that can matter to a trail
 * that begins now. A stream that is not known yet begins at its first commit.
 */
export async function beginCheckpoints(
  tx: SettingsTransaction,
  trailId: string,
  destination: "s3" | "logs",
): Promise<void> {
  await dropCheckpoints(tx, trailId, destination);
  const streams = await tx.selectFrom("event_streams").select(["stream_id", "known_commit"]).execute();
  if (streams.length === 0) return;
  await tx
    .insertInto("trail_checkpoints")
    .values(
      streams.map((stream) => ({
        trail_id: trailId,
        stream_id: stream.stream_id,
        destination,
        commit_number: stream.known_commit,
        attempts: 0,
        retry_ms: 0,
      })),
    )
    .execute();
}

export async function dropCheckpoints(
  tx: SettingsTransaction,
  trailId: string,
  destination: "s3" | "logs",
): Promise<void> {
  await tx
    .deleteFrom("trail_checkpoints")
    .where("trail_id", "=", trailId)
    .where("destination", "=", destination)
    .execute();
}
