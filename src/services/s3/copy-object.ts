import type { CopyObjectOutput, CopyObjectRequest } from "@aws-sdk/client-s3";
import type { ObjectFacts, ObjectInfo } from "../../storage/object-store.js";
import { checksumMembers } from "./checksums.js";
import { copySourceOf, readSource, sourceAccess } from "./copy-source.js";
import { inS3Words, invalidArgument, invalidRequest, notImplemented } from "./errors.js";
import { quoted } from "./etags.js";
import { newContentKey, newEncryptionMembers, recordedEncryption } from "./object-encryption.js";
import { factsOf } from "./object-facts.js";
import { objectOperation } from "./object-operation.js";
import { checkSourceConditions } from "./read-conditions.js";
import type { S3Parts } from "./s3-deps.js";
import { tagsOfHeader } from "./tags.js";
import { writeCondition } from "./write-conditions.js";

/** Copies an object, with its description and tags or with new ones. The bytes are written anew, in one part. */
export const copyObject = (parts: S3Parts) =>
  objectOperation<CopyObjectRequest, CopyObjectOutput>(parts, {
    name: "CopyObject",
    readOnly: false,
    action: "PutObject",
    alsoAccess: (input, { call }) => sourceAccess(parts, input, call, input.TaggingDirective !== "REPLACE"),
    recordedResponse: ({ CopyObjectResult, ...output }) => ({ CopyObjectResult, ...recordedEncryption(output) }),
    async execute(input, on) {
      const { bucket, key, call } = on;
      checkDirective("x-amz-metadata-directive", input.MetadataDirective);
      checkDirective("x-amz-tagging-directive", input.TaggingDirective);
      const source = await copySourceOf(parts, input);
      const changed = input.MetadataDirective === "REPLACE" || input.ServerSideEncryption !== undefined;
      if (source.bucket.id === bucket.id && source.key === key && !changed)
        throw invalidRequest(
          "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
        );
      const condition = writeCondition(input);
      const contentKey = await newContentKey(parts, input, on);
      const { info, body } = await readSource(parts, source, call, (stored) => {
        checkSourceConditions(input, stored);
        checkAlgorithm(input.ChecksumAlgorithm, stored);
        return undefined;
      });
      const copied = await inS3Words(
        { bucket: bucket.name, key },
        parts.objects
          .put(bucket.id, key, body, () => copiedFacts(input, info), condition, contentKey)
          .finally(() => body.destroy()),
      );
      call.note({ bytesTransferredIn: 0, bytesTransferredOut: 0 });
      return {
        ...newEncryptionMembers(contentKey.encryption),
        CopyObjectResult: {
          ETag: quoted(copied.etag),
          LastModified: new Date(copied.lastModifiedMs),
          ...checksumMembers(copied.checksums),
          ...(copied.checksumType === undefined ? {} : { ChecksumType: copied.checksumType }),
        },
      };
    },
  });

function copiedFacts(input: CopyObjectRequest, source: ObjectInfo): ObjectFacts {
  const tags = input.TaggingDirective === "REPLACE" ? tagsOfHeader(input.Tagging) : source.tags;
  // A checksum of the whole stays true of the copy; one composed of parts does not, for the copy has none.
  const kept = source.checksumType === "FULL_OBJECT" ? source.checksums : {};
  const checksumType = Object.keys(kept).length > 0 ? { checksumType: "FULL_OBJECT" as const } : {};
  if (input.MetadataDirective === "REPLACE") return factsOf(input, tags, kept);
  return { headers: source.headers, metadata: source.metadata, tags, checksums: kept, ...checksumType };
}

function checkDirective(header: string, directive: string | undefined): void {
  if (directive !== undefined && directive !== "COPY" && directive !== "REPLACE")
    throw invalidArgument("Unknown directive.", header, String(directive).slice(0, 100));
}

/** A new kind of checksum would have to be computed here. */
function checkAlgorithm(algorithm: string | undefined, source: ObjectInfo): void {
  if (algorithm !== undefined && !(source.checksumType === "FULL_OBJECT" && algorithm in source.checksums))
    throw notImplemented("A copy keeps the checksum of its source: computing another one is not offered.");
}
