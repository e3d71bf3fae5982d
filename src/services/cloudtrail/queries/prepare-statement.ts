import { eventDataStoreArn } from "../../../audit/lake/event-data-stores.js";
import { prepareQuery, StoreNotReadable } from "../../../audit/lake/prepare-query.js";
import { QueryRefused, type TranslatedQuery } from "../../../audit/lake-sql/translate.js";
import type { AccessRequest } from "../../../identity/access.js";
import type { SettingsQueries, SettingsTransaction } from "../../../storage/settings-store.js";
import type { Call } from "../../operation.js";
import { cloudTrailError } from "../errors.js";
import { resourceAccess } from "../resource-access.js";

/** @throws InvalidQueryStatement, EventDataStoreNotFound, InactiveEventDataStore */
export async function prepareStatement(
  queries: SettingsQueries | SettingsTransaction,
  statement: string,
  parameters: readonly string[],
  call: Call,
): Promise<TranslatedQuery> {
  try {
    return await prepareQuery(queries, call, { statement, parameters }, call.nowMs);
  } catch (reason) {
    if (reason instanceof QueryRefused) throw cloudTrailError("InvalidQueryStatement", reason.message, reason);
    if (reason instanceof StoreNotReadable) throw cloudTrailError(reason.because, reason.message, reason);
    throw reason;
  }
}

/** Access to each store that is read, with its own tags and policy. */
export async function accessToStores(
  queries: SettingsQueries,
  action: string,
  storeIds: Iterable<string>,
  call: Call,
): Promise<AccessRequest[]> {
  const accesses = [];
  for (const storeId of new Set(storeIds))
    accesses.push(...(await resourceAccess(queries, action, eventDataStoreArn(call.region, call.accountId, storeId))));
  return accesses;
}
