import type { Environment } from "../environment.js";
import type { EventStore } from "../storage/event-store.js";
import type { SettingsStore, SettingsTransaction } from "../storage/settings-store.js";
import { assertHeld, type Lease, releaseLeases, takeLease } from "./lease.js";

/** A stream whose delivery is this process's to do. */
export interface HeldStream {
  readonly streamId: string;
  readonly lease: Lease;
}

/** A lease outlives a few missed renewals and no more. */
const leaseMs = 30_000;

/** A writer that was not seen for so long is taken to be dead: its outbox may be moved by another. */
const writerDeadMs = 60_000;

/** A dead writer's stream, wholly delivered, is not looked at any more after this. */
const retireAfterMs = 10 * 60_000;

/** Retired streams are forgotten after this; no process is paused for so long and then writes on. */
const forgetAfterMs = 31 * 24 * 60 * 60_000;

/**
 * Keeps the register of streams: each process that writes events announces its own, and each process that delivers
 * takes leases: on its own stream, on those of processes that only write, and on those of processes that died.
 */
export function createEventStreams(deps: {
  readonly settings: SettingsStore;
  readonly events: EventStore;
  readonly environment: Environment;
  /** Moves what dead processes left in their outboxes into our own stream. */
  readonly claimOutboxes?: (streamIds: readonly string[]) => Promise<void>;
}) {
  const { settings, events, environment } = deps;
  const holder = environment.ids.uuid();

  /** Announces our own stream as alive. Every process with an event store does this at its own pace. */
  async function announce(): Promise<void> {
    const nowMs = environment.clock.nowMs();
    await settings.transact((tx) => announceIn(tx, nowMs));
  }

  async function announceIn(tx: SettingsTransaction, nowMs: number): Promise<void> {
    await tx
      .insertInto("event_streams")
      .values({ stream_id: events.streamId, writer_seen_ms: nowMs, known_commit: 0, retired_ms: null })
      .onConflict((conflict) => conflict.column("stream_id").doUpdateSet({ writer_seen_ms: nowMs, retired_ms: null }))
      .execute();
  }

  return {
    holder,
    announce,

    /**
     * For a process that knows it is the only one: frees every lease and calls every other writer dead, so that what a
     * killed process left is taken up at once and not after the time of a lease.
     */
    async takeOver(): Promise<void> {
      await settings.transact(async (tx) => {
        await tx.updateTable("leases").set({ until_ms: 0 }).execute();
        await tx
          .updateTable("event_streams")
          .set({ writer_seen_ms: 0 })
          .where("stream_id", "!=", events.streamId)
          .execute();
      });
    },

    /** Announces our stream, renews the leases we hold and takes those that are free. */
    async hold(): Promise<HeldStream[]> {
      const nowMs = environment.clock.nowMs();
      const { held, dead } = await settings.transact(async (tx) => {
        await announceIn(tx, nowMs);
        const streams = await tx
          .selectFrom("event_streams")
          .select(["stream_id", "writer_seen_ms"])
          .where("retired_ms", "is", null)
          .orderBy("stream_id")
          .execute();
        const held: HeldStream[] = [];
        const dead: string[] = [];
        for (const stream of streams) {
          const lease = await takeLease(tx, leaseName(stream.stream_id), holder, nowMs, leaseMs);
          if (lease === undefined) continue;
          held.push({ streamId: stream.stream_id, lease });
          if (stream.stream_id !== events.streamId && stream.writer_seen_ms < nowMs - writerDeadMs)
            dead.push(stream.stream_id);
        }
        return { held, dead };
      });
      if (dead.length > 0) await deps.claimOutboxes?.(dead);
      return held;
    },

    /** Extends a lease during long work. @throws LeaseLost */
    async renew(stream: HeldStream): Promise<void> {
      const nowMs = environment.clock.nowMs();
      await settings.transact(async (tx) => {
        await assertHeld(tx, stream.lease);
        await takeLease(tx, stream.lease.name, holder, nowMs, leaseMs);
      });
    },

    /** Notes up to where a stream is known to be durable: where trails that begin later begin. */
    async noteCommit(stream: HeldStream, commit: number): Promise<void> {
      const row = await settings.read
        .selectFrom("event_streams")
        .select("known_commit")
        .where("stream_id", "=", stream.streamId)
        .executeTakeFirst();
      if (row === undefined || row.known_commit >= commit) return;
      await settings.transact(async (tx) => {
        await assertHeld(tx, stream.lease);
        await tx
          .updateTable("event_streams")
          .set({ known_commit: commit })
          .where("stream_id", "=", stream.streamId)
          .where("known_commit", "<", commit)
          .execute();
      });
    },

    /** Puts streams of dead writers to rest once every trail has all of them, and forgets the long retired. */
    async retire(): Promise<void> {
      const nowMs = environment.clock.nowMs();
      const quiet = await settings.read
        .selectFrom("event_streams")
        .selectAll()
        .where("writer_seen_ms", "<", nowMs - retireAfterMs)
        .execute();
      for (const stream of quiet) {
        if (stream.stream_id === events.streamId) continue;
        if (stream.retired_ms === null) await retireIfDelivered(stream.stream_id, nowMs);
        else if (stream.retired_ms < nowMs - forgetAfterMs) await forget(stream.stream_id);
      }
    },

    /** Lets another process go on at once. */
    async release(): Promise<void> {
      await releaseLeases(settings, holder);
    },
  };

  async function retireIfDelivered(streamId: string, nowMs: number): Promise<void> {
    const last = await events.lastCommit(streamId);
    await settings.transact(async (tx) => {
      const lease = await tx
        .selectFrom("leases")
        .select("holder")
        .where("name", "=", leaseName(streamId))
        .executeTakeFirst();
      const waiting = await tx
        .selectFrom("event_outbox")
        .select("event_id")
        .where("stream_id", "=", streamId)
        .executeTakeFirst();
      if (lease?.holder !== holder || waiting !== undefined) return;
      const trails = await tx.selectFrom("trails").select(["trail_id", "logs_group_arn"]).execute();
      const checkpoints = await tx
        .selectFrom("trail_checkpoints")
        .selectAll()
        .where("stream_id", "=", streamId)
        .execute();
      const has = (trailId: string, destination: string) =>
        last === 0 ||
        checkpoints.some(
          (row) => row.trail_id === trailId && row.destination === destination && row.commit_number >= last,
        );
      const followed = await tx
        .selectFrom("followed_streams")
        .select("commit_number")
        .where("stream_id", "=", streamId)
        .executeTakeFirst();
      if ((followed?.commit_number ?? 0) < last) return;
      const delivered = trails.every(
        (trail) => has(trail.trail_id, "s3") && (trail.logs_group_arn === null || has(trail.trail_id, "logs")),
      );
      if (!delivered) return;
      await tx.updateTable("event_streams").set({ retired_ms: nowMs }).where("stream_id", "=", streamId).execute();
    });
  }

  async function forget(streamId: string): Promise<void> {
    await settings.transact(async (tx) => {
      await tx.deleteFrom("event_streams").where("stream_id", "=", streamId).execute();
      await tx.deleteFrom("trail_checkpoints").where("stream_id", "=", streamId).execute();
      await tx.deleteFrom("followed_streams").where("stream_id", "=", streamId).execute();
      await tx.deleteFrom("leases").where("name", "=", leaseName(streamId)).execute();
    });
  }
}

export type EventStreams = ReturnType<typeof createEventStreams>;

function leaseName(streamId: string): string {
  return `stream:${streamId}`;
}
