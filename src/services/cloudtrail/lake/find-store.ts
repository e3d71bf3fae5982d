import type { EventDataStoreRow } from "../../../audit/lake/event-data-stores.js";
import { eventDataStoreArn } from "../../../audit/lake/event-data-stores.js";
import type { SettingsQueries, SettingsTransaction } from "../../../storage/settings-store.js";
import type { Call } from "../../operation.js";
import { cloudTrailError } from "../errors.js";

/** The ARN meant by an ARN or its last part. What policies are asked about, so also for what is malformed. */
export function storeArnOf(arnOrId: string, call: Call): string {
  return arnOrId.startsWith("arn:") ? arnOrId : eventDataStoreArn(call.region, call.accountId, arnOrId);
}

const arnPattern = /^arn:aws[a-z-]*:cloudtrail:[a-z0-9-]+:\d{12}:eventdatastore\/[a-f0-9-]{36}$/;

/**
 * A store by its ARN or UUID, of the call's region. A store of another account does not exist for the caller.
 * @throws EventDataStoreARNInvalid, EventDataStoreNotFound
 */
export async function requireStore(
  queries: SettingsQueries | SettingsTransaction,
  arnOrId: string,
  call: Call,
): Promise<EventDataStoreRow> {
  const arn = storeArnOf(arnOrId, call);
  if (!arnPattern.test(arn))
    throw cloudTrailError("EventDataStoreARNInvalid", `The event data store ARN is not valid: ${arn.slice(0, 256)}`);
  const store = await queries
    .selectFrom("event_data_stores")
    .selectAll()
    .where("arn", "=", arn)
    .where("account_id", "=", call.accountId)
    .where("region", "=", call.region)
    .executeTakeFirst();
  if (store === undefined)
    throw cloudTrailError("EventDataStoreNotFound", `The event data store was not found: ${arn}`);
  return store;
}
