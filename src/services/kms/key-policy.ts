import type {
  GetKeyPolicyCommandInput,
  GetKeyPolicyResponse,
  ListKeyPoliciesCommandInput,
  ListKeyPoliciesResponse,
  PutKeyPolicyCommandInput,
} from "@aws-sdk/client-kms";
import { management } from "../../audit/event.js";
import { compilePolicyText } from "../../identity/policy/compile.js";
import { MalformedPolicy } from "../../identity/policy/malformed-policy.js";
import { Constraints } from "../constraints.js";
import { type Call, operation } from "../operation.js";
import type { KmsDeps } from "./deps.js";
import { limitExceeded, malformedPolicy, notFound } from "./errors.js";
import { accessTo, findKey, type KeyRow, policyName, resourcesOf } from "./keys.js";

/** AWS's quota; its model would let four times as much through. */
const policyBytesMax = 32 * 1024;

/**
 * @throws ServiceError LimitExceededException; MalformedPolicyDocumentException if it is no policy, or if its caller could not change it again
 *   and has not asked for that.
 */
export async function checkKeyPolicy(key: KeyRow, call: Call, bypassLockoutCheck: boolean | undefined): Promise<void> {
  if (Buffer.byteLength(key.policy) > policyBytesMax)
    throw limitExceeded(`A key policy can have ${policyBytesMax} bytes.`);
  try {
    compilePolicyText(key.policy, "resource");
  } catch (problem) {
    if (problem instanceof MalformedPolicy) throw malformedPolicy(problem.message);
    throw problem;
  }
  if (!bypassLockoutCheck && !(await call.may(accessTo("PutKeyPolicy", key, call))))
    throw malformedPolicy("The new key policy will not allow you to update the key policy in the future.");
}

export const putKeyPolicy = (deps: KmsDeps) =>
  operation<PutKeyPolicyCommandInput, Record<string, never>>({
    name: "PutKeyPolicy",
    readOnly: false,
    event: management,
    access: async (input, call) => [
      accessTo("PutKeyPolicy", await findKey(deps.settings.read, call, input.KeyId!, "no-alias"), call),
    ],
    async execute(input, call) {
      new Constraints().length("policy", input.Policy, { min: 1, max: 131_072 }).check();
      requirePolicyName(input.PolicyName);
      const key = await findKey(deps.settings.read, call, input.KeyId!, "no-alias");
      await checkKeyPolicy({ ...key, policy: input.Policy! }, call, input.BypassPolicyLockoutSafetyCheck);
      await call.commit(async (tx) => {
        await tx.updateTable("kms_keys").set({ policy: input.Policy! }).where("key_id", "=", key.key_id).execute();
      });
      return {};
    },
    resources: (input, call, output) => resourcesOf(input?.KeyId, output, call),
  });

export const getKeyPolicy = (deps: KmsDeps) =>
  operation<GetKeyPolicyCommandInput, GetKeyPolicyResponse>({
    name: "GetKeyPolicy",
    readOnly: true,
    event: management,
    access: async (input, call) => [
      accessTo("GetKeyPolicy", await findKey(deps.settings.read, call, input.KeyId!, "no-alias"), call),
    ],
    async execute(input, call) {
      requirePolicyName(input.PolicyName);
      const key = await findKey(deps.settings.read, call, input.KeyId!, "no-alias");
      return { Policy: key.policy, PolicyName: policyName };
    },
    resources: (input, call, output) => resourcesOf(input?.KeyId, output, call),
  });

export const listKeyPolicies = (deps: KmsDeps) =>
  operation<ListKeyPoliciesCommandInput, ListKeyPoliciesResponse>({
    name: "ListKeyPolicies",
    readOnly: true,
    event: management,
    access: async (input, call) => [
      accessTo("ListKeyPolicies", await findKey(deps.settings.read, call, input.KeyId!, "no-alias"), call),
    ],
    async execute() {
      return { PolicyNames: [policyName], Truncated: false };
    },
    resources: (input, call, output) => resourcesOf(input?.KeyId, output, call),
  });

function requirePolicyName(name: string | undefined): void {
  if ((name ?? policyName) !== policyName) throw notFound(`No such policy exists: ${name?.slice(0, 128)}`);
}
