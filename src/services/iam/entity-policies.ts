import { managedPolicies, nothingAllowed } from "../../identity/managed-policies.js";
import type { SettingsQueries } from "../../storage/settings-store.js";
import type { EntityKind, EntityRow } from "./entities.js";

/** One policy by which a user, group or role may do something. */
export interface EntityPolicy {
  readonly name: string;
  /** JSON text. */
  readonly document: string;
  /** Of a managed policy. */
  readonly arn?: string;
  /** Of an inline policy: what it is part of. */
  readonly owner?: { readonly kind: EntityKind; readonly name: string };
}

export interface PrincipalPolicies {
  readonly identity: readonly EntityPolicy[];
  /** Absent where none is set. */
  readonly boundary?: EntityPolicy;
}

/** Identity policies and boundary of an entity. A boundary that is named and no longer there bounds everything. */
export async function principalPolicies(queries: SettingsQueries, entity: EntityRow): Promise<PrincipalPolicies> {
  const { boundary_arn: arn, account_id: accountId } = entity;
  const identity = await policiesOf(queries, entity);
  if (arn === null) return { identity };
  const [boundary] = await managedPolicies(queries, accountId, [arn]);
  return { identity, boundary: boundary ?? { name: arn, arn, document: nothingAllowed } };
}

/** All policies of an entity, those of a user's groups too; managed ones once each. */
export async function policiesOf(queries: SettingsQueries, entity: EntityRow): Promise<EntityPolicy[]> {
  const holders = [entity, ...(await groupsOf(queries, entity))];
  const ids = holders.map((holder) => holder.entity_id);
  const [inline, attached] = await Promise.all([
    queries
      .selectFrom("iam_inline_policies")
      .selectAll()
      .where("entity_id", "in", ids)
      .orderBy("policy_name")
      .execute(),
    queries
      .selectFrom("iam_attached_policies")
      .select("policy_arn")
      .distinct()
      .where("entity_id", "in", ids)
      .orderBy("policy_arn")
      .execute(),
  ]);
  const managed = await managedPolicies(
    queries,
    entity.account_id,
    attached.map((row) => row.policy_arn),
  );
  const ofHolders = holders.flatMap(({ entity_id, kind, name }) =>
    inline
      .filter((row) => row.entity_id === entity_id)
      .map(({ policy_name, document }) => ({ name: policy_name, document, owner: { kind, name } })),
  );
  return [...ofHolders, ...managed];
}

function groupsOf(queries: SettingsQueries, entity: EntityRow): Promise<EntityRow[]> | EntityRow[] {
  if (entity.kind !== "user") return [];
  return queries
    .selectFrom("iam_group_members as member")
    .innerJoin("iam_entities as group", "group.entity_id", "member.group_id")
    .selectAll("group")
    .where("member.user_id", "=", entity.entity_id)
    .orderBy("group.name")
    .execute();
}
