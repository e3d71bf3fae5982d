import type { SettingsQueries, SettingsTransaction } from "../storage/settings-store.js";
import { retryTime } from "./trail-status.js";

/** Up to where a trail has taken a stream to a destination. */
export interface Checkpoint {
  readonly trailId: string;
  readonly streamId: string;
  readonly destination: "s3" | "logs";
  readonly commit: number;
  readonly attempts: number;
  readonly retryMs: number;
}

type CheckpointKey = Pick<Checkpoint, "trailId" | "streamId" | "destination">;

export async function readCheckpoint(queries: SettingsQueries, key: CheckpointKey): Promise<Checkpoint> {
  const row = await queries
    .selectFrom("trail_checkpoints")
    .selectAll()
    .where("trail_id", "=", key.trailId)
    .where("stream_id", "=", key.streamId)
    .where("destination", "=", key.destination)
    .executeTakeFirst();
  return { ...key, commit: row?.commit_number ?? 0, attempts: row?.attempts ?? 0, retryMs: row?.retry_ms ?? 0 };
}

/** Moves forward and forgets former failures. */
export async function moveCheckpoint(tx: SettingsTransaction, key: CheckpointKey, commit: number): Promise<void> {
  await writeCheckpoint(tx, { ...key, commit, attempts: 0, retryMs: 0 });
}

/** One more failure at the same place. */
export async function postponeCheckpoint(tx: SettingsTransaction, at: Checkpoint, nowMs: number): Promise<void> {
  const attempts = at.attempts + 1;
  await writeCheckpoint(tx, { ...at, attempts, retryMs: retryTime(nowMs, attempts) });
}

async function writeCheckpoint(tx: SettingsTransaction, at: Checkpoint): Promise<void> {
  const values = { commit_number: at.commit, attempts: at.attempts, retry_ms: at.retryMs };
  await tx
    .insertInto("trail_checkpoints")
    .values({ trail_id: at.trailId, stream_id: at.streamId, destination: at.destination, ...values })
    .onConflict((conflict) => conflict.columns(["trail_id", "stream_id", "destination"]).doUpdateSet(values))
    .execute();
}
