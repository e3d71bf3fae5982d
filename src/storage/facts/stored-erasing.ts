import { setTimeout as sleep } from "node:timers/promises";
import type { Scope } from "../scope.js";
import type { SealedBatch } from "../sealed-traces.js";
import { StoreUnavailable } from "../store-error.js";
import type { StoredAmount, TraceEraser } from "../trace-eraser.js";
import type { FactDatabase } from "./fact-database.js";
import type { FactWriter } from "./fact-writer.js";
import { idsAtOnce } from "./ids-at-once.js";
import type { QueryParameters } from "./session.js";
import {
  amountOfTraces,
  anyErased,
  type Erased,
  type ErasedTable,
  erasedTables,
  eraseRows,
  mutationsUnderWay,
  oldParts,
  removeOldParts,
  tableOf,
  traceIdsOfScope,
} from "./sql/erase-traces.sql.js";

const lookEveryMs = 100;

/** Erases from the fact store: parts that hold a row to erase are written anew without it. */
export class StoredErasing implements TraceEraser {
  readonly #database: FactDatabase;
  readonly #writer: FactWriter;

  constructor(database: FactDatabase, writer: FactWriter) {
    this.#database = database;
    this.#writer = writer;
  }

  async amountOf(scope: Scope, traceIds: readonly string[]): Promise<StoredAmount> {
    await this.#writer.visible("segments");
    const amount = { traces: 0, documents: 0 };
    for (const ids of idsAtOnce(traceIds)) {
      const [row] = await this.#database.query<StoredAmount>("facts.amountOf", amountOfTraces, {
        ...scope,
        traceIds: ids,
      });
      amount.traces += Number(row?.traces ?? 0);
      amount.documents += Number(row?.documents ?? 0);
    }
    return amount;
  }

  async traceIds(scope: Scope, after: string, limit: number): Promise<string[]> {
    await this.#writer.visible("segments");
    const rows = await this.#database.query<{ trace_id: string }>("facts.traceIds", traceIdsOfScope, {
      ...scope,
      after,
      limit,
    });
    return rows.map((row) => row.trace_id);
  }

  async eraseTraces(scope: Scope, traceIds: readonly string[]): Promise<void> {
    // What waits in the journal is in the engine then, and its file is gone.
    await this.#writer.visible("segments");
    for (const table of ["segments", "traces"] as const)
      await this.#erase(
        table,
        [...idsAtOnce(traceIds)].map((ids) => ({ ...scope, traceIds: ids })),
      );
  }

  /** Generations of batches of documents. */
  async eraseGenerations(scope: Scope, batches: readonly SealedBatch[]): Promise<void> {
    await this.#erase(
      "generations",
      [...idsAtOnce(batches)].map((some) => ({
        ...scope,
        traceIds: some.map(({ batchId }) => batchId),
        generations: some.map(({ batchId, generation }) => `${batchId}/${generation}`),
      })),
    );
  }

  async eraseSpans(scope: Scope, logGroupId: string, otelIds: readonly string[]): Promise<void> {
    await this.#writer.visible("log_events");
    await this.#erase(
      "spans",
      [...idsAtOnce(otelIds)].map((ids) => ({ ...scope, logGroupId, otelIds: ids })),
    );
  }

  async nowSeconds(): Promise<number> {
    const [row] = await this.#database.query<{ now: number }>("facts.now", "SELECT toUnixTimestamp(now()) AS now", {});
    return Number(row!.now) + 1;
  }

  async removeOldFiles(erasedSeconds: number): Promise<boolean> {
    for (const table of erasedTables) await this.#database.command(removeOldParts(table));
    return (await this.#database.query("facts.oldParts", oldParts, { erasedSeconds })).length === 0;
  }

  /** Mutations of one table are carried out together, so all are asked for before any is waited for. */
  async #erase(what: Erased, each: readonly QueryParameters[]): Promise<void> {
    let asked = false;
    for (const parameters of each) {
      const found = await this.#database.query("facts.anyErased", anyErased(what), parameters);
      if (found.length === 0) continue;
      await this.#database.command(eraseRows(what), parameters);
      asked = true;
    }
    if (asked) await this.#done(tableOf(what));
  }

  async #done(table: ErasedTable): Promise<void> {
    for (;;) {
      const underWay = await this.#database.query<{ failure: string }>("facts.mutations", mutationsUnderWay, { table });
      if (underWay.length === 0) return;
      const failure = underWay.find((row) => row.failure !== "")?.failure;
      // The engine goes on trying; whoever waits looks again later.
      if (failure !== undefined) throw new StoreUnavailable(`rows of ${table} could not be erased yet: ${failure}`);
      await sleep(lookEveryMs);
    }
  }
}
