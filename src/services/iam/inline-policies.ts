import type * as Iam from "@aws-sdk/client-iam";
import { change, type EntityInput, type EntityKind, kinds, nameOf, requireEntity } from "./entities.js";
import { entityOperation } from "./entity-operation.js";
import { checkPolicyDocument, encodeDocument, IamConstraints, policySize } from "./iam-constraints.js";
import type { IamDeps } from "./iam-deps.js";
import { limitExceeded, noSuchEntity } from "./iam-errors.js";
import { pageOf, pageStart } from "./listing.js";

/** All inline policies of one entity together, in characters without white space. */
const inlineSizeMax = { user: 2048, group: 5120, role: 10_240 } as const;

type InlineInput = EntityInput & { readonly PolicyName: string | undefined };

function noSuchInlinePolicy(kind: EntityKind, name: string) {
  return noSuchEntity(`The ${kind} policy with name ${name.slice(0, 128)} cannot be found.`);
}

/** PutUserPolicy, PutGroupPolicy, PutRolePolicy. */
export const putInlinePolicy = (deps: IamDeps, kind: EntityKind) =>
  entityOperation<InlineInput & { readonly PolicyDocument: string | undefined }, object>(deps, kind, {
    name: `Put${kinds[kind].title}Policy`,
    readOnly: false,
    execute: (input, call) => {
      new IamConstraints().entityName(kind, input).policyName(input.PolicyName).document(input.PolicyDocument).end();
      const document = input.PolicyDocument!;
      checkPolicyDocument(document, "identity");
      return change(call, async (tx) => {
        const entity = await requireEntity(tx, call.accountId, kind, nameOf(kind, input));
        const others = await tx
          .selectFrom("iam_inline_policies")
          .select("document")
          .where("entity_id", "=", entity.entity_id)
          .where("policy_name", "!=", input.PolicyName!)
          .execute();
        const size = others.reduce((sum, row) => sum + policySize(row.document), policySize(document));
        if (size > inlineSizeMax[kind])
          throw limitExceeded(
            `Maximum policy size of ${inlineSizeMax[kind]} bytes exceeded for ${kind} ${entity.name}`,
          );
        await tx
          .insertInto("iam_inline_policies")
          .values({ entity_id: entity.entity_id, policy_name: input.PolicyName!, document })
          .onConflict((conflict) => conflict.columns(["entity_id", "policy_name"]).doUpdateSet({ document }))
          .execute();
        return {};
      });
    },
  });

/** GetUserPolicy, GetGroupPolicy, GetRolePolicy. */
export const getInlinePolicy = (deps: IamDeps, kind: EntityKind) =>
  entityOperation<InlineInput, EntityInput & { PolicyName: string; PolicyDocument: string }>(deps, kind, {
    name: `Get${kinds[kind].title}Policy`,
    readOnly: true,
    execute: async (input, call) => {
      new IamConstraints().entityName(kind, input).policyName(input.PolicyName).end();
      const { read } = deps.settings;
      const entity = await requireEntity(read, call.accountId, kind, nameOf(kind, input));
      const row = await read
        .selectFrom("iam_inline_policies")
        .select("document")
        .where("entity_id", "=", entity.entity_id)
        .where("policy_name", "=", input.PolicyName!)
        .executeTakeFirst();
      if (!row) throw noSuchInlinePolicy(kind, input.PolicyName!);
      return {
        [`${kinds[kind].title}Name`]: entity.name,
        PolicyName: input.PolicyName!,
        PolicyDocument: encodeDocument(row.document),
      };
    },
  });

/** ListUserPolicies, ListGroupPolicies, ListRolePolicies. */
export const listInlinePolicies = (deps: IamDeps, kind: EntityKind) =>
  entityOperation<EntityInput & Omit<Iam.ListUserPoliciesRequest, "UserName">, Iam.ListUserPoliciesResponse>(
    deps,
    kind,
    {
      name: `List${kinds[kind].title}Policies`,
      readOnly: true,
      execute: async (input, call) => {
        new IamConstraints().entityName(kind, input).listing(input).end();
        const { read } = deps.settings;
        const entity = await requireEntity(read, call.accountId, kind, nameOf(kind, input));
        const { after, fetch } = pageStart(input);
        const rows = await read
          .selectFrom("iam_inline_policies")
          .select("policy_name")
          .where("entity_id", "=", entity.entity_id)
          .where("policy_name", ">", after)
          .orderBy("policy_name")
          .limit(fetch)
          .execute();
        const { items, page } = pageOf(rows, input, (row) => row.policy_name);
        return { PolicyNames: items.map((row) => row.policy_name), ...page };
      },
    },
  );

/** DeleteUserPolicy, DeleteGroupPolicy, DeleteRolePolicy. */
export const deleteInlinePolicy = (deps: IamDeps, kind: EntityKind) =>
  entityOperation<InlineInput, object>(deps, kind, {
    name: `Delete${kinds[kind].title}Policy`,
    readOnly: false,
    execute: (input, call) => {
      new IamConstraints().entityName(kind, input).policyName(input.PolicyName).end();
      return change(call, async (tx) => {
        const entity = await requireEntity(tx, call.accountId, kind, nameOf(kind, input));
        const { numDeletedRows } = await tx
          .deleteFrom("iam_inline_policies")
          .where("entity_id", "=", entity.entity_id)
          .where("policy_name", "=", input.PolicyName!)
          .executeTakeFirst();
        if (Number(numDeletedRows) === 0) throw noSuchInlinePolicy(kind, input.PolicyName!);
        return {};
      });
    },
  });
