import type { MapGraph } from "../../parts/service-map/graph.js";
import { loadGraph } from "../../parts/service-map/load-graph.js";

const minuteMs = 60_000;
export const trafficMinutes = 30;
const earlierMinutes = 6 * 60;

/** The last half hour; whether there was anything in the hours before it, where that was quiet. */
export interface TrafficNow {
  readonly kind: "now" | "earlier" | "never";
  readonly graph: MapGraph;
}

export async function loadTraffic(signal: AbortSignal): Promise<TrafficNow> {
  const until = Date.now();
  const since = (minutes: number) =>
    loadGraph({ StartTime: new Date(until - minutes * minuteMs), EndTime: new Date(until) }, signal);
  const graph = await since(trafficMinutes);
  if (graph.nodes.length > 0) return { kind: "now", graph };
  const earlier = await since(earlierMinutes);
  return { kind: earlier.nodes.length > 0 ? "earlier" : "never", graph };
}
