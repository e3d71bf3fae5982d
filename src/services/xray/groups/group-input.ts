import type { InsightsConfiguration } from "@aws-sdk/client-xray";
import type { Constraints } from "../../constraints.js";
import { invalidRequest } from "../errors.js";

/** How a call names a group: by one of them, or by both of the same group. */
export interface GroupReference {
  readonly GroupName?: string | undefined;
  readonly GroupARN?: string | undefined;
}

const nameCharsMax = 32;
const arnCharsMax = 400;
const insightsWithoutSwitch =
  "NotificationsEnabled needs InsightsEnabled: notifications tell of insights. Set both, or leave notifications off.";

export function checkReference(constraints: Constraints, { GroupName, GroupARN }: GroupReference): Constraints {
  return constraints
    .length("groupName", GroupName, { min: 1, max: nameCharsMax })
    .length("groupARN", GroupARN, { min: 1, max: arnCharsMax });
}

/**
 * Both switches, told or as they were.
 *
 * @throws InvalidRequestException where there would be notifications of insights that are off.
 */
export function insightsOf(
  told: InsightsConfiguration | undefined,
  before: { readonly insightsEnabled: boolean; readonly notificationsEnabled: boolean },
): { insightsEnabled: boolean; notificationsEnabled: boolean } {
  const insightsEnabled = told?.InsightsEnabled ?? before.insightsEnabled;
  // Who turns insights off and says nothing of notifications turns these off with them.
  const notificationsEnabled = told?.NotificationsEnabled ?? (insightsEnabled && before.notificationsEnabled);
  if (notificationsEnabled && !insightsEnabled) throw invalidRequest(insightsWithoutSwitch);
  return { insightsEnabled, notificationsEnabled };
}
