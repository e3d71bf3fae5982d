import type { ObjectFacts, ObjectInfo } from "../../storage/object-store.js";
import { type Checksums, checksumMembers } from "./checksums.js";
import { s3Failure } from "./errors.js";
import { quoted } from "./etags.js";
import { limits } from "./limits.js";
import { encryptionMembers } from "./object-encryption.js";
import type { Tags } from "./tags.js";

/** Members of requests and answers, and the headers they stand for. */
const headerMembers = {
  CacheControl: "cache-control",
  ContentDisposition: "content-disposition",
  ContentEncoding: "content-encoding",
  ContentLanguage: "content-language",
  ContentType: "content-type",
} as const;

export interface DescribedObject extends Partial<Record<keyof typeof headerMembers, string>> {
  readonly Expires?: Date | string;
  readonly Metadata?: Record<string, string>;
}

/** @throws ServiceError MetadataTooLarge */
export function factsOf(input: DescribedObject, tags: Tags, checksums: Checksums = {}): ObjectFacts {
  const headers: Record<string, string> = {};
  for (const [member, name] of Object.entries(headerMembers)) {
    const value = input[member as keyof typeof headerMembers];
    if (value !== undefined) headers[name] = value;
  }
  if (input.Expires !== undefined)
    headers["expires"] = input.Expires instanceof Date ? input.Expires.toUTCString() : input.Expires;
  const metadata = Object.fromEntries(
    Object.entries(input.Metadata ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const metadataBytes = Object.entries(metadata).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value),
    0,
  );
  if (metadataBytes > limits.metadataBytesMax)
    throw s3Failure("MetadataTooLarge", 400, "Your metadata headers exceed the maximum allowed metadata size", {
      Size: metadataBytes,
      MaxSizeAllowed: limits.metadataBytesMax,
    });
  const type = Object.keys(checksums).length > 0 ? { checksumType: "FULL_OBJECT" as const } : {};
  return { headers, metadata, tags, checksums, ...type };
}

/** What HeadObject and GetObject say of an object, without its length. */
export function describedObject(info: ObjectInfo) {
  const members: Record<string, string> = {};
  for (const [member, name] of Object.entries(headerMembers)) {
    const value = info.headers[name];
    if (value !== undefined) members[member] = value;
  }
  const expires = info.headers["expires"];
  const tagCount = Object.keys(info.tags).length;
  return {
    AcceptRanges: "bytes",
    LastModified: new Date(info.lastModifiedMs),
    ETag: quoted(info.etag),
    ContentType: "binary/octet-stream",
    ...members,
    ...(expires !== undefined && !Number.isNaN(Date.parse(expires)) ? { Expires: new Date(expires) } : {}),
    Metadata: { ...info.metadata },
    ...(tagCount > 0 ? { TagCount: tagCount } : {}),
    ...encryptionMembers(info.encryption),
  };
}

/** The checksums, for who asked with `x-amz-checksum-mode: ENABLED`. */
export function checksumsOfObject(info: ObjectInfo) {
  return { ...checksumMembers(info.checksums), ...(info.checksumType ? { ChecksumType: info.checksumType } : {}) };
}
