import type { SettingsQueries } from "../storage/settings-store.js";
import { awsManagedPolicies } from "./aws-managed-policies.js";

/** A managed policy as it is in force: its default version. */
export interface ManagedPolicy {
  readonly arn: string;
  readonly name: string;
  /** JSON text. */
  readonly document: string;
}

/** Stands in for a policy that is named and no longer there: it must narrow, not vanish. */
export const nothingAllowed = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", NotAction: "*", Resource: "*" }],
});

/** Managed policies, AWS's and the account's own, by their ARNs and in that order; those that are no more are left out. */
export async function managedPolicies(
  queries: SettingsQueries,
  accountId: string,
  arns: readonly string[],
): Promise<ManagedPolicy[]> {
  const own = arns.filter((arn) => !awsManagedPolicies.has(arn));
  const rows =
    own.length === 0
      ? []
      : await queries
          .selectFrom("iam_policies as policy")
          .innerJoin("iam_policy_versions as version", (join) =>
            join
              .onRef("version.policy_arn", "=", "policy.policy_arn")
              .onRef("version.version", "=", "policy.default_version"),
          )
          .select(["policy.policy_arn as arn", "policy.name", "version.document"])
          .where("policy.account_id", "=", accountId)
          .where("policy.policy_arn", "in", own)
          .execute();
  const known = new Map(rows.map((row) => [row.arn, row]));
  return arns.flatMap((arn) => {
    const found = awsManagedPolicies.get(arn) ?? known.get(arn);
    return found ? [{ arn, name: found.name, document: found.document }] : [];
  });
}
