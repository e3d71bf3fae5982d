import type { GetObjectAttributesOutput, GetObjectAttributesRequest, ObjectAttributes } from "@aws-sdk/client-s3";
import { checksumMembers } from "./checksums.js";
import { invalidArgument } from "./errors.js";
import { limits } from "./limits.js";
import { missingKey } from "./missing-key.js";
import { openContentKey } from "./object-encryption.js";
import { checksumsOfObject } from "./object-facts.js";
import { objectOperation } from "./object-operation.js";
import { objectAccess } from "./s3-access.js";
import type { S3Parts } from "./s3-deps.js";

const known: readonly string[] = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"];

/** Those facts of an object that are asked for by name. */
export const getObjectAttributes = (parts: S3Parts) =>
  objectOperation<GetObjectAttributesRequest, GetObjectAttributesOutput>(parts, {
    name: "GetObjectAttributes",
    readOnly: true,
    action: "GetObjectAttributes",
    aboutExisting: true,
    alsoAccess: async (_input, { bucket, key, call }) => [objectAccess(bucket, key, "GetObject", call)],
    recorded: () => ({ attributes: "" }),
    async execute(input, on) {
      const { bucket, key, call } = on;
      // The header holds them in one line, and readers of headers differ in what they make of it.
      const asked = (input.ObjectAttributes ?? []).flatMap((name) => name.split(",").map((one) => one.trim()));
      const unknown = asked.find((name) => !known.includes(name));
      if (unknown !== undefined || asked.length === 0)
        throw invalidArgument("Invalid attribute name specified.", "x-amz-object-attributes", unknown?.slice(0, 100));
      const info = await parts.objects.head(bucket.id, key);
      if (info === undefined) throw await missingKey(bucket, key, call);
      const wants = (name: ObjectAttributes) => asked.includes(name);
      // Checksums tell of the content, so they are for those who may read it.
      if (info.encryption !== undefined && (wants("Checksum") || wants("ObjectParts")))
        await openContentKey(parts, info.encryption, on);
      return {
        LastModified: new Date(info.lastModifiedMs),
        ...(wants("ETag") ? { ETag: info.etag } : {}),
        ...(wants("Checksum") && info.checksumType !== undefined ? { Checksum: checksumsOfObject(info) } : {}),
        ...(wants("ObjectParts") && info.partsCount !== undefined
          ? { ObjectParts: await partsOfObject(parts, bucket.id, info.partsCount, input) }
          : {}),
        ...(wants("StorageClass") ? { StorageClass: "STANDARD" as const } : {}),
        ...(wants("ObjectSize") ? { ObjectSize: info.sizeBytes } : {}),
      };
    },
  });

async function partsOfObject(parts: S3Parts, bucketId: string, total: number, input: GetObjectAttributesRequest) {
  const limit = Math.min(input.MaxParts ?? limits.keysListedMax, limits.keysListedMax);
  const after = Number(input.PartNumberMarker ?? 0) || 0;
  const found = await parts.objects.parts({ bucketId, key: input.Key! }, { after, limit: limit + 1 });
  const page = found.slice(0, limit);
  return {
    TotalPartsCount: total,
    PartNumberMarker: String(after),
    MaxParts: limit,
    IsTruncated: found.length > page.length,
    NextPartNumberMarker: String(page.at(-1)?.partNumber ?? after),
    Parts: page.map(({ partNumber, sizeBytes, checksums }) => ({
      PartNumber: partNumber,
      Size: sizeBytes,
      ...checksumMembers(checksums),
    })),
  };
}
