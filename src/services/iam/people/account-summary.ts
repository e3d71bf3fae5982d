import type * as Iam from "@aws-sdk/client-iam";
import { management } from "../../../audit/event.js";
import type { SettingsQueries } from "../../../storage/settings-store.js";
import { operation } from "../../operation.js";
import type { IamDeps } from "../iam-deps.js";

/** The quotas that are enforced here; those of AWS that are not are left out. */
const quotas = {
  AccessKeysPerUserQuota: 2,
  AssumeRolePolicySizeQuota: 2048,
  AttachedPoliciesPerGroupQuota: 10,
  AttachedPoliciesPerRoleQuota: 10,
  AttachedPoliciesPerUserQuota: 10,
  GroupPolicySizeQuota: 5120,
  GroupsPerUserQuota: 10,
  PolicySizeQuota: 6144,
  RolePolicySizeQuota: 10_240,
  UserPolicySizeQuota: 2048,
  VersionsPerPolicyQuota: 5,
} as const;

/** What there is none of here, and tokens, which are valid in every region. */
const always = {
  AccountMFAEnabled: 0,
  AccountPasswordPresent: 0,
  AccountSigningCertificatesPresent: 0,
  GlobalEndpointTokenVersion: 2,
  ServerCertificates: 0,
} as const;

export const getAccountSummary = (deps: IamDeps) =>
  operation<object, Iam.GetAccountSummaryResponse>({
    name: "GetAccountSummary",
    readOnly: true,
    event: management,
    access: () => [{ action: "iam:GetAccountSummary", resource: "*" }],
    execute: async (_input, call) => ({
      SummaryMap: { ...quotas, ...always, ...(await countsOf(deps.settings.read, call.accountId)) },
    }),
  });

async function countsOf(queries: SettingsQueries, accountId: string) {
  const entities = await queries
    .selectFrom("iam_entities")
    .select((query) => ["kind", query.fn.countAll().as("count")])
    .where("account_id", "=", accountId)
    .groupBy("kind")
    .execute();
  const entityCount = (kind: string) => Number(entities.find((row) => row.kind === kind)?.count ?? 0);
  const count = async (
    table: "iam_policies" | "iam_mfa_devices" | "iam_instance_profiles" | "iam_openid_providers",
    condition: "any" | "in use" = "any",
  ): Promise<number> => {
    const row = await queries
      .selectFrom(table)
      .select((query) => query.fn.countAll().as("count"))
      .where("account_id", "=", accountId)
      .$if(condition === "in use", (query) => query.where("user_id" as never, "is not", null))
      .executeTakeFirstOrThrow();
    return Number(row.count);
  };
  const versions = await queries
    .selectFrom("iam_policy_versions as version")
    .innerJoin("iam_policies as policy", "policy.policy_arn", "version.policy_arn")
    .select((query) => query.fn.countAll().as("count"))
    .where("policy.account_id", "=", accountId)
    .executeTakeFirstOrThrow();
  const rootKey = await queries
    .selectFrom("iam_access_keys")
    .select("access_key_id")
    .where("owner_id", "=", accountId)
    .executeTakeFirst();
  return {
    Users: entityCount("user"),
    Groups: entityCount("group"),
    Roles: entityCount("role"),
    Policies: await count("iam_policies"),
    PolicyVersionsInUse: Number(versions.count),
    InstanceProfiles: await count("iam_instance_profiles"),
    Providers: await count("iam_openid_providers"),
    MFADevices: await count("iam_mfa_devices"),
    MFADevicesInUse: await count("iam_mfa_devices", "in use"),
    AccountAccessKeysPresent: rootKey === undefined ? 0 : 1,
  };
}
