import type * as Iam from "@aws-sdk/client-iam";
import { management } from "../../../audit/event.js";
import { awsManagedPolicies } from "../../../identity/aws-managed-policies.js";
import type { SettingsQueries } from "../../../storage/settings-store.js";
import { operation } from "../../operation.js";
import { boundaryOf, type EntityRow, tagsOf } from "../entities.js";
import { encodeDocument, IamConstraints } from "../iam-constraints.js";
import type { IamDeps } from "../iam-deps.js";
import { profileOf } from "../instance-profiles.js";
import { pageOf, pageStart } from "../listing.js";
import { awsPolicyRow, type PolicyRow, policyOf, policyUses } from "../managed-policies.js";

const filters = ["User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"] as const;

/** What the pages go through, in this order: by kind, then by name or ARN. */
interface Item {
  readonly sortKey: string;
  readonly entity?: EntityRow;
  readonly policy?: PolicyRow;
}

export const getAccountAuthorizationDetails = (deps: IamDeps) =>
  operation<Iam.GetAccountAuthorizationDetailsRequest, Iam.GetAccountAuthorizationDetailsResponse>({
    name: "GetAccountAuthorizationDetails",
    readOnly: true,
    event: management,
    access: () => [{ action: "iam:GetAccountAuthorizationDetails", resource: "*" }],
    execute: async (input, call) => {
      const constraints = new IamConstraints().listing(input);
      input.Filter?.forEach((filter, i) => {
        constraints.oneOf(`filter.${i + 1}.member`, filter, filters);
      });
      constraints.end();
      const { read } = deps.settings;
      const wanted = new Set<string>(input.Filter && input.Filter.length > 0 ? input.Filter : filters);
      const { after, fetch } = pageStart(input);
      const found = (await itemsOf(read, call.accountId, wanted)).filter((item) => item.sortKey > after);
      const { items, page } = pageOf(found.slice(0, fetch), input, (item) => item.sortKey);
      const uses = await policyUses(read, call.accountId);
      const answer = {
        UserDetailList: [] as Iam.UserDetail[],
        GroupDetailList: [] as Iam.GroupDetail[],
        RoleDetailList: [] as Iam.RoleDetail[],
        Policies: [] as Iam.ManagedPolicyDetail[],
      };
      for (const { entity, policy } of items) {
        if (policy) answer.Policies.push(await policyDetail(read, policy, uses));
        else if (entity?.kind === "user") answer.UserDetailList.push(await userDetail(read, entity));
        else if (entity?.kind === "group") answer.GroupDetailList.push(await groupDetail(read, entity));
        else if (entity) answer.RoleDetailList.push(await roleDetail(read, entity));
      }
      return { ...answer, ...page };
    },
  });

async function itemsOf(queries: SettingsQueries, accountId: string, wanted: ReadonlySet<string>): Promise<Item[]> {
  const kinds = (["User", "Group", "Role"] as const).filter((kind) => wanted.has(kind));
  const entities =
    kinds.length === 0
      ? []
      : await queries
          .selectFrom("iam_entities")
          .selectAll()
          .where("account_id", "=", accountId)
          .where("kind", "in", kinds.map((kind) => kind.toLowerCase()) as EntityRow["kind"][])
          .execute();
  const local = wanted.has("LocalManagedPolicy")
    ? await queries.selectFrom("iam_policies").selectAll().where("account_id", "=", accountId).execute()
    : [];
  const aws = wanted.has("AWSManagedPolicy") ? [...awsManagedPolicies.values()].map(awsPolicyRow) : [];
  const items: Item[] = [
    ...entities.map((entity) => ({ sortKey: `${entity.kind}/${entity.name_lower}`, entity })),
    ...[...local, ...aws].map((policy) => ({ sortKey: `policy/${policy.policy_arn}`, policy })),
  ];
  return items.sort((a, b) => (a.sortKey < b.sortKey ? -1 : 1));
}

const named = (row: EntityRow) => ({ Path: row.path, Arn: row.arn, CreateDate: new Date(row.created_ms) });

async function userDetail(queries: SettingsQueries, row: EntityRow): Promise<Iam.UserDetail> {
  const groups = await queries
    .selectFrom("iam_group_members as member")
    .innerJoin("iam_entities as group", "group.entity_id", "member.group_id")
    .select("group.name")
    .where("member.user_id", "=", row.entity_id)
    .orderBy("group.name_lower")
    .execute();
  return {
    ...named(row),
    UserName: row.name,
    UserId: row.entity_id,
    UserPolicyList: await inlinePolicies(queries, row),
    GroupList: groups.map((group) => group.name),
    AttachedManagedPolicies: await attachedPolicies(queries, row),
    ...boundaryOf(row),
    Tags: await tagsOf(queries, row.entity_id),
  };
}

async function groupDetail(queries: SettingsQueries, row: EntityRow): Promise<Iam.GroupDetail> {
  return {
    ...named(row),
    GroupName: row.name,
    GroupId: row.entity_id,
    GroupPolicyList: await inlinePolicies(queries, row),
    AttachedManagedPolicies: await attachedPolicies(queries, row),
  };
}

async function roleDetail(queries: SettingsQueries, row: EntityRow): Promise<Iam.RoleDetail> {
  const profiles = await queries
    .selectFrom("iam_instance_profiles")
    .selectAll()
    .where("role_id", "=", row.entity_id)
    .orderBy("name_lower")
    .execute();
  return {
    ...named(row),
    RoleName: row.name,
    RoleId: row.entity_id,
    AssumeRolePolicyDocument: encodeDocument(row.trust_policy ?? ""),
    InstanceProfileList: await Promise.all(profiles.map((profile) => profileOf(queries, profile))),
    RolePolicyList: await inlinePolicies(queries, row),
    AttachedManagedPolicies: await attachedPolicies(queries, row),
    ...boundaryOf(row),
    Tags: await tagsOf(queries, row.entity_id),
  };
}

async function policyDetail(
  queries: SettingsQueries,
  row: PolicyRow,
  uses: Awaited<ReturnType<typeof policyUses>>,
): Promise<Iam.ManagedPolicyDetail> {
  const aws = awsManagedPolicies.get(row.policy_arn);
  const versions = aws
    ? [{ version: 1, document: aws.document, created_ms: row.created_ms }]
    : await queries
        .selectFrom("iam_policy_versions")
        .select(["version", "document", "created_ms"])
        .where("policy_arn", "=", row.policy_arn)
        .orderBy("version", "desc")
        .execute();
  return {
    ...policyOf(row, uses),
    ...(row.description !== null && { Description: row.description }),
    PolicyVersionList: versions.map(({ version, document, created_ms }) => ({
      Document: encodeDocument(document),
      VersionId: `v${version}`,
      IsDefaultVersion: version === row.default_version,
      CreateDate: new Date(created_ms),
    })),
  };
}

async function inlinePolicies(queries: SettingsQueries, row: EntityRow): Promise<Iam.PolicyDetail[]> {
  const policies = await queries
    .selectFrom("iam_inline_policies")
    .select(["policy_name", "document"])
    .where("entity_id", "=", row.entity_id)
    .orderBy("policy_name")
    .execute();
  return policies.map((policy) => ({
    PolicyName: policy.policy_name,
    PolicyDocument: encodeDocument(policy.document),
  }));
}

async function attachedPolicies(queries: SettingsQueries, row: EntityRow): Promise<Iam.AttachedPolicy[]> {
  const policies = await queries
    .selectFrom("iam_attached_policies")
    .select("policy_arn")
    .where("entity_id", "=", row.entity_id)
    .orderBy("policy_arn")
    .execute();
  return policies.map(({ policy_arn }) => ({ PolicyName: policy_arn.split("/").at(-1)!, PolicyArn: policy_arn }));
}
