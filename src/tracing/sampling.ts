import type { SamplingRule } from "@aws-sdk/client-xray";

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

export const defaultRuleName = "Default";

export function ruleArn(scope: { accountId: string; region: string }, ruleName: string): string {
  return `arn:aws:xray:${scope.region}:${scope.accountId}:sampling-rule/${ruleName}`;
}

/**
 * The rule that every account and region has: cannot be deleted or renamed, applies last.
 *
 * @see AWS X-Ray Developer Guide, "Configuring sampling rules"
 */
export function defaultRule(): SamplingRule & { RuleName: string } {
  return {
    RuleName: defaultRuleName,
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
  };
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
