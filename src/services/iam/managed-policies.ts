import type * as Iam from "@aws-sdk/client-iam";
import type { Selectable } from "kysely";
import { management } from "../../audit/event.js";
import { awsManagedPolicies, awsManagedPolicyCreatedMs } from "../../identity/aws-managed-policies.js";
import { newUniqueId } from "../../identity/identity-ids.js";
import type { IdentityTables } from "../../storage/settings/tables/identity.js";
import type { SettingsQueries } from "../../storage/settings-store.js";
import { type Call, operation } from "../operation.js";
import { change, requestTagConditions, resourceTagConditions, tagsOf } from "./entities.js";
import { checkPolicyDocument, checkTagKeys, IamConstraints, policySize } from "./iam-constraints.js";
import type { IamDeps } from "./iam-deps.js";
import { deleteConflict, entityAlreadyExists, limitExceeded, noSuchEntity } from "./iam-errors.js";
import { writeTags } from "./tags.js";

export type PolicyRow = Selectable<IdentityTables["iam_policies"]>;

const managedPolicySizeMax = 6144;

export function checkManagedDocument(document: string): void {
  checkPolicyDocument(document, "identity");
  if (policySize(document) > managedPolicySizeMax)
    throw limitExceeded(`Cannot exceed quota for PolicySize: ${managedPolicySizeMax}`);
}

export async function findPolicy(
  queries: SettingsQueries,
  accountId: string,
  arn: string,
): Promise<PolicyRow | undefined> {
  const aws = awsManagedPolicies.get(arn);
  if (aws) return awsPolicyRow(aws);
  return queries
    .selectFrom("iam_policies")
    .selectAll()
    .where("policy_arn", "=", arn)
    .where("account_id", "=", accountId)
    .executeTakeFirst();
}

/** AWS's managed policies look like rows, too. */
export function awsPolicyRow(aws: { arn: string; policyId: string; name: string; path: string; description: string }) {
  return {
    policy_arn: aws.arn,
    policy_id: aws.policyId,
    account_id: "aws",
    name: aws.name,
    name_lower: aws.name.toLowerCase(),
    path: aws.path,
    description: aws.description,
    default_version: 1,
    last_version: 1,
    created_ms: awsManagedPolicyCreatedMs,
    updated_ms: awsManagedPolicyCreatedMs,
  };
}

/** @throws ServiceError NoSuchEntity */
export async function requireManagedPolicy(
  queries: SettingsQueries,
  accountId: string,
  arn: string,
): Promise<PolicyRow> {
  const policy = await findPolicy(queries, accountId, arn);
  if (!policy) throw noSuchEntity(`Policy ${arn} does not exist or is not attachable.`);
  return policy;
}

export async function policyAccess(deps: IamDeps, call: Call, arn: string, action: string) {
  const policy = await findPolicy(deps.settings.read, call.accountId, arn);
  const tags = policy ? await tagsOf(deps.settings.read, policy.policy_id) : [];
  return [
    {
      action: `iam:${action}`,
      resource: arn,
      resourceAccountId: call.accountId,
      conditions: resourceTagConditions(tags),
    },
  ];
}

export function policyResources(arn: string | undefined) {
  return arn === undefined ? [] : [{ type: "AWS::IAM::Policy", name: arn.split("/").at(-1)!, arn }];
}

/** How many entities of the account have each policy attached, and how many have it as their boundary. */
export async function policyUses(queries: SettingsQueries, accountId: string) {
  const attached = await queries
    .selectFrom("iam_attached_policies")
    .select((row) => ["policy_arn", row.fn.countAll().as("uses")])
    .where("account_id", "=", accountId)
    .groupBy("policy_arn")
    .execute();
  const bounding = await queries
    .selectFrom("iam_entities")
    .select((row) => ["boundary_arn", row.fn.countAll().as("uses")])
    .where("account_id", "=", accountId)
    .where("boundary_arn", "is not", null)
    .groupBy("boundary_arn")
    .execute();
  return {
    attached: new Map(attached.map((row) => [row.policy_arn, Number(row.uses)])),
    bounding: new Map(bounding.map((row) => [row.boundary_arn, Number(row.uses)])),
  };
}

export function policyOf(row: PolicyRow, uses: Awaited<ReturnType<typeof policyUses>>) {
  return {
    PolicyName: row.name,
    PolicyId: row.policy_id,
    Arn: row.policy_arn,
    Path: row.path,
    DefaultVersionId: `v${row.default_version}`,
    AttachmentCount: uses.attached.get(row.policy_arn) ?? 0,
    PermissionsBoundaryUsageCount: uses.bounding.get(row.policy_arn) ?? 0,
    IsAttachable: true,
    CreateDate: new Date(row.created_ms),
    UpdateDate: new Date(row.updated_ms),
  };
}

function policyArnOf(call: Call, input: { Path?: string | undefined; PolicyName: string | undefined }): string {
  return `arn:aws:iam::${call.accountId}:policy${input.Path ?? "/"}${input.PolicyName ?? ""}`;
}

export const createPolicy = (deps: IamDeps) =>
  operation<Iam.CreatePolicyRequest, Iam.CreatePolicyResponse>({
    name: "CreatePolicy",
    readOnly: false,
    event: management,
    access: (input, call) => {
      const access = { resource: policyArnOf(call, input), conditions: requestTagConditions(input.Tags) };
      const create = { action: "iam:CreatePolicy", ...access };
      return input.Tags && input.Tags.length > 0 ? [create, { action: "iam:TagPolicy", ...access }] : [create];
    },
    execute: (input, call) => {
      new IamConstraints()
        .policyName(input.PolicyName)
        .path(input.Path)
        .document(input.PolicyDocument)
        .tags(input.Tags)
        .length("description", input.Description, { max: 1000 })
        .check("ValidationError");
      checkManagedDocument(input.PolicyDocument!);
      const tags = input.Tags ?? [];
      checkTagKeys(tags.map((tag) => tag.Key!));
      const row: PolicyRow = {
        policy_arn: policyArnOf(call, input),
        policy_id: newUniqueId(deps.environment.ids, "ANPA"),
        account_id: call.accountId,
        name: input.PolicyName!,
        name_lower: input.PolicyName!.toLowerCase(),
        path: input.Path ?? "/",
        description: input.Description ?? null,
        default_version: 1,
        last_version: 1,
        created_ms: call.nowMs,
        updated_ms: call.nowMs,
      };
      return change(call, async (tx) => {
        const known = await tx
          .selectFrom("iam_policies")
          .select("policy_arn")
          .where("account_id", "=", call.accountId)
          .where("name_lower", "=", row.name_lower)
          .executeTakeFirst();
        if (known)
          throw entityAlreadyExists(`A policy called ${row.name} already exists. Duplicate names are not allowed.`);
        await tx.insertInto("iam_policies").values(row).execute();
        await tx
          .insertInto("iam_policy_versions")
          .values({
            policy_arn: row.policy_arn,
            version: 1,
            document: input.PolicyDocument!,
            created_ms: call.nowMs,
          })
          .execute();
        await writeTags(tx, row.policy_id, tags);
        const uses = { attached: new Map(), bounding: new Map() };
        return { Policy: { ...policyOf(row, uses), ...(tags.length > 0 && { Tags: tags }) } };
      });
    },
    resources: (input, call) => policyResources(policyArnOf(call, input)),
  });

export const getPolicy = (deps: IamDeps) =>
  operation<Iam.GetPolicyRequest, Iam.GetPolicyResponse>({
    name: "GetPolicy",
    readOnly: true,
    event: management,
    access: (input, call) => policyAccess(deps, call, input.PolicyArn ?? "", "GetPolicy"),
    execute: async (input, call) => {
      new IamConstraints().policyArn(input.PolicyArn).end();
      const { read } = deps.settings;
      const row = await findPolicy(read, call.accountId, input.PolicyArn!);
      if (!row) throw noSuchEntity(`Policy ${input.PolicyArn} was not found.`);
      const [uses, tags] = [await policyUses(read, call.accountId), await tagsOf(read, row.policy_id)];
      const description = row.description !== null && { Description: row.description };
      return { Policy: { ...policyOf(row, uses), ...description, ...(tags.length > 0 && { Tags: tags }) } };
    },
    resources: (input) => policyResources(input.PolicyArn),
  });

export const deletePolicy = (deps: IamDeps) =>
  operation<Iam.DeletePolicyRequest, object>({
    name: "DeletePolicy",
    readOnly: false,
    event: management,
    access: (input, call) => policyAccess(deps, call, input.PolicyArn ?? "", "DeletePolicy"),
    execute: (input, call) => {
      new IamConstraints().policyArn(input.PolicyArn).end();
      const arn = input.PolicyArn!;
      return change(call, async (tx) => {
        const row = await requireOwnPolicy(tx, call.accountId, arn);
        const uses = await policyUses(tx, call.accountId);
        if (uses.attached.has(arn) || uses.bounding.has(arn))
          throw deleteConflict("Cannot delete a policy attached to entities.");
        const versions = await tx
          .selectFrom("iam_policy_versions")
          .select("version")
          .where("policy_arn", "=", arn)
          .execute();
        if (versions.length > 1)
          throw deleteConflict(
            "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
          );
        await tx.deleteFrom("iam_tags").where("entity_id", "=", row.policy_id).execute();
        await tx.deleteFrom("iam_policy_versions").where("policy_arn", "=", arn).execute();
        await tx.deleteFrom("iam_policies").where("policy_arn", "=", arn).execute();
        return {};
      });
    },
    resources: (input) => policyResources(input.PolicyArn),
  });

/** @throws ServiceError NoSuchEntity, also for AWS's own policies: nobody here may change them. */
export async function requireOwnPolicy(queries: SettingsQueries, accountId: string, arn: string): Promise<PolicyRow> {
  const row = awsManagedPolicies.has(arn) ? undefined : await findPolicy(queries, accountId, arn);
  if (!row) throw noSuchEntity(`Policy ${arn} was not found.`);
  return row;
}
