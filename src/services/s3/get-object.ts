import type { GetObjectOutput, GetObjectRequest, HeadObjectOutput, HeadObjectRequest } from "@aws-sdk/client-s3";
import type { ByteRange, ObjectInfo, PartInfo } from "../../storage/object-store.js";
import type { Bucket } from "./buckets.js";
import { rangeOf } from "./byte-ranges.js";
import { inS3Words, invalidRequest, s3Failure } from "./errors.js";
import { missingKey } from "./missing-key.js";
import { openContentKey } from "./object-encryption.js";
import { checksumsOfObject, describedObject } from "./object-facts.js";
import { objectOperation } from "./object-operation.js";
import { checkReadConditions } from "./read-conditions.js";
import type { S3Parts } from "./s3-deps.js";

type ReadRequest = GetObjectRequest & HeadObjectRequest;

/** Gives the bytes of an object, of a range, or of one part of it, if the conditions hold. */
export const getObject = (parts: S3Parts) =>
  objectOperation<GetObjectRequest, GetObjectOutput>(parts, {
    name: "GetObject",
    readOnly: true,
    action: "GetObject",
    aboutExisting: true,
    async execute(input, on) {
      const { bucket, key, call } = on;
      if (call.caller.kind === "anonymous" && overriding(input))
        throw invalidRequest("Request specific response headers cannot be used for anonymous GET requests.");
      const part = await partOf(parts, bucket, input);
      const reading = await inS3Words(
        { bucket: bucket.name, key },
        parts.objects.get(
          bucket.id,
          key,
          (info) => readRange(input, info, part),
          (encryption) => openContentKey(parts, encryption, on),
        ),
      );
      if (reading === undefined) throw await missingKey(bucket, key, call);
      const described = describedReading(input, reading.info, reading.range);
      call.note({ bytesTransferredIn: 0, bytesTransferredOut: described.ContentLength });
      return { ...described, Body: reading.body as GetObjectOutput["Body"] };
    },
  });

/** What GetObject would say, without the bytes. */
export const headObject = (parts: S3Parts) =>
  objectOperation<HeadObjectRequest, HeadObjectOutput>(parts, {
    name: "HeadObject",
    readOnly: true,
    action: "GetObject",
    aboutExisting: true,
    async execute(input, on) {
      const { bucket, key, call } = on;
      const part = await partOf(parts, bucket, input);
      const info = await parts.objects.head(bucket.id, key);
      if (info === undefined) throw await missingKey(bucket, key, call);
      const described = describedReading(input, info, readRange(input, info, part));
      // A checksum tells of the content, so it is for those who may read it.
      if (input.ChecksumMode === "ENABLED" && info.encryption !== undefined)
        await openContentKey(parts, info.encryption, on);
      return described;
    },
  });

function readRange(
  input: ReadRequest,
  info: ObjectInfo,
  part: (info: ObjectInfo) => ByteRange | undefined,
): ByteRange | undefined {
  checkReadConditions(input, info);
  if (input.PartNumber !== undefined) return part(info);
  return input.Range === undefined ? undefined : rangeOf(input.Range, info.sizeBytes);
}

/** Where part N of the object lies; parts are counted from 1, an object put whole has one. */
async function partOf(parts: S3Parts, bucket: Bucket, { Key, PartNumber, Range }: ReadRequest) {
  if (PartNumber === undefined) return () => undefined;
  if (Range !== undefined) throw invalidRequest("Cannot specify both Range header and partNumber query parameter");
  const pieces = await parts.objects.parts({ bucketId: bucket.id, key: Key! }, { limit: PartNumber });
  return ({ sizeBytes }: ObjectInfo) => {
    const piece: PartInfo | undefined = pieces[PartNumber - 1];
    if (piece === undefined)
      throw s3Failure("InvalidPartNumber", 416, "The requested partnumber is not satisfiable", {
        PartNumberRequested: PartNumber,
        ActualPartCount: pieces.length,
      });
    const first = pieces.slice(0, PartNumber - 1).reduce((sum, before) => sum + before.sizeBytes, 0);
    // Only an empty object has an empty part; it is answered whole.
    return sizeBytes === 0 ? undefined : { first, last: first + piece.sizeBytes - 1 };
  };
}

function describedReading(input: ReadRequest, info: ObjectInfo, range: ByteRange | undefined) {
  return {
    ...describedObject(info),
    ...given({
      CacheControl: input.ResponseCacheControl,
      ContentDisposition: input.ResponseContentDisposition,
      ContentEncoding: input.ResponseContentEncoding,
      ContentLanguage: input.ResponseContentLanguage,
      ContentType: input.ResponseContentType,
      Expires: input.ResponseExpires,
    }),
    ContentLength: range === undefined ? info.sizeBytes : range.last - range.first + 1,
    ...(range === undefined ? {} : { ContentRange: `bytes ${range.first}-${range.last}/${info.sizeBytes}` }),
    ...(input.PartNumber === undefined || info.partsCount === undefined ? {} : { PartsCount: info.partsCount }),
    // They are of the whole object, so they say nothing about a range.
    ...(input.ChecksumMode === "ENABLED" && range === undefined ? checksumsOfObject(info) : {}),
  };
}

function overriding(input: GetObjectRequest): boolean {
  return Object.entries(input).some(([member, value]) => member.startsWith("Response") && value !== undefined);
}

function given<Members extends object>(members: Members): Partial<Members> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Partial<Members>;
}
