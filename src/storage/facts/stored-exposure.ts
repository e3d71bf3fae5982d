import type { Environment } from "../../environment.js";
import { filterToSql } from "../../tracing/filter/filter-to-sql.js";
import type { TraceReadKind } from "../event-store.js";
import type {
  AccessPosition,
  CallerChoice,
  CallerTotals,
  ExposureStore,
  ReaderSum,
  ReadingTime,
  ReadingTotals,
  ReadSum,
  TraceAccess,
  TraceChoice,
  TraceSum,
} from "../exposure-store.js";
import type { Scope } from "../scope.js";
import type { FactDatabase } from "./fact-database.js";
import type { FactWriter } from "./fact-writer.js";
import type { QueryParameters } from "./session.js";
import {
  accessesToTrace,
  callerTotals,
  exposureBegan,
  isCaller,
  isSessionOfRole,
  isTrace,
  isTraceThat,
  readersOfTraces,
  readingTotals,
  refusedCalls,
  selectorsOfCalls,
  sumsOfTraces,
  tracesOfCaller,
} from "./sql/read-exposure.sql.js";
import { traceReadsMigration } from "./tables.js";

const dayMs = 86_400_000;

/** A condition of a query, and its parameters. */
interface Chosen {
  readonly condition: string;
  readonly parameters: QueryParameters;
}

/** Who has seen which trace, in the fact store. */
export class StoredExposure implements ExposureStore {
  readonly #database: FactDatabase;
  readonly #writer: FactWriter;
  readonly #environment: Environment;
  readonly #traceRetentionDays: number;

  constructor(parts: {
    readonly database: FactDatabase;
    readonly writer: FactWriter;
    readonly environment: Environment;
    readonly traceRetentionDays: number;
  }) {
    this.#database = parts.database;
    this.#writer = parts.writer;
    this.#environment = parts.environment;
    this.#traceRetentionDays = parts.traceRetentionDays;
  }

  /** Days are dropped oldest first, those of events before those of their reads: the first day left is whole. */
  async completeSinceMs(): Promise<number> {
    const { beganMs, firstDayMs } = await this.#began("events");
    return Math.max(beganMs, firstDayMs ?? beganMs);
  }

  async tracesSinceMs(): Promise<number> {
    const { firstDayMs } = await this.#began("traces");
    return Math.max(this.#keptFromMs(), firstDayMs ?? this.#environment.clock.nowMs());
  }

  async totals(scope: Scope, traces: TraceChoice, time: ReadingTime): Promise<ReadingTotals> {
    const { condition, parameters } = this.#chosenTraces(traces);
    const [row] = await this.#read<SumColumns & { traces: number; readers: number }>(
      "facts.readingTotals",
      readingTotals(condition),
      { ...scope, ...time, ...parameters },
    );
    return { ...sumOf(row!), traceCount: Number(row!.traces), readerCount: Number(row!.readers) };
  }

  async accesses(
    scope: Scope,
    traceId: string,
    time: ReadingTime,
    { caller, after, limit }: { caller?: CallerChoice; after?: AccessPosition; limit: number },
  ): Promise<TraceAccess[]> {
    const chosen = caller && chosenCaller(caller);
    const rows = await this.#read<AccessColumns>(
      "facts.accessesToTrace",
      accessesToTrace({ ...(chosen && { caller: chosen.condition }), paged: after !== undefined }),
      {
        ...scope,
        ...time,
        ...chosen?.parameters,
        traceId,
        afterMs: after?.timeMs ?? 0,
        afterId: after?.eventId ?? "",
        limit,
      },
    );
    if (rows.length === 0) return [];
    const selectors = await this.#database.query<{ event_id: string; selector: string }>(
      "facts.selectorsOfCalls",
      selectorsOfCalls,
      {
        ...scope,
        callers: rows.map((row) => row.caller_arn),
        times: rows.map((row) => String(row.event_time_ms)),
        eventIds: rows.map((row) => row.event_id),
      },
    );
    const selectorOf = new Map(selectors.map((row) => [row.event_id, row.selector]));
    return rows.map((row) => accessOf(row, selectorOf.get(row.event_id) ?? "null"));
  }

  async readers(
    scope: Scope,
    traces: TraceChoice,
    time: ReadingTime,
    page: { readonly afterArn: string; readonly limit: number },
  ): Promise<ReaderSum[]> {
    const { condition, parameters } = this.#chosenTraces(traces);
    const rows = await this.#read<
      SumColumns & { caller_arn: string; principal_ids: string[]; traces: number; kinds: TraceReadKind[] }
    >("facts.readersOfTraces", readersOfTraces(condition), { ...scope, ...time, ...parameters, ...page });
    return rows.map((row) => ({
      ...sumOf(row),
      callerArn: row.caller_arn,
      principalIds: row.principal_ids.sort(),
      traceCount: Number(row.traces),
      kinds: row.kinds.sort(),
    }));
  }

  async callerTotals(scope: Scope, caller: CallerChoice, time: ReadingTime): Promise<CallerTotals> {
    const { condition, parameters } = chosenCaller(caller);
    const [row] = await this.#read<{
      traces: number;
      calls: number;
      refused_calls: number;
      first_ms: number;
      last_ms: number;
    }>("facts.callerTotals", callerTotals(condition), { ...scope, ...time, ...parameters });
    return {
      traceCount: Number(row!.traces),
      callCount: Number(row!.calls),
      refusedCallCount: Number(row!.refused_calls),
      ...(Number(row!.calls) > 0 && { firstReadMs: Number(row!.first_ms), lastReadMs: Number(row!.last_ms) }),
    };
  }

  async tracesOf(
    scope: Scope,
    caller: CallerChoice,
    time: ReadingTime,
    page: { readonly afterTraceId: string; readonly limit: number },
  ): Promise<TraceSum[]> {
    const { condition, parameters } = chosenCaller(caller);
    const asked = { ...scope, ...time, ...parameters };
    const found = await this.#read<{ trace_id: string }>("facts.tracesOfCaller", tracesOfCaller(condition), {
      ...asked,
      ...page,
    });
    if (found.length === 0) return [];
    const rows = await this.#database.query<SumColumns & { trace_id: string; kinds: TraceReadKind[] }>(
      "facts.sumsOfTraces",
      sumsOfTraces(condition),
      { ...asked, firstId: found[0]!.trace_id, lastId: found.at(-1)!.trace_id },
    );
    return rows.map((row) => ({ ...sumOf(row), traceId: row.trace_id, kinds: row.kinds.sort() }));
  }

  async refusals(scope: Scope, caller: CallerChoice, time: ReadingTime, limit: number) {
    const { condition, parameters } = chosenCaller(caller);
    const rows = await this.#read<AccessColumns & { selector: string; trace_ids: string[] }>(
      "facts.refusedCalls",
      refusedCalls(condition),
      { ...scope, ...time, ...parameters, limit },
    );
    return rows.map((row) => ({ ...accessOf(row, row.selector), traceIds: row.trace_ids }));
  }

  async #read<Row>(operation: string, text: string, parameters: QueryParameters): Promise<Row[]> {
    await this.#writer.visible("trace_reads");
    return this.#database.query<Row>(operation, text, parameters);
  }

  async #began(table: "events" | "traces"): Promise<{ beganMs: number; firstDayMs: number | undefined }> {
    const [row] = await this.#database.query<{ began_ms: number; first_day: number; parts: number }>(
      "facts.exposureBegan",
      exposureBegan,
      { migration: traceReadsMigration, table },
    );
    const firstDayMs = Number(row!.parts) === 0 ? undefined : Number(row!.first_day) * dayMs;
    return { beganMs: Number(row!.began_ms), firstDayMs };
  }

  #chosenTraces(traces: TraceChoice): Chosen {
    if ("traceId" in traces) return { condition: isTrace, parameters: { traceId: traces.traceId } };
    const { condition, parameters } = filterToSql(traces.filter);
    return { condition: isTraceThat(condition), parameters: { ...parameters, keptFromMs: this.#keptFromMs() } };
  }

  /** As the index of traces has it. */
  #keptFromMs(): number {
    return Math.floor(this.#environment.clock.nowMs() / dayMs - this.#traceRetentionDays) * dayMs;
  }
}

function chosenCaller(caller: CallerChoice): Chosen {
  return "arn" in caller
    ? { condition: isCaller, parameters: { caller: caller.arn } }
    : { condition: isSessionOfRole, parameters: { caller: caller.arnPrefix } };
}

interface SumColumns {
  readonly reads: number;
  readonly refusals: number;
  readonly first_ms: number;
  readonly last_ms: number;
}

interface AccessColumns {
  readonly event_time_ms: number;
  readonly event_id: string;
  readonly caller_arn: string;
  readonly principal_id: string;
  readonly operation: string;
  readonly kind: TraceReadKind;
  readonly error_code: string;
}

function sumOf(row: SumColumns): ReadSum {
  return {
    readCount: Number(row.reads),
    refusalCount: Number(row.refusals),
    ...(Number(row.reads) > 0 && { firstReadMs: Number(row.first_ms), lastReadMs: Number(row.last_ms) }),
  };
}

function accessOf(row: AccessColumns, selector: string): TraceAccess {
  return {
    timeMs: Number(row.event_time_ms),
    eventId: row.event_id,
    callerArn: row.caller_arn,
    principalId: row.principal_id,
    operation: row.operation,
    kind: row.kind,
    errorCode: row.error_code,
    selector,
  };
}
