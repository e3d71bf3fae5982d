import type { EventRow, EventStore } from "../storage/event-store.js";
import type { SettingsStore } from "../storage/settings-store.js";

/** Records moved at once: bounds what is in memory. */
const batchRowsMax = 500;

/** An event may be stored with a clock that was a little off when its process was killed. */
const presentMarginMs = 60_000;

/**
 * Moves records that were committed with a change of settings into the event store, each exactly once: a record is
 * deleted from the outbox only after it is durable there, and after a crash or a failure, when it is not known whether
 * it got there, the event store is asked first.
 */
export function createOutboxMover(deps: { settings: SettingsStore; events: EventStore }) {
  const { settings, events } = deps;
  let outcomeUnknown = false;

  /** @returns how many records were looked at; 0 when the outbox of the stream is empty. */
  async function moveBatch(): Promise<number> {
    const rows = await settings.read
      .selectFrom("event_outbox")
      .selectAll()
      .where("stream_id", "=", events.streamId)
      .orderBy("event_time_ms")
      .orderBy("event_id")
      .limit(batchRowsMax)
      .execute();
    if (rows.length === 0) return 0;
    const ids = rows.map((row) => row.event_id);
    const times = rows.map((row) => row.event_time_ms);
    const known = outcomeUnknown
      ? await events.present(ids, Math.min(...times) - presentMarginMs, Math.max(...times) + presentMarginMs)
      : new Set<string>();
    const missing = rows.filter((row) => !known.has(row.event_id));
    const mayBeStored = outcomeUnknown;
    outcomeUnknown = true;
    const moved = missing.map((row) => JSON.parse(row.event) as EventRow);
    if (moved.length > 0) await events.append(moved, { mayBeStored });
    await settings.transact(async (tx) => {
      await tx.deleteFrom("event_outbox").where("event_id", "in", ids).execute();
    });
    outcomeUnknown = false;
    return rows.length;
  }

  return {
    /** Moves all there is. */
    async run(): Promise<void> {
      while ((await moveBatch()) > 0);
    },

    /** Takes over the records of streams whose processes have died. The caller holds the leases of those streams. */
    async claim(streamIds: readonly string[]): Promise<void> {
      if (streamIds.length === 0) return;
      await settings.transact(async (tx) => {
        const { numUpdatedRows } = await tx
          .updateTable("event_outbox")
          .set({ stream_id: events.streamId })
          .where("stream_id", "in", streamIds)
          .executeTakeFirst();
        if (numUpdatedRows > 0n) outcomeUnknown = true;
      });
    },

    /** How many records wait; for `/metrics` and tests. */
    async waiting(): Promise<number> {
      const { count } = await settings.read
        .selectFrom("event_outbox")
        .select((eb) => eb.fn.countAll<number>().as("count"))
        .executeTakeFirstOrThrow();
      return Number(count);
    },
  };
}

export type OutboxMover = ReturnType<typeof createOutboxMover>;
