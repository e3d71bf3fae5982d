import type { Environment } from "../../environment.js";
import type { GraphTotals } from "../../tracing/graph-totals.js";
import type { IndexedTrace } from "../../tracing/trace-facts.js";
import type { Scope } from "../scope.js";
import type {
  EncodedTraces,
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
import { traceColumns } from "./encode-indexed-trace.js";
import { encodeTraces } from "./encode-traces.js";
import type { FactDatabase } from "./fact-database.js";
import type { FactWriter } from "./fact-writer.js";
import { idsAtOnce } from "./ids-at-once.js";
import { type SearchLimits, searchIndex, searchLimits } from "./search-index.js";
import { minutesOfTraces, positionsOfTraces, unindexedTraces } from "./sql/find-indexed.sql.js";
import { type GraphParts, StoredGraphs } from "./stored-graphs.js";
import { indexWriter } from "./tables.js";

const dayMs = 86_400_000;

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

  constructor(
    parts: Omit<GraphParts, "filteredTracesMax"> & {
      readonly writer: FactWriter;
      readonly searchLimits?: SearchLimits | undefined;
    },
  ) {
    this.#database = parts.database;
    this.#writer = parts.writer;
    this.#environment = parts.environment;
    this.#traceRetentionDays = parts.traceRetentionDays;
    this.#limits = parts.searchLimits ?? searchLimits;
    this.#graphs = new StoredGraphs({ ...parts, filteredTracesMax: this.#limits.scannedMax });
  }

  async putTraces(scope: Scope, traces: readonly IndexedTrace[]): Promise<void> {
    await this.putEncoded(scope, encodeTraces(scope, traces));
  }

  putEncoded(scope: Scope, encoded: EncodedTraces): Promise<void> {
    if (encoded.places.length === 0) return Promise.resolve();
    const put = this.#turn.then(() => this.#put(scope, encoded));
    this.#turn = put.catch(() => undefined);
    return put;
  }

  async positionsOf(scope: Scope, traceIds: readonly string[]): Promise<TracePosition[]> {
    const positions: TracePosition[] = [];
    for (const ids of idsAtOnce(traceIds)) {
      const rows = await this.#database.query<{ trace_id: string; current_ms: number }>(
        "facts.positionsOf",
        positionsOfTraces,
        { ...scope, traceIds: ids, keptFromMs: this.#keptFromMs() },
      );
      for (const row of rows) positions.push({ traceId: row.trace_id, timeMs: Number(row.current_ms) });
    }
    return positions;
  }

  search(scope: Scope, search: TraceSearch): Promise<FoundTraces> {
    const keptFromMs = this.#keptFromMs();
    return searchIndex({ database: this.#database, limits: this.#limits, keptFromMs }, scope, search);
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
  async #put(scope: Scope, { rows, places, endedMinutes }: EncodedTraces): Promise<void> {
    const former = await this.#minutesOfFormer(scope, places);
    const receivedDays = new Map<number, Set<number>>();
    for (const [day, minutes] of endedMinutes) receivedDays.set(day, new Set([...former, ...minutes]));
    const lines = Buffer.from(rows.buffer, rows.byteOffset, rows.byteLength);
    await this.#graphs.whileTouching(scope, receivedDays, () =>
      this.#database.insert("traces", traceColumns, lines, indexWriter),
    );
  }

  async #minutesOfFormer(scope: Scope, places: EncodedTraces["places"]): Promise<number[]> {
    const minutes: number[] = [];
    for (const some of idsAtOnce(places)) {
      const rows = await this.#database.query<{ minute: number }>("facts.minutesOfTraces", minutesOfTraces, {
        ...scope,
        times: some.map(({ timeMs }) => String(timeMs)),
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
