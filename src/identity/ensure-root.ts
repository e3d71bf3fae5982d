import { rename } from "node:fs/promises";
import path from "node:path";
import type { Environment } from "../environment.js";
import type { SettingsStore } from "../storage/settings-store.js";
import { newAccessKeyId, newSecretAccessKey } from "./identity-ids.js";
import { syncFolder, writeDurably } from "./open-vault.js";
import { bumpIdentityRevision } from "./revision-watch.js";
import { accessKeyContext } from "./sealed-columns.js";
import type { Vault } from "./vault.js";

export interface RootKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** True when the key was made just now, so that nobody has seen it yet; never for a configured one. */
  readonly createdNow: boolean;
}

/**
 * The root user's one access key: the configured one, else the one in the settings store, else a new one. It is also
 * written to `root-credentials.json` of the data folder (mode 0600), so that whoever runs the service finds it again.
 *
 * @throws if only half of a key is configured, or the stored one was sealed under another master key.
 */
export async function ensureRoot(options: {
  readonly config: {
    readonly data: string;
    readonly account: string;
    readonly rootAccessKeyId?: string | undefined;
    readonly rootSecretAccessKey?: string | undefined;
  };
  readonly settings: SettingsStore;
  readonly vault: Vault;
  readonly environment: Environment;
}): Promise<RootKey> {
  const { config, settings, vault, environment } = options;
  const { rootAccessKeyId, rootSecretAccessKey, account } = config;
  if ((rootAccessKeyId === undefined) !== (rootSecretAccessKey === undefined))
    throw new Error("DOSIMETER_ROOT_ACCESS_KEY_ID and DOSIMETER_ROOT_SECRET_ACCESS_KEY must be given together");
  const key = await settings.transact(async (tx): Promise<RootKey> => {
    const stored = await tx
      .selectFrom("iam_access_keys")
      .select(["access_key_id", "sealed_secret"])
      .where("owner_id", "=", account)
      .executeTakeFirst();
    const known = stored && {
      accessKeyId: stored.access_key_id,
      secretAccessKey: openSecret(vault, stored.access_key_id, stored.sealed_secret, rootSecretAccessKey),
    };
    const wanted =
      rootAccessKeyId !== undefined && rootSecretAccessKey !== undefined
        ? { accessKeyId: rootAccessKeyId, secretAccessKey: rootSecretAccessKey }
        : known;
    if (known && wanted?.accessKeyId === known.accessKeyId && wanted.secretAccessKey === known.secretAccessKey)
      return { ...known, createdNow: false };
    const key = wanted ?? {
      accessKeyId: newAccessKeyId(environment.ids, "AKIA"),
      secretAccessKey: newSecretAccessKey(environment.ids),
    };
    await tx.deleteFrom("iam_access_keys").where("owner_id", "=", account).execute();
    await tx
      .insertInto("iam_access_keys")
      .values({
        access_key_id: key.accessKeyId,
        account_id: account,
        owner_id: account,
        status: "Active",
        sealed_secret: vault.seal(Buffer.from(key.secretAccessKey), accessKeyContext(key.accessKeyId)),
        created_ms: environment.clock.nowMs(),
      })
      .execute();
    await bumpIdentityRevision(tx);
    return { ...key, createdNow: wanted === undefined };
  });
  await writeRootCredentials(config.data, account, key, environment);
  return key;
}

/** A configured secret replaces one that cannot be opened any more; without one there is no way in. */
function openSecret(vault: Vault, accessKeyId: string, sealed: string, configured: string | undefined): string {
  try {
    return vault.open(sealed, accessKeyContext(accessKeyId)).toString("utf8");
  } catch (problem) {
    if (configured !== undefined) return "";
    throw new Error("the settings store was sealed under another master key", { cause: problem });
  }
}

async function writeRootCredentials(
  folder: string,
  accountId: string,
  { accessKeyId, secretAccessKey }: RootKey,
  environment: Environment,
): Promise<void> {
  const draft = path.join(folder, `root-credentials.${environment.ids.uuid()}`);
  await writeDurably(draft, `${JSON.stringify({ accountId, accessKeyId, secretAccessKey }, undefined, 2)}\n`);
  await rename(draft, path.join(folder, "root-credentials.json"));
  await syncFolder(folder);
}
