import type { SamplingRuleRecord } from "@aws-sdk/client-xray";

/** Seconds between two reports of a client. */
export const reportIntervalSeconds = 10;

/** How long a client may use its quota without hearing again. */
export const quotaLifetimeMs = 300_000;

/** A client counts for a rule while its last report is not older: three intervals. */
export const clientActiveMs = 3 * reportIntervalSeconds * 1000;

/** Reports whose own time is further from ours than this tell nothing about now. */
export const statisticsAgeMaxMs = 300_000;

/** How long statistic summaries are kept. */
export const statisticsKeptMs = 30 * 60_000;

const windowMs = reportIntervalSeconds * 1000;

/** Start of the window that a report arriving at `nowMs` is booked into: a multiple of 10 seconds. */
export function windowOf(nowMs: number): number {
  return Math.floor(nowMs / windowMs) * windowMs;
}

/**
 * The rule that every account and region has: cannot be deleted or renamed, comes last.
 *
 * @see AWS X-Ray Developer Guide, "Configuring sampling rules"
 */
export function defaultRule(scope: { accountId: string; region: string }): SamplingRuleRecord {
  return {
    SamplingRule: {
      RuleName: "Default",
      RuleARN: `arn:aws:xray:${scope.region}:${scope.accountId}:sampling-rule/Default`,
      ResourceARN: "*",
      Priority: 10_000,
      FixedRate: 0.05,
      ReservoirSize: 1,
      ServiceName: "*",
      ServiceType: "*",
      Host: "*",
      HTTPMethod: "*",
      URLPath: "*",
      Version: 1,
      Attributes: {},
    },
    CreatedAt: new Date(0),
    ModifiedAt: new Date(0),
  };
}

/**
 * What one client may take of a rule's reservoir, a second: an even share among the clients active for the rule, the
 * remainder one each to the first of them by id. Over all clients the shares are exactly the reservoir.
 *
 * @param activeClientIds without repetition, in any order; a client that is not among them gets nothing.
 */
export function reservoirQuota(reservoirSize: number, activeClientIds: readonly string[], clientId: string): number {
  if (!activeClientIds.includes(clientId)) return 0;
  const clients = activeClientIds.length;
  const before = activeClientIds.filter((other) => other < clientId).length;
  return Math.floor(reservoirSize / clients) + (before < reservoirSize % clients ? 1 : 0);
}

/**
 * When a report was made, as its client says. A public client sends milliseconds where seconds are due; a value that
 * would lie in the year 5138 is taken for such.
 *
 * @param reportedMs the timestamp read as seconds, in milliseconds since the epoch.
 */
export function reportTimeMs(reportedMs: number): number {
  return reportedMs > 1e14 ? reportedMs / 1000 : reportedMs;
}
