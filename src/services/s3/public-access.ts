import type { Caller } from "../../identity/caller.js";
import type { Bucket } from "./buckets.js";

/** The four settings of S3 Block Public Access. The two about ACLs have nothing to do here: no ACL lets anyone in. */
export interface PublicAccessBlock {
  readonly BlockPublicAcls: boolean;
  readonly IgnorePublicAcls: boolean;
  readonly BlockPublicPolicy: boolean;
  readonly RestrictPublicBuckets: boolean;
}

/** What a new bucket has, since April 2023. */
export const blockEverything: PublicAccessBlock = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
};

/**
 * The bucket's policy as it counts for a caller: a public one counts, under RestrictPublicBuckets, only for services and
 * callers of the owner's account. Its denials count for everyone else too, but these are let in by nothing anyway.
 */
export function policyFor(bucket: Bucket, caller: Caller): string | undefined {
  if (!bucket.policyIsPublic || bucket.publicAccessBlock?.RestrictPublicBuckets !== true) return bucket.policy;
  if (caller.kind === "service") return bucket.policy;
  return caller.kind !== "anonymous" && caller.accountId === bucket.accountId ? bucket.policy : undefined;
}
