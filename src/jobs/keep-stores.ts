import { removeAttachments } from "../audit/attachments.js";
import { deletionWaitMs } from "../audit/lake/event-data-stores.js";
import type { LakeStore } from "../storage/lake-store.js";
import type { SettingsStore } from "../storage/settings-store.js";

const dayMs = 86_400_000;

/**
 * Removes what is past the retention of event data stores, and the stores whose wait for their end is over. Several
 * processes may run it at once: removing again is harmless.
 */
export function createStoreUpkeep(deps: { readonly settings: SettingsStore; readonly lake: LakeStore }) {
  const { settings, lake } = deps;

  return {
    async run(nowMs: number): Promise<void> {
      const stores = await settings.read
        .selectFrom("event_data_stores")
        .select(["store_id", "arn", "retention_days", "deletion_asked_ms"])
        .execute();
      for (const store of stores) {
        const isOver = store.deletion_asked_ms !== null && store.deletion_asked_ms + deletionWaitMs <= nowMs;
        if (isOver) await remove(store.store_id, store.arn);
        else await lake.retain(store.store_id, nowMs - store.retention_days * dayMs);
      }
    },
  };

  /** Events first: a store that is still listed is tried again, and nobody can restore it any more. */
  async function remove(storeId: string, arn: string): Promise<void> {
    await lake.drop(storeId);
    await settings.transact(async (tx) => {
      await removeAttachments(tx, arn);
      await tx
        .deleteFrom("event_data_store_insights")
        .where((eb) => eb.or([eb("store_id", "=", storeId), eb("destination_arn", "=", arn)]))
        .execute();
      await tx.deleteFrom("event_data_store_states").where("store_id", "=", storeId).execute();
      await tx.deleteFrom("event_data_stores").where("store_id", "=", storeId).execute();
    });
  }
}
