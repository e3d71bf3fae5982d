import { type AnyOperation, type Call, operation } from "../operation.js";
import type { Bucket } from "./buckets.js";
import { refuseNotServed } from "./not-served.js";
import { existingTags, objectAccess, objectEvent, requestedTags } from "./s3-access.js";
import type { S3Parts } from "./s3-deps.js";
import { objectResources, recordedRequest } from "./s3-record.js";
import { type Tags, tagsOfHeader } from "./tags.js";

interface ObjectInput {
  readonly Bucket: string | undefined;
  readonly Key: string | undefined;
  readonly ExpectedBucketOwner?: string;
  readonly ACL?: string;
  readonly StorageClass?: string;
  readonly Tagging?: unknown;
  readonly CopySource?: string;
  readonly MetadataDirective?: string;
  readonly IfNoneMatch?: string;
  readonly ServerSideEncryption?: string;
  readonly SSEKMSKeyId?: string;
  readonly UploadId?: string;
}

/** What an operation on one object is given beside its input. */
export interface ObjectCall {
  readonly bucket: Bucket;
  readonly key: string;
  readonly call: Call;
}

/** An operation on one object that is recorded as a data event. */
export function objectOperation<Input extends ObjectInput, Output>(
  parts: S3Parts,
  definition: {
    readonly name: string;
    readonly readOnly: boolean;
    /** IAM action without `s3:`. */
    readonly action: string;
    /** True where conditions may ask for tags the object has (`s3:ExistingObjectTag/…`). */
    readonly aboutExisting?: boolean;
    /** Tags that are to be set, where the input does not carry them as a header. */
    readonly newTags?: (input: Input) => Tags;
    readonly alsoAccess?: (input: Input, on: ObjectCall) => Promise<ReturnType<typeof objectAccess>[]>;
    readonly recorded?: (input: Input) => Readonly<Record<string, unknown>>;
    readonly recordedResponse?: (output: Output) => unknown;
    execute(input: Input, on: ObjectCall): Promise<Output>;
  },
): AnyOperation {
  const { name, readOnly, action, aboutExisting = false, newTags, alsoAccess, execute } = definition;
  const onOf = async (input: Input, call: Call): Promise<ObjectCall> => ({
    bucket: await parts.buckets.need(input.Bucket!, input.ExpectedBucketOwner),
    key: input.Key!,
    call,
  });
  return operation<Input, Output>({
    name,
    readOnly,
    event: objectEvent,
    anonymousAllowed: true,
    async access(input, call) {
      // Also keeps keys that the store cannot hold from being looked up.
      refuseNotServed(input);
      const on = await onOf(input, call);
      const tagHeader = typeof input.Tagging === "string" ? tagsOfHeader(input.Tagging) : {};
      const setsTags = Object.keys(tagHeader).length > 0;
      const upload =
        action === "PutObject" && input.UploadId !== undefined
          ? await parts.objects.upload(on.bucket.id, on.key, input.UploadId)
          : undefined;
      const stored = aboutExisting ? await parts.objects.head(on.bucket.id, on.key) : undefined;
      const conditions = {
        "s3:x-amz-acl": input.ACL,
        "s3:x-amz-storage-class": input.StorageClass,
        "s3:x-amz-copy-source": input.CopySource,
        "s3:x-amz-metadata-directive": input.MetadataDirective,
        // As asked for: what the bucket's default adds is not in the request. Of a part, as the upload was begun.
        "s3:x-amz-server-side-encryption": input.ServerSideEncryption ?? upload?.encryption?.algorithm,
        "s3:x-amz-server-side-encryption-aws-kms-key-id": input.SSEKMSKeyId ?? upload?.encryption?.kmsKeyArn,
        "s3:if-none-match": readOnly ? undefined : input.IfNoneMatch,
        ...existingTags(stored?.tags),
        ...requestedTags(newTags?.(input) ?? tagHeader),
      };
      return [
        objectAccess(on.bucket, on.key, action, call, conditions),
        ...(setsTags ? [objectAccess(on.bucket, on.key, "PutObjectTagging", call, conditions)] : []),
        ...((await alsoAccess?.(input, on)) ?? []),
      ];
    },
    execute: async (input, call) => execute(input, await onOf(input, call)),
    recordedRequest: (input) => recordedRequest(input, definition.recorded?.(input)),
    recordedResponse: definition.recordedResponse ?? (() => null),
    resources: (input) => objectResources({ Bucket: input.Bucket, Key: input.Key }),
  });
}
