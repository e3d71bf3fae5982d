import type { StartLoggingCommandInput, StopLoggingCommandInput } from "@aws-sdk/client-cloudtrail";
import { management } from "../../../audit/event.js";
import { addState, currentStateRow } from "../../../audit/trails.js";
import { operation } from "../../operation.js";
import type { CloudTrailDeps } from "../deps.js";
import { requireTrailAtHome, trailAccess } from "./find-trail.js";
import { trailResources } from "./trail-resources.js";

/** StartLogging and StopLogging: one switch. Turning it to where it stands changes nothing, not even the times. */
const switchLogging = (deps: CloudTrailDeps, name: "StartLogging" | "StopLogging") =>
  operation<StartLoggingCommandInput | StopLoggingCommandInput, Record<string, never>>({
    name,
    readOnly: false,
    event: management,
    access: (input, call) => trailAccess(deps, name, input.Name as string, call),

    async execute(input, call) {
      const logging = name === "StartLogging";
      const found = await requireTrailAtHome(deps.settings.read, input.Name as string, call);
      const state = await currentStateRow(deps.settings.read, found.trail_id);
      if ((state.logging === 1) === logging) return {};
      return call.commit(async (tx) => {
        const trail = await requireTrailAtHome(tx, input.Name as string, call);
        await addState(
          tx,
          trail.trail_id,
          { logging },
          { fromMs: deps.environment.clock.nowMs(), requestId: call.requestId },
        );
        return {};
      });
    },

    resources: (input, call) => trailResources(input.Name, call),
  });

export const startLogging = (deps: CloudTrailDeps) => switchLogging(deps, "StartLogging");
export const stopLogging = (deps: CloudTrailDeps) => switchLogging(deps, "StopLogging");
