import type { AccessRequest } from "../../../identity/access.js";
import { managedPolicies } from "../../../identity/managed-policies.js";
import { parsePolicy } from "../../../identity/policy/document.js";
import { mayAllow } from "../../../identity/policy/granted-actions.js";
import type { SettingsQueries } from "../../../storage/settings-store.js";
import type { KnownService } from "../../known-actions.js";
import type { Call } from "../../operation.js";
import { type EntityKind, type EntityRow, entityAccess } from "../entities.js";
import { policiesOf } from "../entity-policies.js";
import type { IamDeps } from "../iam-deps.js";
import { invalidInput, noSuchEntity } from "../iam-errors.js";
import { policyAccess } from "../managed-policies.js";

const entityPattern = /^arn:aws:iam::\d{12}:(user|group|role)\/(?:[!-~]*\/)?([\w+=,.@-]{1,128})$/;
const policyPattern = /^arn:aws:iam::(aws|\d{12}):policy\/[!-~]+$/;

/** The right to ask for a report about a user, group, role or managed policy. */
export async function reportAccess(
  deps: IamDeps,
  call: Call,
  arn: string | undefined,
  action: string,
): Promise<readonly AccessRequest[]> {
  const [, kind, name] = entityPattern.exec(arn ?? "") ?? [];
  if (name !== undefined) return entityAccess(deps, call, kind as EntityKind, name, action);
  return policyAccess(deps, call, arn || "*", action);
}

/** Whose use a report tells of, and by which policies. */
export interface ReportedResource {
  readonly entities: readonly EntityRow[];
  /** JSON texts. */
  readonly documents: readonly string[];
}

/** @throws ServiceError InvalidInput, NoSuchEntity */
export async function reportedResource(
  queries: SettingsQueries,
  accountId: string,
  arn: string,
): Promise<ReportedResource> {
  if (policyPattern.test(arn)) {
    const [policy] = await managedPolicies(queries, accountId, [arn]);
    if (!policy) throw noSuchEntity(`Policy ${arn} was not found.`);
    const holders = queries.selectFrom("iam_attached_policies").select("entity_id").where("policy_arn", "=", arn);
    const members = queries.selectFrom("iam_group_members").select("user_id").where("group_id", "in", holders);
    const entities = await queries
      .selectFrom("iam_entities")
      .selectAll()
      .where("account_id", "=", accountId)
      .where("kind", "!=", "group")
      .where((row) => row.or([row("entity_id", "in", holders), row("entity_id", "in", members)]))
      .execute();
    return { entities, documents: [policy.document] };
  }
  if (!entityPattern.test(arn)) throw invalidInput(`Invalid ARN: ${arn.slice(0, 256)}.`);
  const entity = await queries
    .selectFrom("iam_entities")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("arn", "=", arn)
    .executeTakeFirst();
  if (!entity) throw noSuchEntity(`${arn} does not exist.`);
  const policies = await policiesOf(queries, entity);
  const documents = policies.map(({ document }) => document);
  if (entity.kind !== "group") return { entities: [entity], documents };
  const members = queries.selectFrom("iam_group_members").select("user_id").where("group_id", "=", entity.entity_id);
  const entities = await queries.selectFrom("iam_entities").selectAll().where("entity_id", "in", members).execute();
  return { entities, documents };
}

/** The services of which policies may allow something. */
export function grantedServices(services: readonly KnownService[], documents: readonly string[]): KnownService[] {
  const allows = mayAllow(documents.map((document) => parsePolicy(document, "identity")));
  return services.filter(({ actions }) => actions.some(allows));
}
