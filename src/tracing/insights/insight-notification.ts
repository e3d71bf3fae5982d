import type { Scope } from "../../storage/scope.js";
import type { Insight } from "./insight.js";
import { type InsightGroup, insightView } from "./insight-view.js";

/**
 * The event that tells of a change of an insight, in the form of EventBridge's events.
 * Source: AWS X-Ray Developer Guide, "Insights notifications": source, detail-type, and the keys `State` and `Category`
 * of `detail`. The other keys follow InsightSummary, with times in epoch seconds as on X-Ray's wire.
 *
 * @returns JSON
 */
export function insightNotification(
  insight: Insight,
  about: { readonly notificationId: string; readonly scope: Scope; readonly group: InsightGroup },
): string {
  const view = insightView(insight, about.group);
  const { StartTime: _start, EndTime: _end, ...rest } = view;
  return JSON.stringify({
    version: "0",
    id: about.notificationId,
    "detail-type": "AWS X-Ray Insight Update",
    source: "aws.xray",
    account: about.scope.accountId,
    time: new Date(insight.updatedMs).toISOString().replace(/\.\d+Z$/, "Z"),
    region: about.scope.region,
    resources: [about.group.arn],
    detail: {
      ...rest,
      Category: "FAULT",
      StartTime: insight.startMs / 1000,
      ...(insight.endMs !== undefined && { EndTime: insight.endMs / 1000 }),
      LastUpdateTime: insight.updatedMs / 1000,
    },
  });
}
