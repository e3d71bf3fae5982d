import { availableParallelism } from "node:os";
import {
  type Cell,
  type LakeQueries,
  type LakeQuery,
  type LakeQueryEnd,
  type LakeQueryLimits,
  type LakeQueryOutcome,
  LakeQueryStopped,
} from "../lake-queries.js";
import { type FactDatabase, longSessions } from "./fact-database.js";
import { engineError, outageCodes, type Session } from "./session.js";
import {
  bytesWritten,
  estimate,
  eventBytes,
  insertResult,
  killQuery,
  measureResult,
  readResult,
  resultDaysBefore,
} from "./sql/lake-results.sql.js";

const dayMs = 86_400_000;

/** Time as AWS's; the others are what one machine can spare. */
export const lakeQueryLimits: LakeQueryLimits = {
  seconds: 3600,
  memoryBytes: 2 * 1024 ** 3,
  resultRows: 1_000_000,
  resultBytes: 1024 ** 3,
};

/** One row has to fit an answer. */
const rowBytesMax = 4 * 1024 ** 2;
/** How often it is looked at how large the result of a running query has become. */
const watchEveryMs = 1000;

export class StoredLakeQueries implements LakeQueries {
  readonly atOnceMax = longSessions;
  readonly #database: FactDatabase;
  readonly #limits: LakeQueryLimits;

  constructor(database: FactDatabase, limits: LakeQueryLimits = lakeQueryLimits) {
    this.#database = database;
    this.#limits = limits;
  }

  async run(query: LakeQuery): Promise<LakeQueryOutcome> {
    const place = placeOf(query);
    const { resultRows, resultBytes } = this.#limits;
    const eventsScanned = await this.#database.long(async (session) => {
      const scanned = await this.#scanned(session, query).catch((reason: unknown) => this.#stop(reason));
      const written = session.command(`${insertResult(query.sql)}\n${this.#settings(query)}`, {
        ...place,
        rowsMax: resultRows + 1,
      });
      await this.#watched(query, written).catch((reason: unknown) => this.#stop(reason));
      return scanned;
    });
    const [result] = await this.#database.query<{ rows: number; all_bytes: number; row_bytes: number }>(
      "facts.measureResult",
      measureResult,
      place,
    );
    const rows = Number(result?.rows ?? 0);
    if (rows > resultRows) throw tooLarge(`more than ${resultRows} rows`);
    if (Number(result?.all_bytes ?? 0) > resultBytes) throw tooLarge(`more than ${resultBytes} bytes`);
    if (Number(result?.row_bytes ?? 0) > rowBytesMax) throw tooLarge(`a row of more than ${rowBytesMax} bytes`);
    const [mean] = await this.#database.query<{ bytes: number }>("facts.eventBytes", eventBytes, {});
    return { rows, eventsScanned, bytesScanned: Math.round(eventsScanned * Number(mean?.bytes ?? 0)) };
  }

  async cancel(queryId: string): Promise<void> {
    await this.#database.command(killQuery, { name: nameOf(queryId) });
  }

  async rows(
    query: Pick<LakeQuery, "queryId" | "createdMs">,
    page: { readonly fromRow: number; readonly limit: number; readonly bytesMax: number },
  ): Promise<Cell[][]> {
    const rows = await this.#database.query<{ cells: Cell[] }>("facts.readResult", readResult, {
      ...placeOf(query),
      ...page,
    });
    return rows.map(({ cells }) => cells);
  }

  async forget(beforeMs: number): Promise<void> {
    const day = Math.floor(beforeMs / dayMs);
    const days = await this.#database.query<{ partition: string }>("facts.resultDays", resultDaysBefore, { day });
    for (const { partition } of days)
      await this.#database.command(`ALTER TABLE lake_results DROP PARTITION ${Number(partition)}`);
  }

  /** Rows of the events' table in the granules that the statement has to read. */
  async #scanned(session: Session, query: LakeQuery): Promise<number> {
    const text = `${estimate(query.sql)}\n${this.#settings(query)}`;
    const tables = await session.query<{ table: string; rows: number }>(text, {});
    return tables.filter(({ table }) => table === "lake_events").reduce((sum, { rows }) => sum + Number(rows), 0);
  }

  /** Ends a query whose result grows beyond its limit while it is written. */
  async #watched(query: LakeQuery, written: Promise<void>): Promise<void> {
    let outgrown = false;
    const watch = async () => {
      const name = nameOf(query.queryId);
      const [now] = await this.#database.query<{ bytes: number }>("facts.bytesWritten", bytesWritten, { name });
      if (Number(now?.bytes ?? 0) <= this.#limits.resultBytes * 2) return;
      outgrown = true;
      await this.cancel(query.queryId);
    };
    // What fails now is looked at again a second later.
    const timer = setInterval(() => void watch().catch(() => undefined), watchEveryMs);
    try {
      await written;
    } catch (reason) {
      if (outgrown) throw tooLarge(`more than ${this.#limits.resultBytes} bytes`);
      throw reason;
    } finally {
      clearInterval(timer);
    }
  }

  /** Half of the processors, so that writing and other reads go on; large groups and sorts go to disk. */
  #settings({ queryId }: LakeQuery): string {
    const { seconds, memoryBytes } = this.#limits;
    const threads = Math.max(1, Math.floor(availableParallelism() / 2));
    const spill = Math.floor(memoryBytes / 2);
    return (
      `SETTINGS max_execution_time = ${seconds}, timeout_overflow_mode = 'throw', max_memory_usage = ${memoryBytes}, ` +
      `max_bytes_before_external_group_by = ${spill}, max_bytes_before_external_sort = ${spill}, ` +
      // One writer, and no sort that is thought to be in vain: rows are numbered as they come.
      `max_threads = ${threads}, max_insert_threads = 1, query_plan_remove_redundant_sorting = 0, ` +
      `log_comment = '${nameOf(queryId)}'`
    );
  }

  #stop(reason: unknown): never {
    if (reason instanceof LakeQueryStopped) throw reason;
    const error = engineError(reason);
    if (error === undefined) throw reason;
    const [end, message] = this.#ends()[error.code] ?? [];
    if (end !== undefined) throw new LakeQueryStopped(end, message!, { cause: reason });
    if (outageCodes.has(error.code)) throw reason;
    throw new LakeQueryStopped("failed", `The statement could not be carried out (${error.type}).`, { cause: reason });
  }

  /** By the engine's codes. */
  #ends(): Readonly<Record<string, readonly [LakeQueryEnd, string]>> {
    const { seconds, memoryBytes } = this.#limits;
    const tooLong = `The query took longer than ${seconds} seconds.`;
    return {
      "159": ["timed-out", tooLong],
      "160": ["timed-out", tooLong],
      "209": ["timed-out", tooLong],
      "241": ["failed", `The query needed more than ${memoryBytes} bytes of memory.`],
      "394": ["cancelled", "The query was cancelled."],
      "735": ["cancelled", "The query was cancelled."],
    };
  }
}

function placeOf({ queryId, createdMs }: Pick<LakeQuery, "queryId" | "createdMs">) {
  return { day: Math.floor(createdMs / dayMs), queryId };
}

function nameOf(queryId: string): string {
  if (!/^[0-9a-f-]{36}$/.test(queryId)) throw new Error("a query is named by a UUID");
  return `lake.query.${queryId}`;
}

function tooLarge(what: string): LakeQueryStopped {
  return new LakeQueryStopped("failed", `The result has ${what}. Select less, or give a LIMIT.`);
}
