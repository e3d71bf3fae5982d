import type { AnyOperation } from "../../operation.js";
import type { CloudTrailDeps } from "../deps.js";
import { createEventDataStore } from "./create-event-data-store.js";
import { deleteEventDataStore, restoreEventDataStore } from "./delete-and-restore.js";
import { disableFederation, enableFederation } from "./federation.js";
import { startEventDataStoreIngestion, stopEventDataStoreIngestion } from "./ingestion.js";
import { getEventDataStore, listEventDataStores } from "./read-event-data-stores.js";
import { updateEventDataStore } from "./update-event-data-store.js";

export const eventDataStoreOperations = (deps: CloudTrailDeps): readonly AnyOperation[] => [
  createEventDataStore(deps),
  updateEventDataStore(deps),
  deleteEventDataStore(deps),
  restoreEventDataStore(deps),
  getEventDataStore(deps),
  listEventDataStores(deps),
  startEventDataStoreIngestion(deps),
  stopEventDataStoreIngestion(deps),
  enableFederation(deps),
  disableFederation(deps),
];
