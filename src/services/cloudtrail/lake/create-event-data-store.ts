import type {
  AdvancedEventSelector,
  CreateEventDataStoreCommandInput,
  CreateEventDataStoreResponse,
} from "@aws-sdk/client-cloudtrail";
import { management } from "../../../audit/event.js";
import { addStoreState, type EventDataStoreRow, eventDataStoreArn } from "../../../audit/lake/event-data-stores.js";
import type { SettingsQueries, SettingsTransaction } from "../../../storage/settings-store.js";
import { Constraints } from "../../constraints.js";
import { type Call, operation } from "../../operation.js";
import type { CloudTrailDeps } from "../deps.js";
import { cloudTrailError } from "../errors.js";
import { checkTags, putTags, requestTagConditions } from "../tags/tag-rules.js";
import {
  type BillingMode,
  checkReach,
  checkStoreInput,
  checkStoreSelectors,
  refuseKey,
  retentionDays,
} from "./store-input.js";
import { storeView } from "./store-view.js";

/** In any state, also those that wait for their end. Source: "Quotas in AWS CloudTrail". */
const storesMax = 10;

const defaultSelectors: readonly AdvancedEventSelector[] = [
  { Name: "Default management events", FieldSelectors: [{ Field: "eventCategory", Equals: ["Management"] }] },
];

/** Makes a store, which takes what happens from now on unless `StartIngestion` is false. */
export const createEventDataStore = (deps: CloudTrailDeps) =>
  operation<CreateEventDataStoreCommandInput, CreateEventDataStoreResponse>({
    name: "CreateEventDataStore",
    readOnly: false,
    event: management,

    access: (input, call) => [
      {
        action: "cloudtrail:CreateEventDataStore",
        // The id is not known yet.
        resource: eventDataStoreArn(call.region, call.accountId, "*"),
        conditions: requestTagConditions(input.TagsList),
      },
    ],

    async execute(input, call) {
      new Constraints().required("name", input.Name).check();
      checkStoreInput(input);
      if (input.TagsList) checkTags(input.TagsList);
      const selectors = input.AdvancedEventSelectors ?? defaultSelectors;
      const kind = checkStoreSelectors(selectors);
      const multiRegion = input.MultiRegionEnabled ?? true;
      checkReach(kind, multiRegion);
      const billingMode: BillingMode = input.BillingMode ?? "EXTENDABLE_RETENTION_PRICING";
      const days = retentionDays(billingMode, input.RetentionPeriod);
      const name = input.Name as string;
      await checkRoom(deps.settings.read, name, call);
      const storeId = deps.environment.ids.uuid();
      const arn = eventDataStoreArn(call.region, call.accountId, storeId);
      if (input.KmsKeyId !== undefined) await refuseKey(deps, input.KmsKeyId, arn, call);

      const ingesting = input.StartIngestion ?? true;
      return call.commit(async (tx) => {
        await checkRoom(tx, name, call);
        const nowMs = deps.environment.clock.nowMs();
        const row: EventDataStoreRow = {
          store_id: storeId,
          account_id: call.accountId,
          region: call.region,
          name,
          arn,
          kind,
          status: ingesting ? "ENABLED" : "STOPPED_INGESTION",
          billing_mode: billingMode,
          retention_days: days,
          termination_protection: (input.TerminationProtectionEnabled ?? true) ? 1 : 0,
          multi_region: multiRegion ? 1 : 0,
          organization: 0,
          kms_key_arn: null,
          federation_role_arn: null,
          created_ms: nowMs,
          updated_ms: nowMs,
          deletion_asked_ms: null,
        };
        await tx.insertInto("event_data_stores").values(row).execute();
        const facts = { fromMs: nowMs, requestId: call.requestId };
        await addStoreState(tx, storeId, { ingesting, selectors, multiRegion }, facts);
        if (input.TagsList) await putTags(tx, arn, input.TagsList);
        return {
          ...storeView(row, { selectors }),
          // What a store is for the moment of this answer, as AWS tells it.
          Status: "CREATED",
          ...(input.TagsList && { TagsList: input.TagsList }),
        };
      });
    },

    resources: (_input, _call, output) =>
      output?.EventDataStoreArn === undefined
        ? []
        : [{ type: "AWS::CloudTrail::EventDataStore", name: output.Name, arn: output.EventDataStoreArn }],
  });

/** @throws EventDataStoreAlreadyExists, EventDataStoreMaxLimitExceeded */
async function checkRoom(queries: SettingsQueries | SettingsTransaction, name: string, call: Call): Promise<void> {
  await checkNameFree(queries, name, call);
  const { count } = await queries
    .selectFrom("event_data_stores")
    .select((eb) => eb.fn.countAll<number | string>().as("count"))
    .where("account_id", "=", call.accountId)
    .where("region", "=", call.region)
    .executeTakeFirstOrThrow();
  if (Number(count) >= storesMax)
    throw cloudTrailError(
      "EventDataStoreMaxLimitExceeded",
      `The account has ${storesMax} event data stores in ${call.region}, the most there can be. Those pending deletion count.`,
    );
}

/** @throws EventDataStoreAlreadyExists */
export async function checkNameFree(
  queries: SettingsQueries | SettingsTransaction,
  name: string,
  call: Call,
): Promise<void> {
  const other = await queries
    .selectFrom("event_data_stores")
    .select("arn")
    .where("account_id", "=", call.accountId)
    .where("region", "=", call.region)
    .where("name", "=", name)
    .executeTakeFirst();
  if (other !== undefined)
    throw cloudTrailError("EventDataStoreAlreadyExists", `An event data store with name ${name} exists: ${other.arn}`);
}
