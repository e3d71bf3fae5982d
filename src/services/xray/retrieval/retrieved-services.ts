import type { GraphLink, RetrievedService } from "@aws-sdk/client-xray";
import type { CompiledTrace } from "../../../tracing/compile-trace.js";
import { factsOf } from "../../../tracing/facts.js";
import { keyOf } from "../../../tracing/graph-sums.js";
import type { GraphTotals } from "../../../tracing/graph-totals.js";
import { type Link, type LinkedSegment, linkedSegmentIn, linksElsewhere, linksOf } from "../../../tracing/links.js";
import type { Retrieval } from "../../../tracing/retrievals.js";
import { graphTotals, mergeGraphTotals, servicesOf } from "../../../tracing/service-graph.js";
import { nodeOf } from "../../../tracing/service-id.js";
import type { XrayDeps } from "../deps.js";
import { retrievedTraces } from "./retrieved-traces.js";

/** More of one service AWS's model does not allow. */
const linksMax = 100;

/** Compiled at once: 2.5 MB of documents at most. */
const tracesAtOnce = 5;

/**
 * The services of all traces found, with what links lead to each from other traces. Traces are read a few at a time, and
 * anew where links among them have to be followed.
 */
export async function retrievedServices(deps: XrayDeps, retrieval: Retrieval): Promise<RetrievedService[]> {
  const traces = () => eachTrace(deps, retrieval);
  const found = new Set(retrieval.foundIds);
  const wanted = new Map<string, Link>();
  const links = new LinksOfServices();
  let totals: GraphTotals = { nodes: [], edges: [] };
  for await (const trace of traces()) {
    totals = mergeGraphTotals([totals, graphTotals([factsOf(trace)])]);
    links.add(trace);
    for (const link of linksElsewhere(trace)) if (found.has(link.traceId)) wanted.set(nameOf(link), link);
  }
  if (wanted.size > 0) totals = await totalsWithLinks(traces, [...wanted.values()]);
  return servicesOf(totals).map((service) => ({ Service: service, Links: links.of(service) }));
}

async function totalsWithLinks(traces: () => AsyncGenerator<CompiledTrace>, wanted: readonly Link[]) {
  const linked = new Map<string, LinkedSegment>();
  for await (const trace of traces())
    for (const link of wanted) {
      if (link.traceId !== trace.traceId) continue;
      const segment = linkedSegmentIn(trace, link.segmentId);
      if (segment !== undefined) linked.set(nameOf(link), segment);
    }
  let totals: GraphTotals = { nodes: [], edges: [] };
  for await (const trace of traces())
    totals = mergeGraphTotals([totals, graphTotals([factsOf(trace, { linked: (link) => linked.get(nameOf(link)) })])]);
  return totals;
}

async function* eachTrace(deps: XrayDeps, retrieval: Retrieval): AsyncGenerator<CompiledTrace> {
  const { foundIds } = retrieval;
  for (let index = 0; index < foundIds.length; index += tracesAtOnce)
    yield* await retrievedTraces(deps, retrieval, foundIds.slice(index, index + tracesAtOnce));
}

function nameOf({ traceId, segmentId }: Link): string {
  return `${traceId}/${segmentId}`;
}

/** Which traces are linked at which service: from the one that a link points at to those that have the link. */
class LinksOfServices {
  readonly #ofNode = new Map<string, Map<string, Set<string>>>();

  add(trace: CompiledTrace): void {
    for (const segment of trace.segments)
      for (const { traceId: source } of linksOf(segment)) {
        if (source === trace.traceId) continue;
        const key = keyOf(nodeOf(segment));
        const sources = this.#ofNode.get(key) ?? new Map<string, Set<string>>();
        this.#ofNode.set(key, sources);
        sources.set(source, (sources.get(source) ?? new Set()).add(trace.traceId));
      }
  }

  of({ Name: name = "", Type: type = "", AccountId: accountId = "" }): GraphLink[] {
    const sources = this.#ofNode.get(keyOf({ name, type, accountId })) ?? new Map<string, Set<string>>();
    return [...sources].slice(0, linksMax).map(([SourceTraceId, destinations]) => ({
      ReferenceType: "link",
      SourceTraceId,
      DestinationTraceIds: [...destinations],
    }));
  }
}
