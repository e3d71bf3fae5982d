import type {
  DeleteBucketEncryptionRequest,
  GetBucketEncryptionOutput,
  GetBucketEncryptionRequest,
  PutBucketEncryptionRequest,
  ServerSideEncryptionRule,
} from "@aws-sdk/client-s3";
import { bucketOperation, changeBucket } from "./bucket-operation.js";
import type { DefaultEncryption } from "./buckets.js";
import { invalidArgument, malformedXml, notImplemented } from "./errors.js";
import { limits } from "./limits.js";
import type { S3Parts } from "./s3-deps.js";

/** Sets how objects are encrypted that are put without a word about it. The key is looked for when one is put, as on AWS. */
export const putBucketEncryption = (parts: S3Parts) =>
  bucketOperation<PutBucketEncryptionRequest, Record<string, never>>(parts, {
    name: "PutBucketEncryption",
    readOnly: false,
    action: "PutEncryptionConfiguration",
    recorded: ({ ServerSideEncryptionConfiguration }) => ({ encryption: "", ServerSideEncryptionConfiguration }),
    async execute({ ServerSideEncryptionConfiguration }, bucket, call) {
      const rules = ServerSideEncryptionConfiguration?.Rules ?? [];
      if (rules.length !== 1) throw malformedXml();
      const encryption = defaultOf(rules[0]!);
      await changeBucket(call, bucket, { encryption: encryption === undefined ? null : JSON.stringify(encryption) });
      return {};
    },
  });

export const getBucketEncryption = (parts: S3Parts) =>
  bucketOperation<GetBucketEncryptionRequest, GetBucketEncryptionOutput>(parts, {
    name: "GetBucketEncryption",
    readOnly: true,
    action: "GetEncryptionConfiguration",
    recorded: () => ({ encryption: "" }),
    execute: async (_input, { encryption }) => ({
      ServerSideEncryptionConfiguration: { Rules: [ruleOf(encryption)] },
    }),
  });

/** Back to what a new bucket has: keys of S3. */
export const deleteBucketEncryption = (parts: S3Parts) =>
  bucketOperation<DeleteBucketEncryptionRequest, Record<string, never>>(parts, {
    name: "DeleteBucketEncryption",
    readOnly: false,
    action: "PutEncryptionConfiguration",
    recorded: () => ({ encryption: "" }),
    async execute(_input, bucket, call) {
      await changeBucket(call, bucket, { encryption: null });
      return {};
    },
  });

/** @throws ServiceError MalformedXML, InvalidArgument, NotImplemented */
function defaultOf(rule: ServerSideEncryptionRule): DefaultEncryption | undefined {
  const { SSEAlgorithm, KMSMasterKeyID } = rule.ApplyServerSideEncryptionByDefault ?? {};
  // Customers' keys are blocked anyway; everything else, and nothing, cannot be.
  const blocked: readonly string[] = rule.BlockedEncryptionTypes?.EncryptionType ?? [];
  if (blocked.some((type) => type !== "SSE-C" && type !== "NONE")) throw malformedXml();
  switch (SSEAlgorithm) {
    case "AES256":
      if (KMSMasterKeyID !== undefined)
        throw invalidArgument("a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms");
      return undefined;
    case "aws:kms":
      if (
        KMSMasterKeyID !== undefined &&
        (KMSMasterKeyID === "" || KMSMasterKeyID.length > limits.keyReferenceCharsMax)
      )
        throw invalidArgument("Invalid KMSMasterKeyID", "KMSMasterKeyID");
      return {
        ...(KMSMasterKeyID !== undefined && { keyReference: KMSMasterKeyID }),
        bucketKey: rule.BucketKeyEnabled === true,
      };
    case "aws:kms:dsse":
      throw notImplemented("Encryption in two layers (aws:kms:dsse) is not offered.");
    default:
      throw malformedXml();
  }
}

function ruleOf(encryption: DefaultEncryption | undefined): ServerSideEncryptionRule {
  return {
    ApplyServerSideEncryptionByDefault:
      encryption === undefined
        ? { SSEAlgorithm: "AES256" }
        : {
            SSEAlgorithm: "aws:kms",
            ...(encryption.keyReference !== undefined && { KMSMasterKeyID: encryption.keyReference }),
          },
    BucketKeyEnabled: encryption?.bucketKey ?? false,
    BlockedEncryptionTypes: { EncryptionType: ["SSE-C"] },
  };
}
