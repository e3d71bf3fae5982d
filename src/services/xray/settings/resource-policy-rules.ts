import { compilePolicyText } from "../../../identity/policy/compile.js";
import { MalformedPolicy } from "../../../identity/policy/malformed-policy.js";
import { mergePolicies } from "../../../identity/policy/merge-policies.js";
import type { Scope } from "../../../storage/scope.js";
import type { SettingsQueries, SettingsTransaction } from "../../../storage/settings-store.js";
import { Constraints } from "../../constraints.js";
import { ServiceError } from "../../service-error.js";

/** AWS's quotas of an account and region. */
export const policiesMax = 5;
const policyBytesMax = 5 * 1024;
const policyName = /^[\w+=,.@-]+$/;

export function checkPolicyName(name: string | undefined): void {
  new Constraints().length("policyName", name, { min: 1, max: 128 }).pattern("policyName", name, policyName).check();
}

/** @throws ServiceError PolicySizeLimitExceededException, MalformedPolicyDocumentException */
export function checkPolicyDocument(text: string): void {
  if (Buffer.byteLength(text) > policyBytesMax)
    throw new ServiceError(
      "PolicySizeLimitExceededException",
      `The policy document is larger than ${policyBytesMax} bytes: shorten it, or divide it into several policies`,
    );
  try {
    compilePolicyText(text, "resource");
  } catch (problem) {
    if (!(problem instanceof MalformedPolicy)) throw problem;
    throw new ServiceError("MalformedPolicyDocumentException", problem.message);
  }
}

export function wrongRevision(message: string): ServiceError {
  return new ServiceError("InvalidPolicyRevisionIdException", message);
}

export async function readPolicies(queries: SettingsQueries | SettingsTransaction, { accountId, region }: Scope) {
  const rows = await queries
    .selectFrom("xray_resource_policies")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("region", "=", region)
    .execute();
  // Not by the database: its order of texts depends on how it was set up.
  return rows.sort((one, other) => (one.policy_name < other.policy_name ? -1 : 1));
}

/** What all policies of an account and region say together; undefined where there are none. */
export function policiesTogether(documents: readonly string[]): string | undefined {
  return documents.length === 0 ? undefined : mergePolicies(documents);
}
