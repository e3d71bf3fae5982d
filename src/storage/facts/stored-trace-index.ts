import type { Environment } from "../../environment.js";
import { filterToSql } from "../../tracing/filter/filter-to-sql.js";
import type { GraphTotals } from "../../tracing/graph-totals.js";
import type { IndexedTrace } from "../../tracing/trace-facts.js";
import type { Scope } from "../scope.js";
import type {
  FoundTrace,
  FoundTraces,
  GraphMinute,
  GraphQuery,
  ScopedTraceId,
  SeriesItem,
  SeriesQuery,
  TraceIndex,
  TracePosition,
  TraceSearch,
} from "../trace-index.js";
import { endedMinutes, traceColumns, writeIndexedTrace } from "./encode-indexed-trace.js";
import type { FactDatabase } from "./fact-database.js";
import type { FactWriter } from "./fact-writer.js";
import { RowWriter } from "./row-writer.js";
import type { QueryParameters } from "./session.js";
import { minutesOfTraces, positionsOfTraces, unindexedTraces } from "./sql/find-indexed.sql.js";
import { countSearched, type SearchShape, searchFloor, searchTraces, shareParts } from "./sql/search-traces.sql.js";
import { type GraphParts, StoredGraphs } from "./stored-graphs.js";
import { indexWriter } from "./tables.js";

const dayMs = 86_400_000;
/** Of most traces; more is made room for. */
const rowBytesExpected = 4096;
/** One statement's: ids travel in its text. */
const lookedUpAtOnceMax = 5000;

/** What one search may cost; beyond, the rest is on further pages. */
export interface SearchLimits {
  /** Traces that are held against a filter: a second or so of the engine. */
  readonly scannedMax: number;
  /** Of summaries: a page ends with the one that passes it. */
  readonly pageBytesMax: number;
}

const searchLimits: SearchLimits = { scannedMax: 1_000_000, pageBytesMax: 16 * 1024 * 1024 };

/**
 * The index of traces in the fact store. Rows go to the engine without the journal: an index is made again from the
 * segments, so it need not outlive a loss of power, and its batches are large already.
 */
export class StoredTraceIndex implements TraceIndex {
  readonly #database: FactDatabase;
  readonly #writer: FactWriter;
  readonly #environment: Environment;
  readonly #traceRetentionDays: number;
  readonly #graphs: StoredGraphs;
  readonly #limits: SearchLimits;
  /** One batch after another: which minutes a batch touches hangs on the versions before it. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: GraphParts & { readonly writer: FactWriter; readonly searchLimits?: SearchLimits | undefined }) {
    this.#database = parts.database;
    this.#writer = parts.writer;
    this.#environment = parts.environment;
    this.#traceRetentionDays = parts.traceRetentionDays;
    this.#graphs = new StoredGraphs(parts);
    this.#limits = parts.searchLimits ?? searchLimits;
  }

  putTraces(scope: Scope, traces: readonly IndexedTrace[]): Promise<void> {
    if (traces.length === 0) return Promise.resolve();
    const put = this.#turn.then(() => this.#put(scope, traces));
    this.#turn = put.catch(() => undefined);
    return put;
  }

  async positionsOf(scope: Scope, traceIds: readonly string[]): Promise<TracePosition[]> {
    const positions: TracePosition[] = [];
    for (const ids of chunks(traceIds, lookedUpAtOnceMax)) {
      const rows = await this.#database.query<{ trace_id: string; current_ms: number }>(
        "facts.positionsOf",
        positionsOfTraces,
        { ...scope, traceIds: ids, keptFromMs: this.#keptFromMs() },
      );
      for (const row of rows) positions.push({ traceId: row.trace_id, timeMs: Number(row.current_ms) });
    }
    return positions;
  }

  async search(scope: Scope, search: TraceSearch): Promise<FoundTraces> {
    const { by, fromMs, untilMs, after, limit, share } = search;
    const filter = search.filter === undefined ? undefined : filterToSql(search.filter);
    const parameters = {
      ...scope,
      fromMs,
      untilMs,
      fromUs: fromMs * 1000,
      untilUs: untilMs * 1000,
      keptFromMs: this.#keptFromMs(),
      afterMs: after?.timeMs ?? 0,
      afterTraceId: after?.traceId ?? "",
      shareUntil: Math.round(Math.min(Math.max(share ?? 1, 0), 1) * shareParts),
      floorMs: 0,
    };
    let shape: SearchShape = { by, paged: after !== undefined, shared: share !== undefined, floored: false };
    let floor: TracePosition | undefined;
    if (filter !== undefined) {
      floor = await this.#searchFloor(shape, parameters);
      shape = { ...shape, floored: floor !== undefined, condition: filter.condition };
      parameters.floorMs = floor?.timeMs ?? 0;
    }
    const rows = await this.#database.query<FoundColumns>("facts.searchTraces", searchTraces(shape), {
      ...parameters,
      ...filter?.parameters,
      limit: limit + 1,
      bytesMax: this.#limits.pageBytesMax,
    });
    const traces = rows.slice(0, limit).map((row) => foundTrace(row, by));
    const last = traces.length < Number(rows[0]?.found ?? 0) ? traces.at(-1) : undefined;
    const [counted] = await this.#database.query<{ traces: number }>(
      "facts.countSearched",
      countSearched({ ...shape, bounded: last !== undefined }),
      { ...parameters, lastMs: last?.timeMs ?? 0, lastTraceId: last?.traceId ?? "" },
    );
    const next = last === undefined ? floor : { timeMs: last.timeMs, traceId: last.traceId };
    return { traces, scannedCount: Number(counted?.traces ?? 0), ...(next !== undefined && { next }) };
  }

  /** Where a search that holds traces against a filter ends early: below all traces of that millisecond. */
  async #searchFloor(shape: SearchShape, parameters: QueryParameters): Promise<TracePosition | undefined> {
    const [row] = await this.#database.query<{ time_ms: number }>("facts.searchFloor", searchFloor(shape), {
      ...parameters,
      scannedMax: this.#limits.scannedMax,
    });
    return row && { timeMs: Number(row.time_ms), traceId: "" };
  }

  graph(scope: Scope, query: GraphQuery): Promise<GraphTotals> {
    return this.#graphs.graph(scope, query);
  }

  graphMinutes(scope: Scope, query: GraphQuery): Promise<GraphMinute[]> {
    return this.#graphs.graphMinutes(scope, query);
  }

  series(scope: Scope, query: SeriesQuery): Promise<SeriesItem[]> {
    return this.#graphs.series(scope, query);
  }

  rollUp(nowMs: number): Promise<void> {
    return this.#graphs.rollUp(nowMs);
  }

  async isEmpty(): Promise<boolean> {
    const rows = await this.#database.query<{ one: number }>(
      "facts.isEmpty",
      "SELECT 1 AS one FROM traces LIMIT 1",
      {},
    );
    return rows.length === 0;
  }

  async unindexed(receivedFromMs: number, receivedUntilMs: number, limit: number): Promise<ScopedTraceId[]> {
    await this.#writer.visible("segments");
    const rows = await this.#database.query<{ account_id: string; region: string; trace_id: string }>(
      "facts.unindexedTraces",
      unindexedTraces,
      { fromMs: receivedFromMs, untilMs: receivedUntilMs, limit },
    );
    return rows.map((row) => ({
      scope: { accountId: row.account_id, region: row.region },
      traceId: row.trace_id,
    }));
  }

  /** Minutes are touched before they change: what happens in between, a crash included, costs a look at the traces. */
  async #put(scope: Scope, traces: readonly IndexedTrace[]): Promise<void> {
    const rows = new RowWriter(traces.length * rowBytesExpected);
    for (const trace of traces) writeIndexedTrace(rows, scope, trace);
    const touched = new Set(await this.#minutesOfFormer(scope, traces));
    const receivedDays = new Map<number, Set<number>>();
    for (const { facts, receivedMs } of traces) {
      const day = Math.floor(receivedMs / dayMs);
      const ofDay = receivedDays.get(day) ?? new Set(touched);
      for (const minute of endedMinutes(facts)) ofDay.add(minute);
      receivedDays.set(day, ofDay);
    }
    await this.#graphs.whileTouching(scope, receivedDays, () =>
      this.#database.insert("traces", traceColumns, rows.take(), indexWriter),
    );
  }

  async #minutesOfFormer(scope: Scope, traces: readonly IndexedTrace[]): Promise<number[]> {
    const places = traces.flatMap(({ facts, movedFromMs }) =>
      [facts.timeMs, ...(movedFromMs === undefined ? [] : [movedFromMs])].map((timeMs) => ({
        timeMs: String(timeMs),
        traceId: facts.traceId,
      })),
    );
    const minutes: number[] = [];
    for (const some of chunks(places, lookedUpAtOnceMax)) {
      const rows = await this.#database.query<{ minute: number }>("facts.minutesOfTraces", minutesOfTraces, {
        ...scope,
        times: some.map(({ timeMs }) => timeMs),
        traceIds: some.map(({ traceId }) => traceId),
      });
      for (const { minute } of rows) minutes.push(minute);
    }
    return minutes;
  }

  /** Whole days go at once, some time after they are past retention; until then they are not shown. */
  #keptFromMs(): number {
    const { clock } = this.#environment;
    return Math.floor(clock.nowMs() / dayMs - this.#traceRetentionDays) * dayMs;
  }
}

interface FoundColumns {
  readonly trace_id: string;
  readonly time_ms: number;
  readonly matched_ms?: number;
  readonly summary: string;
  readonly fault_causes: readonly string[];
  readonly error_causes: readonly string[];
  readonly response_time_causes: readonly string[];
  readonly found: number;
}

function foundTrace(row: FoundColumns, by: TraceSearch["by"]): FoundTrace {
  const causes =
    `"FaultRootCauses":[${row.fault_causes.join(",")}],"ErrorRootCauses":[${row.error_causes.join(",")}],` +
    `"ResponseTimeRootCauses":[${row.response_time_causes.join(",")}]}`;
  const members = row.summary.trimEnd().slice(0, -1);
  return {
    traceId: row.trace_id,
    timeMs: Number(row.time_ms),
    summary: members.trim() === "{" ? `{${causes}` : `${members},${causes}`,
    ...(by !== "TraceId" && { matchedEventMs: Number(row.matched_ms) }),
  };
}

function* chunks<Item>(items: readonly Item[], size: number): Generator<readonly Item[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
