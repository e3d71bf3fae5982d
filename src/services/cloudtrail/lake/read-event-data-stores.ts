import type {
  GetEventDataStoreCommandInput,
  GetEventDataStoreResponse,
  ListEventDataStoresCommandInput,
  ListEventDataStoresResponse,
} from "@aws-sdk/client-cloudtrail";
import { management } from "../../../audit/event.js";
import { currentStoreState } from "../../../audit/lake/event-data-stores.js";
import { operation } from "../../operation.js";
import type { CloudTrailDeps } from "../deps.js";
import { cloudTrailError } from "../errors.js";
import { listPage, pageOf } from "../list-page.js";
import { requireStore, storeAccess, storeResources } from "./find-store.js";
import { storeView } from "./store-view.js";

const limitMax = 1000;

export const getEventDataStore = (deps: CloudTrailDeps) =>
  operation<GetEventDataStoreCommandInput, GetEventDataStoreResponse>({
    name: "GetEventDataStore",
    readOnly: true,
    event: management,
    access: (input, call) => storeAccess(deps, "GetEventDataStore", input.EventDataStore, call),
    async execute(input, call) {
      const store = await requireStore(deps.settings.read, input.EventDataStore, call);
      const state = await currentStoreState(deps.settings.read, store.store_id);
      return { ...storeView(store, state), FederationStatus: "DISABLED" };
    },
    resources: (input, call) => storeResources(input.EventDataStore, call),
  });

/** Names and ARNs alone: AWS marks the other members of the shape as no longer returned. */
export const listEventDataStores = (deps: CloudTrailDeps) =>
  operation<ListEventDataStoresCommandInput, ListEventDataStoresResponse>({
    name: "ListEventDataStores",
    readOnly: true,
    event: management,
    access: () => [{ action: "cloudtrail:ListEventDataStores", resource: "*" }],

    async execute(input, call) {
      const { MaxResults: limit } = input;
      if (limit !== undefined && !(limit >= 1 && limit <= limitMax))
        throw cloudTrailError("InvalidMaxResults", `MaxResults must be 1 to ${limitMax}.`);
      const page = listPage(input, ["ListEventDataStores", call.accountId, call.region, limit]);
      const stores = await deps.settings.read
        .selectFrom("event_data_stores")
        .select(["arn", "name"])
        .where("account_id", "=", call.accountId)
        .where("region", "=", call.region)
        .where("name", ">", page.after?.[0] ?? "")
        .orderBy("name")
        .limit(page.max + 1)
        .execute();
      const { rows, ...more } = pageOf(stores, page, ({ name }) => [name]);
      return { EventDataStores: rows.map(({ arn, name }) => ({ EventDataStoreArn: arn, Name: name })), ...more };
    },
  });
