import { createHash, createPublicKey, type KeyObject } from "node:crypto";

/** The keys could not be read at all. */
export class KeysUnavailable extends Error {
  override readonly name = "KeysUnavailable";
}

export type KeySource = ReadonlyMap<string, KeyObject>;

/**
 * Reads what `aws cloudtrail list-public-keys` prints. A key whose fingerprint is not that of its bytes is refused:
 * fingerprints are what digests name keys by.
 *
 * @returns public keys by fingerprint (hex MD5 of the PKCS#1 DER).
 * @throws KeysUnavailable
 */
export function readPublicKeys(json: string): KeySource {
  const keys = new Map<string, KeyObject>();
  let list: unknown;
  try {
    list = (JSON.parse(json) as { PublicKeyList?: unknown }).PublicKeyList;
  } catch (cause) {
    throw new KeysUnavailable("the keys are not JSON", { cause });
  }
  if (!Array.isArray(list)) throw new KeysUnavailable("the keys have no PublicKeyList");
  for (const entry of list as { Value?: unknown; Fingerprint?: unknown }[]) {
    const { Value, Fingerprint } = entry;
    if (typeof Value !== "string" || typeof Fingerprint !== "string")
      throw new KeysUnavailable("a key lacks Value or Fingerprint");
    const der = Buffer.from(Value, "base64");
    if (createHash("md5").update(der).digest("hex") !== Fingerprint)
      throw new KeysUnavailable(`the key with fingerprint ${Fingerprint} is not the one its fingerprint says`);
    try {
      keys.set(Fingerprint, createPublicKey({ key: der, format: "der", type: "pkcs1" }));
    } catch (cause) {
      throw new KeysUnavailable(`the key with fingerprint ${Fingerprint} is not a PKCS#1 public key`, { cause });
    }
  }
  return keys;
}
