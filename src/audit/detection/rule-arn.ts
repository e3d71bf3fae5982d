import type { Scope } from "../../storage/scope.js";

/** The `aws:SourceArn` of alerts, and what policies name. Rules hold in all regions: the region is the caller's. */
export function ruleArn({ accountId, region }: Scope, ruleId: string): string {
  return `arn:aws:cloudtrail:${region}:${accountId}:detection-rule/${ruleId}`;
}
