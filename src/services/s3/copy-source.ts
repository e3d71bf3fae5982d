import type { ByteRange, ObjectInfo, ObjectReading } from "../../storage/object-store.js";
import type { Call } from "../operation.js";
import type { Bucket } from "./buckets.js";
import { inS3Words, invalidArgument, invalidRequest, noSuchKey } from "./errors.js";
import { limits } from "./limits.js";
import { missingKey } from "./missing-key.js";
import { checkKey } from "./not-served.js";
import { openContentKey } from "./object-encryption.js";
import { existingTags, objectAccess } from "./s3-access.js";
import type { S3Parts } from "./s3-deps.js";

interface SourceInput {
  readonly CopySource: string | undefined;
  readonly ExpectedSourceBucketOwner?: string;
}

export interface CopySource {
  readonly bucket: Bucket;
  readonly key: string;
}

/** `x-amz-copy-source`: `[/]bucket/key[?versionId=null]`, percent-encoded. */
export async function copySourceOf(parts: S3Parts, input: SourceInput): Promise<CopySource> {
  const invalid = () =>
    invalidArgument(
      "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
      "x-amz-copy-source",
      input.CopySource?.slice(0, 1024),
    );
  const [encoded = "", version] = (input.CopySource ?? "").split("?versionId=");
  if (version !== undefined && version !== "null") throw invalidArgument("Invalid version id specified", "versionId");
  try {
    // Clients encode the slashes, too.
    const path = decodeURIComponent(encoded).replace(/^\//, "");
    const slash = path.indexOf("/");
    const key = path.slice(slash + 1);
    if (slash <= 0 || key === "") throw invalid();
    checkKey(key);
    return { bucket: await parts.buckets.need(path.slice(0, slash), input.ExpectedSourceBucketOwner), key };
  } catch (reason) {
    throw reason instanceof URIError ? invalid() : reason;
  }
}

/** Reading the source is asked for like any reading of it; taking its tags along, too. */
export async function sourceAccess(parts: S3Parts, input: SourceInput, call: Call, takesTags: boolean) {
  const { bucket, key } = await copySourceOf(parts, input);
  const info = await parts.objects.head(bucket.id, key);
  const actions =
    takesTags && Object.keys(info?.tags ?? {}).length > 0 ? ["GetObject", "GetObjectTagging"] : ["GetObject"];
  return actions.map((action) => objectAccess(bucket, key, action, call, existingTags(info?.tags)));
}

/** Opens the source. @throws ServiceError also if it is larger than one write may be. */
export async function readSource(
  parts: S3Parts,
  { bucket, key }: CopySource,
  call: Call,
  choose: (info: ObjectInfo) => ByteRange | undefined,
): Promise<ObjectReading> {
  const reading = await inS3Words(
    { bucket: bucket.name, key },
    parts.objects.get(
      bucket.id,
      key,
      (info) => {
        const range = choose(info);
        const sizeBytes = range === undefined ? info.sizeBytes : range.last - range.first + 1;
        if (sizeBytes > limits.objectBytesMax)
          throw invalidRequest(
            `The specified copy source is larger than the maximum allowable size for a copy source: ${limits.objectBytesMax}`,
          );
        return range;
      },
      (encryption) => openContentKey(parts, encryption, { bucket, key, call }),
    ),
  );
  if (reading !== undefined) return reading;
  const error = await missingKey(bucket, key, call);
  throw error.code === "NoSuchKey" ? noSuchKey(key) : error;
}
