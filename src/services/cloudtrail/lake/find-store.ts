import type { EventResource } from "../../../audit/event.js";
import type { EventDataStoreRow } from "../../../audit/lake/event-data-stores.js";
import { eventDataStoreArn } from "../../../audit/lake/event-data-stores.js";
import type { AccessRequest } from "../../../identity/access.js";
import type { SettingsQueries, SettingsTransaction } from "../../../storage/settings-store.js";
import type { Call } from "../../operation.js";
import type { CloudTrailDeps } from "../deps.js";
import { cloudTrailError } from "../errors.js";
import { resourceAccess } from "../resource-access.js";

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
  arnOrId: string | undefined,
  call: Call,
): Promise<EventDataStoreRow> {
  const arn = storeArnOf(arnOrId ?? "", call);
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

/**
 * A store that does not wait for its end.
 * @throws EventDataStoreARNInvalid, EventDataStoreNotFound, InactiveEventDataStore
 */
export async function requireActiveStore(
  queries: SettingsQueries | SettingsTransaction,
  arnOrId: string | undefined,
  call: Call,
): Promise<EventDataStoreRow> {
  const store = await requireStore(queries, arnOrId, call);
  if (store.status === "PENDING_DELETION")
    throw cloudTrailError("InactiveEventDataStore", `The event data store is pending deletion: ${store.arn}`);
  return store;
}

/** Access to one store, with its tags and its policy. */
export async function storeAccess(
  deps: CloudTrailDeps,
  action: string,
  arnOrId: string | undefined,
  call: Call,
): Promise<readonly AccessRequest[]> {
  return resourceAccess(deps.settings.read, action, storeArnOf(arnOrId ?? "", call));
}

/** The store a call is about, for its record: also where the call failed. */
export function storeResources(arnOrId: string | undefined, call: Call): readonly EventResource[] {
  if (!arnOrId) return [];
  const arn = storeArnOf(arnOrId, call);
  return [{ type: "AWS::CloudTrail::EventDataStore", name: arn.slice(arn.lastIndexOf("/") + 1), arn }];
}
