import type { Edge, HistogramEntry, Service, ServiceStatistics } from "@aws-sdk/client-xray";

/** How requests ended. The parts add up to `total`. */
export interface Outcomes {
  readonly total: number;
  readonly ok: number;
  /** 4xx, throttling apart. */
  readonly error: number;
  /** 429 */
  readonly throttle: number;
  /** 5xx */
  readonly fault: number;
}

/** What is known of requests to a service, or of calls between two. */
export interface Traffic {
  readonly outcomes: Outcomes;
  /** Undefined where nothing was counted. */
  readonly meanSeconds: number | undefined;
  /** Response times in seconds; for links how old events were when they were received. */
  readonly histogram: readonly HistogramEntry[];
}

export interface MapNode extends Traffic {
  readonly key: string;
  readonly name: string;
  readonly type: string;
  readonly accountId: string;
  /** `client` stands for whoever calls a service from outside; `inferred` is known from its callers alone. */
  readonly kind: "client" | "service" | "inferred";
}

export interface MapEdge extends Traffic {
  readonly key: string;
  readonly source: string;
  readonly target: string;
  /** The target works on what the source sent earlier; nobody waited. */
  readonly isLink: boolean;
}

export interface MapGraph {
  /** By key, so that whatever is made of them depends on the graph alone. */
  readonly nodes: readonly MapNode[];
  readonly edges: readonly MapEdge[];
}

export const noGraph: MapGraph = { nodes: [], edges: [] };

const keySeparator = "/";
const edgeSeparator = ">";

/** A node's name, type and account as one text, fit for addresses: no two nodes have the same. */
export function nodeKeyOf({ Name = "", Type = "", AccountId = "" }: Service): string {
  return [Name, Type, AccountId].map(encodeURIComponent).join(keySeparator);
}

export function edgeKeyOf(source: string, target: string): string {
  return `${source}${edgeSeparator}${target}`;
}

/** The graph of services as the API gave them, of all its pages together. */
export function mapGraphOf(services: readonly Service[]): MapGraph {
  const keys = new Map(services.map((service) => [service.ReferenceId, nodeKeyOf(service)]));
  const nodes = services.map(nodeOf);
  const edges = services.flatMap((service) =>
    (service.Edges ?? []).flatMap((edge) => {
      const target = keys.get(edge.ReferenceId);
      return target === undefined ? [] : [edgeOf(edge, nodeKeyOf(service), target)];
    }),
  );
  return { nodes: nodes.sort(byKey), edges: edges.sort(byKey) };
}

function nodeOf(service: Service): MapNode {
  const { Name = "", Type = "", AccountId = "", State } = service;
  return {
    key: nodeKeyOf(service),
    name: Name,
    type: Type,
    accountId: AccountId,
    kind: Type === "client" ? "client" : State === "active" ? "service" : "inferred",
    ...trafficOf(service.SummaryStatistics, service.ResponseTimeHistogram),
  };
}

function edgeOf(edge: Edge, source: string, target: string): MapEdge {
  return {
    key: edgeKeyOf(source, target),
    source,
    target,
    isLink: edge.EdgeType === "link",
    ...trafficOf(edge.SummaryStatistics, edge.ReceivedEventAgeHistogram ?? edge.ResponseTimeHistogram),
  };
}

function trafficOf(statistics: ServiceStatistics | undefined, histogram: readonly HistogramEntry[] = []): Traffic {
  const total = statistics?.TotalCount ?? 0;
  return {
    outcomes: {
      total,
      ok: statistics?.OkCount ?? 0,
      error: statistics?.ErrorStatistics?.OtherCount ?? 0,
      throttle: statistics?.ErrorStatistics?.ThrottleCount ?? 0,
      fault: statistics?.FaultStatistics?.TotalCount ?? 0,
    },
    meanSeconds: total === 0 ? undefined : (statistics?.TotalResponseTime ?? 0) / total,
    histogram,
  };
}

/** What clients asked for, all of them together: as many requests as traces have begun. */
export function clientTraffic({ nodes, edges }: MapGraph): Traffic {
  const clients = new Set(nodes.filter(({ kind }) => kind === "client").map(({ key }) => key));
  const calls = edges.filter(({ source }) => clients.has(source));
  const sum = (of: (outcomes: Outcomes) => number) => calls.reduce((total, { outcomes }) => total + of(outcomes), 0);
  const total = sum((outcomes) => outcomes.total);
  const seconds = calls.reduce((all, { outcomes, meanSeconds = 0 }) => all + outcomes.total * meanSeconds, 0);
  return {
    outcomes: {
      total,
      ok: sum((outcomes) => outcomes.ok),
      error: sum((outcomes) => outcomes.error),
      throttle: sum((outcomes) => outcomes.throttle),
      fault: sum((outcomes) => outcomes.fault),
    },
    meanSeconds: total === 0 ? undefined : seconds / total,
    histogram: [],
  };
}

/** The worst that happens to more than a few: what a badge tells of. */
export function worstOf({ total, fault, throttle, error }: Outcomes): "fault" | "throttle" | "error" | "ok" | "none" {
  if (total === 0) return "none";
  if (fault > 0) return "fault";
  if (throttle > 0) return "throttle";
  return error > 0 ? "error" : "ok";
}

function byKey(left: { readonly key: string }, right: { readonly key: string }): number {
  return left.key < right.key ? -1 : left.key > right.key ? 1 : 0;
}
