import path from "node:path";
import type { Environment } from "../../environment.js";
import type { AccessHistory } from "../access-history.js";
import type { CallRateStore } from "../call-rate-store.js";
import type { EventStore } from "../event-store.js";
import type { ExposureStore } from "../exposure-store.js";
import type { LakeQueries, LakeQueryLimits } from "../lake-queries.js";
import type { LakeStore } from "../lake-store.js";
import type { LogEventStore } from "../log-event-store.js";
import type { MetricStore } from "../metric-store.js";
import type { SealedTraces } from "../sealed-traces.js";
import type { TraceEraser } from "../trace-eraser.js";
import type { TraceIndex } from "../trace-index.js";
import type { TraceSource } from "../trace-source.js";
import type { TraceStore } from "../trace-store.js";
import type { TreeStore } from "../tree-store.js";
import { DirectWriter, directWriterLimits } from "./direct-writer.js";
import { FactDatabase } from "./fact-database.js";
import { CommitStream, type FactWriter } from "./fact-writer.js";
import type { GroupCommitLimits } from "./group-commit.js";
import { Journal } from "./journal.js";
import { JournaledWriter, type JournaledWriterLimits, journaledWriterLimits } from "./journaled-writer.js";
import { migrateFacts } from "./migrate-facts.js";
import type { SearchLimits } from "./search-index.js";
import { StoredAccessHistory } from "./stored-access-history.js";
import { StoredCallRates } from "./stored-call-rates.js";
import { StoredErasing } from "./stored-erasing.js";
import { StoredEvents } from "./stored-events.js";
import { StoredExposure } from "./stored-exposure.js";
import { StoredLake } from "./stored-lake.js";
import { StoredLakeQueries } from "./stored-lake-queries.js";
import { StoredLogEvents } from "./stored-log-events.js";
import { StoredMetrics } from "./stored-metrics.js";
import { StoredTraceIndex } from "./stored-trace-index.js";
import { StoredTraces } from "./stored-traces.js";
import { StoredTree } from "./stored-tree.js";
import { type FactTable, factTableNames, type IndexTable, indexTableNames } from "./tables.js";

const dayMs = 86_400_000;
/** A partition of reads of traces. */
const weekDays = 7;
/** As long as CloudWatch keeps metrics: fifteen months. */
const metricRetentionDays = 455;
/** Counts of calls can be asked for as long. Source: CloudTrail API Reference, ListInsightsMetricData. */
const callRateDays = 91;
/** Days are dropped whole, so an hour more or less is nothing. */
const retainEveryMs = 3_600_000;

export interface FactsOptions {
  readonly environment: Environment;
  /** Of the embedded engine and its journal. */
  readonly dataFolder: string;
  /** A ClickHouse server, instead of the embedded engine. */
  readonly clickhouseUrl?: string;
  /** Name of the database in the engine. */
  readonly database?: string;
  readonly limits?: {
    readonly embedded?: JournaledWriterLimits;
    readonly server?: GroupCommitLimits;
    readonly search?: SearchLimits;
    readonly lakeQueries?: LakeQueryLimits;
  };
  readonly retention: { readonly traceRetentionDays: number; readonly eventRetentionDays: number };
}

export interface FactStatistics {
  readonly tables: Readonly<Record<FactTable | IndexTable, { readonly rows: number; readonly bytesOnDisk: number }>>;
  /** Accepted, and not in the engine yet. */
  readonly pendingBytes: number;
}

/** Everything that is only ever added to, and what is erased of it. */
export interface Facts {
  readonly traces: TraceStore;
  readonly source: TraceSource;
  /** For what encrypts. */
  readonly sealed: SealedTraces;
  readonly index: TraceIndex;
  readonly eraser: TraceEraser;
  readonly events: EventStore;
  readonly accessHistory: AccessHistory;
  readonly exposure: ExposureStore;
  readonly callRates: CallRateStore;
  readonly logEvents: LogEventStore;
  readonly metrics: MetricStore;
  readonly lake: LakeStore;
  readonly lakeQueries: LakeQueries;
  readonly tree: TreeStore;
  /** Would a call succeed now? Cheap, never rejects. */
  health(): Promise<{ readonly healthy: boolean; readonly reason?: string }>;
  stats(): Promise<FactStatistics>;
  /** Drops the days that are past retention. Done at start and every hour; here for tests and operators. */
  retain(): Promise<void>;
  /** Stores what was accepted and refuses what comes after. */
  close(): Promise<void>;
}

/**
 * Opens the fact store, migrated, with every row that an earlier process acknowledged.
 *
 * @throws StoreUnavailable if the engine cannot be opened or reached.
 */
export async function openFacts(options: FactsOptions): Promise<Facts> {
  const name = options.database ?? "dosimeter";
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new Error(`'${name}' cannot name a database`);
  const { environment, clickhouseUrl } = options;
  const database =
    clickhouseUrl === undefined
      ? await FactDatabase.embedded(path.resolve(options.dataFolder, "facts"), name)
      : await FactDatabase.server(clickhouseUrl, name);
  const stream = new CommitStream(environment.ids.uuid());
  try {
    await migrateFacts(database, environment);
    const writer =
      clickhouseUrl === undefined
        ? await openJournaledWriter(database, stream, options)
        : new DirectWriter({ database, stream, limits: options.limits?.server ?? directWriterLimits });
    const shared = clickhouseUrl !== undefined;
    const { retention, limits } = options;
    const facts = new OpenFacts({
      database,
      writer,
      stream,
      environment,
      retention,
      shared,
      searchLimits: limits?.search,
      lakeQueryLimits: limits?.lakeQueries,
    });
    await facts.retain();
    return facts;
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function openJournaledWriter(
  database: FactDatabase,
  stream: CommitStream,
  options: FactsOptions,
): Promise<FactWriter> {
  const journal = await Journal.open(path.resolve(options.dataFolder, "facts-journal"));
  const limits = options.limits?.embedded ?? journaledWriterLimits;
  const writer = new JournaledWriter({ database, journal, stream, limits });
  await writer.recover();
  return writer;
}

class OpenFacts implements Facts {
  readonly traces: TraceStore;
  readonly source: TraceSource;
  readonly sealed: SealedTraces;
  readonly index: TraceIndex;
  readonly eraser: TraceEraser;
  readonly events: EventStore;
  readonly accessHistory: AccessHistory;
  readonly exposure: ExposureStore;
  readonly callRates: CallRateStore;
  readonly logEvents: LogEventStore;
  readonly metrics: MetricStore;
  readonly lake: LakeStore;
  readonly lakeQueries: LakeQueries;
  readonly tree: TreeStore;
  readonly #database: FactDatabase;
  readonly #writer: FactWriter;
  readonly #environment: Environment;
  readonly #retention: FactsOptions["retention"];
  readonly #retaining: NodeJS.Timeout;
  #closing: Promise<void> | undefined;

  constructor(parts: {
    readonly database: FactDatabase;
    readonly writer: FactWriter;
    readonly stream: CommitStream;
    readonly environment: Environment;
    readonly retention: FactsOptions["retention"];
    readonly shared: boolean;
    readonly searchLimits: SearchLimits | undefined;
    readonly lakeQueryLimits: LakeQueryLimits | undefined;
  }) {
    this.#database = parts.database;
    this.#writer = parts.writer;
    this.#environment = parts.environment;
    this.#retention = parts.retention;
    const eraser = new StoredErasing(parts.database, parts.writer);
    const traces = new StoredTraces(parts.database, parts.writer, eraser);
    this.traces = traces;
    this.source = traces;
    this.sealed = traces;
    this.eraser = eraser;
    this.index = new StoredTraceIndex({
      ...parts,
      traceRetentionDays: parts.retention.traceRetentionDays,
      writerId: parts.stream.streamId,
    });
    this.events = new StoredEvents(parts);
    this.accessHistory = new StoredAccessHistory(parts.database, parts.writer);
    this.exposure = new StoredExposure({ ...parts, traceRetentionDays: parts.retention.traceRetentionDays });
    this.callRates = new StoredCallRates(parts);
    this.metrics = new StoredMetrics(parts.database, parts.writer, parts.environment);
    this.logEvents = new StoredLogEvents(parts.database, parts.writer);
    this.lake = new StoredLake(parts.database, parts.environment);
    this.lakeQueries = new StoredLakeQueries(parts.database, parts.lakeQueryLimits);
    this.tree = new StoredTree(parts.database, parts.writer);
    // What fails now is done an hour later.
    this.#retaining = setInterval(() => void this.retain().catch(() => undefined), retainEveryMs);
    this.#retaining.unref();
  }

  async health(): Promise<{ healthy: boolean; reason?: string }> {
    if (this.#closing !== undefined) return { healthy: false, reason: "the fact store is closed" };
    try {
      await this.#database.query("facts.health", "SELECT 1 AS one", {});
      return { healthy: true };
    } catch (error) {
      return { healthy: false, reason: (error as Error).message };
    }
  }

  async stats(): Promise<FactStatistics> {
    const rows = await this.#database.query<{ table: string; rows: number; bytes: number }>(
      "facts.stats",
      `SELECT table, sum(rows) AS rows, sum(bytes_on_disk) AS bytes FROM system.parts
       WHERE active AND database = currentDatabase() GROUP BY table`,
      {},
    );
    const of = (table: FactTable | IndexTable) => {
      const row = rows.find((candidate) => candidate.table === table);
      return { rows: Number(row?.rows ?? 0), bytesOnDisk: Number(row?.bytes ?? 0) };
    };
    return {
      tables: Object.fromEntries(
        [...factTableNames, ...indexTableNames].map((table) => [table, of(table)]),
      ) as FactStatistics["tables"],
      pendingBytes: this.#writer.pendingBytes,
    };
  }

  /**
   * By our clock and not by the engine's TTL, which knows only the machine's: a simulation may live in another year.
   * Partitions are days since the epoch, or weeks by their first days; the one that ended longer than the retention ago
   * is dropped in no time.
   */
  async retain(): Promise<void> {
    const nowMs = this.#environment.clock.nowMs();
    const { traceRetentionDays, eventRetentionDays } = this.#retention;
    const daysKept = {
      segments: traceRetentionDays,
      events: eventRetentionDays,
      // After the events: while a day of those is left, its reads are. A week goes when its last day may.
      trace_reads: eventRetentionDays + weekDays - 1,
      reads_of_traces: eventRetentionDays + weekDays - 1,
      metric_points: metricRetentionDays,
      call_minutes: callRateDays,
    };
    const ofTraces = indexTableNames.map((table) => [table, traceRetentionDays] as const);
    for (const [table, days] of [...Object.entries(daysKept), ...ofTraces]) {
      const firstDayKept = Math.floor((nowMs - days * dayMs) / dayMs);
      const partitions = await this.#database.query<{ partition: string }>(
        "facts.retain",
        `SELECT DISTINCT partition FROM system.parts
         WHERE active AND database = currentDatabase() AND table = {table:String}
           AND toInt64(partition) < {firstDayKept:Int64}`,
        { table, firstDayKept },
      );
      for (const { partition } of partitions)
        await this.#database.command(`ALTER TABLE ${table} DROP PARTITION ${Number(partition)}`);
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    clearInterval(this.#retaining);
    try {
      await this.#writer.close();
    } finally {
      await this.#database.close();
    }
  }
}
