import { sql } from "kysely";
import type { Environment } from "../environment.js";
import type { SettingsStore, SettingsTransaction } from "../storage/settings-store.js";
import type { ExternalKms } from "./external-kms.js";
import { keyBytes, keyFileIn, readKey, readKeyFile, readOrMakeKeyFile, vaultOf } from "./open-vault.js";
import { sealedColumns } from "./sealed-columns.js";
import type { Vault } from "./vault.js";

const context = "master-key";
/** Sealed under the master key in force: what opens it, opens the rest. */
const checkText = "dosimeter";

interface MasterKey {
  readonly vault: Vault;
  /** Where a KMS keeps it, if one does. */
  readonly kept?: { readonly keyArn: string; readonly wrapped: string };
}

/**
 * The vault under the master key in force: the one given, else one that an external KMS wraps, else a file's. Where the
 * settings were sealed under another and that one is to be had too, all of them are sealed anew, in one transaction.
 *
 * @param former base64 of the key that was in force before.
 * @throws if none of the keys opens what is there, or the KMS does not answer.
 */
export async function openRootedVault(options: {
  readonly settings: SettingsStore;
  readonly environment: Environment;
  readonly dataFolder: string;
  /** 32 bytes in base64. */
  readonly masterKey?: string | undefined;
  readonly masterKeyFile?: string | undefined;
  readonly kms?: ExternalKms | undefined;
  readonly former?: string | undefined;
  readonly onResealed: (texts: number) => void;
}): Promise<Vault> {
  const { settings, environment, kms } = options;
  const file = options.masterKeyFile ?? keyFileIn(options.dataFolder);
  const vaultFrom = (key: Buffer) => vaultOf(key, environment);

  async function inForce(kept: Kept | undefined): Promise<MasterKey> {
    if (options.masterKey !== undefined)
      return { vault: vaultFrom(readKey(options.masterKey, "DOSIMETER_MASTER_KEY")) };
    if (kms === undefined) return { vault: vaultFrom(await readOrMakeKeyFile(file, environment)) };
    if (kept?.keyArn === kms.keyArn) return { vault: vaultFrom(await kms.unwrap(kept.wrapped, kept.keyArn)), kept };
    const key = environment.ids.bytes(keyBytes);
    return { vault: vaultFrom(key), kept: { keyArn: kms.keyArn, wrapped: await kms.wrap(key) } };
  }

  /** The others there are, the likeliest first. */
  async function* earlier(kept: Kept | undefined): AsyncGenerator<Vault> {
    if (options.former !== undefined) yield vaultFrom(readKey(options.former, "DOSIMETER_FORMER_MASTER_KEY"));
    if (kms !== undefined && kept !== undefined) yield vaultFrom(await kms.unwrap(kept.wrapped, kept.keyArn));
    const found = await readKeyFile(file);
    if (found !== undefined) yield vaultFrom(found);
  }

  const before = await readRoot(settings.read);
  const master = await inForce(before?.kept);
  const example = before?.check ?? (await anySealed(settings));
  if (before !== undefined && opens(master.vault, before.check)) return master.vault;
  let former: Vault | undefined;
  if (example !== undefined && !opens(master.vault, example)) {
    for await (const vault of earlier(before?.kept)) if (opens(vault, example)) former = vault;
    if (former === undefined)
      throw new Error(
        "the settings store was sealed under another master key: DOSIMETER_FORMER_MASTER_KEY can give it",
      );
  }
  const texts = await settings.transact(async (tx) => {
    const now = await readRoot(tx);
    if (now?.check.text !== before?.check.text) return undefined;
    const count = former === undefined ? 0 : await reseal(tx, former, master.vault);
    await tx.deleteFrom("master_key").execute();
    await tx
      .insertInto("master_key")
      .values({
        id: 1,
        sealed_check: master.vault.seal(Buffer.from(checkText), context),
        kms_key_arn: master.kept?.keyArn ?? null,
        wrapped: master.kept?.wrapped ?? null,
      })
      .execute();
    return count;
  });
  // Another process was faster: what it made is looked at like anything else that is there.
  if (texts === undefined) return openRootedVault(options);
  if (texts > 0) options.onResealed(texts);
  return master.vault;
}

type Kept = NonNullable<MasterKey["kept"]>;

/** A sealed text and what it is bound to. */
interface Sealed {
  readonly text: string;
  readonly context: string;
}

function opens(vault: Vault, { text, context: bound }: Sealed): boolean {
  try {
    vault.open(text, bound);
    return true;
  } catch {
    return false;
  }
}

async function readRoot(queries: SettingsStore["read"] | SettingsTransaction) {
  const row = await queries.selectFrom("master_key").selectAll().executeTakeFirst();
  if (row === undefined) return undefined;
  const { kms_key_arn: keyArn, wrapped } = row;
  return {
    check: { text: row.sealed_check, context } satisfies Sealed,
    kept: keyArn !== null && wrapped !== null ? { keyArn, wrapped } : undefined,
  };
}

/** Settings from before there was a check. */
async function anySealed({ read }: SettingsStore): Promise<Sealed | undefined> {
  for (const { table, key, column, context: contextOf } of sealedColumns) {
    const { rows } = await sql<{ key: string; text: string }>`
      select ${sql.ref(key)} as key, ${sql.ref(column)} as text from ${sql.table(table)} limit 1`.execute(read);
    if (rows[0] !== undefined) return { text: rows[0].text, context: contextOf(rows[0].key) };
  }
  return undefined;
}

/** @returns how many texts there were. */
async function reseal(tx: SettingsTransaction, former: Vault, vault: Vault): Promise<number> {
  let count = 0;
  for (const { table, key, column, context: contextOf } of sealedColumns) {
    const { rows } = await sql<{ key: string; text: string }>`
      select ${sql.ref(key)} as key, ${sql.ref(column)} as text from ${sql.table(table)}`.execute(tx);
    for (const row of rows) {
      const bound = contextOf(row.key);
      const text = vault.seal(former.open(row.text, bound), bound);
      await sql`update ${sql.table(table)} set ${sql.ref(column)} = ${text} where ${sql.ref(key)} = ${row.key}`.execute(
        tx,
      );
    }
    count += rows.length;
  }
  return count;
}
