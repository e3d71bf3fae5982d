import type { NodeId } from "../trace-facts.js";
import type { AnomalousService, Insight, InsightEvent } from "./insight.js";
import { nodeKey } from "./node-key.js";

/** As many as a reader looks at. */
const topServicesMax = 5;

export function rootCauseOf({ rootCause, services }: Pick<Insight, "rootCause" | "services">): AnomalousService {
  const key = nodeKey(rootCause);
  return services.find(({ node }) => nodeKey(node) === key) ?? services[0]!;
}

/** Most failed or slow requests first; an insight has at least one. */
export function topAnomalousServices({ services }: Pick<Insight, "services">): NodeId[] {
  const hits = ({ impact }: AnomalousService) => impact.faultCount + impact.slowCount;
  return [...services]
    .sort((left, right) => hits(right) - hits(left))
    .slice(0, topServicesMax)
    .map(({ node }) => node);
}

/** Sentences; clients show the first of them alone (Grafana cuts at the first period). */
export function summaryOf(insight: Pick<Insight, "rootCause" | "services" | "state">): string {
  const { node, kinds, impact, slowMs } = rootCauseOf(insight);
  const fault = kinds.includes("fault");
  const latency = kinds.includes("latency");
  const what = [fault && "an elevated fault rate", latency && "elevated response times"].filter(Boolean).join(" and ");
  const sentences = [`Service ${nameOf(node)} ${insight.state === "ACTIVE" ? "has" : "had"} ${what}.`];
  if (fault) sentences.push(`${percent(impact.faultCount, impact.totalCount)} of requests failed.`);
  if (latency && slowMs !== undefined)
    sentences.push(`${percent(impact.slowCount, impact.totalCount)} of requests took ${duration(slowMs)} or longer.`);
  const others = insight.services.length - 1;
  if (others > 0) sentences.push(`${others} other service${others > 1 ? "s are" : " is"} affected.`);
  return sentences.join(" ");
}

export function nameOf({ name, type }: NodeId): string {
  return `"${name}"${type === "" ? "" : ` (${type})`}`;
}

export function eventOf(insight: Insight): InsightEvent {
  return {
    insightId: insight.insightId,
    timeMs: insight.updatedMs,
    summary: insight.summary,
    clientImpact: insight.clientImpact,
    rootCauseImpact: rootCauseOf(insight).impact,
    topAnomalousServices: topAnomalousServices(insight),
  };
}

function percent(part: number, whole: number): string {
  const share = whole === 0 ? 0 : (100 * part) / whole;
  if (share > 0 && share < 0.1) return "Less than 0.1%";
  return `${share >= 10 ? Math.round(share) : Math.round(share * 10) / 10}%`;
}

function duration(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${Math.round(ms / 100) / 10} s`;
}
