import type {
  DeleteEventDataStoreCommandInput,
  RestoreEventDataStoreCommandInput,
  RestoreEventDataStoreResponse,
} from "@aws-sdk/client-cloudtrail";
import { management } from "../../../audit/event.js";
import { addStoreState, deletionWaitMs, storeStateOf, storeStateRows } from "../../../audit/lake/event-data-stores.js";
import { operation } from "../../operation.js";
import type { CloudTrailDeps } from "../deps.js";
import { cloudTrailError } from "../errors.js";
import { requireActiveStore, requireStore, storeAccess, storeResources } from "./find-store.js";
import { refuseChannels, refuseOngoingImport } from "./store-dependents.js";
import { storeView } from "./store-view.js";

/** Ends a store in seven days; until then it can be restored with all it holds. */
export const deleteEventDataStore = (deps: CloudTrailDeps) =>
  operation<DeleteEventDataStoreCommandInput, Record<string, never>>({
    name: "DeleteEventDataStore",
    readOnly: false,
    event: management,
    access: (input, call) => storeAccess(deps, "DeleteEventDataStore", input.EventDataStore, call),

    async execute(input, call) {
      await requireActiveStore(deps.settings.read, input.EventDataStore, call);
      return call.commit(async (tx) => {
        const store = await requireActiveStore(tx, input.EventDataStore, call);
        if (store.termination_protection === 1)
          throw cloudTrailError(
            "EventDataStoreTerminationProtected",
            `Termination protection is on for the event data store: ${store.arn}`,
          );
        await refuseChannels(tx, store);
        await refuseOngoingImport(tx, store);
        const nowMs = deps.environment.clock.nowMs();
        const facts = { fromMs: nowMs, requestId: call.requestId };
        await addStoreState(tx, store.store_id, { ingesting: false }, facts);
        await tx
          .updateTable("event_data_stores")
          .set({ status: "PENDING_DELETION", updated_ms: nowMs, deletion_asked_ms: nowMs })
          .where("store_id", "=", store.store_id)
          .execute();
        return {};
      });
    },

    resources: (input, call) => storeResources(input.EventDataStore, call),
  });

/** Brings a store back as it was: one that had stopped to take events comes back stopped. */
export const restoreEventDataStore = (deps: CloudTrailDeps) =>
  operation<RestoreEventDataStoreCommandInput, RestoreEventDataStoreResponse>({
    name: "RestoreEventDataStore",
    readOnly: false,
    event: management,
    access: (input, call) => storeAccess(deps, "RestoreEventDataStore", input.EventDataStore, call),

    async execute(input, call) {
      await requireStore(deps.settings.read, input.EventDataStore, call);
      return call.commit(async (tx) => {
        const store = await requireStore(tx, input.EventDataStore, call);
        if (store.status !== "PENDING_DELETION")
          throw cloudTrailError(
            "InvalidEventDataStoreStatus",
            `Only an event data store that is pending deletion can be restored; this one is ${store.status}.`,
          );
        const nowMs = deps.environment.clock.nowMs();
        // Its removal may be under way.
        if (store.deletion_asked_ms === null || store.deletion_asked_ms + deletionWaitMs <= nowMs)
          throw cloudTrailError("EventDataStoreNotFound", `The event data store was not found: ${store.arn}`);
        // The last state is that of the deletion, which nothing can have changed since.
        const before = storeStateOf((await storeStateRows(tx, store.store_id)).at(-2)!);
        await addStoreState(tx, store.store_id, before, { fromMs: nowMs, requestId: call.requestId });
        const after = {
          ...store,
          status: before.ingesting ? "ENABLED" : "STOPPED_INGESTION",
          updated_ms: nowMs,
          deletion_asked_ms: null,
        };
        await tx.updateTable("event_data_stores").set(after).where("store_id", "=", store.store_id).execute();
        return storeView(after, before);
      });
    },

    resources: (input, call) => storeResources(input.EventDataStore, call),
  });
