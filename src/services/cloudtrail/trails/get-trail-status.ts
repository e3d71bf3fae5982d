import type { GetTrailStatusCommandInput, GetTrailStatusResponse } from "@aws-sdk/client-cloudtrail";
import { isoTime } from "../../../audit/digest.js";
import { management } from "../../../audit/event.js";
import { stateRows, type TrailStateRow } from "../../../audit/trails.js";
import { operation } from "../../operation.js";
import type { CloudTrailDeps } from "../deps.js";
import { trailNotFound } from "../errors.js";
import { arnOf, findTrail, trailAccess } from "./find-trail.js";
import { trailResources } from "./trail-resources.js";

/** What truly happened to a trail's deliveries in this region. A shadow is found by its ARN only. */
export const getTrailStatus = (deps: CloudTrailDeps) =>
  operation<GetTrailStatusCommandInput, GetTrailStatusResponse>({
    name: "GetTrailStatus",
    readOnly: true,
    event: management,
    access: (input, call) => trailAccess(deps, "GetTrailStatus", input.Name as string, call),

    async execute(input, call) {
      const name = input.Name as string;
      const trail = await findTrail(deps.settings.read, name, call);
      // Alone of all operations, this one names the trail by its ARN here.
      const seenHere = trail !== undefined && (trail.home_region === call.region || trail.multi_region === 1);
      if (!seenHere) throw trailNotFound(arnOf(name, call), call.accountId);

      const status = await deps.settings.read
        .selectFrom("trail_status")
        .selectAll()
        .where("trail_id", "=", trail.trail_id)
        .where("region", "=", call.region)
        .executeTakeFirst();
      const states = await stateRows(deps.settings.read, trail.trail_id);
      const startedMs = lastSwitch(states, 1);
      const stoppedMs = lastSwitch(states, 0);
      return {
        IsLogging: states.at(-1)?.logging === 1,
        ...text("LatestDeliveryError", status?.delivery_error),
        ...text("LatestNotificationError", status?.notification_error),
        ...time("LatestDeliveryTime", status?.delivery_ms),
        ...time("LatestNotificationTime", status?.notification_ms),
        ...time("StartLoggingTime", startedMs),
        ...time("StopLoggingTime", stoppedMs),
        ...text("LatestCloudWatchLogsDeliveryError", status?.logs_delivery_error),
        ...time("LatestCloudWatchLogsDeliveryTime", status?.logs_delivery_ms),
        ...time("LatestDigestDeliveryTime", status?.digest_ms),
        ...text("LatestDigestDeliveryError", status?.digest_error),
        LatestDeliveryAttemptTime: legacyTime(status?.delivery_attempt_ms),
        LatestNotificationAttemptTime: legacyTime(status?.notification_attempt_ms),
        LatestNotificationAttemptSucceeded: legacyTime(status?.notification_ms),
        LatestDeliveryAttemptSucceeded: legacyTime(status?.delivery_ms),
        TimeLoggingStarted: legacyTime(startedMs),
        TimeLoggingStopped: legacyTime(stoppedMs),
      };
    },

    resources: (input, call) => trailResources(input.Name, call),
  });

/** When logging last became `logging`; the state a trail is made in is no switch. */
function lastSwitch(states: readonly TrailStateRow[], logging: 0 | 1): number | undefined {
  for (let index = states.length - 1; index > 0; index--)
    if (states[index]?.logging === logging && states[index - 1]?.logging !== logging) return states[index]?.from_ms;
  return undefined;
}

function text<Name extends string>(name: Name, value: string | null | undefined) {
  return (value == null ? {} : { [name]: value }) as { [key in Name]?: string };
}

function time<Name extends string>(name: Name, ms: number | null | undefined) {
  return (ms == null ? {} : { [name]: new Date(ms) }) as { [key in Name]?: Date };
}

function legacyTime(ms: number | null | undefined): string {
  return ms == null ? "" : isoTime(ms);
}
