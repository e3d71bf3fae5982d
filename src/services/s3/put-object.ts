import type { Readable } from "node:stream";
import type { PutObjectOutput, PutObjectRequest } from "@aws-sdk/client-s3";
import { checksumsOf } from "./checksums.js";
import { inS3Words } from "./errors.js";
import { quoted } from "./etags.js";
import { newContentKey, newEncryptionMembers, recordedEncryption } from "./object-encryption.js";
import { checksumsOfObject, factsOf } from "./object-facts.js";
import { objectOperation } from "./object-operation.js";
import type { S3Parts } from "./s3-deps.js";
import { tagsOfHeader } from "./tags.js";
import { writeCondition } from "./write-conditions.js";

/** Stores an object. The body was verified by whoever delivers it when it ends cleanly; nothing is stored before. */
export const putObject = (parts: S3Parts) =>
  objectOperation<PutObjectRequest, PutObjectOutput>(parts, {
    name: "PutObject",
    readOnly: false,
    action: "PutObject",
    recordedResponse: recordedEncryption,
    async execute(input, on) {
      const { bucket, key, call } = on;
      const tags = tagsOfHeader(input.Tagging);
      const condition = writeCondition(input);
      const facts = factsOf(input, tags);
      const contentKey = await newContentKey(parts, input, on);
      const info = await inS3Words(
        { bucket: bucket.name, key },
        parts.objects.put(
          bucket.id,
          key,
          input.Body as Readable,
          () => {
            const checksums = checksumsOf(input);
            return Object.keys(checksums).length === 0 ? facts : { ...facts, checksums, checksumType: "FULL_OBJECT" };
          },
          condition,
          contentKey,
        ),
      );
      call.note({ bytesTransferredIn: info.sizeBytes, bytesTransferredOut: 0 });
      return { ETag: quoted(info.etag), ...checksumsOfObject(info), ...newEncryptionMembers(contentKey.encryption) };
    },
  });
