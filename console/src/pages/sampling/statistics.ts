import type { SamplingStatisticSummary } from "@aws-sdk/client-xray";

/** What SDKs reported of a rule. */
export interface RuleTotals {
  readonly requests: number;
  readonly sampled: number;
  readonly borrowed: number;
}

export function totalsByRule(summaries: readonly Partial<SamplingStatisticSummary>[]): ReadonlyMap<string, RuleTotals> {
  const totals = new Map<string, RuleTotals>();
  for (const { RuleName = "", RequestCount = 0, SampledCount = 0, BorrowCount = 0 } of summaries) {
    const before = totals.get(RuleName) ?? { requests: 0, sampled: 0, borrowed: 0 };
    totals.set(RuleName, {
      requests: before.requests + RequestCount,
      sampled: before.sampled + SampledCount,
      borrowed: before.borrowed + BorrowCount,
    });
  }
  return totals;
}
