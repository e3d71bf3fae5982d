import type * as Iam from "@aws-sdk/client-iam";
import { management } from "../../audit/event.js";
import { awsManagedPolicies } from "../../identity/aws-managed-policies.js";
import { operation } from "../operation.js";
import { IamConstraints } from "./iam-constraints.js";
import type { IamDeps } from "./iam-deps.js";
import { noSuchEntity } from "./iam-errors.js";
import { pageOf, pageStart } from "./listing.js";
import {
  awsPolicyRow,
  findPolicy,
  type PolicyRow,
  policyAccess,
  policyOf,
  policyResources,
  policyUses,
} from "./managed-policies.js";

const usages = { PermissionsPolicy: "attached", PermissionsBoundary: "bounding" } as const;

export const listPolicies = (deps: IamDeps) =>
  operation<Iam.ListPoliciesRequest, Iam.ListPoliciesResponse>({
    name: "ListPolicies",
    readOnly: true,
    event: management,
    access: (_input, call) => [{ action: "iam:ListPolicies", resource: `arn:aws:iam::${call.accountId}:policy/` }],
    execute: async (input, call) => {
      new IamConstraints()
        .listing(input)
        .oneOf("scope", input.Scope, ["All", "AWS", "Local"])
        .oneOf("policyUsageFilter", input.PolicyUsageFilter, Object.keys(usages))
        .check("ValidationError");
      const { read } = deps.settings;
      const { after, fetch } = pageStart(input);
      const scope = input.Scope ?? "All";
      const own: PolicyRow[] =
        scope === "AWS"
          ? []
          : await read.selectFrom("iam_policies").selectAll().where("account_id", "=", call.accountId).execute();
      const aws = scope === "Local" ? [] : [...awsManagedPolicies.values()].map(awsPolicyRow);
      const uses = await policyUses(read, call.accountId);
      const usage = input.PolicyUsageFilter && uses[usages[input.PolicyUsageFilter]];
      const rows = [...own, ...aws]
        .filter((row) => row.path.startsWith(input.PathPrefix ?? "/"))
        .filter((row) => !input.OnlyAttached || uses.attached.has(row.policy_arn))
        .filter((row) => usage === undefined || usage.has(row.policy_arn))
        .filter((row) => row.policy_arn > after)
        .sort((a, b) => (a.policy_arn < b.policy_arn ? -1 : 1));
      const { items, page } = pageOf(rows.slice(0, fetch), input, (row) => row.policy_arn);
      return { Policies: items.map((row) => policyOf(row, uses)), ...page };
    },
  });

export const listEntitiesForPolicy = (deps: IamDeps) =>
  operation<Iam.ListEntitiesForPolicyRequest, Iam.ListEntitiesForPolicyResponse>({
    name: "ListEntitiesForPolicy",
    readOnly: true,
    event: management,
    access: (input, call) => policyAccess(deps, call, input.PolicyArn ?? "", "ListEntitiesForPolicy"),
    execute: async (input, call) => {
      new IamConstraints()
        .policyArn(input.PolicyArn)
        .listing(input)
        .oneOf("entityFilter", input.EntityFilter, [
          ...["User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"],
        ])
        .oneOf("policyUsageFilter", input.PolicyUsageFilter, Object.keys(usages))
        .check("ValidationError");
      const arn = input.PolicyArn!;
      const { read } = deps.settings;
      if (!(await findPolicy(read, call.accountId, arn))) throw noSuchEntity(`Policy ${arn} was not found.`);
      const { after, fetch } = pageStart(input);
      const attached = read.selectFrom("iam_attached_policies").select("entity_id").where("policy_arn", "=", arn);
      const rows = await read
        .selectFrom("iam_entities")
        .select(["entity_id", "kind", "name"])
        .where("account_id", "=", call.accountId)
        .where("entity_id", ">", after)
        .where((row) =>
          row.or([
            ...(input.PolicyUsageFilter === "PermissionsBoundary" ? [] : [row("entity_id", "in", attached)]),
            ...(input.PolicyUsageFilter === "PermissionsPolicy" ? [] : [row("boundary_arn", "=", arn)]),
          ]),
        )
        .$if(input.EntityFilter !== undefined, (query) =>
          query.where("kind", "=", input.EntityFilter!.toLowerCase() as "user"),
        )
        .$if(input.PathPrefix !== undefined, (query) =>
          query.where((row) =>
            row(
              row.fn<string>("substr", ["path", row.lit(1), row.lit(input.PathPrefix!.length)]),
              "=",
              input.PathPrefix!,
            ),
          ),
        )
        .orderBy("entity_id")
        .limit(fetch)
        .execute();
      const { items, page } = pageOf(rows, input, (row) => row.entity_id);
      const of = (kind: string) => items.filter((row) => row.kind === kind);
      return {
        PolicyUsers: of("user").map((row) => ({ UserName: row.name, UserId: row.entity_id })),
        PolicyGroups: of("group").map((row) => ({ GroupName: row.name, GroupId: row.entity_id })),
        PolicyRoles: of("role").map((row) => ({ RoleName: row.name, RoleId: row.entity_id })),
        ...page,
      };
    },
    resources: (input) => policyResources(input.PolicyArn),
  });
