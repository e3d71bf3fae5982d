import {
  CloudTrailClient,
  GetEventDataStoreCommand,
  type GetEventDataStoreCommandOutput,
  ListEventDataStoresCommand,
} from "@aws-sdk/client-cloudtrail";
import type { ReadableStore } from "../../../../src/audit/lake-sql/translate.js";
import { clientOf } from "../../api/clients.js";
import { useLoaded } from "../../api/use-loaded.js";
import { useSession } from "../../api/use-session.js";

export interface ListedStore {
  readonly id: string;
  readonly name: string;
}

/** The stores of the account and region. There are ten at most. */
export function useStores() {
  const { region } = useSession();
  return useLoaded(`stores ${region}`, async (abortSignal): Promise<ListedStore[]> => {
    const { EventDataStores = [] } = await clientOf(CloudTrailClient).send(new ListEventDataStoresCommand({}), {
      abortSignal,
    });
    return EventDataStores.map(({ EventDataStoreArn = "", Name = "" }) => ({
      id: idOf(EventDataStoreArn),
      name: Name,
    }));
  });
}

/** What the chosen store is, which decides its columns. */
export function useStore(storeId: string) {
  return useLoaded(storeId === "" ? undefined : storeId, async (abortSignal) => {
    const store = await clientOf(CloudTrailClient).send(new GetEventDataStoreCommand({ EventDataStore: storeId }), {
      abortSignal,
    });
    return { storeId, kind: kindOf(store), retentionDays: store.RetentionPeriod };
  });
}

export function idOf(arn: string): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}

const kinds = ["Insight", "ActivityAuditLog", "ConfigurationItem", "Evidence"] as const;

function kindOf({ AdvancedEventSelectors = [] }: GetEventDataStoreCommandOutput): ReadableStore["kind"] {
  const categories = AdvancedEventSelectors.flatMap(({ FieldSelectors = [] }) =>
    FieldSelectors.flatMap(({ Field, Equals = [] }) => (Field === "eventCategory" ? Equals : [])),
  );
  return kinds.find((kind) => categories.includes(kind)) ?? "CloudTrail";
}
