import type { SettingsQueries, SettingsTransaction } from "../../storage/settings-store.js";
import { type ReadableStore, type TranslatedQuery, translateQuery } from "../lake-sql/translate.js";
import { type EventDataStoreRow, eventDataStoreArn } from "./event-data-stores.js";

/** A statement names a store that cannot be read. */
export class StoreNotReadable extends Error {
  override readonly name = "StoreNotReadable";

  constructor(
    readonly because: "EventDataStoreNotFound" | "InactiveEventDataStore",
    message: string,
  ) {
    super(message);
  }
}

const dayMs = 86_400_000;

/**
 * Translates a statement over the stores of an account and region. Which it reads is what its tree says.
 *
 * @param parameters values of its places, in order.
 * @throws QueryRefused, StoreNotReadable
 */
export async function prepareQuery(
  queries: SettingsQueries | SettingsTransaction,
  scope: { readonly accountId: string; readonly region: string },
  { statement, parameters }: { readonly statement: string; readonly parameters: readonly string[] },
  nowMs: number,
): Promise<TranslatedQuery> {
  const rows = await queries
    .selectFrom("event_data_stores")
    .selectAll()
    .where("account_id", "=", scope.accountId)
    .where("region", "=", scope.region)
    .execute();
  const readable = (storeId: string): ReadableStore => {
    const arn = eventDataStoreArn(scope.region, scope.accountId, storeId.slice(0, 128));
    const row = rows.find(({ store_id }) => store_id === storeId);
    if (row === undefined)
      throw new StoreNotReadable("EventDataStoreNotFound", `The event data store was not found: ${arn}`);
    if (row.status === "PENDING_DELETION")
      throw new StoreNotReadable("InactiveEventDataStore", `The event data store is pending deletion: ${arn}`);
    return readableStore(row, nowMs);
  };
  return translateQuery(statement, readable, { nowMs, parameters });
}

function readableStore(row: EventDataStoreRow, nowMs: number): ReadableStore {
  return {
    storeId: row.store_id,
    kind: row.kind as ReadableStore["kind"],
    fromMs: nowMs - row.retention_days * dayMs,
  };
}
