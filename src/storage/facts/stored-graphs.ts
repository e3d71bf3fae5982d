import type { Environment } from "../../environment.js";
import type { NodePattern } from "../../tracing/filter/filter.js";
import { filterToSql } from "../../tracing/filter/filter-to-sql.js";
import type { EdgeTotals, GraphTotals, NodeTotals, Totals } from "../../tracing/graph-totals.js";
import type { Scope } from "../scope.js";
import { type GraphMinute, type GraphQuery, type SeriesItem, type SeriesQuery, TooManyTraces } from "../trace-index.js";
import type { FactDatabase } from "./fact-database.js";
import { RowWriter } from "./row-writer.js";
import type { QueryParameters } from "./session.js";
import { countEnded, endedBetween, freshTotals, rolledTotals, withoutLinks } from "./sql/graph-totals.sql.js";
import { dirtyMinutes, lastMinuteVersions, touchedMinutes } from "./sql/minute-states.sql.js";
import { rollUpMinutes } from "./sql/roll-up.sql.js";
import { indexWriter, touchedMinuteColumns } from "./tables.js";

const minuteMs = 60_000;
const minuteUs = minuteMs * 1000;
const dayMs = 86_400_000;
/**
 * Where several processes write, a minute is rolled up when all that touched it must have been stored: an insert takes a
 * minute at most, and clocks may differ by half of one. Of its own inserts a process knows when they are stored.
 */
const settleMs = 90_000;
/** A minute that is still being written to would be rolled up again and again. */
const quietMs = 5000;
/** Of one statement. */
const minutesRolledAtOnce = 15;
/** Of one run; the rest is done by the next. */
const minutesRolledMax = 3000;
/** More spans of time make a statement slow; clean minutes between them are then computed like the others. */
const freshSpansMax = 16;

export interface GraphParts {
  readonly database: FactDatabase;
  readonly environment: Environment;
  readonly traceRetentionDays: number;
  /** Names this process among those that write to the same store. */
  readonly writerId: string;
  /** Whether other processes write to the same store. */
  readonly shared: boolean;
  /** Traces of a range that are held against what its reader may see. */
  readonly filteredTracesMax: number;
}

/** A minute since the epoch and the state it is in, as text: it has 64 bits. */
interface DirtyMinute {
  readonly minute: number;
  readonly state: string;
}

/** Half-open, in minutes since the epoch or in microseconds. */
interface Span {
  from: number;
  until: number;
}

/**
 * Graphs and series, from the totals of whole minutes where these are up to date and from the traces themselves
 * elsewhere: the ends of a range, and minutes that changed since.
 */
export class StoredGraphs {
  readonly #parts: GraphParts;
  /** Minutes that a batch under way touches, and how many batches. */
  readonly #inFlight = new Map<string, number>();
  #last: Promise<{ touchedUs: number; version: number }> | undefined;

  constructor(parts: GraphParts) {
    this.#parts = parts;
  }

  /**
   * Stores rows of traces.
   * @param minutes that they change, by the days their traces were received in.
   */
  async whileTouching(
    scope: Scope,
    minutes: ReadonlyMap<number, ReadonlySet<number>>,
    insert: () => Promise<void>,
  ): Promise<void> {
    const last = await this.#lastNumbers();
    last.touchedUs = Math.max(last.touchedUs + 1, this.#parts.environment.clock.nowMs() * 1000);
    const keys: string[] = [];
    const rows = new RowWriter(4096);
    for (const [day, ofDay] of minutes)
      for (const minute of ofDay) {
        keys.push(keyOf(scope, minute));
        rows.text(scope.accountId).text(scope.region).integer(minute).integer(day).text(this.#parts.writerId);
        rows.integer(last.touchedUs).endRow();
      }
    for (const key of keys) this.#inFlight.set(key, (this.#inFlight.get(key) ?? 0) + 1);
    try {
      if (keys.length > 0)
        await this.#parts.database.insert("touched_minutes", touchedMinuteColumns, rows.take(), indexWriter);
      await insert();
    } finally {
      for (const key of keys) {
        const batches = this.#inFlight.get(key)! - 1;
        if (batches === 0) this.#inFlight.delete(key);
        else this.#inFlight.set(key, batches);
      }
    }
  }

  async graph(scope: Scope, query: GraphQuery): Promise<GraphTotals> {
    const rows = await this.#totals(scope, query, { kinds: ["nodes", "edges"], requests: "1", parameters: {} });
    return graphOf(rows);
  }

  async graphMinutes(scope: Scope, query: GraphQuery): Promise<GraphMinute[]> {
    const range = {
      ...query,
      fromMs: Math.floor(query.fromMs / minuteMs) * minuteMs,
      untilMs: Math.ceil(query.untilMs / minuteMs) * minuteMs,
    };
    const shape = { kinds: ["nodes", "edges"], requests: "1", parameters: {}, period: "minute" } as const;
    const minutes = new Map<number, TotalsColumns[]>();
    for (const row of await this.#totals(scope, range, shape)) {
      const minute = Number(row.period);
      const rows = minutes.get(minute);
      if (rows) rows.push(row);
      else minutes.set(minute, [row]);
    }
    return [...minutes]
      .map(([minute, rows]) => ({ minuteMs: minute * minuteMs, graph: graphOf(rows) }))
      .sort((one, other) => one.minuteMs - other.minuteMs);
  }

  async series(scope: Scope, query: SeriesQuery): Promise<SeriesItem[]> {
    const { of, periodMs } = query;
    if (!Number.isSafeInteger(periodMs) || periodMs < minuteMs || periodMs % minuteMs !== 0)
      throw new RangeError(`a period of ${periodMs} ms is no multiple of a minute`);
    const minutes = periodMs / minuteMs;
    const conditions: string[] = [];
    const parameters: Record<string, string> = {};
    const demand = (end: "source" | "target", pattern: NodePattern) => {
      for (const [member, column] of Object.entries(patternColumns)) {
        const value = pattern[member as keyof NodePattern];
        if (value === undefined) continue;
        conditions.push(`${end}_${column} = {${end}${column}:String}`);
        parameters[`${end}${column}`] = value;
      }
    };
    if ("node" in of) demand("source", of.node);
    else {
      demand("source", of.source);
      demand("target", of.target);
    }
    const kind = "node" in of ? "nodes" : "edges";
    const rows = await this.#totals(scope, query, {
      kinds: [kind],
      requests: [`kind = ${kind === "nodes" ? 1 : 2}`, ...conditions].join(" AND "),
      parameters,
      period: `toInt32(minute - positiveModulo(minute, ${minutes}))`,
    });
    const items = new Map<number, SeriesItem>();
    for (const row of rows) {
      const timeMs = Number(row.period) * minuteMs;
      items.set(timeMs, { timeMs, ...added(items.get(timeMs), row) });
    }
    return [...items.values()].sort((one, other) => one.timeMs - other.timeMs);
  }

  async rollUp(nowMs: number): Promise<void> {
    const { database, shared } = this.#parts;
    const untilMinute = Math.floor(nowMs / minuteMs);
    const rows = await database.query<{ account_id: string; region: string; minute: number; state: string }>(
      "facts.dirtyMinutes",
      dirtyMinutes,
      { untilMinute, settledUs: (nowMs - (shared ? settleMs : quietMs)) * 1000, limit: minutesRolledMax },
    );
    const byScope = new Map<string, { scope: Scope; minutes: DirtyMinute[] }>();
    for (const { account_id, region, minute, state } of rows) {
      const scope = { accountId: account_id, region };
      if (this.#inFlight.has(keyOf(scope, minute))) continue;
      const key = JSON.stringify(scope);
      const ofScope = byScope.get(key) ?? { scope, minutes: [] };
      ofScope.minutes.push({ minute, state });
      byScope.set(key, ofScope);
    }
    const failures: unknown[] = [];
    for (const { scope, minutes } of byScope.values())
      for (let start = 0; start < minutes.length; start += minutesRolledAtOnce)
        failures.push(...(await this.#rollOrSplit(scope, minutes.slice(start, start + minutesRolledAtOnce), nowMs)));
    if (failures.length > 0) throw failures[0];
  }

  /** Minutes that are too much together are rolled up one by one; one that is too much alone is in no other's way. */
  async #rollOrSplit(scope: Scope, minutes: readonly DirtyMinute[], nowMs: number): Promise<unknown[]> {
    try {
      await this.#roll(scope, minutes, nowMs);
      return [];
    } catch (reason) {
      if (minutes.length === 1) return [reason];
      const failures: unknown[] = [];
      for (const minute of minutes) failures.push(...(await this.#rollOrSplit(scope, [minute], nowMs)));
      return failures;
    }
  }

  async #roll(scope: Scope, minutes: readonly DirtyMinute[], nowMs: number): Promise<void> {
    const last = await this.#lastNumbers();
    last.version = Math.max(last.version + 1, nowMs * 1000);
    const numbers = minutes.map(({ minute }) => minute);
    await this.#parts.database.command(rollUpMinutes, {
      ...scope,
      version: last.version,
      minutes: numbers.map(String),
      states: minutes.map(({ state }) => state),
      fromMinute: Math.min(...numbers),
      untilMinute: Math.max(...numbers) + 1,
      keptFromMs: this.#keptFromDay() * dayMs,
    });
  }

  /** Totals of a range in parts: of the same node or edge (and period) there may be several. */
  async #totals(
    scope: Scope,
    range: GraphQuery,
    what: {
      readonly kinds: readonly ("nodes" | "edges")[];
      readonly requests: string;
      readonly parameters: QueryParameters;
      readonly period?: string;
    },
  ): Promise<TotalsColumns[]> {
    const { database } = this.#parts;
    if (range.fromMs >= range.untilMs) return [];
    const keptFromDay = this.#keptFromDay();
    const visible = range.visible && filterToSql(range.visible);
    if (visible !== undefined) await this.#refuseTooMany(scope, range, keptFromDay * dayMs);
    const common = { ...scope, ...what.parameters, groupArn: range.groupArn ?? "" };
    const minutes =
      visible !== undefined
        ? []
        : await database.query<{ minute: number; is_clean: number }>("facts.touchedMinutes", touchedMinutes, {
            ...scope,
            fromMinute: Math.floor(range.fromMs / minuteMs),
            untilMinute: Math.ceil(range.untilMs / minuteMs),
            keptFromDay,
          });
    // The totals of minutes are of all traces, or of all of a group.
    const { fresh, rolled } =
      visible === undefined
        ? spansOf(range, minutes)
        : { fresh: [{ from: range.fromMs * 1000, until: range.untilMs * 1000 }], rolled: [] };
    const apart = what.period === undefined ? [] : [{ name: "period", expression: what.period }];
    const parts: Promise<TotalsColumns[]>[] = [];
    if (fresh.length > 0) {
      const text = freshTotals({
        traces: [
          "account_id = {accountId:String} AND region = {region:String} AND received_ms >= {keptFromMs:Int64}",
          anyOf(fresh, ({ from, until }) => endedBetween(Math.floor(from / minuteUs), Math.ceil(until / minuteUs))),
          ...(range.groupArn === undefined ? [] : ["has(group_arns, {groupArn:String})"]),
          ...(visible === undefined ? [] : [`(${visible.condition})`]),
        ].join(" AND "),
        requests: [
          anyOf(fresh, ({ from, until }) => `ended_us >= ${from} AND ended_us < ${until}`),
          what.requests,
          ...(visible === undefined ? [] : [withoutLinks]),
        ].join(" AND "),
        apart,
        kinds: what.kinds,
      });
      parts.push(
        database.query("facts.freshTotals", text, {
          ...common,
          ...visible?.parameters,
          keptFromMs: keptFromDay * dayMs,
        }),
      );
    }
    if (rolled.length > 0) {
      const text = rolledTotals({
        minutes: anyOf(rolled, ({ from, until }) => `minute >= ${from} AND minute < ${until}`),
        requests: what.requests,
        apart,
      });
      parts.push(database.query("facts.rolledTotals", text, common));
    }
    return (await Promise.all(parts)).flat();
  }

  async #refuseTooMany(scope: Scope, { fromMs, untilMs }: GraphQuery, keptFromMs: number): Promise<void> {
    const { database, filteredTracesMax: tracesMax } = this.#parts;
    const [counted] = await database.query<{ traces: number }>("facts.countEnded", countEnded, {
      ...scope,
      fromMinute: Math.floor(fromMs / minuteMs),
      untilMinute: Math.ceil(untilMs / minuteMs),
      keptFromMs,
    });
    if (Number(counted?.traces ?? 0) > tracesMax) throw new TooManyTraces(tracesMax);
  }

  /** Numbers given by this process are above all that are stored, even if its clock went back since. */
  #lastNumbers(): Promise<{ touchedUs: number; version: number }> {
    this.#last ??= this.#parts.database
      .query<{ touched_us: number; version: number }>("facts.lastMinuteVersions", lastMinuteVersions, {})
      .then(([row]) => ({ touchedUs: Number(row?.touched_us ?? 0), version: Number(row?.version ?? 0) }))
      .catch((error) => {
        this.#last = undefined;
        throw error;
      });
    return this.#last;
  }

  #keptFromDay(): number {
    return Math.floor(this.#parts.environment.clock.nowMs() / dayMs - this.#parts.traceRetentionDays);
  }
}

const patternColumns = { name: "name", type: "type", accountId: "account_id" } as const;

/**
 * What to take from where: in microseconds what is computed from traces, in minutes what was rolled up. Minutes in which
 * nothing ended are in neither, or in both with nothing to give.
 */
function spansOf(
  { fromMs, untilMs }: GraphQuery,
  minutes: readonly { readonly minute: number; readonly is_clean: number }[],
): { fresh: Span[]; rolled: Span[] } {
  const dirty: Span[] = [];
  for (const { minute, is_clean } of minutes) {
    const whole = minute * minuteMs >= fromMs && (minute + 1) * minuteMs <= untilMs;
    if (is_clean === 1 && whole) continue;
    if (dirty.at(-1)?.until === minute) dirty.at(-1)!.until++;
    else dirty.push({ from: minute, until: minute + 1 });
  }
  while (dirty.length > freshSpansMax) closeSmallestGap(dirty);
  const rolled: Span[] = [];
  for (const { minute } of minutes) {
    if (dirty.some(({ from, until }) => minute >= from && minute < until)) continue;
    const previous = rolled.at(-1);
    const between = previous && dirty.some(({ from }) => from >= previous.until && from <= minute);
    if (previous === undefined || between) rolled.push({ from: minute, until: minute + 1 });
    else previous.until = minute + 1;
  }
  const fresh = dirty.map(({ from, until }) => ({
    from: Math.max(from * minuteUs, fromMs * 1000),
    until: Math.min(until * minuteUs, untilMs * 1000),
  }));
  return { fresh, rolled };
}

function closeSmallestGap(spans: Span[]): void {
  let smallest = 1;
  for (let index = 1; index < spans.length; index++)
    if (gapBefore(spans, index) < gapBefore(spans, smallest)) smallest = index;
  spans[smallest - 1]!.until = spans[smallest]!.until;
  spans.splice(smallest, 1);
}

function gapBefore(spans: readonly Span[], index: number): number {
  return spans[index]!.from - spans[index - 1]!.until;
}

/** Bounds are numbers of ours, never text of a caller. */
function anyOf(spans: readonly Span[], condition: (span: Span) => string): string {
  return `(${spans.map((span) => `(${condition(span)})`).join(" OR ")})`;
}

interface TotalsColumns {
  readonly period?: number;
  readonly kind: number;
  readonly source_name: string;
  readonly source_type: string;
  readonly source_account_id: string;
  readonly target_name: string;
  readonly target_type: string;
  readonly target_account_id: string;
  readonly is_link: number;
  readonly ok_count: number;
  readonly error_count: number;
  readonly throttle_count: number;
  readonly fault_count: number;
  readonly total_us: number;
  readonly histogram_values: readonly number[];
  readonly histogram_counts: readonly number[];
  readonly start_us: number;
  readonly end_us: number;
  readonly is_root: number;
  readonly is_inferred: number;
}

function graphOf(rows: readonly TotalsColumns[]): GraphTotals {
  const nodes = new Map<string, NodeTotals>();
  const edges = new Map<string, EdgeTotals>();
  for (const row of rows) {
    const source = { name: row.source_name, type: row.source_type, accountId: row.source_account_id };
    const target = { name: row.target_name, type: row.target_type, accountId: row.target_account_id };
    const key = JSON.stringify([source, target, row.is_link]);
    if (row.kind === 1) {
      const former = nodes.get(key);
      nodes.set(key, {
        node: source,
        ...added(former, row),
        root: (former?.root ?? false) || row.is_root === 1,
        inferred: (former?.inferred ?? true) && row.is_inferred === 1,
      });
    } else edges.set(key, { source, target, link: row.is_link === 1, ...added(edges.get(key), row) });
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()] };
}

function added(former: Totals | undefined, row: TotalsColumns): Totals {
  const histogram = new Map(former?.histogram);
  row.histogram_values.forEach((value, index) => {
    const key = Number(value);
    histogram.set(key, (histogram.get(key) ?? 0) + Number(row.histogram_counts[index]));
  });
  return {
    okCount: (former?.okCount ?? 0) + Number(row.ok_count),
    errorCount: (former?.errorCount ?? 0) + Number(row.error_count),
    throttleCount: (former?.throttleCount ?? 0) + Number(row.throttle_count),
    faultCount: (former?.faultCount ?? 0) + Number(row.fault_count),
    totalUs: (former?.totalUs ?? 0) + Number(row.total_us),
    histogram,
    startUs: Math.min(former?.startUs ?? Number.POSITIVE_INFINITY, Number(row.start_us)),
    endUs: Math.max(former?.endUs ?? Number.NEGATIVE_INFINITY, Number(row.end_us)),
  };
}

function keyOf(scope: Scope, minute: number): string {
  return JSON.stringify([scope.accountId, scope.region, minute]);
}
