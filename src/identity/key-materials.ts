import type { Selectable } from "kysely";
import type { Environment } from "../environment.js";
import type { KmsTables } from "../storage/settings/tables/kms.js";
import type { SettingsStore } from "../storage/settings-store.js";
import { materialContext } from "./sealed-columns.js";
import type { Vault } from "./vault.js";

type MaterialRow = Selectable<KmsTables["kms_materials"]>;

const materialBytes = 32;

/** New material for a KMS key, sealed; the caller stores it. */
export function newMaterial(
  deps: { readonly vault: Vault; readonly environment: Environment },
  keyId: string,
  nowMs: number,
  origin: "created" | "automatic" | "on-demand",
): MaterialRow {
  const materialId = deps.environment.ids.uuid();
  const sealed = deps.vault.seal(deps.environment.ids.bytes(materialBytes), materialContext(materialId));
  return { material_id: materialId, key_id: keyId, sealed, created_ms: nowMs, origin };
}

/** @returns undefined if the key has no such material, or no longer. */
export async function openMaterial(
  deps: { readonly settings: SettingsStore; readonly vault: Vault },
  keyId: string,
  materialId: string,
): Promise<Buffer | undefined> {
  const row = await deps.settings.read
    .selectFrom("kms_materials")
    .select("sealed")
    .where("material_id", "=", materialId)
    .where("key_id", "=", keyId)
    .executeTakeFirst();
  return row && deps.vault.open(row.sealed, materialContext(materialId));
}
