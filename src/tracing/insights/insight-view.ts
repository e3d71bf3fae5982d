import type {
  InsightEvent as InsightEventShape,
  Insight as InsightShape,
  RequestImpactStatistics,
} from "@aws-sdk/client-xray";
import { rootCauseOf, topAnomalousServices } from "./describe-insight.js";
import type { Insight, InsightEvent, RequestImpact } from "./insight.js";
import { nodeServiceId } from "./node-key.js";

/** The group an insight belongs to. */
export interface InsightGroup {
  readonly name: string;
  readonly arn: string;
}

/**
 * An insight as GetInsight tells it. `FAULT` is the only category that AWS's clients know, so an insight of response
 * times has it, too: its summary says what is wrong.
 */
export function insightView(insight: Insight, group: InsightGroup): InsightShape {
  return {
    InsightId: insight.insightId,
    GroupARN: group.arn,
    GroupName: group.name,
    RootCauseServiceId: nodeServiceId(insight.rootCause),
    Categories: ["FAULT"],
    State: insight.state,
    StartTime: new Date(insight.startMs),
    ...(insight.endMs !== undefined && { EndTime: new Date(insight.endMs) }),
    Summary: insight.summary,
    ClientRequestImpactStatistics: impactView(insight.clientImpact),
    RootCauseServiceRequestImpactStatistics: impactView(rootCauseOf(insight).impact),
    TopAnomalousServices: topAnomalousServices(insight).map((node) => ({ ServiceId: nodeServiceId(node) })),
  };
}

export function insightEventView(event: InsightEvent): InsightEventShape {
  return {
    Summary: event.summary,
    EventTime: new Date(event.timeMs),
    ClientRequestImpactStatistics: impactView(event.clientImpact),
    RootCauseServiceRequestImpactStatistics: impactView(event.rootCauseImpact),
    TopAnomalousServices: event.topAnomalousServices.map((node) => ({ ServiceId: nodeServiceId(node) })),
  };
}

function impactView({ faultCount, okCount, totalCount }: RequestImpact): RequestImpactStatistics {
  return { FaultCount: faultCount, OkCount: okCount, TotalCount: totalCount };
}
