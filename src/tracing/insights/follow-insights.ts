import type { GraphMinute } from "../../storage/trace-index.js";
import type { NodeId } from "../trace-facts.js";
import { callsOf, type Incident, incidentsOf, reachedFrom } from "./causes.js";
import { nameOf, rootCauseOf, summaryOf } from "./describe-insight.js";
import { type Anomaly, type AnomalyDetector, totalCountOf } from "./detect-anomalies.js";
import { type AnomalousService, addImpacts, type Insight, noImpact, type RequestImpact } from "./insight.js";
import { nodeKey } from "./node-key.js";

const minuteMs = 60_000;
/** Between two events that tell of growth or decline alone. */
const eventPauseMs = 5 * minuteMs;
/** A share of failed or slow requests that changed by this factor is news … */
const notableFactor = 2;
/** … if it is about more than so much of the requests. */
const notableShare = 0.05;

/** What a minute changed. */
export interface InsightChanges {
  /** As they are now; every active insight is among them. */
  readonly insights: readonly Insight[];
  /** Those of them that an event is to tell of. */
  readonly notable: readonly Insight[];
}

/**
 * Follows the insights of one group: opens one for each root cause, lets it grow, moves its root cause when one further
 * down is found, and closes it when all its services are well.
 */
export class InsightFollower {
  readonly #detector: AnomalyDetector;
  readonly #newId: () => string;
  #active: readonly Insight[];

  /** @param active insights known from before; the detector resumes their anomalies. */
  constructor(parts: { detector: AnomalyDetector; active: readonly Insight[]; newId: () => string }) {
    this.#detector = parts.detector;
    this.#newId = parts.newId;
    this.#active = parts.active;
    this.#detector.resume(parts.active.flatMap(({ services }) => services.filter(({ ended }) => !ended)));
  }

  get active(): readonly Insight[] {
    return this.#active;
  }

  /** Minutes come in their order, each once. */
  step(minute: GraphMinute): InsightChanges {
    const anomalies = this.#detector.judge(minute);
    const incidents = incidentsOf(anomalies, this.#detector.recent);
    const before = new Map(this.#active.map((insight) => [insight.insightId, insight]));
    const nowMs = minute.minuteMs + minuteMs;
    const drafts = this.#assigned(anomalies, incidents);
    const next = drafts.map((draft) => this.#advanced(draft, anomalies, minute, nowMs));

    const notable: Insight[] = [];
    const insights = next.map((insight) => {
      if (!isNotable(before.get(insight.insightId), insight, nowMs)) return insight;
      const told = { ...insight, told: { timeMs: nowMs, hitShare: hitShareOf(insight) } };
      notable.push(told);
      return told;
    });
    this.#active = insights.filter(({ state }) => state === "ACTIVE");
    return { insights, notable };
  }

  /** Which anomaly belongs to which insight; new insights get an id. */
  #assigned(anomalies: readonly Anomaly[], incidents: readonly Incident[]): Draft[] {
    const drafts = this.#active.map(
      (insight): Draft => ({
        insight,
        insightId: insight.insightId,
        rootCause: insight.rootCause,
        members: new Map(insight.services.map(({ node }) => [nodeKey(node), node])),
      }),
    );
    const open = new Set(anomalies.map(({ node }) => nodeKey(node)));
    for (const { rootCause, anomalies: explained } of incidents) {
      const root = nodeKey(rootCause.node);
      const keys = explained.map(({ node }) => nodeKey(node));
      const live = drafts.filter(({ mergedInto }) => mergedInto === undefined);
      // Those that took one of its effects for the cause.
      const mistaken = live.filter((draft) => {
        const supposed = nodeKey(draft.rootCause);
        return supposed !== root && keys.includes(supposed) && open.has(supposed);
      });
      const known = live.find((draft) => nodeKey(draft.rootCause) === root) ?? mistaken[0];
      // What is left of an incident whose cause has recovered is not a new one.
      const aftermath = live.find((draft) => draft.members.has(root));
      const draft: Draft = known ??
        aftermath ?? { insightId: this.#newId(), rootCause: rootCause.node, members: new Map() };
      if (known === undefined && aftermath === undefined) drafts.push(draft);
      if (known !== undefined) draft.rootCause = rootCause.node;
      for (const { node } of explained) draft.members.set(nodeKey(node), node);
      for (const other of mistaken) {
        if (other === draft) continue;
        other.mergedInto = draft;
        for (const [key, node] of other.members) draft.members.set(key, node);
      }
    }
    return drafts;
  }

  #advanced(draft: Draft, anomalies: readonly Anomaly[], minute: GraphMinute, nowMs: number): Insight {
    const { insight } = draft;
    const now = new Map(anomalies.map((anomaly) => [nodeKey(anomaly.node), anomaly]));
    const known = new Map((insight?.services ?? []).map((service) => [nodeKey(service.node), service]));
    const services = [...draft.members].flatMap(([key]) => {
      const service = known.get(key);
      const anomaly = now.get(key);
      if (service !== undefined) return [this.#followed(service, anomaly, minute)];
      return anomaly === undefined ? [] : [this.#found(anomaly)];
    });
    const startMs = Math.min(insight?.startMs ?? Number.POSITIVE_INFINITY, ...services.map(({ sinceMs }) => sinceMs));
    const lastOutsideMs = Math.max(...services.map((service) => service.lastOutsideMs));
    const outside = lastOutsideMs === minute.minuteMs;
    const closed = draft.mergedInto !== undefined || services.every(({ ended }) => ended);

    const sinceLast = insight
      ? addImpacts(insight.calmClientImpact, this.#clientImpact(draft.rootCause, minute.minuteMs))
      : this.#clientImpact(draft.rootCause, startMs);
    const before = insight?.clientImpact ?? noImpact;
    const state = closed ? ("CLOSED" as const) : ("ACTIVE" as const);
    const summary = summaryOf({ rootCause: draft.rootCause, services, state });
    return {
      insightId: draft.insightId,
      state,
      startMs,
      ...(closed && { endMs: lastOutsideMs + minuteMs }),
      updatedMs: nowMs,
      rootCause: draft.rootCause,
      services,
      clientImpact: outside ? addImpacts(before, sinceLast) : before,
      calmClientImpact: outside ? noImpact : sinceLast,
      summary:
        draft.mergedInto === undefined
          ? summary
          : `${summary} It goes on as insight ${draft.mergedInto.insightId}, caused by service ${nameOf(draft.mergedInto.rootCause)}.`,
      ...(insight?.told && { told: insight.told }),
    };
  }

  #followed(
    service: AnomalousService,
    anomaly: Anomaly | undefined,
    { minuteMs: atMs }: GraphMinute,
  ): AnomalousService {
    if (anomaly === undefined) return { ...service, ended: true };
    if (service.ended) {
      const again = this.#found(anomaly);
      return { ...again, sinceMs: service.sinceMs, impact: addImpacts(service.impact, again.impact) };
    }
    const slowMs = service.slowMs ?? this.#detector.slowMs(service.node);
    const grown = addImpacts(service.calmImpact, this.#impactOf(service.node, atMs));
    const outside = anomaly.lastOutsideMs === atMs;
    return {
      ...service,
      kinds: (["fault", "latency"] as const).filter((kind) => [...service.kinds, ...anomaly.kinds].includes(kind)),
      lastOutsideMs: anomaly.lastOutsideMs,
      impact: outside ? addImpacts(service.impact, grown) : service.impact,
      calmImpact: outside ? noImpact : grown,
      ...(slowMs !== undefined && { slowMs }),
    };
  }

  #found({ node, kinds, sinceMs, lastOutsideMs }: Anomaly): AnomalousService {
    const slowMs = this.#detector.slowMs(node);
    return {
      ...{ node, kinds, sinceMs, lastOutsideMs, ended: false },
      impact: this.#impactOf(node, sinceMs),
      calmImpact: noImpact,
      ...(slowMs !== undefined && { slowMs }),
    };
  }

  /** Requests of a service since the beginning of a minute. */
  #impactOf(node: NodeId, sinceMs: number): RequestImpact {
    const key = nodeKey(node);
    let impact = noImpact;
    for (const { minuteMs: atMs, graph } of this.#detector.recent) {
      if (atMs < sinceMs) continue;
      for (const totals of graph.nodes) {
        if (nodeKey(totals.node) !== key) continue;
        const { faultCount, okCount } = totals;
        const slowCount = this.#detector.slowCountAt(node, atMs);
        impact = addImpacts(impact, { faultCount, okCount, totalCount: totalCountOf(totals), slowCount });
      }
    }
    return impact;
  }

  /** Requests of clients to the entry services from which the root cause is reached. */
  #clientImpact(rootCause: NodeId, sinceMs: number): RequestImpact {
    const { recent } = this.#detector;
    const calls = callsOf(recent.flatMap(({ graph }) => graph.edges));
    const root = nodeKey(rootCause);
    let impact = noImpact;
    for (const { minuteMs: atMs, graph } of recent) {
      if (atMs < sinceMs) continue;
      for (const edge of graph.edges) {
        if (edge.source.type !== "client" || edge.link) continue;
        if (!reachedFrom(nodeKey(edge.target), calls).has(root)) continue;
        const { faultCount, okCount } = edge;
        impact = addImpacts(impact, { faultCount, okCount, totalCount: totalCountOf(edge), slowCount: 0 });
      }
    }
    return impact;
  }
}

interface Draft {
  readonly insight?: Insight;
  readonly insightId: string;
  rootCause: NodeId;
  readonly members: Map<string, NodeId>;
  mergedInto?: Draft;
}

function isNotable(before: Insight | undefined, now: Insight, nowMs: number): boolean {
  if (before?.told === undefined || before.state !== now.state) return true;
  if (nodeKey(before.rootCause) !== nodeKey(now.rootCause)) return true;
  if (before.services.length !== now.services.length) return true;
  if (before.services.some(({ kinds }, i) => kinds.length !== now.services[i]!.kinds.length)) return true;
  if (nowMs - before.told.timeMs < eventPauseMs) return false;
  const [old, share] = [before.told.hitShare, hitShareOf(now)];
  return Math.max(old, share) > notableShare && (share > old * notableFactor || share * notableFactor < old);
}

/** Share of the root cause's requests that failed or were slow. */
function hitShareOf(insight: Insight): number {
  const { impact } = rootCauseOf(insight);
  return impact.totalCount === 0 ? 0 : Math.max(impact.faultCount, impact.slowCount) / impact.totalCount;
}

/** An insight that nobody follows any more: its group no longer wants insights, or is gone. */
export function abandoned(insight: Insight, nowMs: number): Insight {
  const state = "CLOSED" as const;
  const endMs = Math.max(...insight.services.map(({ lastOutsideMs }) => lastOutsideMs)) + minuteMs;
  const summary = `${summaryOf({ ...insight, state })} Insights of the group were switched off.`;
  return { ...insight, state, endMs, updatedMs: nowMs, summary };
}
