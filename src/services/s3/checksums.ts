import { createHash } from "node:crypto";
import type { PartInfo } from "../../storage/object-store.js";
import { combineCyclic, cyclicOf, isCyclic } from "./crc-combine.js";

/** Algorithms whose checksums are kept, as AWS names them; the members of requests and answers are `Checksum` + name. */
export const checksumAlgorithms = ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"] as const;

export type Checksums = Readonly<Record<string, string>>;

/**
 * The checksums a request carries. Ask once the body has ended: what came in its trailer is filled in by then, and
 * everything given was verified by whoever delivers the body.
 */
export function checksumsOf(input: object): Checksums {
  const found: Record<string, string> = {};
  for (const algorithm of checksumAlgorithms) {
    const value = (input as Record<string, unknown>)[`Checksum${algorithm}`];
    if (typeof value === "string") found[algorithm] = value;
  }
  return found;
}

/** As members of an answer. */
export function checksumMembers(checksums: Checksums): Record<string, string> {
  return Object.fromEntries(Object.entries(checksums).map(([algorithm, value]) => [`Checksum${algorithm}`, value]));
}

/**
 * The checksum of an object uploaded in parts, or undefined if a part has none.
 * `COMPOSITE` is the hash over the parts' hashes with `-N` behind it; `FULL_OBJECT` is that of the bytes themselves.
 * Source: S3 user guide, "Checking object integrity", multipart uploads.
 */
export function checksumOfParts(
  algorithm: string,
  type: "COMPOSITE" | "FULL_OBJECT",
  parts: readonly PartInfo[],
): string | undefined {
  const checked = parts.map(({ checksums, sizeBytes }) => ({ checksum: checksums[algorithm], sizeBytes }));
  if (!checked.every((part): part is { checksum: string; sizeBytes: number } => part.checksum !== undefined))
    return undefined;
  if (type === "FULL_OBJECT") return isCyclic(algorithm) ? combineCyclic(algorithm, checked) : undefined;
  const all = Buffer.concat(checked.map(({ checksum }) => Buffer.from(checksum, "base64")));
  if (algorithm === "SHA1" || algorithm === "SHA256")
    return `${createHash(algorithm.toLowerCase()).update(all).digest("base64")}-${parts.length}`;
  return isCyclic(algorithm) ? `${cyclicOf(algorithm, all)}-${parts.length}` : undefined;
}
