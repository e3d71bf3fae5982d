import type { ListBucketsOutput, ListBucketsRequest } from "@aws-sdk/client-s3";
import { management } from "../../audit/event.js";
import { operation } from "../operation.js";
import { decodePageToken, encodePageToken } from "../page-token.js";
import { invalidArgument } from "./errors.js";
import { limits } from "./limits.js";
import { canonicalUser } from "./owners.js";
import { bucketArn } from "./s3-access.js";
import type { S3Parts } from "./s3-deps.js";
import { recordedRequest } from "./s3-record.js";

/** The account's buckets of all regions, by name. */
export const listBuckets = ({ settings }: S3Parts) =>
  operation<ListBucketsRequest, ListBucketsOutput>({
    name: "ListBuckets",
    readOnly: true,
    event: management,
    access: () => [{ action: "s3:ListAllMyBuckets", resource: "arn:aws:s3:::*" }],
    async execute({ MaxBuckets = limits.bucketsListedMax, ContinuationToken, Prefix, BucketRegion }, call) {
      if (MaxBuckets < 1 || MaxBuckets > limits.bucketsListedMax)
        throw invalidArgument("Argument max-buckets must be an integer between 1 and 10000", "max-buckets", MaxBuckets);
      const request = ["ListBuckets", Prefix ?? null, BucketRegion ?? null];
      const after = ContinuationToken === undefined ? [""] : decodePageToken(ContinuationToken, request);
      if (after === undefined)
        throw invalidArgument("The continuation token provided is incorrect", "continuation-token");
      let query = settings.read
        .selectFrom("s3_buckets")
        .select(["name", "region", "created_ms"])
        .where("account_id", "=", call.accountId)
        .where("name", ">", after[0] ?? "")
        .orderBy("name")
        .limit(MaxBuckets + 1);
      if (BucketRegion !== undefined) query = query.where("region", "=", BucketRegion);
      // Names hold only letters, digits, dots and hyphens: "~" sorts behind them all.
      if (Prefix !== undefined && Prefix !== "")
        query = query.where("name", ">=", Prefix).where("name", "<", `${Prefix}~`);
      const rows = await query.execute();
      const page = rows.slice(0, MaxBuckets);
      return {
        Buckets: page.map((row) => ({
          Name: row.name,
          CreationDate: new Date(Number(row.created_ms)),
          BucketRegion: row.region,
          BucketArn: bucketArn(row.name),
        })),
        Owner: canonicalUser(call.accountId),
        ...(Prefix === undefined ? {} : { Prefix }),
        ...(rows.length > page.length ? { ContinuationToken: encodePageToken([page.at(-1)!.name], request) } : {}),
      };
    },
    recordedRequest,
    resources: () => [],
  });
