import type { LogEventQuery, LogEventRow, LogEventStore, LogStreamStatistics } from "../log-event-store.js";
import type { Scope } from "../scope.js";
import type { FactDatabase } from "./fact-database.js";
import type { FactWriter } from "./fact-writer.js";
import { RowWriter } from "./row-writer.js";
import type { QueryParameters } from "./session.js";
import {
  anyLogEvent,
  deleteLogEvents,
  logGroupBytes,
  logStreamStatistics,
  readLogEvents,
} from "./sql/read-log-events.sql.js";

/** All fields of most rows but the message. */
const fieldBytesExpected = 256;

/** Log events in the fact store. */
export class StoredLogEvents implements LogEventStore {
  readonly #database: FactDatabase;
  readonly #writer: FactWriter;

  constructor(database: FactDatabase, writer: FactWriter) {
    this.#database = database;
    this.#writer = writer;
  }

  async putLogEvents(scope: Scope, logGroupId: string, events: readonly LogEventRow[]): Promise<void> {
    if (events.length === 0) return;
    let expectedBytes = 0;
    for (const event of events) expectedBytes += event.message.length + fieldBytesExpected;
    const rows = new RowWriter(expectedBytes);
    for (const event of events)
      rows
        .text(scope.accountId)
        .text(scope.region)
        .text(logGroupId)
        .text(event.logStreamName)
        .integer(event.timestampMs)
        .integer(event.ingestionTimeMs)
        .text(event.eventId)
        .text(event.message)
        .endRow();
    await this.#writer.put({ table: "log_events", rows: [rows.take()] });
  }

  async readLogEvents(scope: Scope, logGroupId: string, query: LogEventQuery): Promise<LogEventRow[]> {
    await this.#writer.visible("log_events");
    const shape = {
      order: query.order,
      named: query.logStreamNames !== undefined,
      prefixed: query.logStreamNamePrefix !== undefined,
      paged: query.after !== undefined,
    };
    const parameters: QueryParameters = {
      ...scope,
      logGroupId,
      logStreamNames: query.logStreamNames ?? [],
      logStreamNamePrefix: query.logStreamNamePrefix ?? "",
      fromMs: query.fromMs ?? Number.MIN_SAFE_INTEGER,
      untilMs: query.untilMs ?? Number.MAX_SAFE_INTEGER,
      afterMs: query.after?.timestampMs ?? 0,
      afterId: query.after?.eventId ?? "",
      limit: query.limit,
    };
    // Messages are long, so their lengths are looked at first.
    const limit =
      query.bytesMax === undefined ? query.limit : await this.#countWithin(query.bytesMax, shape, parameters);
    const rows = await this.#database.query<LogEventColumns>("facts.readLogEvents", readLogEvents(shape), {
      ...parameters,
      limit,
    });
    return rows.map((row) => ({
      logStreamName: row.log_stream_name,
      timestampMs: Number(row.timestamp_ms),
      ingestionTimeMs: Number(row.ingested_ms),
      eventId: row.event_id,
      message: row.message,
    }));
  }

  async #countWithin(
    bytesMax: number,
    shape: Parameters<typeof readLogEvents>[0],
    parameters: QueryParameters,
  ): Promise<number> {
    const lengths = await this.#database.query<{ bytes: number }>(
      "facts.logEventLengths",
      readLogEvents({ ...shape, only: "lengths" }),
      parameters,
    );
    let bytes = 0;
    const beyond = lengths.findIndex((row, index) => {
      bytes += Number(row.bytes);
      return index > 0 && bytes > bytesMax;
    });
    return beyond === -1 ? lengths.length : beyond;
  }

  async readLogStreamStatistics(
    scope: Scope,
    logGroupId: string,
    logStreamNames?: readonly string[],
  ): Promise<LogStreamStatistics[]> {
    await this.#writer.visible("log_events");
    const rows = await this.#database.query<StatisticsColumns>(
      "facts.logStreamStatistics",
      logStreamStatistics({ named: logStreamNames !== undefined }),
      { ...scope, logGroupId, logStreamNames: logStreamNames ?? [] },
    );
    return rows.map((row) => ({
      logStreamName: row.log_stream_name,
      firstTimestampMs: Number(row.first_timestamp_ms),
      lastTimestampMs: Number(row.last_timestamp_ms),
      lastIngestionTimeMs: Number(row.last_ingested_ms),
    }));
  }

  async readLogGroupBytes(scope: Scope, logGroupIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    await this.#writer.visible("log_events");
    const rows = await this.#database.query<{ log_group_id: string; bytes: number }>(
      "facts.logGroupBytes",
      logGroupBytes,
      { ...scope, logGroupIds },
    );
    return new Map(rows.map((row) => [row.log_group_id, Number(row.bytes)]));
  }

  async deleteLogEvents(
    scope: Scope,
    logGroupId: string,
    which: { readonly logStreamName?: string; readonly beforeMs?: number },
  ): Promise<void> {
    await this.#writer.visible("log_events");
    const shape = { ofStream: which.logStreamName !== undefined, before: which.beforeMs !== undefined };
    const parameters: QueryParameters = {
      ...scope,
      logGroupId,
      logStreamName: which.logStreamName ?? "",
      beforeMs: which.beforeMs ?? 0,
    };
    const found = await this.#database.query("facts.anyLogEvent", anyLogEvent(shape), parameters);
    if (found.length > 0) await this.#database.command(deleteLogEvents(shape), parameters);
  }
}

interface LogEventColumns {
  readonly log_stream_name: string;
  readonly timestamp_ms: number;
  readonly ingested_ms: number;
  readonly event_id: string;
  readonly message: string;
}

interface StatisticsColumns {
  readonly log_stream_name: string;
  readonly first_timestamp_ms: number;
  readonly last_timestamp_ms: number;
  readonly last_ingested_ms: number;
}
