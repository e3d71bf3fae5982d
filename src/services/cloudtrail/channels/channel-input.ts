import type { Destination } from "@aws-sdk/client-cloudtrail";
import type { EventDataStoreRow } from "../../../audit/lake/event-data-stores.js";
import type { SettingsQueries, SettingsTransaction } from "../../../storage/settings-store.js";
import { Constraints } from "../../constraints.js";
import type { Call } from "../../operation.js";
import { cloudTrailError } from "../errors.js";
import { requireActiveStore } from "../lake/find-store.js";

const destinationTypes = ["EVENT_DATA_STORE", "AWS_SERVICE"];

/** @throws ValidationException */
export function checkChannelInput(input: {
  readonly Name?: string | undefined;
  readonly Source?: string | undefined;
  readonly Destinations?: readonly Destination[] | undefined;
}): void {
  const constraints = new Constraints()
    .length("name", input.Name, { min: 3, max: 128 })
    .pattern("name", input.Name, /^[a-zA-Z0-9._-]+$/)
    .length("source", input.Source, { min: 1, max: 256 })
    .length("destinations", input.Destinations, { min: 1, max: 200 });
  for (const [index, { Type, Location }] of (input.Destinations ?? []).entries()) {
    const at = `destinations.${index + 1}.member`;
    constraints
      .oneOf(`${at}.type`, Type, destinationTypes)
      .length(`${at}.location`, Location, { min: 3, max: 1024 })
      .pattern(`${at}.location`, Location, /^[a-zA-Z0-9._/\-:*]+$/);
  }
  constraints.check();
}

/**
 * The event data stores that destinations name.
 * @throws InvalidParameter, EventDataStoreARNInvalid, EventDataStoreNotFound, InvalidEventDataStoreCategory,
 *   InactiveEventDataStore
 */
export async function storesOf(
  queries: SettingsQueries | SettingsTransaction,
  destinations: readonly Destination[],
  call: Call,
): Promise<EventDataStoreRow[]> {
  const stores: EventDataStoreRow[] = [];
  for (const { Type, Location } of destinations) {
    // Channels to services are made by services.
    if (Type !== "EVENT_DATA_STORE")
      throw cloudTrailError("InvalidParameter", "The type of a channel's destination must be EVENT_DATA_STORE.");
    const store = await requireActiveStore(queries, Location, call);
    if (store.kind !== "ActivityAuditLog")
      throw cloudTrailError(
        "InvalidEventDataStoreCategory",
        `A channel needs an event data store for events from outside of AWS (eventCategory ActivityAuditLog): ${store.arn}`,
      );
    if (stores.some(({ store_id }) => store_id === store.store_id))
      throw cloudTrailError("InvalidParameter", `The event data store is given more than once: ${store.arn}`);
    stores.push(store);
  }
  return stores;
}

/** @throws ChannelAlreadyExists */
export async function checkNameFree(
  queries: SettingsQueries | SettingsTransaction,
  name: string,
  call: Call,
  except?: string,
): Promise<void> {
  const taken = await queries
    .selectFrom("channels")
    .select("channel_id")
    .where("account_id", "=", call.accountId)
    .where("region", "=", call.region)
    .where("name", "=", name)
    .executeTakeFirst();
  if (taken !== undefined && taken.channel_id !== except)
    throw cloudTrailError("ChannelAlreadyExists", `A channel named ${name} already exists.`);
}

/** Replaces the destinations of a channel. */
export async function putDestinations(
  tx: SettingsTransaction,
  channel_id: string,
  stores: readonly EventDataStoreRow[],
): Promise<void> {
  await tx.deleteFrom("channel_destinations").where("channel_id", "=", channel_id).execute();
  await tx
    .insertInto("channel_destinations")
    .values(stores.map(({ store_id }, index) => ({ channel_id, store_id, position: index + 1 })))
    .execute();
}

export function destinationsView(stores: readonly EventDataStoreRow[]): Destination[] {
  return stores.map(({ arn }) => ({ Type: "EVENT_DATA_STORE", Location: arn }));
}
