import type { SettingsStore } from "../storage/settings-store.js";

/** Records of the time before a deletion may still be on their way: the deletion's own above all. */
const lateRecordsMs = 5 * 60_000;

/** What a deleted trail's bucket has not taken within this is given up. */
const giveUpAfterMs = 24 * 60 * 60_000;

const tablesOfTrail = [
  "trail_states",
  "trail_checkpoints",
  "trail_plans",
  "trail_notifications",
  "trail_status",
  "trail_files",
  "trail_chains",
  "trail_digest_plans",
  "tree_publications",
  "aggregate_counts",
] as const;

/** Removes what is left of deleted trails once all of their time before the deletion is delivered and sealed. */
export async function removeDeletedTrails(settings: SettingsStore, nowMs: number): Promise<void> {
  const deleted = await settings.read
    .selectFrom("trails")
    .select(["trail_id", "deleted_ms"])
    .where("deleted_ms", "<", nowMs - lateRecordsMs)
    .execute();
  for (const { trail_id, deleted_ms } of deleted)
    await settings.transact(async (tx) => {
      const left = async (table: "trail_plans" | "trail_files" | "trail_chains" | "trail_digest_plans") =>
        (await tx.selectFrom(table).select("trail_id").where("trail_id", "=", trail_id).executeTakeFirst()) !==
        undefined;
      const busy =
        (await left("trail_plans")) ||
        (await left("trail_files")) ||
        (await left("trail_chains")) ||
        (await left("trail_digest_plans"));
      if (busy && (deleted_ms as number) > nowMs - giveUpAfterMs) return;
      for (const table of tablesOfTrail) await tx.deleteFrom(table).where("trail_id", "=", trail_id).execute();
      await tx.deleteFrom("trails").where("trail_id", "=", trail_id).execute();
    });
}
