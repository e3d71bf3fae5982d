import { createVerify } from "node:crypto";
import { type DigestDocument, parseDigest } from "./digest-document.js";
import type { ObjectFinding } from "./findings.js";
import type { KeySource } from "./public-keys.js";
import type { ObjectSource } from "./sources.js";
import { uncompress } from "./uncompress.js";

/** What a digest says of its predecessor. */
export interface Expected {
  readonly hash: string | null;
  readonly signature: string | null;
}

/** A digest as it was found, before anything is believed of it. */
export type ReadDigest =
  | { readonly found: "missing" }
  | { readonly found: "unreadable"; readonly problem: string }
  | {
      readonly found: "digest";
      readonly digest: DigestDocument;
      readonly sha256: string;
      readonly metadata: Readonly<Record<string, string>>;
    };

/** Never rejects for what an object is: finding that is the job. */
export async function readDigest(source: ObjectSource, key: string): Promise<ReadDigest> {
  const object = await source.read(key);
  if (object === undefined) return { found: "missing" };
  try {
    const { sha256, text } = await uncompress(object.bytes);
    if (text === undefined) throw new Error("too large for a digest");
    return { found: "digest", digest: parseDigest(text), sha256, metadata: object.metadata };
  } catch (reason) {
    return { found: "unreadable", problem: (reason as Error).message };
  }
}

/** Backfill digests come late, so that their key was valid at the time that stands with them. */
export const backfillTime = "backfill-generation-timestamp";

/**
 * Judges a digest by its place, by what its successor says of it, and by its signature.
 *
 * @returns `digest` where what it says of its predecessor may be followed.
 */
export function judgeDigest(
  read: ReadDigest,
  place: { readonly bucket: string; readonly key: string; readonly isBackfill: boolean },
  keys: KeySource,
  expected: Expected | undefined,
): { finding: ObjectFinding; digest?: DigestDocument } {
  const { bucket, key } = place;
  const found = (verdict: ObjectFinding["verdict"], detail?: string): ObjectFinding => ({
    kind: "digest",
    bucket,
    key,
    verdict,
    ...(detail !== undefined && { detail }),
  });
  if (read.found === "missing") return { finding: found("missing") };
  if (read.found === "unreadable") return { finding: found("unreadable", read.problem) };
  const { digest, sha256: hash, metadata } = read;
  if (digest.digestS3Bucket !== bucket || digest.digestS3Object !== key)
    return { finding: found("moved", `it belongs to s3://${digest.digestS3Bucket}/${digest.digestS3Object}`) };
  if (expected?.hash != null && expected.hash !== hash)
    return { finding: found("altered", "its hash is not the one its successor names") };

  const signature = metadata["signature"] ?? expected?.signature;
  // A signature that holds, holds wherever it was found.
  if (signature == null)
    return { finding: found("unsigned", "its signature was not kept with it: see <key>.metadata.json"), digest };
  if (expected?.signature != null && expected.signature !== signature)
    return { finding: found("altered", "its signature is not the one its successor names") };
  const publicKey = keys.get(digest.digestPublicKeyFingerprint);
  if (publicKey === undefined)
    return { finding: found("altered", `no public key has fingerprint ${digest.digestPublicKeyFingerprint}`) };
  const signedMs = Date.parse(place.isBackfill ? (metadata[backfillTime] ?? "") : digest.digestEndTime);
  if (signedMs < publicKey.validFromMs || signedMs > publicKey.validUntilMs)
    return { finding: found("altered", `its key ${digest.digestPublicKeyFingerprint} was not valid at that time`) };
  const signed = `${digest.digestEndTime}\n${bucket}/${key}\n${hash}\n${digest.previousDigestSignature ?? "null"}`;
  const holds =
    /^[0-9a-f]+$/i.test(signature) && createVerify("RSA-SHA256").update(signed).verify(publicKey.key, signature, "hex");
  return holds ? { finding: found("intact"), digest } : { finding: found("altered", "its signature does not hold") };
}
