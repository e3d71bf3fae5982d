import type { Selectable } from "kysely";
import type { KmsTables } from "../../storage/settings/tables/kms.js";
import type { KmsDeps } from "./deps.js";
import { invalidCiphertext } from "./errors.js";

type MaterialRow = Selectable<KmsTables["kms_materials"]>;

const materialBytes = 32;

/** New material for a key, sealed; the caller stores it. */
export function newMaterial(
  deps: Pick<KmsDeps, "vault" | "environment">,
  keyId: string,
  nowMs: number,
  origin: "created" | "automatic" | "on-demand",
): MaterialRow {
  const materialId = deps.environment.ids.uuid();
  const sealed = deps.vault.seal(deps.environment.ids.bytes(materialBytes), sealContext(materialId));
  return { material_id: materialId, key_id: keyId, sealed, created_ms: nowMs, origin };
}

/** @throws ServiceError InvalidCiphertextException if the key has no such material. */
export async function openMaterial(deps: KmsDeps, keyId: string, materialId: string): Promise<Buffer> {
  const row = await deps.settings.read
    .selectFrom("kms_materials")
    .select("sealed")
    .where("material_id", "=", materialId)
    .where("key_id", "=", keyId)
    .executeTakeFirst();
  if (row === undefined) throw invalidCiphertext();
  return deps.vault.open(row.sealed, sealContext(materialId));
}

function sealContext(materialId: string): string {
  return `kms-material:${materialId}`;
}
