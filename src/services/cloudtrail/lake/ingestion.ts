import type {
  StartEventDataStoreIngestionCommandInput,
  StopEventDataStoreIngestionCommandInput,
} from "@aws-sdk/client-cloudtrail";
import { management } from "../../../audit/event.js";
import { addStoreState, type EventDataStoreRow } from "../../../audit/lake/event-data-stores.js";
import { operation } from "../../operation.js";
import type { CloudTrailDeps } from "../deps.js";
import { cloudTrailError } from "../errors.js";
import { requireStore, storeAccess, storeResources } from "./find-store.js";

type Name = "StartEventDataStoreIngestion" | "StopEventDataStoreIngestion";
type Input = StartEventDataStoreIngestionCommandInput | StopEventDataStoreIngestionCommandInput;

/** Kinds whose events are taken from the record, or would be: what is sent or made for a store is not held up here. */
const ingestedKinds = ["CloudTrail", "ConfigurationItem"];

/** One switch. What happened before it is turned off is still taken, the call itself included. */
const switchIngestion = (deps: CloudTrailDeps, name: Name) =>
  operation<Input, Record<string, never>>({
    name,
    readOnly: false,
    event: management,
    access: (input, call) => storeAccess(deps, name, input.EventDataStore, call),

    async execute(input, call) {
      const ingesting = name === "StartEventDataStoreIngestion";
      checkSwitch(await requireStore(deps.settings.read, input.EventDataStore, call), ingesting);
      return call.commit(async (tx) => {
        const store = await requireStore(tx, input.EventDataStore, call);
        checkSwitch(store, ingesting);
        const nowMs = deps.environment.clock.nowMs();
        await addStoreState(tx, store.store_id, { ingesting }, { fromMs: nowMs, requestId: call.requestId });
        await tx
          .updateTable("event_data_stores")
          .set({ status: ingesting ? "ENABLED" : "STOPPED_INGESTION", updated_ms: nowMs })
          .where("store_id", "=", store.store_id)
          .execute();
        return {};
      });
    },

    resources: (input, call) => storeResources(input.EventDataStore, call),
  });

/** @throws InvalidEventDataStoreCategory, InvalidEventDataStoreStatus */
function checkSwitch(store: EventDataStoreRow, ingesting: boolean): void {
  if (!ingestedKinds.includes(store.kind))
    throw cloudTrailError(
      "InvalidEventDataStoreCategory",
      `Ingestion of an event data store for ${store.kind} events is neither started nor stopped.`,
    );
  const needed = ingesting ? "STOPPED_INGESTION" : "ENABLED";
  if (store.status !== needed)
    throw cloudTrailError(
      "InvalidEventDataStoreStatus",
      `The event data store must be ${needed} for this; it is ${store.status}.`,
    );
}

export const startEventDataStoreIngestion = (deps: CloudTrailDeps) =>
  switchIngestion(deps, "StartEventDataStoreIngestion");
export const stopEventDataStoreIngestion = (deps: CloudTrailDeps) =>
  switchIngestion(deps, "StopEventDataStoreIngestion");
