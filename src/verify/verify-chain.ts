import { createVerify } from "node:crypto";
import { type DigestDocument, parseDigest, sha256Hex, uncompress } from "./digest-document.js";
import type { DigestFinding, Finding } from "./findings.js";
import type { KeySource } from "./public-keys.js";
import type { ObjectSource } from "./sources.js";

/** What a digest says of its predecessor. */
interface Expected {
  readonly hash: string | null;
  readonly signature: string | null;
}

/**
 * Walks a trail's digests of one region backwards and reports every break, carrying on past each one.
 *
 * @param digestKeys keys of the digests, newest first. What names sort by is the time in them.
 * @param keys       public keys by fingerprint (hex); a fingerprint not found makes its digest "altered".
 * @yields one finding a digest and one a log file: "intact", "altered" (hash or signature differs), "missing" (named,
 *         but not there), "moved", "unreadable"; and a gap where a digest names no predecessor, yet older ones exist.
 *
 * Bad objects never throw: finding them is the job. Memory: two digests and one log file, whatever the length.
 * Source: AWS CloudTrail User Guide, "CloudTrail digest file structure" and "Custom implementations of CloudTrail log
 * file integrity validation". Shares no code with what writes digests.
 */
export async function* verifyChain(
  bucket: string,
  digestKeys: readonly string[],
  source: ObjectSource,
  keys: KeySource,
): AsyncGenerator<Finding> {
  const seen = new Set<string>();
  let next = digestKeys[0];
  let expected: Expected | undefined;
  while (next !== undefined) {
    const key: string = next;
    // A chain that bites its own tail would never end.
    if (seen.has(key)) break;
    seen.add(key);
    const { finding, digest } = await verifyDigest(bucket, key, source, keys, expected);
    yield finding;
    if (digest) yield* verifyFiles(digest, source);

    const previous = digest?.previousDigestS3Object ?? undefined;
    if (digest && previous !== undefined) {
      expected = { hash: digest.previousDigestHashValue, signature: digest.previousDigestSignature };
      // Digests that the chain passes by were put between its links.
      for (const skipped of digestKeys) {
        if (seen.has(skipped) || !isBetween(skipped, previous, key, digestKeys)) continue;
        seen.add(skipped);
        yield { kind: "digest", bucket, key: skipped, verdict: "unlisted", detail: "the chain does not name it" };
      }
      next = previous;
      continue;
    }
    expected = undefined;
    next = digestKeys.slice(digestKeys.indexOf(key) + 1).find((older) => !seen.has(older));
    if (digest && next !== undefined) yield { kind: "gap", from: timeInName(next), until: digest.digestStartTime };
  }
}

async function verifyDigest(
  bucket: string,
  key: string,
  source: ObjectSource,
  keys: KeySource,
  expected: Expected | undefined,
): Promise<{ finding: DigestFinding; digest?: DigestDocument }> {
  const found = (verdict: DigestFinding["verdict"], detail?: string): DigestFinding => ({
    kind: "digest",
    bucket,
    key,
    verdict,
    ...(detail !== undefined && { detail }),
  });
  const object = await source.read(key);
  if (object === undefined) return { finding: found("missing") };

  let text: Buffer;
  let digest: DigestDocument;
  try {
    text = uncompress(object.bytes);
    digest = parseDigest(text);
  } catch (reason) {
    return { finding: found("unreadable", (reason as Error).message) };
  }
  if (digest.digestS3Bucket !== bucket || digest.digestS3Object !== key)
    return { finding: found("moved", `it belongs to s3://${digest.digestS3Bucket}/${digest.digestS3Object}`) };

  const hash = sha256Hex(text);
  if (expected?.hash != null && expected.hash !== hash)
    return { finding: found("altered", "its hash is not the one its successor names") };
  const signature = object.metadata["signature"] ?? expected?.signature;
  // What it says of its predecessor may be followed all the same: a signature that holds, holds wherever it was found.
  if (signature == null)
    return { finding: found("unsigned", "its signature was not kept with it: see <key>.metadata.json"), digest };
  if (expected?.signature != null && expected.signature !== signature)
    return { finding: found("altered", "its signature is not the one its successor names") };
  const publicKey = keys.get(digest.digestPublicKeyFingerprint);
  if (publicKey === undefined)
    return { finding: found("altered", `no public key has fingerprint ${digest.digestPublicKeyFingerprint}`) };
  const signed = `${digest.digestEndTime}\n${bucket}/${key}\n${hash}\n${digest.previousDigestSignature ?? "null"}`;
  const holds =
    /^[0-9a-f]+$/i.test(signature) && createVerify("RSA-SHA256").update(signed).verify(publicKey, signature, "hex");
  return holds ? { finding: found("intact"), digest } : { finding: found("altered", "its signature does not hold") };
}

async function* verifyFiles(digest: DigestDocument, source: ObjectSource): AsyncGenerator<Finding> {
  for (const file of digest.logFiles) {
    const { s3Bucket: bucket, s3Object: key } = file;
    const object = bucket === digest.digestS3Bucket ? await source.read(key) : undefined;
    if (object === undefined) {
      yield { kind: "log", bucket, key, verdict: "missing" };
      continue;
    }
    try {
      const verdict = sha256Hex(uncompress(object.bytes)) === file.hashValue ? "intact" : "altered";
      yield { kind: "log", bucket, key, verdict };
    } catch (reason) {
      yield { kind: "log", bucket, key, verdict: "unreadable", detail: (reason as Error).message };
    }
  }
}

/** Whether a digest's time lies between those of two links of the chain. */
function isBetween(key: string, older: string, newer: string, digestKeys: readonly string[]): boolean {
  const time = timeInName(key);
  return digestKeys.includes(newer) && timeInName(older) < time && time < timeInName(newer);
}

/** `20260801T120000Z` of a digest's key: by position, as the command line reads it. */
export function timeInName(key: string): string {
  return key.slice(-".json.gz".length - 16, -".json.gz".length);
}
