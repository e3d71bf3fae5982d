import type {
  GetEventConfigurationCommandInput,
  GetEventConfigurationResponse,
  PutEventConfigurationCommandInput,
  PutEventConfigurationResponse,
} from "@aws-sdk/client-cloudtrail";
import type { AggregationTemplate } from "../../../audit/aggregation.js";
import { readEventConfiguration } from "../../../audit/attachments.js";
import { type EventResource, management } from "../../../audit/event.js";
import type { EventConfiguration } from "../../../audit/event-context.js";
import type { EventDataStoreRow } from "../../../audit/lake/event-data-stores.js";
import { addState, currentStateRow, stateOf } from "../../../audit/trails.js";
import type { AccessRequest } from "../../../identity/access.js";
import type { SettingsQueries, SettingsTransaction } from "../../../storage/settings-store.js";
import { type AnyOperation, type Call, operation } from "../../operation.js";
import type { CloudTrailDeps } from "../deps.js";
import { cloudTrailError } from "../errors.js";
import { selectsSome } from "../insights/analysed-events.js";
import { requireStore, storeArnOf } from "../lake/find-store.js";
import { resourceAccess } from "../resource-access.js";
import { namedResource } from "../resource-kinds.js";
import { requireTrail, requireTrailAtHome, trailAccess } from "../trails/find-trail.js";
import { trailResources } from "../trails/trail-resources.js";
import { wantedAggregations, wantedConfiguration } from "./configuration-input.js";

type Named = Pick<PutEventConfigurationCommandInput, "TrailName" | "EventDataStore">;

/** What trails sum up, and what event data stores keep beside the records. */
export const eventConfigurationOperations = (deps: CloudTrailDeps): readonly AnyOperation[] => [
  putEventConfiguration(deps),
  getEventConfiguration(deps),
];

/** Replaces the configuration whole. In force for the events that happen after the answer. */
const putEventConfiguration = (deps: CloudTrailDeps) =>
  operation<PutEventConfigurationCommandInput, PutEventConfigurationResponse>({
    name: "PutEventConfiguration",
    readOnly: false,
    event: management,
    access: (input, call) => accessTo(deps, "PutEventConfiguration", input, call),

    async execute(input, call) {
      checkNamed(input);
      if (input.TrailName !== undefined) return putOfTrail(deps, input.TrailName, wantedAggregations(input), call);
      return putOfStore(deps, input.EventDataStore as string, wantedConfiguration(input), call);
    },

    resources: resourcesOf,
  });

const getEventConfiguration = (deps: CloudTrailDeps) =>
  operation<GetEventConfigurationCommandInput, GetEventConfigurationResponse>({
    name: "GetEventConfiguration",
    readOnly: true,
    event: management,
    access: (input, call) => accessTo(deps, "GetEventConfiguration", input, call),

    async execute(input, call) {
      checkNamed(input);
      const { read } = deps.settings;
      if (input.TrailName !== undefined) {
        const trail = await requireTrail(read, input.TrailName, call);
        const { aggregations } = stateOf(await currentStateRow(read, trail.trail_id));
        return { TrailARN: trail.arn, ...aggregationView(aggregations) };
      }
      const store = await requireConfigurableStore(read, input.EventDataStore as string, call);
      return { EventDataStoreArn: store.arn, ...configurationView(await readEventConfiguration(read, store.arn)) };
    },

    resources: resourcesOf,
  });

async function putOfTrail(
  deps: CloudTrailDeps,
  nameOrArn: string,
  aggregations: readonly AggregationTemplate[],
  call: Call,
): Promise<PutEventConfigurationResponse> {
  const found = await requireTrailAtHome(deps.settings.read, nameOrArn, call);
  const { selectors } = stateOf(await currentStateRow(deps.settings.read, found.trail_id));
  if (aggregations.length > 0 && !selectsSome(selectors, "Data", false))
    throw cloudTrailError("InvalidParameter", `Trail ${found.name} logs no data events that could be aggregated.`);
  return call.commit(async (tx) => {
    const trail = await requireTrailAtHome(tx, nameOrArn, call);
    const fromMs = deps.environment.clock.nowMs();
    await addState(tx, trail.trail_id, { aggregations }, { fromMs, requestId: call.requestId });
    return { TrailARN: trail.arn, ...aggregationView(aggregations) };
  });
}

async function putOfStore(
  deps: CloudTrailDeps,
  arnOrId: string,
  configuration: EventConfiguration,
  call: Call,
): Promise<PutEventConfigurationResponse> {
  await requireConfigurableStore(deps.settings.read, arnOrId, call);
  return call.commit(async (tx) => {
    const { arn } = await requireConfigurableStore(tx, arnOrId, call);
    const values = {
      max_event_size: configuration.maxEventSize,
      context_keys: JSON.stringify(configuration.contextKeySelectors),
    };
    await tx
      .insertInto("event_configurations")
      .values({ arn, ...values })
      .onConflict((conflict) => conflict.column("arn").doUpdateSet(values))
      .execute();
    return { EventDataStoreArn: arn, ...configurationView(configuration) };
  });
}

/** @throws InactiveEventDataStore, InvalidEventDataStoreStatus, InvalidEventDataStoreCategory, and those of a name */
async function requireConfigurableStore(
  queries: SettingsQueries | SettingsTransaction,
  arnOrId: string,
  call: Call,
): Promise<EventDataStoreRow> {
  const store = await requireStore(queries, arnOrId, call);
  if (store.status === "PENDING_DELETION")
    throw cloudTrailError("InactiveEventDataStore", `The event data store is inactive: ${store.arn}`);
  if (store.status !== "ENABLED" && store.status !== "STOPPED_INGESTION")
    throw cloudTrailError("InvalidEventDataStoreStatus", `The event data store is ${store.status}: ${store.arn}`);
  if (store.kind !== "CloudTrail")
    throw cloudTrailError("InvalidEventDataStoreCategory", `${store.arn} does not keep CloudTrail events.`);
  return store;
}

function checkNamed({ TrailName, EventDataStore }: Named): void {
  if (TrailName !== undefined && EventDataStore !== undefined)
    throw cloudTrailError("InvalidParameterCombination", "TrailName and EventDataStore cannot be given together.");
  if (TrailName === undefined && EventDataStore === undefined)
    throw cloudTrailError("InvalidParameter", "TrailName or EventDataStore must be given.");
}

async function accessTo(
  deps: CloudTrailDeps,
  action: string,
  { TrailName, EventDataStore }: Named,
  call: Call,
): Promise<readonly AccessRequest[]> {
  if (TrailName === undefined && EventDataStore === undefined)
    return [{ action: `cloudtrail:${action}`, resource: "*" }];
  return [
    ...(TrailName === undefined ? [] : await trailAccess(deps, action, TrailName, call)),
    ...(EventDataStore === undefined
      ? []
      : await resourceAccess(deps.settings.read, action, storeArnOf(EventDataStore, call))),
  ];
}

function resourcesOf({ TrailName, EventDataStore }: Named, call: Call): readonly EventResource[] {
  if (EventDataStore === undefined) return trailResources(TrailName, call);
  return namedResource(storeArnOf(EventDataStore, call));
}

function aggregationView(aggregations: readonly AggregationTemplate[]) {
  return {
    AggregationConfigurations:
      aggregations.length === 0 ? [] : [{ EventCategory: "Data" as const, Templates: [...aggregations] }],
  };
}

function configurationView({ maxEventSize, contextKeySelectors }: EventConfiguration) {
  return {
    MaxEventSize: maxEventSize,
    ContextKeySelectors: contextKeySelectors.map(({ Type, Equals }) => ({ Type, Equals: [...Equals] })),
  };
}
