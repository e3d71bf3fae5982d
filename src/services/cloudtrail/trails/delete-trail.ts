import type { DeleteTrailCommandInput } from "@aws-sdk/client-cloudtrail";
import { removeAttachments } from "../../../audit/attachments.js";
import { management } from "../../../audit/event.js";
import { addState } from "../../../audit/trails.js";
import { operation } from "../../operation.js";
import type { CloudTrailDeps } from "../deps.js";
import { requireTrailAtHome, trailAccess } from "./find-trail.js";
import { trailResources } from "./trail-resources.js";

/** Ends a trail. What it delivered stays; what happened before its end is still delivered, this call included. */
export const deleteTrail = (deps: CloudTrailDeps) =>
  operation<DeleteTrailCommandInput, Record<string, never>>({
    name: "DeleteTrail",
    readOnly: false,
    event: management,
    access: (input, call) => trailAccess(deps, "DeleteTrail", input.Name as string, call),

    async execute(input, call) {
      await requireTrailAtHome(deps.settings.read, input.Name as string, call);
      return call.commit(async (tx) => {
        const trail = await requireTrailAtHome(tx, input.Name as string, call);
        const nowMs = deps.environment.clock.nowMs();
        await addState(tx, trail.trail_id, { logging: false }, { fromMs: nowMs, requestId: call.requestId });
        await tx.updateTable("trails").set({ deleted_ms: nowMs }).where("trail_id", "=", trail.trail_id).execute();
        await removeAttachments(tx, trail.arn);
        return {};
      });
    },

    resources: (input, call) => trailResources(input.Name, call),
  });
