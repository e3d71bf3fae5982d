import {
  type Insight,
  type InsightState,
  type InsightSummary,
  paginateGetInsightSummaries,
  XRayClient,
} from "@aws-sdk/client-xray";
import { clientOf } from "../../api/clients.js";
import { loadGroups } from "../../parts/service-map/load-groups.js";
import type { Period } from "../../parts/use-period.js";

/** The longest that GetInsightSummaries looks back; less a minute, in which the call is on its way. */
const lookBackMs = 30 * 24 * 60 * 60_000 - 60_000;

interface Asked {
  /** A group's name; empty for all that are watched. */
  readonly group: string;
  readonly state: InsightState | undefined;
  readonly period: Period;
}

export interface FoundInsights {
  readonly insights: readonly InsightSummary[];
  /** Whether any group asked for is watched. */
  readonly isWatched: boolean;
}

/** Insights that overlap the period, newest first. */
export async function loadInsights({ group, state, period }: Asked, signal: AbortSignal): Promise<FoundInsights> {
  const groups = await loadGroups(signal);
  const asked = groups.filter(({ GroupName, InsightsConfiguration: on }) =>
    // A group that is watched no more may have insights yet: it can be asked for.
    group === "" ? on?.InsightsEnabled : GroupName === group,
  );
  const found = await Promise.all(
    asked.map(async ({ GroupName }) => {
      const input = {
        GroupName,
        StartTime: new Date(Math.max(period.start.getTime(), Date.now() - lookBackMs)),
        EndTime: period.end,
        ...(state !== undefined && { States: [state] }),
      };
      const insights: InsightSummary[] = [];
      const pages = paginateGetInsightSummaries({ client: clientOf(XRayClient) }, input, { abortSignal: signal });
      for await (const page of pages) insights.push(...(page.InsightSummaries ?? []));
      return insights;
    }),
  );
  return {
    insights: found.flat().sort((left, right) => right.StartTime!.getTime() - left.StartTime!.getTime()),
    isWatched: asked.some(({ InsightsConfiguration: on }) => on?.InsightsEnabled),
  };
}

/** From when to when an insight lasts, so far. */
export function periodOf({ StartTime, EndTime }: Pick<Insight, "StartTime" | "EndTime">, nowMs: number): Period {
  return { start: StartTime ?? new Date(nowMs), end: EndTime ?? new Date(nowMs) };
}

/** The period as addresses of pages have it, with a minute on either side. */
export function addressPeriodOf({ start, end }: Period): string {
  const minuteMs = 60_000;
  const [from, until] = [new Date(start.getTime() - minuteMs), new Date(end.getTime() + minuteMs)];
  return `${from.toISOString()}~${until.toISOString()}`;
}
