import type { CreateBucketOutput, CreateBucketRequest } from "@aws-sdk/client-s3";
import { management } from "../../audit/event.js";
import { operation } from "../operation.js";
import { isBucketName } from "./bucket-name.js";
import { s3Failure } from "./errors.js";
import { limits } from "./limits.js";
import { aclNotSupported, refuseNotServed } from "./not-served.js";
import { blockEverything } from "./public-access.js";
import { bucketArn } from "./s3-access.js";
import type { S3Parts } from "./s3-deps.js";
import { bucketResources, recordedRequest } from "./s3-record.js";
import { tagsOf } from "./tags.js";

/** Makes a bucket in the region of the call, closed to the public. */
export const createBucket = ({ environment }: S3Parts) =>
  operation<CreateBucketRequest, CreateBucketOutput>({
    name: "CreateBucket",
    readOnly: false,
    event: management,
    access: (input) => {
      const resource = bucketArn(input.Bucket!);
      const { LocationConstraint, Tags } = input.CreateBucketConfiguration ?? {};
      const conditions = {
        ...(input.ACL === undefined ? {} : { "s3:x-amz-acl": input.ACL }),
        ...(LocationConstraint === undefined ? {} : { "s3:LocationConstraint": LocationConstraint }),
      };
      return [
        { action: "s3:CreateBucket", resource, conditions },
        ...(Tags === undefined || Tags.length === 0 ? [] : [{ action: "s3:TagResource", resource }]),
      ];
    },
    async execute(input, call) {
      const name = input.Bucket!;
      const { LocationConstraint, Location, Bucket: kind, Tags = [] } = input.CreateBucketConfiguration ?? {};
      if (!isBucketName(name))
        throw s3Failure("InvalidBucketName", 400, "The specified bucket is not valid.", {
          BucketName: name.slice(0, 256),
        });
      refuseNotServed({ ...input, ObjectLockEnabledForBucket: input.ObjectLockEnabledForBucket || undefined });
      if (input.ObjectOwnership !== undefined && input.ObjectOwnership !== "BucketOwnerEnforced")
        throw aclNotSupported();
      if (Location !== undefined || kind !== undefined)
        throw s3Failure("NotImplemented", 501, "Directory buckets are not offered.");
      checkLocation(LocationConstraint, call.region);
      const tags = tagsOf(Tags, limits.bucketTagsMax);
      await call.commit(async (tx) => {
        const existing = await tx
          .selectFrom("s3_buckets")
          .select("account_id")
          .where("name", "=", name)
          .executeTakeFirst();
        if (existing !== undefined)
          throw existing.account_id === call.accountId
            ? s3Failure(
                "BucketAlreadyOwnedByYou",
                409,
                "Your previous request to create the named bucket succeeded and you already own it.",
                { BucketName: name },
              )
            : s3Failure(
                "BucketAlreadyExists",
                409,
                "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.",
                { BucketName: name },
              );
        const { count } = await tx
          .selectFrom("s3_buckets")
          .select(({ fn }) => fn.countAll().as("count"))
          .where("account_id", "=", call.accountId)
          .executeTakeFirstOrThrow();
        if (Number(count) >= limits.bucketsMaxPerAccount)
          throw s3Failure("TooManyBuckets", 400, "You have attempted to create more buckets than allowed");
        await tx
          .insertInto("s3_buckets")
          .values({
            name,
            bucket_id: environment.ids.uuid(),
            account_id: call.accountId,
            region: call.region,
            created_ms: call.nowMs,
            policy: null,
            tags: JSON.stringify(tags),
            public_access_block: JSON.stringify(blockEverything),
            versioning_suspended: 0,
            encryption: null,
          })
          .execute();
      });
      return { Location: `/${name}`, BucketArn: bucketArn(name) };
    },
    recordedRequest: (input) =>
      recordedRequest(
        input,
        input.CreateBucketConfiguration?.LocationConstraint === undefined
          ? {}
          : { CreateBucketConfiguration: { LocationConstraint: input.CreateBucketConfiguration.LocationConstraint } },
      ),
    recordedResponse: () => null,
    resources: bucketResources,
  });

/** @throws ServiceError IllegalLocationConstraintException, InvalidLocationConstraint */
function checkLocation(constraint: string | undefined, region: string): void {
  if (constraint === undefined || constraint === "") {
    if (region === "us-east-1") return;
    throw s3Failure(
      "IllegalLocationConstraintException",
      400,
      "The unspecified location constraint is incompatible for the region specific endpoint this request was sent to.",
    );
  }
  if (constraint === "us-east-1")
    throw s3Failure("InvalidLocationConstraint", 400, "The specified location-constraint is not valid", {
      LocationConstraint: constraint,
    });
  const wanted = constraint === "EU" ? "eu-west-1" : constraint;
  if (wanted !== region)
    throw s3Failure(
      "IllegalLocationConstraintException",
      400,
      `The ${constraint.slice(0, 64)} location constraint is incompatible for the region specific endpoint this request was sent to.`,
    );
}
