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
  readonly oldestEventTime?: unknown;
  readonly newestEventTime?: unknown;
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
