import type { EventResource } from "../../../audit/event.js";
import type { Call } from "../../operation.js";
import { arnOf } from "./find-trail.js";

/** The trail a call is about, for its record: known by name also where the call failed. */
export function trailResources(nameOrArn: string | undefined, call: Call): readonly EventResource[] {
  if (!nameOrArn) return [];
  const arn = arnOf(nameOrArn, call);
  return [{ type: "AWS::CloudTrail::Trail", name: arn.slice(arn.lastIndexOf("/") + 1), arn }];
}
