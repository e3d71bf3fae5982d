import type {
  EventSelector,
  GetEventSelectorsCommandInput,
  GetEventSelectorsResponse,
  PutEventSelectorsCommandInput,
  PutEventSelectorsResponse,
} from "@aws-sdk/client-cloudtrail";
import { management } from "../../../audit/event.js";
import type { TrailSelectors } from "../../../audit/selectors/selectors.js";
import { problemOfAdvancedSelectors } from "../../../audit/selectors/validate-advanced.js";
import { problemOfBasicSelectors } from "../../../audit/selectors/validate-basic.js";
import { addState, currentStateRow, stateOf } from "../../../audit/trails.js";
import { operation } from "../../operation.js";
import type { CloudTrailDeps } from "../deps.js";
import { cloudTrailError } from "../errors.js";
import { requireTrail, requireTrailAtHome, trailAccess } from "./find-trail.js";
import { trailResources } from "./trail-resources.js";

/** Replaces a trail's selectors, basic or advanced, whole. In force from the moment of the answer on. */
export const putEventSelectors = (deps: CloudTrailDeps) =>
  operation<PutEventSelectorsCommandInput, PutEventSelectorsResponse>({
    name: "PutEventSelectors",
    readOnly: false,
    event: management,
    access: (input, call) => trailAccess(deps, "PutEventSelectors", input.TrailName as string, call),

    async execute(input, call) {
      const selectors = selectorsOf(input);
      await requireTrailAtHome(deps.settings.read, input.TrailName as string, call);
      return call.commit(async (tx) => {
        const trail = await requireTrailAtHome(tx, input.TrailName as string, call);
        const fromMs = deps.environment.clock.nowMs();
        await addState(tx, trail.trail_id, { selectors }, { fromMs, requestId: call.requestId });
        await tx.updateTable("trails").set({ custom_selectors: 1 }).where("trail_id", "=", trail.trail_id).execute();
        return { TrailARN: trail.arn, ...answerOf(selectors) };
      });
    },

    resources: (input, call) => trailResources(input.TrailName, call),
  });

export const getEventSelectors = (deps: CloudTrailDeps) =>
  operation<GetEventSelectorsCommandInput, GetEventSelectorsResponse>({
    name: "GetEventSelectors",
    readOnly: true,
    event: management,
    access: (input, call) => trailAccess(deps, "GetEventSelectors", input.TrailName as string, call),

    async execute(input, call) {
      const trail = await requireTrail(deps.settings.read, input.TrailName as string, call);
      const { selectors } = stateOf(await currentStateRow(deps.settings.read, trail.trail_id));
      return { TrailARN: trail.arn, ...answerOf(selectors) };
    },

    resources: (input, call) => trailResources(input.TrailName, call),
  });

/** @throws InvalidEventSelectors */
function selectorsOf(input: PutEventSelectorsCommandInput): TrailSelectors {
  const basic = input.EventSelectors ?? [];
  const advanced = input.AdvancedEventSelectors ?? [];
  if (basic.length > 0 && advanced.length > 0)
    throw invalid("Basic and advanced event selectors cannot be given in one call.");
  const problem = advanced.length > 0 ? problemOfAdvancedSelectors(advanced) : problemOfBasicSelectors(basic);
  if (problem !== undefined) throw invalid(problem);
  return advanced.length > 0
    ? { kind: "advanced", selectors: advanced }
    : { kind: "basic", selectors: basic.map(withDefaults) };
}

function withDefaults(selector: EventSelector): EventSelector {
  return {
    ReadWriteType: selector.ReadWriteType ?? "All",
    IncludeManagementEvents: selector.IncludeManagementEvents ?? true,
    DataResources: (selector.DataResources ?? []).map(({ Type, Values }) => ({ Type, Values: Values ?? [] })),
    ExcludeManagementEventSources: selector.ExcludeManagementEventSources ?? [],
  };
}

function answerOf(selectors: TrailSelectors) {
  return selectors.kind === "basic"
    ? { EventSelectors: [...selectors.selectors] }
    : { AdvancedEventSelectors: [...selectors.selectors] };
}

function invalid(message: string) {
  return cloudTrailError("InvalidEventSelectors", message);
}
