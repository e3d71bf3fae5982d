import type { Environment } from "../environment.js";
import { newMaterial } from "../identity/key-materials.js";
import type { Vault } from "../identity/vault.js";
import type { SettingsStore } from "../storage/settings-store.js";

const dayMs = 86_400_000;

export interface KeyUpkeepReport {
  readonly rotated: number;
  readonly destroyed: number;
}

/**
 * Gives encryption keys whose rotation is due new material, and destroys the material of those whose deletion is due.
 * Each key changes in one transaction that looks again, so several processes may run it at once.
 */
export function createKeyUpkeep(deps: {
  readonly settings: SettingsStore;
  readonly vault: Vault;
  readonly environment: Environment;
}) {
  const { settings, vault, environment } = deps;

  async function rotate(keyId: string, nowMs: number): Promise<boolean> {
    const material = newMaterial({ vault, environment }, keyId, nowMs, "automatic");
    return settings.transact(async (tx) => {
      const key = await tx.selectFrom("kms_keys").selectAll().where("key_id", "=", keyId).executeTakeFirst();
      if (key?.rotation_days == null || key.next_rotation_ms === null || key.next_rotation_ms > nowMs) return false;
      await tx.insertInto("kms_materials").values(material).execute();
      await tx
        .updateTable("kms_keys")
        .set({ material_id: material.material_id, next_rotation_ms: nowMs + key.rotation_days * dayMs })
        .where("key_id", "=", keyId)
        .execute();
      return true;
    });
  }

  async function destroy(keyId: string, nowMs: number): Promise<boolean> {
    return settings.transact(async (tx) => {
      const deleted = await tx
        .deleteFrom("kms_keys")
        .where("key_id", "=", keyId)
        .where("deletion_ms", "<=", nowMs)
        .executeTakeFirst();
      if (Number(deleted.numDeletedRows) === 0) return false;
      await tx.deleteFrom("kms_materials").where("key_id", "=", keyId).execute();
      await tx.deleteFrom("kms_grants").where("key_id", "=", keyId).execute();
      await tx.deleteFrom("kms_aliases").where("key_id", "=", keyId).execute();
      return true;
    });
  }

  return {
    async run(nowMs: number): Promise<KeyUpkeepReport> {
      const due = await settings.read
        .selectFrom("kms_keys")
        .select(["key_id", "deletion_ms"])
        .where((where) => where.or([where("deletion_ms", "<=", nowMs), where("next_rotation_ms", "<=", nowMs)]))
        .execute();
      let rotated = 0;
      let destroyed = 0;
      for (const key of due) {
        if (key.deletion_ms === null) rotated += (await rotate(key.key_id, nowMs)) ? 1 : 0;
        else if (key.deletion_ms <= nowMs) destroyed += (await destroy(key.key_id, nowMs)) ? 1 : 0;
      }
      return { rotated, destroyed };
    },
  };
}
