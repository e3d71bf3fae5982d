import type { Environment } from "../environment.js";
import type { SettingsTransaction } from "../storage/settings-store.js";
import { newAccessKeyId, newSecretAccessKey } from "./identity-ids.js";
import { bumpIdentityRevision } from "./revision-watch.js";
import { accessKeyContext } from "./sealed-columns.js";
import type { Vault } from "./vault.js";

/** Gives an account's root user a new key in place of the one it had. An account is there once its root has a key. */
export async function replaceRootKey(
  tx: SettingsTransaction,
  accountId: string,
  { vault, environment }: { readonly vault: Vault; readonly environment: Environment },
): Promise<{ readonly accessKeyId: string; readonly secretAccessKey: string }> {
  const accessKeyId = newAccessKeyId(environment.ids, "AKIA");
  const secretAccessKey = newSecretAccessKey(environment.ids);
  await tx.deleteFrom("iam_access_keys").where("owner_id", "=", accountId).execute();
  await tx
    .insertInto("iam_access_keys")
    .values({
      access_key_id: accessKeyId,
      account_id: accountId,
      owner_id: accountId,
      status: "Active",
      sealed_secret: vault.seal(Buffer.from(secretAccessKey), accessKeyContext(accessKeyId)),
      created_ms: environment.clock.nowMs(),
    })
    .execute();
  await bumpIdentityRevision(tx);
  return { accessKeyId, secretAccessKey };
}
