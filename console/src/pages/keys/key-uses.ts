import { CloudTrailClient, DescribeTrailsCommand } from "@aws-sdk/client-cloudtrail";
import { GetBucketEncryptionCommand, ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import { GetEncryptionConfigCommand, XRayClient } from "@aws-sdk/client-xray";
import { clientOf } from "../../api/clients.js";
import { failureOf } from "../../api/failure.js";

/** What is set up to encrypt with a key, and what could not be looked up. */
export interface KeyUses {
  readonly uses: readonly { readonly kind: "xray" | "trail" | "bucket"; readonly name: string }[];
  readonly notLooked: readonly { readonly what: "xray" | "trails" | "buckets"; readonly code: string }[];
}

/** @param names every way to name the key: its id, ARN, aliases and their ARNs. */
export async function findKeyUses(names: ReadonlySet<string>, signal: AbortSignal): Promise<KeyUses> {
  const options = { abortSignal: signal };
  const is = (name: string | undefined) => name !== undefined && names.has(name);
  const looks = {
    xray: async () => {
      const { EncryptionConfig } = await clientOf(XRayClient).send(new GetEncryptionConfigCommand({}), options);
      return is(EncryptionConfig?.KeyId) ? [{ kind: "xray" as const, name: "" }] : [];
    },
    trails: async () => {
      const { trailList = [] } = await clientOf(CloudTrailClient).send(new DescribeTrailsCommand({}), options);
      return trailList
        .filter(({ KmsKeyId }) => is(KmsKeyId))
        .map(({ Name = "" }) => ({ kind: "trail" as const, name: Name }));
    },
    buckets: async () => {
      const s3 = clientOf(S3Client);
      const { Buckets = [] } = await s3.send(new ListBucketsCommand({}), options);
      const found = await Promise.all(
        Buckets.map(async ({ Name = "" }) => {
          const { ServerSideEncryptionConfiguration } = await s3.send(
            new GetBucketEncryptionCommand({ Bucket: Name }),
            options,
          );
          const rules = ServerSideEncryptionConfiguration?.Rules ?? [];
          return rules.some((rule) => is(rule.ApplyServerSideEncryptionByDefault?.KMSMasterKeyID))
            ? [{ kind: "bucket" as const, name: Name }]
            : [];
        }),
      );
      return found.flat();
    },
  };
  const kinds = ["xray", "trails", "buckets"] as const;
  const results = await Promise.allSettled(kinds.map((kind) => looks[kind]()));
  signal.throwIfAborted();
  return {
    uses: results.flatMap((result): KeyUses["uses"] => (result.status === "fulfilled" ? result.value : [])),
    notLooked: results.flatMap((result, index) =>
      result.status === "rejected" ? [{ what: kinds[index]!, code: failureOf(result.reason).code }] : [],
    ),
  };
}
