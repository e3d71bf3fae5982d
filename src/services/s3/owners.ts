import { createHash } from "node:crypto";
import type { Owner } from "@aws-sdk/client-s3";

/** The canonical user of an account: 64 hex digits that are always the same for it and say nothing else. */
export function canonicalUser(accountId: string): Owner {
  return { ID: createHash("sha256").update(`canonical user of account ${accountId}`).digest("hex") };
}

/** The only grant there is: the bucket's owner has full control. */
export function ownersFullControl(accountId: string) {
  const owner = canonicalUser(accountId);
  return {
    Owner: owner,
    Grants: [{ Grantee: { ...owner, Type: "CanonicalUser" as const }, Permission: "FULL_CONTROL" as const }],
  };
}
