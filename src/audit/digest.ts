import { createHash, createSign, type KeyObject } from "node:crypto";

/** What a digest says of one log file. */
export interface DigestedFile {
  readonly bucket: string;
  readonly key: string;
  /** Hex SHA-256 of the uncompressed file. */
  readonly sha256: string;
  readonly oldestEventMs: number;
  readonly newestEventMs: number;
}

/** The digest before: where it is, its hash and its signature, both hex. */
export interface PreviousDigest {
  readonly bucket: string;
  readonly key: string;
  readonly sha256: string;
  readonly signature: string;
}

export interface DigestFacts {
  readonly accountId: string;
  /** The interval of delivery times, whole seconds in milliseconds. */
  readonly startMs: number;
  readonly endMs: number;
  readonly bucket: string;
  readonly key: string;
  /** Hex MD5 of the public key's PKCS#1 DER. */
  readonly fingerprint: string;
  /** Absent for the first digest of a chain. */
  readonly previous?: PreviousDigest;
  readonly files: readonly DigestedFile[];
}

export const signatureAlgorithm = "SHA256withRSA";

/** UTC to the whole second, `2026-08-01T12:00:00Z`. */
export function isoTime(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19)}Z`;
}

/**
 * The digest as JSON, one line. Member names and their order are AWS's.
 * Source: AWS CloudTrail User Guide, "CloudTrail digest file structure".
 */
export function digestJson(facts: DigestFacts): string {
  const { files, previous } = facts;
  const newest = files.map((file) => file.newestEventMs).reduce(max, Number.NEGATIVE_INFINITY);
  const oldest = files.map((file) => file.oldestEventMs).reduce(min, Number.POSITIVE_INFINITY);
  return JSON.stringify({
    awsAccountId: facts.accountId,
    digestStartTime: isoTime(facts.startMs),
    digestEndTime: isoTime(facts.endMs),
    digestS3Bucket: facts.bucket,
    digestS3Object: facts.key,
    digestPublicKeyFingerprint: facts.fingerprint,
    digestSignatureAlgorithm: signatureAlgorithm,
    newestEventTime: files.length > 0 ? isoTime(newest) : null,
    oldestEventTime: files.length > 0 ? isoTime(oldest) : null,
    previousDigestS3Bucket: previous?.bucket ?? null,
    previousDigestS3Object: previous?.key ?? null,
    previousDigestHashValue: previous?.sha256 ?? null,
    previousDigestHashAlgorithm: previous ? "SHA-256" : null,
    previousDigestSignature: previous?.signature ?? null,
    logFiles: files.map((file) => ({
      s3Bucket: file.bucket,
      s3Object: file.key,
      hashValue: file.sha256,
      hashAlgorithm: "SHA-256",
      newestEventTime: isoTime(file.newestEventMs),
      oldestEventTime: isoTime(file.oldestEventMs),
    })),
  });
}

/** The four lines that are signed; `null` stands for the signature before the first digest. */
export function stringToSign(facts: DigestFacts, digestSha256: string): string {
  return [isoTime(facts.endMs), `${facts.bucket}/${facts.key}`, digestSha256, facts.previous?.signature ?? "null"].join(
    "\n",
  );
}

/** RSASSA-PKCS1-v1_5 with SHA-256: the same facts and key give the same bytes, so a repeat after a crash is harmless. */
export function signDigest(facts: DigestFacts, privateKey: KeyObject) {
  const json = digestJson(facts);
  const sha256 = createHash("sha256").update(json).digest("hex");
  const signature = createSign("RSA-SHA256").update(stringToSign(facts, sha256)).sign(privateKey, "hex");
  return { json, sha256, signature };
}

// Not Math.max(...values): thousands of arguments overflow the stack.
const max = (a: number, b: number) => Math.max(a, b);
const min = (a: number, b: number) => Math.min(a, b);
