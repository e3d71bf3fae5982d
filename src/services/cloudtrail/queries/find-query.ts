import { type QueryRow, resultsKeptMs } from "../../../audit/lake/queries.js";
import type { AccessRequest } from "../../../identity/access.js";
import type { SettingsQueries, SettingsTransaction } from "../../../storage/settings-store.js";
import type { Call } from "../../operation.js";
import type { CloudTrailDeps } from "../deps.js";
import { cloudTrailError } from "../errors.js";
import { requireStore, storeArnOf } from "../lake/find-store.js";
import { resourceAccess } from "../resource-access.js";
import { accessToStores } from "./prepare-statement.js";

/** How a query is named: by its id, or as the last one that was run by a name, perhaps in one refresh. */
export interface QueryReference {
  readonly EventDataStore?: string | undefined;
  readonly QueryId?: string | undefined;
  readonly QueryAlias?: string | undefined;
  readonly RefreshId?: string | undefined;
}

async function findQuery(
  queries: SettingsQueries | SettingsTransaction,
  reference: QueryReference,
  call: Call,
): Promise<QueryRow | undefined> {
  let query = queries
    .selectFrom("lake_queries")
    .selectAll()
    .where("account_id", "=", call.accountId)
    .where("region", "=", call.region)
    .where("created_ms", ">=", call.nowMs - resultsKeptMs);
  if (reference.QueryId !== undefined) query = query.where("query_id", "=", reference.QueryId);
  else query = query.where("alias", "=", reference.QueryAlias ?? "");
  if (reference.RefreshId !== undefined) query = query.where("refresh_id", "=", reference.RefreshId);
  return query.orderBy("created_ms", "desc").orderBy("query_id").limit(1).executeTakeFirst();
}

/** @throws EventDataStoreARNInvalid, EventDataStoreNotFound, InactiveEventDataStore, QueryIdNotFound */
export async function requireQuery(
  queries: SettingsQueries | SettingsTransaction,
  reference: QueryReference,
  call: Call,
): Promise<QueryRow> {
  const store =
    reference.EventDataStore === undefined
      ? undefined
      : await requireActiveStore(queries, reference.EventDataStore, call);
  const query = await findQuery(queries, reference, call);
  if (query !== undefined && (store === undefined || (await storesOf(queries, query)).includes(store.store_id)))
    return query;
  const { QueryId, QueryAlias } = reference;
  const named = QueryId === undefined ? `with the alias ${QueryAlias}` : QueryId;
  throw cloudTrailError("QueryIdNotFound", `The query ${named} was not found.`);
}

/** @throws EventDataStoreARNInvalid, EventDataStoreNotFound, InactiveEventDataStore */
export async function requireActiveStore(queries: SettingsQueries | SettingsTransaction, arnOrId: string, call: Call) {
  const store = await requireStore(queries, arnOrId, call);
  if (store.status === "PENDING_DELETION")
    throw cloudTrailError("InactiveEventDataStore", `The event data store is pending deletion: ${store.arn}`);
  return store;
}

/** Access to a query is access to the stores it reads; where there is none, to what the call names. */
export async function queryAccess(
  deps: CloudTrailDeps,
  action: string,
  reference: QueryReference,
  call: Call,
): Promise<readonly AccessRequest[]> {
  const queries = deps.settings.read;
  const query = await findQuery(queries, reference, call);
  if (query !== undefined) {
    const stores = await storesOf(queries, query);
    if (stores.length > 0) return accessToStores(queries, action, stores, call);
  }
  return resourceAccess(queries, action, storeArnOf(reference.EventDataStore ?? "*", call));
}

async function storesOf(queries: SettingsQueries | SettingsTransaction, query: QueryRow): Promise<string[]> {
  const rows = await queries
    .selectFrom("lake_query_stores")
    .select("store_id")
    .where("query_id", "=", query.query_id)
    .orderBy("store_id")
    .execute();
  return rows.map(({ store_id }) => store_id);
}
