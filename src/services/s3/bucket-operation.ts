import { management } from "../../audit/event.js";
import type { S3BucketTable } from "../../storage/settings/tables/s3.js";
import type { SettingsTransaction } from "../../storage/settings-store.js";
import { type AnyOperation, type Call, operation } from "../operation.js";
import type { Bucket } from "./buckets.js";
import { noSuchBucket } from "./errors.js";
import { refuseNotServed } from "./not-served.js";
import { bucketAccess } from "./s3-access.js";
import type { S3Parts } from "./s3-deps.js";
import { bucketResources, recordedRequest } from "./s3-record.js";

interface BucketInput {
  readonly Bucket: string | undefined;
  readonly ExpectedBucketOwner?: string;
}

/** An operation on one existing bucket that wants one action on it and is recorded as a management event. */
export function bucketOperation<Input extends BucketInput, Output>(
  parts: S3Parts,
  definition: {
    readonly name: string;
    readonly readOnly: boolean;
    /** IAM action without `s3:`; the operation's name where absent. */
    readonly action?: string;
    /** Further `requestParameters`: S3's records name the sub-resource, `policy: ""`. */
    readonly recorded?: (input: Input) => Readonly<Record<string, unknown>>;
    execute(input: Input, bucket: Bucket, call: Call): Promise<Output>;
  },
): AnyOperation {
  const { name, readOnly, action = name, execute } = definition;
  const bucketOf = ({ Bucket, ExpectedBucketOwner }: Input) => parts.buckets.need(Bucket!, ExpectedBucketOwner);
  return operation<Input, Output>({
    name,
    readOnly,
    event: management,
    access: async (input, call) => [bucketAccess(await bucketOf(input), action, call)],
    execute: async (input, call) => {
      refuseNotServed(input);
      return execute(input, await bucketOf(input), call);
    },
    recordedRequest: (input) => recordedRequest(input, definition.recorded?.(input)),
    recordedResponse: () => null,
    resources: (input) => bucketResources({ Bucket: input.Bucket }),
  });
}

/** Changes the row of a bucket, if it still is the one that was looked up. */
export function changeBucket(call: Call, bucket: Bucket, change: Partial<S3BucketTable>): Promise<void> {
  return call.commit(async (tx: SettingsTransaction) => {
    const { numUpdatedRows } = await tx
      .updateTable("s3_buckets")
      .set(change)
      .where("name", "=", bucket.name)
      .where("bucket_id", "=", bucket.id)
      .executeTakeFirstOrThrow();
    if (numUpdatedRows === 0n) throw noSuchBucket(bucket.name);
  });
}
