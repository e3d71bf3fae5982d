import { createHash, createPublicKey, type KeyObject } from "node:crypto";

/** The keys could not be read at all. */
export class KeysUnavailable extends Error {
  override readonly name = "KeysUnavailable";
}

export interface PublicKey {
  readonly key: KeyObject;
  /** Milliseconds; without bounds where they were not given. */
  readonly validFromMs: number;
  readonly validUntilMs: number;
}

/** Public keys by fingerprint (hex MD5 of the PKCS#1 DER). */
export type KeySource = ReadonlyMap<string, PublicKey>;

/**
 * Reads what `aws cloudtrail list-public-keys` prints. A key whose fingerprint is not that of its bytes is refused:
 * fingerprints are what digests name keys by.
 *
 * @throws KeysUnavailable
 */
export function readPublicKeys(json: string): KeySource {
  const keys = new Map<string, PublicKey>();
  let list: unknown;
  try {
    list = (JSON.parse(json) as { PublicKeyList?: unknown }).PublicKeyList;
  } catch (cause) {
    throw new KeysUnavailable("the keys are not JSON", { cause });
  }
  if (!Array.isArray(list)) throw new KeysUnavailable("the keys have no PublicKeyList");
  for (const entry of list as Record<string, unknown>[]) {
    const { Value, Fingerprint, ValidityStartTime, ValidityEndTime } = entry;
    if (typeof Value !== "string" || typeof Fingerprint !== "string")
      throw new KeysUnavailable("a key lacks Value or Fingerprint");
    const der = Buffer.from(Value, "base64");
    if (createHash("md5").update(der).digest("hex") !== Fingerprint)
      throw new KeysUnavailable(`the key with fingerprint ${Fingerprint} is not the one its fingerprint says`);
    try {
      keys.set(Fingerprint, {
        key: createPublicKey({ key: der, format: "der", type: "pkcs1" }),
        validFromMs: timeOf(ValidityStartTime) ?? Number.NEGATIVE_INFINITY,
        validUntilMs: timeOf(ValidityEndTime) ?? Number.POSITIVE_INFINITY,
      });
    } catch (cause) {
      throw new KeysUnavailable(`the key with fingerprint ${Fingerprint} is not a PKCS#1 public key`, { cause });
    }
  }
  return keys;
}

/** ISO, as the command line of version 2 prints it, or seconds, as that of version 1 does. */
function timeOf(value: unknown): number | undefined {
  const timeMs = typeof value === "number" ? value * 1000 : Date.parse(String(value));
  return Number.isFinite(timeMs) ? timeMs : undefined;
}
