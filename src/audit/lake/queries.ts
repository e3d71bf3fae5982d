import type { Selectable } from "kysely";
import type { SettingsTables } from "../../storage/settings/tables.js";
import type { SettingsQueries, SettingsTransaction } from "../../storage/settings-store.js";
import type { TranslatedQuery } from "../lake-sql/translate.js";

export type QueryRow = Selectable<SettingsTables["lake_queries"]>;

/** How long a query and its result can be asked for. */
export const resultsKeptMs = 7 * 86_400_000;
/** Queued and running, of an account in a region. */
export const queriesAtOnceMax = 10;

export interface QueryToStart {
  readonly queryId: string;
  readonly scope: { readonly accountId: string; readonly region: string };
  readonly statement: string;
  readonly translated: TranslatedQuery;
  readonly createdMs: number;
  readonly alias?: string | undefined;
  readonly refreshId?: string;
  readonly prompt?: string | undefined;
  readonly deliveryUri?: string | undefined;
}

/** Puts a query into the queue, from which `jobs/run-queries.ts` takes it. */
export async function queueQuery(tx: SettingsTransaction, query: QueryToStart): Promise<void> {
  const { queryId, scope, translated } = query;
  await tx
    .insertInto("lake_queries")
    .values({
      query_id: queryId,
      account_id: scope.accountId,
      region: scope.region,
      status: "QUEUED",
      statement: query.statement,
      translated: translated.sql,
      columns: JSON.stringify(translated.columns),
      alias: query.alias ?? null,
      refresh_id: query.refreshId ?? null,
      prompt: query.prompt ?? null,
      created_ms: query.createdMs,
      holder: null,
      held_until_ms: null,
      ended_ms: null,
      execution_ms: null,
      error_message: null,
      rows_count: null,
      events_scanned: null,
      bytes_scanned: null,
      delivery_uri: query.deliveryUri ?? null,
      delivery_status: query.deliveryUri === undefined ? null : "PENDING",
    })
    .execute();
  for (const store_id of new Set(translated.storeIds))
    await tx.insertInto("lake_query_stores").values({ query_id: queryId, store_id }).execute();
}

/** Queued and running. Those of dashboards are not counted: a dashboard is refreshed once at a time. */
export async function queriesUnderWay(
  queries: SettingsQueries | SettingsTransaction,
  scope: { readonly accountId: string; readonly region: string },
): Promise<number> {
  const row = await queries
    .selectFrom("lake_queries")
    .select((of) => of.fn.countAll<number | string>().as("count"))
    .where("account_id", "=", scope.accountId)
    .where("region", "=", scope.region)
    .where("status", "in", ["QUEUED", "RUNNING"])
    .where("refresh_id", "is", null)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}
