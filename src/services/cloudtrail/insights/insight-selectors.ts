import type {
  GetInsightSelectorsCommandInput,
  GetInsightSelectorsResponse,
  PutInsightSelectorsCommandInput,
  PutInsightSelectorsResponse,
} from "@aws-sdk/client-cloudtrail";
import { management } from "../../../audit/event.js";
import { type InsightSelection, readInsightSelections } from "../../../audit/insights/insight-selection.js";
import { addState, currentStateRow, stateOf } from "../../../audit/trails.js";
import type { AccessRequest } from "../../../identity/access.js";
import { type Call, operation } from "../../operation.js";
import type { CloudTrailDeps } from "../deps.js";
import { cloudTrailError } from "../errors.js";
import { storeArnOf } from "../lake/find-store.js";
import { requireTrail, requireTrailAtHome, trailAccess } from "../trails/find-trail.js";
import { checkBucket, checkKey } from "../trails/preflight.js";
import { trailResources } from "../trails/trail-resources.js";
import { problemOfSource } from "./analysed-events.js";
import { destinationStore, selectorsOfStore, sourceStore } from "./insight-stores.js";

type Input = PutInsightSelectorsCommandInput | GetInsightSelectorsCommandInput;

/** Replaces what a trail, or an event data store, wants; an empty list turns Insights off. In force from the answer on. */
export const putInsightSelectors = (deps: CloudTrailDeps) =>
  operation<PutInsightSelectorsCommandInput, PutInsightSelectorsResponse>({
    name: "PutInsightSelectors",
    readOnly: false,
    event: management,
    access: (input, call) => accessTo(deps, "PutInsightSelectors", input, call),

    async execute(input, call) {
      const target = targetOf(input);
      const selections = readInsightSelections(input.InsightSelectors ?? []);
      if (typeof selections === "string") throw cloudTrailError("InvalidInsightSelectors", selections);
      return target.kind === "trail"
        ? putOfTrail(deps, target.nameOrArn, selections, call)
        : putOfStore(deps, target.arnOrId, input.InsightsDestination, selections, call);
    },

    resources: resourcesOf,
  });

export const getInsightSelectors = (deps: CloudTrailDeps) =>
  operation<GetInsightSelectorsCommandInput, GetInsightSelectorsResponse>({
    name: "GetInsightSelectors",
    readOnly: true,
    event: management,
    access: (input, call) => accessTo(deps, "GetInsightSelectors", input, call),

    async execute(input, call) {
      const target = targetOf(input);
      if (target.kind === "store") {
        const store = await sourceStore(deps.settings.read, target.arnOrId, call);
        const row = await deps.settings.read
          .selectFrom("event_data_store_insights")
          .selectAll()
          .where("store_id", "=", store.store_id)
          .executeTakeFirst();
        if (row === undefined) throw notEnabled("Event data store", store.arn);
        return {
          EventDataStoreArn: store.arn,
          InsightsDestination: row.destination_arn,
          InsightSelectors: answerOf(JSON.parse(row.selections) as InsightSelection[]),
        };
      }
      const trail = await requireTrail(deps.settings.read, target.nameOrArn, call);
      const { insights } = stateOf(await currentStateRow(deps.settings.read, trail.trail_id));
      if (insights.length === 0) throw notEnabled("Trail", trail.name);
      return { TrailARN: trail.arn, InsightSelectors: answerOf(insights) };
    },

    resources: resourcesOf,
  });

async function putOfTrail(
  deps: CloudTrailDeps,
  nameOrArn: string,
  selections: readonly InsightSelection[],
  call: Call,
): Promise<PutInsightSelectorsResponse> {
  const found = await requireTrailAtHome(deps.settings.read, nameOrArn, call);
  const { selectors } = stateOf(await currentStateRow(deps.settings.read, found.trail_id));
  refuseUnlogged(problemOfSource(selectors, selections));
  if (selections.length > 0) {
    const identity = { accountId: found.account_id, homeRegion: found.home_region, arn: found.arn };
    const place = { bucket: found.bucket, ...(found.prefix !== null && { prefix: found.prefix }) };
    const { kms_key_arn: keyArn } = found;
    const plain = await checkBucket(deps, identity, place, keyArn !== null);
    if (keyArn !== null) await checkKey(deps, identity, keyArn, { place, plain });
  }
  return call.commit(async (tx) => {
    const trail = await requireTrailAtHome(tx, nameOrArn, call);
    const fromMs = deps.environment.clock.nowMs();
    await addState(tx, trail.trail_id, { insights: selections }, { fromMs, requestId: call.requestId });
    await tx
      .updateTable("trails")
      .set({ insight_selectors: selections.length > 0 ? 1 : 0 })
      .where("trail_id", "=", trail.trail_id)
      .execute();
    return { TrailARN: trail.arn, InsightSelectors: answerOf(selections) };
  });
}

async function putOfStore(
  deps: CloudTrailDeps,
  arnOrId: string,
  destination: string | undefined,
  selections: readonly InsightSelection[],
  call: Call,
): Promise<PutInsightSelectorsResponse> {
  if (destination === undefined)
    throw cloudTrailError("InvalidParameter", "EventDataStore and InsightsDestination must be given together.");
  if (selections.some(({ EventCategories }) => EventCategories.includes("Data")))
    throw cloudTrailError("InvalidInsightSelectors", "Insights of data events are for trails only.");
  const { read } = deps.settings;
  const source = await sourceStore(read, arnOrId, call);
  await destinationStore(read, destination, call);
  refuseUnlogged(problemOfSource(await selectorsOfStore(read, source), selections));
  return call.commit(async (tx) => {
    const store = await sourceStore(tx, arnOrId, call);
    const { arn: destination_arn } = await destinationStore(tx, destination, call);
    await tx.deleteFrom("event_data_store_insights").where("store_id", "=", store.store_id).execute();
    if (selections.length > 0)
      await tx
        .insertInto("event_data_store_insights")
        .values({
          store_id: store.store_id,
          account_id: store.account_id,
          region: store.region,
          destination_arn,
          selections: JSON.stringify(selections),
          since_ms: deps.environment.clock.nowMs(),
        })
        .execute();
    return {
      EventDataStoreArn: store.arn,
      InsightsDestination: destination_arn,
      InsightSelectors: answerOf(selections),
    };
  });
}

type Target =
  | { readonly kind: "trail"; readonly nameOrArn: string }
  | { readonly kind: "store"; readonly arnOrId: string };

/** @throws InvalidParameterCombination, InvalidParameter */
function targetOf(input: Input): Target {
  const { TrailName, EventDataStore } = input;
  const destination = "InsightsDestination" in input ? input.InsightsDestination : undefined;
  if (TrailName !== undefined && (EventDataStore !== undefined || destination !== undefined))
    throw cloudTrailError(
      "InvalidParameterCombination",
      "TrailName cannot be given together with EventDataStore or InsightsDestination.",
    );
  if (TrailName !== undefined) return { kind: "trail", nameOrArn: TrailName };
  if (EventDataStore !== undefined) return { kind: "store", arnOrId: EventDataStore };
  throw cloudTrailError("InvalidParameter", "TrailName or EventDataStore must be given.");
}

async function accessTo(deps: CloudTrailDeps, action: string, input: Input, call: Call): Promise<AccessRequest[]> {
  if (input.TrailName !== undefined) return trailAccess(deps, action, input.TrailName, call);
  const resource = input.EventDataStore === undefined ? "*" : storeArnOf(input.EventDataStore, call);
  return [{ action: `cloudtrail:${action}`, resource }];
}

function resourcesOf(input: Input, call: Call) {
  if (input.EventDataStore === undefined) return trailResources(input.TrailName, call);
  const arn = storeArnOf(input.EventDataStore, call);
  return [{ type: "AWS::CloudTrail::EventDataStore", name: arn.slice(arn.lastIndexOf("/") + 1), arn }];
}

function answerOf(selections: readonly InsightSelection[]) {
  return selections.map(({ InsightType, EventCategories }) => ({ InsightType, EventCategories: [...EventCategories] }));
}

function refuseUnlogged(problem: string | undefined): void {
  if (problem !== undefined) throw cloudTrailError("InvalidInsightSelectors", problem);
}

/** AWS's words; it has none of its own for event data stores. */
function notEnabled(what: string, name: string) {
  return cloudTrailError(
    "InsightNotEnabled",
    `${what} ${name} does not have Insights enabled. Edit the trail settings to enable Insights, and then try the operation again.`,
  );
}
