import type {
  DeleteResourcePolicyCommandInput,
  DescribeResourcePoliciesCommandInput,
  DescribeResourcePoliciesResponse,
  PutResourcePolicyCommandInput,
  PutResourcePolicyResponse,
  ResourcePolicy,
} from "@aws-sdk/client-cloudwatch-logs";
import { management } from "../../audit/event.js";
import { compilePolicy } from "../../identity/policy/compile.js";
import { parsePolicy } from "../../identity/policy/document.js";
import { MalformedPolicy } from "../../identity/policy/malformed-policy.js";
import type { Scope } from "../../storage/scope.js";
import type { SettingsQueries, SettingsTransaction } from "../../storage/settings-store.js";
import { Constraints } from "../constraints.js";
import { operation } from "../operation.js";
import { ServiceError } from "../service-error.js";
import type { LogsDeps } from "./deps.js";
import { check, invalidParameter, limitExceeded } from "./errors.js";

/** AWS's quotas of an account and region. */
const policiesMax = 10;
const documentCharsMax = 5120;

const access = (operationName: string) => () => [{ action: `logs:${operationName}`, resource: "*" }];

/** Lets services write to the log groups of the account: that is what these policies are for, and all they do here. */
export const putResourcePolicy = (_deps: LogsDeps) =>
  operation<PutResourcePolicyCommandInput, PutResourcePolicyResponse>({
    name: "PutResourcePolicy",
    readOnly: false,
    event: management,
    access: access("PutResourcePolicy"),
    async execute(input, call) {
      const { policyName: name, policyDocument: document } = input;
      refuseResource(input);
      check(
        new Constraints()
          .required("policyName", name)
          .length("policyName", name, { min: 1, max: 256 })
          .required("policyDocument", document)
          .length("policyDocument", document, { min: 1, max: documentCharsMax }),
      );
      if (name!.includes("\0")) throw invalidParameter("policyName holds a character that is not allowed.");
      checkDocument(document!);
      return call.commit(async (tx) => {
        const others = (await readPolicies(tx, call)).filter((policy) => policy.policy_name !== name);
        if (others.length >= policiesMax)
          throw limitExceeded(`Resource limit exceeded: ${policiesMax} resource policies in an account and region.`);
        const changed = { document: document!, updated_ms: call.nowMs };
        await tx
          .insertInto("logs_resource_policies")
          .values({ account_id: call.accountId, region: call.region, policy_name: name!, ...changed })
          .onConflict((conflict) => conflict.columns(["account_id", "region", "policy_name"]).doUpdateSet(changed))
          .execute();
        return { resourcePolicy: viewOf({ policy_name: name!, ...changed }) };
      });
    },
  });

export const describeResourcePolicies = (deps: LogsDeps) =>
  operation<DescribeResourcePoliciesCommandInput, DescribeResourcePoliciesResponse>({
    name: "DescribeResourcePolicies",
    readOnly: true,
    event: management,
    access: access("DescribeResourcePolicies"),
    async execute(input, call) {
      check(
        new Constraints()
          .range("limit", input.limit, { min: 1, max: 50 })
          .oneOf("policyScope", input.policyScope, ["ACCOUNT", "RESOURCE"]),
      );
      // There are fewer than the smallest usual page, so one page holds them; `limit` may ask for a smaller one.
      const offset = offsetOf(input.nextToken);
      const limit = input.limit ?? policiesMax;
      const ofResources = input.policyScope === "RESOURCE" || input.resourceArn !== undefined;
      const policies = ofResources ? [] : await readPolicies(deps.settings.read, call);
      const more = offset + limit < policies.length;
      return {
        resourcePolicies: policies.slice(offset, offset + limit).map(viewOf),
        ...(more && { nextToken: String(offset + limit) }),
      };
    },
  });

export const deleteResourcePolicy = (_deps: LogsDeps) =>
  operation<DeleteResourcePolicyCommandInput, Record<string, never>>({
    name: "DeleteResourcePolicy",
    readOnly: false,
    event: management,
    access: access("DeleteResourcePolicy"),
    async execute(input, call) {
      refuseResource(input);
      check(new Constraints().required("policyName", input.policyName));
      return call.commit(async (tx) => {
        const policies = await readPolicies(tx, call);
        if (!policies.some((policy) => policy.policy_name === input.policyName))
          throw new ServiceError("ResourceNotFoundException", "The specified resource policy does not exist.");
        await tx
          .deleteFrom("logs_resource_policies")
          .where("account_id", "=", call.accountId)
          .where("region", "=", call.region)
          .where("policy_name", "=", input.policyName!)
          .execute();
        return {};
      });
    },
  });

function refuseResource(input: { resourceArn?: string | undefined; expectedRevisionId?: string | undefined }): void {
  if (input.resourceArn !== undefined || input.expectedRevisionId !== undefined)
    throw invalidParameter("Policies of one log group are not offered here: leave resourceArn out.");
}

/** @throws ServiceError InvalidParameterException, also for what would not be enforced. */
function checkDocument(text: string): void {
  try {
    const document = parsePolicy(text, "resource");
    compilePolicy(document);
    for (const { principal } of document.statements)
      if (principal === undefined || principal.negated || principal.element === "*" || principal.element.AWS)
        throw new MalformedPolicy(
          'Here a resource policy may name services only ("Principal": {"Service": …}); users and roles are given access by identity policies.',
        );
  } catch (problem) {
    if (problem instanceof MalformedPolicy) throw invalidParameter(problem.message);
    throw problem;
  }
}

async function readPolicies(queries: SettingsQueries | SettingsTransaction, { accountId, region }: Scope) {
  const rows = await queries
    .selectFrom("logs_resource_policies")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("region", "=", region)
    .execute();
  return rows.sort((one, other) => (one.policy_name < other.policy_name ? -1 : 1));
}

function offsetOf(token: string | undefined): number {
  if (token === undefined) return 0;
  if (!/^\d{1,2}$/.test(token)) throw invalidParameter("The specified nextToken is invalid.");
  return Number(token);
}

function viewOf(policy: { policy_name: string; document: string; updated_ms: number }): ResourcePolicy {
  return {
    policyName: policy.policy_name,
    policyDocument: policy.document,
    lastUpdatedTime: policy.updated_ms,
    policyScope: "ACCOUNT",
  };
}
