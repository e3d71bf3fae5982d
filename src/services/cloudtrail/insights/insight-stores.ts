import type { EventDataStoreRow } from "../../../audit/lake/event-data-stores.js";
import type { TrailSelectors } from "../../../audit/selectors/selectors.js";
import type { SettingsQueries, SettingsTransaction } from "../../../storage/settings-store.js";
import type { Call } from "../../operation.js";
import { ServiceError } from "../../service-error.js";
import { cloudTrailError } from "../errors.js";
import { requireStore } from "../lake/find-store.js";

type Queries = SettingsQueries | SettingsTransaction;

/** The operations of Insights know no error of their own for a store that is not there. @throws InvalidParameter */
async function storeOf(queries: Queries, arnOrId: string, call: Call): Promise<EventDataStoreRow> {
  try {
    return await requireStore(queries, arnOrId, call);
  } catch (reason) {
    if (reason instanceof ServiceError) throw cloudTrailError("InvalidParameter", reason.message, reason);
    throw reason;
  }
}

/** The store whose events are looked at. */
export async function sourceStore(queries: Queries, arnOrId: string, call: Call): Promise<EventDataStoreRow> {
  const store = await storeOf(queries, arnOrId, call);
  if (store.kind !== "CloudTrail")
    throw cloudTrailError("InvalidParameter", `The event data store does not hold CloudTrail events: ${store.arn}`);
  return store;
}

/** The store that gets the Insights events. */
export async function destinationStore(queries: Queries, arnOrId: string, call: Call): Promise<EventDataStoreRow> {
  const store = await storeOf(queries, arnOrId, call);
  if (store.kind !== "Insight")
    throw cloudTrailError("InvalidParameter", `The event data store does not hold Insights events: ${store.arn}`);
  return store;
}

/** What a store selects now. */
export async function selectorsOfStore(queries: Queries, store: EventDataStoreRow): Promise<TrailSelectors> {
  const { selectors } = await queries
    .selectFrom("event_data_store_states")
    .select("selectors")
    .where("store_id", "=", store.store_id)
    .orderBy("sequence", "desc")
    .limit(1)
    .executeTakeFirstOrThrow();
  return { kind: "advanced", selectors: JSON.parse(selectors) };
}
