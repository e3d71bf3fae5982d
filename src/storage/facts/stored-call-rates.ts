import type { Environment } from "../../environment.js";
import type { CallAttribute, CallRateStore, CallSeries, CallTotals, MinuteCount } from "../call-rate-store.js";
import type { FactDatabase } from "./fact-database.js";
import type { FactWriter } from "./fact-writer.js";
import {
  countMinutes,
  firstMinute,
  readMinutes,
  readPeriods,
  readTotals,
  recordedLate,
  watchMinutes,
} from "./sql/call-minutes.sql.js";

const fourWeeks = 28 * 1440;

/** Counts of calls, made inside the engine from the record that it holds. */
export class StoredCallRates implements CallRateStore {
  readonly #database: FactDatabase;
  readonly #writer: FactWriter;
  readonly #environment: Environment;

  constructor(parts: {
    readonly database: FactDatabase;
    readonly writer: FactWriter;
    readonly environment: Environment;
  }) {
    this.#database = parts.database;
    this.#writer = parts.writer;
    this.#environment = parts.environment;
  }

  async count(fromMinute: number, untilMinute: number, watchedFrom: number): Promise<void> {
    if (untilMinute <= fromMinute) return;
    await this.#writer.visible("events");
    const version = this.#environment.clock.nowMs();
    await this.#database.command(countMinutes, { fromMinute, untilMinute, version });
    const from = Math.max(fromMinute, watchedFrom);
    // After the counts: a minute that is known to have been watched has them.
    if (from < untilMinute)
      await this.#database.command(watchMinutes, { fromMinute: from, minutes: untilMinute - from, version });
  }

  async recordedLate(sinceMs: number, beforeMinute: number): Promise<number[]> {
    const fromMinute = beforeMinute - fourWeeks;
    await this.#writer.visible("events");
    const rows = await this.#database.query<{ minute: number }>("facts.recordedLate", recordedLate, {
      sinceMs,
      beforeMinute,
      fromMinute,
    });
    return rows.map((row) => Number(row.minute));
  }

  async firstMinute(fromMinute: number): Promise<number | undefined> {
    await this.#writer.visible("events");
    const [row] = await this.#database.query<{ events: number; minute: number }>("facts.firstMinute", firstMinute, {
      fromMinute,
    });
    return row === undefined || Number(row.events) === 0 ? undefined : Number(row.minute);
  }

  async readMinutes(fromMinute: number, untilMinute: number) {
    const rows = await this.#database.query<MinuteColumns>("facts.readCallMinutes", readMinutes, {
      fromMinute,
      untilMinute,
    });
    const known = new Map<string, CallSeries>();
    const watched = new Set<number>();
    const counts: MinuteCount[] = [];
    for (const row of rows) {
      watched.add(row.minute);
      if (row.account_id === "") continue;
      const name = `${row.account_id} ${row.region} ${row.category} ${row.event_source} ${row.event_name} ${row.error_code}`;
      let series = known.get(name);
      if (series === undefined) {
        series = seriesOf(row);
        known.set(name, series);
      }
      counts.push({ minute: row.minute, series, calls: Number(row.calls) });
    }
    return { counts, watched };
  }

  async readTotals(series: CallSeries, fromMinute: number, untilMinute: number): Promise<CallTotals> {
    const rows = await this.#database.query<{ attribute: CallAttribute | ""; value: string; total: number }>(
      "facts.readCallTotals",
      readTotals,
      { ...series, fromMinute, untilMinute },
    );
    return {
      calls: Number(rows.find((row) => row.attribute === "")?.total ?? 0),
      attributions: rows.flatMap(({ attribute, value, total }) =>
        attribute === "" ? [] : [{ attribute, value, calls: Number(total) }],
      ),
    };
  }

  async readPeriods(
    series: CallSeries,
    range: { fromMinute: number; untilMinute: number; minutes: number; limit: number },
  ): Promise<{ minute: number; calls: number }[]> {
    const rows = await this.#database.query<{ period: number; total: number }>("facts.readCallPeriods", readPeriods, {
      ...series,
      ...range,
    });
    return rows.map((row) => ({ minute: Number(row.period), calls: Number(row.total) }));
  }
}

interface MinuteColumns {
  readonly account_id: string;
  readonly region: string;
  readonly category: "Management" | "Data";
  readonly event_source: string;
  readonly event_name: string;
  readonly error_code: string;
  readonly minute: number;
  readonly calls: number;
}

function seriesOf(row: MinuteColumns): CallSeries {
  return {
    accountId: row.account_id,
    region: row.region,
    category: row.category,
    eventSource: row.event_source,
    eventName: row.event_name,
    errorCode: row.error_code,
  };
}
