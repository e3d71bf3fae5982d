import { awsManagedPolicies } from "../../identity/aws-managed-policies.js";
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
  return { identity, boundary: boundary ?? { name: arn, arn, document: allowsNothing } };
}

const allowsNothing = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":"*","Resource":"*"}]}';

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

/** Managed policies by their ARNs, in that order; those that are no more are left out. */
export async function managedPolicies(
  queries: SettingsQueries,
  accountId: string,
  arns: readonly string[],
): Promise<EntityPolicy[]> {
  const own = arns.filter((arn) => !awsManagedPolicies.has(arn));
  const rows =
    own.length === 0
      ? []
      : await queries
          .selectFrom("iam_policies as policy")
          .innerJoin("iam_policy_versions as version", (join) =>
            join
              .onRef("version.policy_arn", "=", "policy.policy_arn")
              .onRef("version.version", "=", "policy.default_version"),
          )
          .select(["policy.policy_arn as arn", "policy.name", "version.document"])
          .where("policy.account_id", "=", accountId)
          .where("policy.policy_arn", "in", own)
          .execute();
  return arns.flatMap((arn) => {
    const found = awsManagedPolicies.get(arn) ?? rows.find((row) => row.arn === arn);
    return found ? [{ name: found.name, document: found.document, arn }] : [];
  });
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
