import type { Destinations } from "../audit/destinations.js";
import { type ImportRow, runningStatuses } from "../audit/imports/imports.js";
import type { Environment } from "../environment.js";
import type { LakeStore } from "../storage/lake-store.js";
import type { SettingsStore } from "../storage/settings-store.js";
import { importStep } from "./importing/import-step.js";
import { settleStep } from "./importing/settle-step.js";
import { assertHeld, type Lease, LeaseLost, takeLease } from "./lease.js";

/** Longer than a step takes: 200 files. */
const leaseMs = 120_000;
/** Tries of one step whose bucket does not answer; then what it asked for counts as failed. */
const triesMax = 5;

/**
 * Carries out the imports that were started, step by step: events appended, then what the step did written down in one
 * transaction. A step that was cut off is done again by whoever has the import next. Imports of several accounts take turns.
 */
export function createImports(deps: {
  readonly settings: SettingsStore;
  readonly lake: LakeStore;
  readonly destinations: Destinations;
  readonly environment: Environment;
  /** Names this process in leases. */
  readonly holder: string;
  readonly reportFailure: (what: string, reason: unknown) => void;
}) {
  const { settings, lake, destinations, environment } = deps;
  const { clock } = environment;
  let closed = false;
  /** By import, the lease under which this process wrote down its last step: the next one was not tried before. */
  const inStep = new Map<string, number>();
  const failedTries = new Map<string, number>();

  /** @returns undefined if another process has it, or it does not run any more. */
  async function claim(importId: string): Promise<{ row: ImportRow; lease: Lease } | undefined> {
    return settings.transact(async (tx) => {
      const row = await running(tx, importId);
      if (row === undefined) return undefined;
      const lease = await takeLease(tx, `import:${importId}`, deps.holder, clock.nowMs(), leaseMs);
      if (lease === undefined) return undefined;
      await tx.updateTable("imports").set({ status: "IN_PROGRESS" }).where("import_id", "=", importId).execute();
      return { row, lease };
    });
  }

  /** @returns false if there is nothing left to do for now. */
  async function advance(importId: string): Promise<boolean> {
    const claimed = await claim(importId);
    if (claimed === undefined) return false;
    const { row, lease } = claimed;
    const tries = failedTries.get(importId) ?? 0;
    const repeated = inStep.get(importId) !== lease.token;
    inStep.delete(importId);
    const step = await importStep(
      row,
      { nowMs: clock.nowMs(), repeated, lastTry: tries + 1 >= triesMax },
      settings.read,
      { lake, destinations },
    );
    await settings.transact(async (tx) => {
      await assertHeld(tx, lease);
      // It may have been stopped meanwhile: what was done stays, and is found to be there when it is started again.
      const current = await running(tx, importId);
      if (current === undefined) return;
      if (step !== undefined) return settleStep(tx, current, step, clock.nowMs());
      const status = current.failed_entries > 0 ? "FAILED" : "COMPLETED";
      const ended = { status, updated_ms: clock.nowMs() };
      await tx.updateTable("imports").set(ended).where("import_id", "=", importId).execute();
      // What is complete is not started again, so nobody needs to know where it was.
      if (status === "COMPLETED") await tx.deleteFrom("import_folders").where("import_id", "=", importId).execute();
    });
    failedTries.delete(importId);
    if (step !== undefined) inStep.set(importId, lease.token);
    return step !== undefined;
  }

  /** Never rejects. */
  async function attempt(importId: string): Promise<boolean> {
    try {
      return await advance(importId);
    } catch (reason) {
      if (!(reason instanceof LeaseLost)) failedTries.set(importId, (failedTries.get(importId) ?? 0) + 1);
      deps.reportFailure(`import ${importId} will be tried again`, reason);
      return false;
    }
  }

  return {
    /** Goes on until no import has anything left, or `close` was called. */
    async run(): Promise<void> {
      let waiting = await settings.read
        .selectFrom("imports")
        .select("import_id")
        .where("status", "in", runningStatuses)
        .orderBy("created_ms")
        .execute();
      while (waiting.length > 0 && !closed) {
        const more: typeof waiting = [];
        for (const row of waiting) if (!closed && (await attempt(row.import_id))) more.push(row);
        waiting = more;
      }
    },

    /** The step that is under way is finished, and no other begun. */
    close(): void {
      closed = true;
    },
  };
}

async function running(queries: Pick<SettingsStore["read"], "selectFrom">, id: string): Promise<ImportRow | undefined> {
  return queries
    .selectFrom("imports")
    .selectAll()
    .where("import_id", "=", id)
    .where("status", "in", runningStatuses)
    .executeTakeFirst();
}
