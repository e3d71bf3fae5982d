import type { Scope } from "../../storage/scope.js";
import type { SettingsStore } from "../../storage/settings-store.js";
import { StoreUnavailable } from "../../storage/store-error.js";
import type { TraceEraser } from "../../storage/trace-eraser.js";
import type { TraceIndex, TracePosition } from "../../storage/trace-index.js";
import type { TraceStore } from "../../storage/trace-store.js";
import { walk } from "../../tracing/compile-trace.js";
import { entityOfDocument } from "../../tracing/document.js";
import type { Selector } from "../../tracing/erasures.js";
import type { Filter } from "../../tracing/filter/filter.js";
import { spanScopeOf } from "../../tracing/trace-periods.js";

const dayMs = 86_400_000;
/** One erasure's: their ids stand in memory and in the settings store. */
const tracesMax = 1_000_000;
const pageTraces = 1000;
/** Documents are read so many traces at once, and of a trace so much. */
const readAtOnce = 20;
const readBytesMax = 16 * 1024 ** 2;
/** A sender's clock may be ahead. */
const aheadMs = 2 * dayMs;

type ByAnnotation = Extract<Selector, { key: string }>;

export interface FindDeps {
  readonly traces: TraceStore;
  readonly index: TraceIndex;
  readonly eraser: TraceEraser;
  readonly settings: SettingsStore;
  readonly traceRetentionDays: number;
}

/**
 * The traces that an erasure is about, as far as they were received before it was asked for.
 *
 * @throws StoreUnavailable while the index does not hold all of that; Error if there are too many.
 */
export async function findTraces(
  deps: FindDeps,
  scope: Scope,
  selector: Selector,
  askedMs: number,
): Promise<readonly string[]> {
  if ("traceIds" in selector) return selector.traceIds;
  await requireIndexUntil(deps, askedMs);
  const found = new Set<string>();
  const add = (traceId: string) => {
    if (found.add(traceId).size > tracesMax) throw new Error(`more than ${tracesMax} traces match`);
  };
  for await (const traceId of indexed(deps.index, scope, selector, askedMs)) add(traceId);
  for await (const traceId of leftOut(deps, scope, selector)) add(traceId);
  return [...found];
}

async function* indexed(
  index: TraceIndex,
  scope: Scope,
  { key, values }: ByAnnotation,
  askedMs: number,
): AsyncGenerator<string> {
  const terms = values.map((value): Filter => ({ kind: "annotation", key, comparison: "=", value }));
  const filter: Filter = terms.length === 1 ? terms[0]! : { kind: "or", terms };
  const search = { fromMs: 0, untilMs: askedMs + aheadMs, by: "TraceId", filter, limit: pageTraces } as const;
  let after: TracePosition | undefined;
  do {
    const page = await index.search(scope, { ...search, ...(after && { after }) });
    for (const { traceId } of page.traces) yield traceId;
    after = page.next;
  } while (after !== undefined);
}

/** What the indexing rule leaves out is in no index: its documents are read, one after another. */
async function* leftOut(
  { eraser, traces }: FindDeps,
  scope: Scope,
  { key, values }: ByAnnotation,
): AsyncGenerator<string> {
  const place = spanScopeOf(scope);
  const isMet = (document: string): boolean => {
    let met = false;
    walk(entityOfDocument(document), ({ annotations }) => {
      if (annotations !== undefined && Object.hasOwn(annotations, key)) met ||= values.includes(annotations[key]!);
    });
    return met;
  };
  let after = "";
  for (;;) {
    const ids = await eraser.traceIds(place, after, pageTraces);
    for (let start = 0; start < ids.length; start += readAtOnce)
      for (const trace of await traces.readTraces(place, ids.slice(start, start + readAtOnce), readBytesMax))
        if (trace.segments.some(({ document }) => isMet(document))) yield trace.traceId;
    if (ids.length < pageTraces) return;
    after = ids.at(-1)!;
  }
}

async function requireIndexUntil({ settings, traceRetentionDays }: FindDeps, askedMs: number): Promise<void> {
  const swept = await settings.read.selectFrom("xray_index_sweep").selectAll().executeTakeFirst();
  const keptFromMs = askedMs - traceRetentionDays * dayMs;
  if (swept === undefined || swept.swept_until_ms < askedMs || swept.swept_from_ms > keptFromMs)
    throw new StoreUnavailable("the index of traces does not hold everything yet that was received");
}
