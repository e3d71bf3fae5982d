import { createHash, createPrivateKey, generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import { signingKeyContext } from "../identity/sealed-columns.js";
import type { Vault } from "../identity/vault.js";
import type { SettingsStore } from "../storage/settings-store.js";

const dayMs = 24 * 60 * 60 * 1000;

/** As AWS's published keys: valid for 30 days. */
export const keyValidityMs = 30 * dayMs;

/** The next key is made this long before its predecessor ends, so that their validities overlap. */
const rotationMarginMs = dayMs;

export interface PublicKeyInfo {
  readonly fingerprint: string;
  /** DER of a PKCS#1 RSAPublicKey. */
  readonly der: Buffer;
  readonly validFromMs: number;
  readonly validUntilMs: number;
}

/** The RSA key pairs that sign digests, one succession a region. Private halves are kept sealed. */
export function createSigningKeys(deps: { readonly settings: SettingsStore; readonly vault: Vault }) {
  const { settings, vault } = deps;
  const opened = new Map<string, KeyObject>();

  async function make(region: string, validFromMs: number): Promise<void> {
    const { publicKey, privateKey } = await promisify(generateKeyPair)("rsa", { modulusLength: 2048 });
    const der = publicKey.export({ type: "pkcs1", format: "der" });
    const fingerprint = createHash("md5").update(der).digest("hex");
    const sealed = vault.seal(privateKey.export({ type: "pkcs8", format: "der" }), signingKeyContext(fingerprint));
    await settings.transact(async (tx) => {
      await tx
        .insertInto("trail_signing_keys")
        .values({
          fingerprint,
          region,
          public_key: der.toString("base64"),
          private_key: sealed,
          valid_from_ms: validFromMs,
          valid_until_ms: validFromMs + keyValidityMs,
        })
        .execute();
    });
  }

  async function newestValid(region: string, atMs: number) {
    return settings.read
      .selectFrom("trail_signing_keys")
      .select(["fingerprint", "valid_until_ms"])
      .where("region", "=", region)
      .where("valid_from_ms", "<=", atMs)
      .where("valid_until_ms", ">", atMs)
      .orderBy("valid_from_ms", "desc")
      .orderBy("fingerprint")
      .limit(1)
      .executeTakeFirst();
  }

  return {
    /**
     * The key that signs a digest of this interval: valid at its end, because that is where verifiers look for it.
     * Makes the first one, and the next when the present one is about to end. The caller holds the sealing lease.
     */
    async fingerprintFor(region: string, interval: { startMs: number; endMs: number }): Promise<string> {
      let key = await newestValid(region, interval.endMs);
      if (key === undefined) await make(region, interval.startMs);
      else if (key.valid_until_ms - interval.endMs < rotationMarginMs) await make(region, interval.endMs);
      else return key.fingerprint;
      key = await newestValid(region, interval.endMs);
      if (key === undefined) throw new Error(`no signing key for ${region}, though one was just made`);
      return key.fingerprint;
    },

    async open(fingerprint: string): Promise<KeyObject> {
      const known = opened.get(fingerprint);
      if (known) return known;
      const row = await settings.read
        .selectFrom("trail_signing_keys")
        .select("private_key")
        .where("fingerprint", "=", fingerprint)
        .executeTakeFirstOrThrow();
      const der = vault.open(row.private_key, signingKeyContext(fingerprint));
      const key = createPrivateKey({ key: der, type: "pkcs8", format: "der" });
      if (opened.size >= openedKeysMax) opened.clear();
      opened.set(fingerprint, key);
      return key;
    },

    /** Keys whose validity meets the range, oldest first. */
    async publicKeys(region: string, range: { startMs: number; endMs: number }): Promise<PublicKeyInfo[]> {
      const rows = await settings.read
        .selectFrom("trail_signing_keys")
        .select(["fingerprint", "public_key", "valid_from_ms", "valid_until_ms"])
        .where("region", "=", region)
        .where("valid_from_ms", "<=", range.endMs)
        .where("valid_until_ms", ">=", range.startMs)
        .orderBy("valid_from_ms")
        .orderBy("fingerprint")
        .execute();
      return rows.map((row) => ({
        fingerprint: row.fingerprint,
        der: Buffer.from(row.public_key, "base64"),
        validFromMs: row.valid_from_ms,
        validUntilMs: row.valid_until_ms,
      }));
    },
  };
}

export type SigningKeys = ReturnType<typeof createSigningKeys>;

/** Opened private keys kept in memory; a few regions need a few. */
const openedKeysMax = 64;
