import type { UpdateEventDataStoreCommandInput, UpdateEventDataStoreResponse } from "@aws-sdk/client-cloudtrail";
import { management } from "../../../audit/event.js";
import {
  addStoreState,
  currentStoreState,
  type EventDataStoreRow,
  type StoreState,
} from "../../../audit/lake/event-data-stores.js";
import { operation } from "../../operation.js";
import type { CloudTrailDeps } from "../deps.js";
import { cloudTrailError } from "../errors.js";
import { checkNameFree } from "./create-event-data-store.js";
import { requireActiveStore, storeAccess, storeResources } from "./find-store.js";
import { checkInsightsKept, refuseOngoingImport } from "./store-dependents.js";
import {
  type BillingMode,
  checkReach,
  checkStoreInput,
  checkStoreSelectors,
  refuseKey,
  retentionDays,
} from "./store-input.js";
import { storeView } from "./store-view.js";

/** Changes what is given and nothing else. */
export const updateEventDataStore = (deps: CloudTrailDeps) =>
  operation<UpdateEventDataStoreCommandInput, UpdateEventDataStoreResponse>({
    name: "UpdateEventDataStore",
    readOnly: false,
    event: management,
    access: (input, call) => storeAccess(deps, "UpdateEventDataStore", input.EventDataStore, call),

    async execute(input, call) {
      const { EventDataStore: arnOrId, ...changes } = input;
      if (Object.values(changes).every((value) => value === undefined || value === null))
        throw cloudTrailError("InvalidParameter", "At least one setting of the event data store must be given.");
      checkStoreInput(input);
      if (input.AdvancedEventSelectors) checkStoreSelectors(input.AdvancedEventSelectors);
      const before = await requireActiveStore(deps.settings.read, arnOrId, call);
      if (input.KmsKeyId !== undefined) await refuseKey(deps, input.KmsKeyId, before.arn, call);

      return call.commit(async (tx) => {
        const store = await requireActiveStore(tx, arnOrId, call);
        await refuseOngoingImport(tx, store);
        if (input.Name !== undefined && input.Name !== store.name) await checkNameFree(tx, input.Name, call);
        const state = wantedState(input, store, await currentStoreState(tx, store.store_id));
        if (input.AdvancedEventSelectors) await checkInsightsKept(tx, store, state.selectors);
        const nowMs = deps.environment.clock.nowMs();
        const after: EventDataStoreRow = {
          ...store,
          ...wantedRow(input, store),
          multi_region: state.multiRegion ? 1 : 0,
          updated_ms: nowMs,
        };
        await tx.updateTable("event_data_stores").set(after).where("store_id", "=", store.store_id).execute();
        if (input.AdvancedEventSelectors || after.multi_region !== store.multi_region)
          await addStoreState(tx, store.store_id, state, { fromMs: nowMs, requestId: call.requestId });
        return storeView(after, state);
      });
    },

    resources: (input, call) => storeResources(input.EventDataStore, call),
  });

/** What decides which events the store takes. @throws InvalidEventSelectors, InvalidParameter */
function wantedState(input: UpdateEventDataStoreCommandInput, store: EventDataStoreRow, now: StoreState): StoreState {
  const selectors = input.AdvancedEventSelectors ?? now.selectors;
  const kind = checkStoreSelectors(selectors);
  if (kind !== store.kind)
    throw cloudTrailError(
      "InvalidEventSelectors",
      `The event data store holds ${store.kind} events and keeps to them.`,
    );
  const multiRegion = input.MultiRegionEnabled ?? now.multiRegion;
  checkReach(kind, multiRegion);
  return { ingesting: now.ingesting, selectors, multiRegion };
}

/** @throws InvalidParameter */
function wantedRow(input: UpdateEventDataStoreCommandInput, store: EventDataStoreRow) {
  const billingMode = input.BillingMode ?? (store.billing_mode as BillingMode);
  if (billingMode === "FIXED_RETENTION_PRICING" && store.billing_mode !== billingMode)
    throw cloudTrailError("InvalidParameter", "An event data store cannot go back to FIXED_RETENTION_PRICING.");
  const { TerminationProtectionEnabled: protection } = input;
  return {
    name: input.Name ?? store.name,
    billing_mode: billingMode,
    retention_days: retentionDays(billingMode, input.RetentionPeriod ?? store.retention_days),
    termination_protection: protection === undefined ? store.termination_protection : protection ? 1 : 0,
  };
}
