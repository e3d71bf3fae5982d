import type * as Iam from "@aws-sdk/client-iam";
import { management } from "../../audit/event.js";
import { awsManagedPolicies } from "../../identity/aws-managed-policies.js";
import type { SettingsQueries } from "../../storage/settings-store.js";
import { operation } from "../operation.js";
import { change } from "./entities.js";
import { encodeDocument, IamConstraints } from "./iam-constraints.js";
import type { IamDeps } from "./iam-deps.js";
import { deleteConflict, limitExceeded, noSuchEntity } from "./iam-errors.js";
import { pageOf, pageStart } from "./listing.js";
import {
  checkManagedDocument,
  findPolicy,
  type PolicyRow,
  policyAccess,
  policyResources,
  requireOwnPolicy,
} from "./managed-policies.js";

const versionsMax = 5;

interface VersionRow {
  readonly version: number;
  readonly document: string;
  readonly created_ms: number;
}

const versionOf = (policy: PolicyRow, row: Omit<VersionRow, "document">) => ({
  VersionId: `v${row.version}`,
  IsDefaultVersion: row.version === policy.default_version,
  CreateDate: new Date(row.created_ms),
});

/** `v7` is 7. AWS also takes what follows a dot, which it never gives out. */
function versionNumber(versionId: string | undefined): number {
  const match = /^v([1-9]\d{0,8})(\..+)?$/.exec(versionId ?? "");
  return match ? Number(match[1]) : 0;
}

/** Newest first. */
async function versionsOf(queries: SettingsQueries, policy: PolicyRow): Promise<VersionRow[]> {
  const aws = awsManagedPolicies.get(policy.policy_arn);
  if (aws) return [{ version: 1, document: aws.document, created_ms: policy.created_ms }];
  return queries
    .selectFrom("iam_policy_versions")
    .select(["version", "document", "created_ms"])
    .where("policy_arn", "=", policy.policy_arn)
    .orderBy("version", "desc")
    .execute();
}

function noSuchVersion(policyArn: string, versionId: string) {
  return noSuchEntity(`Policy ${policyArn} version ${versionId.slice(0, 64)} does not exist or is not attachable.`);
}

class VersionConstraints extends IamConstraints {
  versionId(id: string | undefined): this {
    return this.pattern("versionId", id, /^v[1-9][0-9]*(\.[A-Za-z0-9-]*)?$/);
  }
}

export const createPolicyVersion = (deps: IamDeps) =>
  operation<Iam.CreatePolicyVersionRequest, Iam.CreatePolicyVersionResponse>({
    name: "CreatePolicyVersion",
    readOnly: false,
    event: management,
    access: (input, call) => policyAccess(deps, call, input.PolicyArn ?? "", "CreatePolicyVersion"),
    execute: (input, call) => {
      new IamConstraints().policyArn(input.PolicyArn).document(input.PolicyDocument).end();
      checkManagedDocument(input.PolicyDocument!);
      return change(call, async (tx) => {
        const policy = await requireOwnPolicy(tx, call.accountId, input.PolicyArn!);
        if ((await versionsOf(tx, policy)).length >= versionsMax)
          throw limitExceeded(
            `A managed policy can have up to ${versionsMax} versions. Before you create a new version, you must delete an existing version.`,
          );
        const version = policy.last_version + 1;
        const changed = {
          default_version: input.SetAsDefault ? version : policy.default_version,
          last_version: version,
          updated_ms: call.nowMs,
        };
        await tx.updateTable("iam_policies").set(changed).where("policy_arn", "=", policy.policy_arn).execute();
        const row = { version, document: input.PolicyDocument!, created_ms: call.nowMs };
        await tx
          .insertInto("iam_policy_versions")
          .values({ policy_arn: policy.policy_arn, ...row })
          .execute();
        return { PolicyVersion: versionOf({ ...policy, ...changed }, row) };
      });
    },
    resources: (input) => policyResources(input.PolicyArn),
  });

export const getPolicyVersion = (deps: IamDeps) =>
  operation<Iam.GetPolicyVersionRequest, Iam.GetPolicyVersionResponse>({
    name: "GetPolicyVersion",
    readOnly: true,
    event: management,
    access: (input, call) => policyAccess(deps, call, input.PolicyArn ?? "", "GetPolicyVersion"),
    execute: async (input, call) => {
      new VersionConstraints().policyArn(input.PolicyArn).versionId(input.VersionId).end();
      const policy = await findPolicy(deps.settings.read, call.accountId, input.PolicyArn!);
      const versions = policy ? await versionsOf(deps.settings.read, policy) : [];
      const row = versions.find(({ version }) => version === versionNumber(input.VersionId));
      if (!policy || !row) throw noSuchVersion(input.PolicyArn!, input.VersionId!);
      return { PolicyVersion: { ...versionOf(policy, row), Document: encodeDocument(row.document) } };
    },
    resources: (input) => policyResources(input.PolicyArn),
  });

export const listPolicyVersions = (deps: IamDeps) =>
  operation<Iam.ListPolicyVersionsRequest, Iam.ListPolicyVersionsResponse>({
    name: "ListPolicyVersions",
    readOnly: true,
    event: management,
    access: (input, call) => policyAccess(deps, call, input.PolicyArn ?? "", "ListPolicyVersions"),
    execute: async (input, call) => {
      new IamConstraints().policyArn(input.PolicyArn).listing(input).end();
      const policy = await findPolicy(deps.settings.read, call.accountId, input.PolicyArn!);
      if (!policy) throw noSuchEntity(`Policy ${input.PolicyArn} was not found.`);
      const { after, fetch } = pageStart(input);
      const rows = (await versionsOf(deps.settings.read, policy)).filter(
        ({ version }) => after === "" || version < Number(after),
      );
      const { items, page } = pageOf(rows.slice(0, fetch), input, (row) => String(row.version));
      return { Versions: items.map((row) => versionOf(policy, row)), ...page };
    },
    resources: (input) => policyResources(input.PolicyArn),
  });

export const setDefaultPolicyVersion = (deps: IamDeps) =>
  operation<Iam.SetDefaultPolicyVersionRequest, object>({
    name: "SetDefaultPolicyVersion",
    readOnly: false,
    event: management,
    access: (input, call) => policyAccess(deps, call, input.PolicyArn ?? "", "SetDefaultPolicyVersion"),
    execute: (input, call) => {
      new VersionConstraints().policyArn(input.PolicyArn).versionId(input.VersionId).end();
      return change(call, async (tx) => {
        const policy = await requireOwnPolicy(tx, call.accountId, input.PolicyArn!);
        const version = versionNumber(input.VersionId);
        if (!(await versionsOf(tx, policy)).some((row) => row.version === version))
          throw noSuchVersion(input.PolicyArn!, input.VersionId!);
        await tx
          .updateTable("iam_policies")
          .set({ default_version: version, updated_ms: call.nowMs })
          .where("policy_arn", "=", policy.policy_arn)
          .execute();
        return {};
      });
    },
    resources: (input) => policyResources(input.PolicyArn),
  });

export const deletePolicyVersion = (deps: IamDeps) =>
  operation<Iam.DeletePolicyVersionRequest, object>({
    name: "DeletePolicyVersion",
    readOnly: false,
    event: management,
    access: (input, call) => policyAccess(deps, call, input.PolicyArn ?? "", "DeletePolicyVersion"),
    execute: (input, call) => {
      new VersionConstraints().policyArn(input.PolicyArn).versionId(input.VersionId).end();
      return change(call, async (tx) => {
        const policy = await requireOwnPolicy(tx, call.accountId, input.PolicyArn!);
        const version = versionNumber(input.VersionId);
        if (version === policy.default_version) throw deleteConflict("Cannot delete the default version of a policy.");
        const { numDeletedRows } = await tx
          .deleteFrom("iam_policy_versions")
          .where("policy_arn", "=", policy.policy_arn)
          .where("version", "=", version)
          .executeTakeFirst();
        if (Number(numDeletedRows) === 0) throw noSuchVersion(input.PolicyArn!, input.VersionId!);
        return {};
      });
    },
    resources: (input) => policyResources(input.PolicyArn),
  });
