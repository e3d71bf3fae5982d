import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";

/** A digest as it is written, with the members verification needs. */
export interface DigestDocument {
  readonly digestStartTime: string;
  readonly digestEndTime: string;
  readonly digestS3Bucket: string;
  readonly digestS3Object: string;
  readonly digestPublicKeyFingerprint: string;
  readonly previousDigestS3Bucket: string | null;
  readonly previousDigestS3Object: string | null;
  readonly previousDigestHashValue: string | null;
  readonly previousDigestSignature: string | null;
  readonly logFiles: readonly ListedFile[];
}

export interface ListedFile {
  readonly s3Bucket: string;
  readonly s3Object: string;
  readonly hashValue: string;
}

/** An uncompressed object: 50 MB a log file, and digests of many files. More than this is not one of ours. */
const uncompressedBytesMax = 256 * 1024 * 1024;

/**
 * The text of a gzip object. Exactly one member with nothing behind it: whatever follows would be read by some tools
 * and not by others. @throws Error if it is anything else.
 */
export function uncompress(bytes: Buffer): Buffer {
  const result = gunzipSync(bytes, { info: true, maxOutputLength: uncompressedBytesMax }) as unknown as {
    buffer: Buffer;
    engine: { bytesWritten: number };
  };
  if (result.engine.bytesWritten !== bytes.length) throw new Error("data after the end of the compressed stream");
  // A second member would have been read along: its header must not occur where the first one ended.
  const again = gunzipMemberLength(bytes);
  if (again !== undefined && again !== result.buffer.length) throw new Error("more than one compressed member");
  return result.buffer;
}

/** The last four bytes of a gzip stream tell the length of its last member. */
function gunzipMemberLength(bytes: Buffer): number | undefined {
  return bytes.length >= 18 ? bytes.readUInt32LE(bytes.length - 4) : undefined;
}

export function sha256Hex(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** @throws Error that says what is wrong with it. */
export function parseDigest(text: Buffer): DigestDocument {
  const document: unknown = JSON.parse(text.toString("utf8"));
  if (typeof document !== "object" || document === null) throw new Error("not a JSON object");
  const members = document as Record<string, unknown>;
  const strings = [
    "digestStartTime",
    "digestEndTime",
    "digestS3Bucket",
    "digestS3Object",
    "digestPublicKeyFingerprint",
  ];
  for (const name of strings) if (typeof members[name] !== "string") throw new Error(`${name} is missing`);
  const nullable = [
    "previousDigestS3Bucket",
    "previousDigestS3Object",
    "previousDigestHashValue",
    "previousDigestSignature",
  ];
  for (const name of nullable)
    if (members[name] !== null && typeof members[name] !== "string") throw new Error(`${name} is missing`);
  const files = members["logFiles"];
  if (!Array.isArray(files) || !files.every(isListedFile)) throw new Error("logFiles is not a list of files");
  return members as unknown as DigestDocument;
}

function isListedFile(file: unknown): file is ListedFile {
  const { s3Bucket, s3Object, hashValue } = (file ?? {}) as Record<string, unknown>;
  return typeof s3Bucket === "string" && typeof s3Object === "string" && typeof hashValue === "string";
}
