import { isPublicPolicy } from "../../../identity/policy/public-policy.js";
import type { AccountFacts } from "./account-facts.js";
import type { Check, Shortcoming } from "./check.js";

/** Buckets that trails which log deliver to, as far as they are of this service. */
function logBuckets({ trails, buckets }: AccountFacts) {
  const names = new Set(trails.filter(({ state }) => state.logging).map(({ row }) => row.bucket));
  return [...names].flatMap((name) => buckets.get(name) ?? []);
}

const keyArn = (key: { region: string; account_id: string; key_id: string }) =>
  `arn:aws:kms:${key.region}:${key.account_id}:key/${key.key_id}`;

/** Keys that encrypt something: those about to be destroyed are another check's. */
const keysInUse = ({ keys }: AccountFacts) => keys.filter((key) => key.enabled === 1 && key.deletion_ms === null);

/** Why data under a key cannot be read, or soon cannot. */
function trouble({ keys }: AccountFacts, arn: string): string | undefined {
  const key = keys.find((each) => keyArn(each) === arn);
  // A key of another account is not ours to look at.
  if (key === undefined) return undefined;
  if (key.deletion_ms !== null) return `its key ${arn} is to be deleted at ${new Date(key.deletion_ms).toISOString()}`;
  return key.enabled === 1 ? undefined : `its key ${arn} is disabled`;
}

export const bucketAndKeyChecks: readonly Check[] = [
  {
    id: "log-bucket-is-not-public",
    area: "BUCKETS",
    title: "No bucket of a trail is open to the public",
    severity: "critical",
    references: ["CIS AWS Foundations 1.2: 2.3", "CIS AWS Foundations 3.0: 2.1.4"],
    mend: "aws s3api put-public-access-block with all four settings true, and a bucket policy without Principal *",
    look(facts) {
      const buckets = logBuckets(facts);
      if (buckets.length === 0) return undefined;
      return buckets.flatMap((bucket): Shortcoming[] => {
        const resource = `arn:aws:s3:::${bucket.name}`;
        if (bucket.policy !== null && isPublicPolicy(bucket.policy))
          return [{ resource, message: "the bucket policy lets in the public" }];
        const block = JSON.parse(bucket.public_access_block ?? "{}") as Record<string, unknown>;
        const blocked = block["BlockPublicPolicy"] === true && block["RestrictPublicBuckets"] === true;
        return blocked ? [] : [{ resource, message: "nothing keeps a later bucket policy from letting in the public" }];
      });
    },
  },
  {
    id: "traces-are-encrypted",
    area: "KEYS",
    title: "Documents of traces are encrypted with a key of the account",
    severity: "medium",
    references: ["AWS Security Hub: encryption at rest", "PCI DSS 4.0: 3.5"],
    mend: "aws xray put-encryption-config --type KMS --key-id …",
    look: (facts) =>
      facts.traceKeyArn === ""
        ? [
            {
              resource: `arn:aws:xray:${facts.region}:${facts.accountId}:*`,
              message: `documents of traces in ${facts.region} are stored without a key of the account`,
            },
          ]
        : [],
  },
  {
    id: "keys-in-use-are-usable",
    area: "KEYS",
    title: "Keys that traces and trails are encrypted with can be used",
    severity: "critical",
    references: ["CIS AWS Foundations 3.0: 4.7"],
    mend: "aws kms enable-key, or cancel-key-deletion and then enable-key",
    look(facts) {
      const used = [
        { resource: `arn:aws:xray:${facts.region}:${facts.accountId}:*`, arn: facts.traceKeyArn },
        ...facts.trails.map(({ row }) => ({ resource: row.arn, arn: row.kms_key_arn ?? "" })),
      ].filter(({ arn }) => arn !== "");
      if (used.length === 0) return undefined;
      return used.flatMap(({ resource, arn }) => {
        const message = trouble(facts, arn);
        return message === undefined ? [] : [{ resource, message }];
      });
    },
  },
  {
    id: "keys-are-rotated",
    area: "KEYS",
    title: "KMS keys get new material by themselves",
    severity: "medium",
    references: ["CIS AWS Foundations 3.0: 3.6"],
    mend: "aws kms enable-key-rotation --key-id …",
    look(facts) {
      const keys = keysInUse(facts);
      if (keys.length === 0) return undefined;
      return keys
        .filter((key) => key.rotation_days === null)
        .map((key) => ({ resource: keyArn(key), message: "automatic rotation is off" }));
    },
  },
];
