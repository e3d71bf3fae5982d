import type * as Iam from "@aws-sdk/client-iam";
import {
  change,
  type EntityInput,
  type EntityKind,
  entityResources,
  kinds,
  nameOf,
  requireEntity,
} from "./entities.js";
import { entityOperation } from "./entity-operation.js";
import { IamConstraints } from "./iam-constraints.js";
import type { IamDeps } from "./iam-deps.js";
import { limitExceeded, noSuchEntity } from "./iam-errors.js";
import { pageOf, pageStart } from "./listing.js";
import { policyResources, requireManagedPolicy } from "./managed-policies.js";

const attachedPoliciesMax = 10;

type AttachInput = EntityInput & { readonly PolicyArn: string | undefined };

/** AttachUserPolicy, AttachGroupPolicy, AttachRolePolicy. */
export const attachPolicy = (deps: IamDeps, kind: EntityKind) =>
  entityOperation<AttachInput, object>(deps, kind, {
    name: `Attach${kinds[kind].title}Policy`,
    readOnly: false,
    conditions: ({ PolicyArn = "" }) => ({ "iam:PolicyARN": PolicyArn }),
    execute: (input, call) => {
      new IamConstraints().entityName(kind, input).policyArn(input.PolicyArn).end();
      return change(call, async (tx) => {
        const entity = await requireEntity(tx, call.accountId, kind, nameOf(kind, input));
        const policy = await requireManagedPolicy(tx, call.accountId, input.PolicyArn!);
        const attached = await tx
          .selectFrom("iam_attached_policies")
          .select("policy_arn")
          .where("entity_id", "=", entity.entity_id)
          .execute();
        if (attached.some((row) => row.policy_arn === policy.policy_arn)) return {};
        if (attached.length >= attachedPoliciesMax)
          throw limitExceeded(`Cannot exceed quota for PoliciesPer${kinds[kind].title}: ${attachedPoliciesMax}`);
        await tx
          .insertInto("iam_attached_policies")
          .values({ entity_id: entity.entity_id, account_id: call.accountId, policy_arn: policy.policy_arn })
          .execute();
        return {};
      });
    },
    resources: (input, call) => [
      ...entityResources(kind, nameOf(kind, input), call),
      ...policyResources(input.PolicyArn),
    ],
  });

/** DetachUserPolicy, DetachGroupPolicy, DetachRolePolicy. */
export const detachPolicy = (deps: IamDeps, kind: EntityKind) =>
  entityOperation<AttachInput, object>(deps, kind, {
    name: `Detach${kinds[kind].title}Policy`,
    readOnly: false,
    conditions: ({ PolicyArn = "" }) => ({ "iam:PolicyARN": PolicyArn }),
    execute: (input, call) => {
      new IamConstraints().entityName(kind, input).policyArn(input.PolicyArn).end();
      return change(call, async (tx) => {
        const entity = await requireEntity(tx, call.accountId, kind, nameOf(kind, input));
        const { numDeletedRows } = await tx
          .deleteFrom("iam_attached_policies")
          .where("entity_id", "=", entity.entity_id)
          .where("policy_arn", "=", input.PolicyArn!)
          .executeTakeFirst();
        if (Number(numDeletedRows) === 0) throw noSuchEntity(`Policy ${input.PolicyArn} was not found.`);
        return {};
      });
    },
    resources: (input, call) => [
      ...entityResources(kind, nameOf(kind, input), call),
      ...policyResources(input.PolicyArn),
    ],
  });

/** ListAttachedUserPolicies, ListAttachedGroupPolicies, ListAttachedRolePolicies. */
export const listAttachedPolicies = (deps: IamDeps, kind: EntityKind) =>
  entityOperation<
    EntityInput & Omit<Iam.ListAttachedUserPoliciesRequest, "UserName">,
    Iam.ListAttachedUserPoliciesResponse
  >(deps, kind, {
    name: `ListAttached${kinds[kind].title}Policies`,
    readOnly: true,
    execute: async (input, call) => {
      new IamConstraints().entityName(kind, input).listing(input).end();
      const { read } = deps.settings;
      const entity = await requireEntity(read, call.accountId, kind, nameOf(kind, input));
      const { after, fetch } = pageStart(input);
      const rows = await read
        .selectFrom("iam_attached_policies")
        .select("policy_arn")
        .where("entity_id", "=", entity.entity_id)
        .where("policy_arn", ">", after)
        .orderBy("policy_arn")
        .limit(fetch)
        .execute();
      const { items, page } = pageOf(rows, input, (row) => row.policy_arn);
      const inPath = items.filter(({ policy_arn }) => pathOf(policy_arn).startsWith(input.PathPrefix ?? "/"));
      return {
        AttachedPolicies: inPath.map(({ policy_arn }) => ({
          PolicyName: policy_arn.split("/").at(-1)!,
          PolicyArn: policy_arn,
        })),
        ...page,
      };
    },
  });

/** `arn:aws:iam::ACCT:policy/team/name` lies in `/team/`. */
function pathOf(policyArn: string): string {
  const start = policyArn.indexOf("/");
  return policyArn.slice(start, policyArn.lastIndexOf("/") + 1);
}
