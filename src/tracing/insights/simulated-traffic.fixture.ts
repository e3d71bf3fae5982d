import { type EdgeTotals, type GraphTotals, histogramBucketMs, type NodeTotals, type Totals } from "../graph-totals.js";
import type { NodeId } from "../trace-facts.js";

/** A service of the simulation. */
export interface SimulatedService {
  readonly node: NodeId;
  /** Requests of clients a minute, at the busiest time of the day. */
  readonly clientsPerMinute?: number;
  /** Whom it calls: calls a request. */
  readonly calls?: Readonly<Record<string, number>>;
  readonly faultRate: number;
  readonly medianMs: number;
  readonly inferred?: boolean;
}

/** Something goes wrong with a service: minutes since the beginning. */
export interface SimulatedIncident {
  readonly service: string;
  readonly fromMinute: number;
  readonly untilMinute: number;
  /** Share of its requests that fail on top. */
  readonly faultRate?: number;
  /** Its requests take so many times longer. */
  readonly slower?: number;
  /** Only this share of its callers' requests fails with it (1: each). */
  readonly passedOn?: number;
}

export interface Noise {
  /** Standard deviation of each minute's fault rate, as a share of the rate. */
  readonly spread: number;
  /** How much of a minute's deviation is left in the next: 0 (none) to below 1. */
  readonly memory: number;
  /** Standard deviation of the logarithm of a minute's median response time. */
  readonly lengths?: number;
}

const startMs = Date.UTC(2026, 2, 2);
const minuteMs = 60_000;
/** Traffic at night, as a share of that at noon. */
const nightShare = 0.15;
/** How much longer requests take when most are made than when there is nothing else to do. */
const loadFactor = 0.4;
/** Standard deviation of the logarithm of response times. */
const lengthSpread = 0.5;

export function node(name: string, type = "AWS::EC2::Instance"): NodeId {
  return { name, type, accountId: "" };
}

/**
 * The graph totals of minute after minute of services that call each other, with the rhythm of a day. The same seed gives
 * the same minutes.
 *
 * @param services callers before those they call.
 */
export function simulateTraffic(options: {
  readonly services: readonly SimulatedService[];
  readonly incidents?: readonly SimulatedIncident[];
  readonly noise?: Noise;
  readonly seed: number;
  /** Share of the usual traffic in a minute. */
  readonly traffic?: (minute: number) => number;
}) {
  const { services, incidents = [], noise = { spread: 0, memory: 0 }, traffic = () => 1 } = options;
  const random = randomOf(options.seed);
  const deviations = new Map(services.map(({ node: { name } }) => [name, 0]));
  const lengthDeviations = new Map(deviations);

  function minute(number: number): { minuteMs: number; graph: GraphTotals } {
    const atMs = startMs + number * minuteMs;
    const hour = (number / 60) % 24;
    const load = traffic(number) * (nightShare + (1 - nightShare) * (0.5 - 0.5 * Math.cos((2 * Math.PI * hour) / 24)));
    const rates = new Map<string, number>();
    for (const service of [...services].reverse()) rates.set(service.node.name, faultRateOf(service, number, rates));
    const requests = new Map<string, number>();
    const nodes: NodeTotals[] = [];
    const edges: EdgeTotals[] = [];
    for (const service of services) {
      const { name } = service.node;
      const fromClients = random.poisson((service.clientsPerMinute ?? 0) * load);
      const total = (requests.get(name) ?? 0) + fromClients;
      if (total === 0) continue;
      const faults = random.binomial(total, rates.get(name)!);
      const slower = slowerOf(service, number) * (1 + loadFactor * Math.min(1, load)) * wanderOf(name);
      const lengths = histogramOf(total, service.medianMs * slower);
      const counted = totalsOf(atMs, total, faults, lengths);
      nodes.push({ ...counted, node: service.node, root: fromClients > 0, inferred: service.inferred === true });
      if (fromClients > 0) {
        const part = Math.round((faults * fromClients) / total);
        const client = { ...service.node, type: "client" };
        edges.push({
          ...totalsOf(atMs, fromClients, part, new Map()),
          source: client,
          target: service.node,
          link: false,
        });
      }
      for (const [target, calls] of Object.entries(service.calls ?? {})) {
        const called = services.find((each) => each.node.name === target)!;
        const count = random.poisson(total * calls);
        requests.set(target, (requests.get(target) ?? 0) + count);
        if (count === 0) continue;
        const failed = random.binomial(count, rates.get(target)!);
        edges.push({
          ...totalsOf(atMs, count, failed, new Map()),
          source: service.node,
          target: called.node,
          link: false,
        });
      }
    }
    return { minuteMs: atMs, graph: { nodes, edges } };
  }

  /** A service's own faults, and those of the services it calls that reach it. */
  function faultRateOf(service: SimulatedService, number: number, rates: ReadonlyMap<string, number>): number {
    const { name } = service.node;
    const { spread, memory } = noise;
    const deviation = memory * deviations.get(name)! + Math.sqrt(1 - memory ** 2) * random.normal();
    deviations.set(name, deviation);
    let passes = 1 - Math.min(1, service.faultRate * Math.max(0, 1 + spread * deviation));
    for (const incident of incidents) {
      if (number < incident.fromMinute || number >= incident.untilMinute) continue;
      if (incident.service === name) passes *= 1 - (incident.faultRate ?? 0);
      else if (service.calls?.[incident.service] !== undefined)
        passes *= 1 - (incident.passedOn ?? 1) * (incident.faultRate ?? 0);
    }
    // What reaches a caller's caller.
    for (const called of Object.keys(service.calls ?? {}))
      if (!incidents.some((each) => each.service === called)) passes *= 1 - Math.max(0, rates.get(called)! - 0.05);
    return 1 - passes;
  }

  function wanderOf(name: string): number {
    const { memory, lengths = 0 } = noise;
    const deviation = memory * lengthDeviations.get(name)! + Math.sqrt(1 - memory ** 2) * random.normal();
    lengthDeviations.set(name, deviation);
    return Math.exp(lengths * deviation);
  }

  function slowerOf(service: SimulatedService, number: number): number {
    let slower = 1;
    for (const each of incidents) {
      if (number < each.fromMinute || number >= each.untilMinute || each.slower === undefined) continue;
      if (each.service === service.node.name || reaches(service, each.service)) slower = Math.max(slower, each.slower);
    }
    return slower;
  }

  function reaches(service: SimulatedService, name: string): boolean {
    return Object.keys(service.calls ?? {}).some(
      (called) => called === name || reaches(services.find((each) => each.node.name === called)!, name),
    );
  }

  function histogramOf(count: number, medianMs: number): Map<number, number> {
    const histogram = new Map<number, number>();
    for (let i = 0; i < count; i++) {
      const bucket = histogramBucketMs(medianMs * 1000 * Math.exp(lengthSpread * random.normal()));
      histogram.set(bucket, (histogram.get(bucket) ?? 0) + 1);
    }
    return histogram;
  }

  return { minute, startMs };
}

function totalsOf(atMs: number, total: number, faults: number, histogram: Map<number, number>): Totals {
  return {
    ...{ okCount: total - faults, errorCount: 0, throttleCount: 0, faultCount: faults, totalUs: 0, histogram },
    startUs: atMs * 1000,
    endUs: (atMs + minuteMs) * 1000,
  };
}

/** mulberry32, and what can be drawn with it. */
function randomOf(seed: number) {
  let state = seed;
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const poisson = (mean: number) => {
    if (mean > 50) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()));
    let count = -1;
    for (let product = 1; product > Math.exp(-mean); product *= uniform()) count++;
    return Math.max(0, count);
  };
  const binomial = (count: number, share: number) => {
    let hits = 0;
    for (let i = 0; i < count; i++) if (uniform() < share) hits++;
    return hits;
  };
  return { uniform, normal, poisson, binomial };
}
