import type { Environment } from "../environment.js";
import type { CommittedEvent, EventStore } from "../storage/event-store.js";
import type { SettingsStore, SettingsTransaction } from "../storage/settings-store.js";
import type { ReportFailure } from "./delivery-context.js";
import { assertHeld, type Lease, LeaseLost, takeLease } from "./lease.js";

/** A range of commits of one stream, taken whole or not at all. */
export interface FollowedRange {
  readonly streamId: string;
  readonly afterCommit: number;
  readonly untilCommit: number;
  /** Whether it was begun before, by this process or another, and not ended. */
  readonly repeated: boolean;
}

/** What one follower does with one range. */
export interface FollowedWork {
  /** Events of the range in their order, in batches: a range that is taken again comes in the same batches. */
  take(events: readonly CommittedEvent[], batchNumber: number): Promise<void>;
  /** In the transaction that ends the range. What is written here happens once. */
  settle?(tx: SettingsTransaction): Promise<void>;
}

/**
 * Something that is told of every event, of all accounts and categories, soon after it is durable. What it keeps
 * elsewhere than in `settle` must bear a repeat: after a crash a range comes again, with the same bounds.
 */
export interface RecordFollower {
  readonly name: string;
  begin(range: FollowedRange): FollowedWork | Promise<FollowedWork>;
}

const leaseMs = 30_000;
/** Commits of a range: bounds what is done again after a crash. A commit has at most 4 MB. */
const rangeCommitsMax = 64;
/** How often streams of other processes, which may have died, are looked at. */
const othersEveryMs = 5_000;

/**
 * Reads the record once for all who follow it (event data stores, detection, the tree of proofs ...), so that a record
 * is read and parsed once however many they are.
 *
 *     range planned -> events taken by every follower -> followers settled, checkpoint moved (one transaction)
 *
 * A stream is followed by who holds its lease. A follower that fails stops the range for all, which is then tried again:
 * they keep what they know in stores of this service, so what ails one will soon ail the others.
 */
export function createRecordFollowing(deps: {
  readonly settings: SettingsStore;
  readonly events: EventStore;
  readonly environment: Environment;
  readonly followers: readonly RecordFollower[];
  /** Names this process in leases. */
  readonly holder: string;
  readonly reportFailure: ReportFailure;
}) {
  const { settings, events, environment, followers } = deps;
  const { clock } = environment;
  /** Up to where our own stream was followed, so that a run without news asks no store. */
  let ownUntil = -1;
  let othersSeenMs = Number.NEGATIVE_INFINITY;

  async function others(): Promise<string[]> {
    if (clock.nowMs() - othersSeenMs < othersEveryMs) return [];
    othersSeenMs = clock.nowMs();
    const rows = await settings.read
      .selectFrom("event_streams")
      .select("stream_id")
      .where("retired_ms", "is", null)
      .where("stream_id", "!=", events.streamId)
      .execute();
    return rows.map((row) => row.stream_id);
  }

  /** Decides what comes next, for everybody who may have to repeat it. Undefined: nothing new, or another has it. */
  async function plan(
    streamId: string,
    lastCommit: number,
  ): Promise<{ range: FollowedRange; lease: Lease } | undefined> {
    return settings.transact(async (tx) => {
      const name = `follow:${streamId}`;
      const lease = await takeLease(tx, name, deps.holder, clock.nowMs(), leaseMs);
      if (lease === undefined) return undefined;
      const row = await tx
        .selectFrom("followed_streams")
        .selectAll()
        .where("stream_id", "=", streamId)
        .executeTakeFirst();
      const afterCommit = row?.commit_number ?? 0;
      const planned = row?.planned_commit ?? undefined;
      const untilCommit = planned ?? Math.min(lastCommit, afterCommit + rangeCommitsMax);
      if (untilCommit <= afterCommit) return undefined;
      await tx
        .insertInto("followed_streams")
        .values({ stream_id: streamId, commit_number: afterCommit, planned_commit: untilCommit })
        .onConflict((conflict) => conflict.column("stream_id").doUpdateSet({ planned_commit: untilCommit }))
        .execute();
      return { range: { streamId, afterCommit, untilCommit, repeated: planned !== undefined }, lease };
    });
  }

  async function follow(range: FollowedRange, lease: Lease): Promise<void> {
    const works: FollowedWork[] = [];
    for (const follower of followers) works.push(await follower.begin(range));
    let batchNumber = 0;
    for await (const batch of events.readCommits(range.streamId, range)) {
      for (const work of works) await work.take(batch, batchNumber);
      batchNumber++;
    }
    await settings.transact(async (tx) => {
      await assertHeld(tx, lease);
      for (const work of works) await work.settle?.(tx);
      await tx
        .updateTable("followed_streams")
        .set({ commit_number: range.untilCommit, planned_commit: null })
        .where("stream_id", "=", range.streamId)
        .execute();
    });
  }

  async function followStream(streamId: string): Promise<void> {
    const lastCommit = await events.lastCommit(streamId);
    if (streamId === events.streamId && lastCommit === ownUntil) return;
    for (;;) {
      const planned = await plan(streamId, lastCommit);
      if (planned === undefined) break;
      await follow(planned.range, planned.lease);
      if (planned.range.untilCommit >= lastCommit) break;
    }
    if (streamId === events.streamId) ownUntil = lastCommit;
  }

  return {
    /** Follows every stream to where it was durable when this began. */
    async run(): Promise<void> {
      for (const streamId of [events.streamId, ...(await others())]) {
        try {
          await followStream(streamId);
        } catch (reason) {
          if (streamId === events.streamId) ownUntil = -1;
          if (!(reason instanceof LeaseLost)) throw reason;
          deps.reportFailure(`following stream ${streamId}`, reason);
        }
      }
    },
  };
}
