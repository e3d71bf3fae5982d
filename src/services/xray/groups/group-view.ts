import type { Group } from "@aws-sdk/client-xray";
import type { TraceGroup } from "../../../tracing/groups.js";

/** A group as every operation answers it; both switches are always told. */
export function groupView(group: TraceGroup): Group {
  return {
    GroupName: group.name,
    GroupARN: group.arn,
    FilterExpression: group.filterExpression,
    InsightsConfiguration: {
      InsightsEnabled: group.insightsEnabled,
      NotificationsEnabled: group.notificationsEnabled,
    },
  };
}
