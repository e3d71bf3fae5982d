import { newUniqueId } from "../../identity/identity-ids.js";
import type { SettingsTransaction } from "../../storage/settings-store.js";
import type { Call } from "../operation.js";
import {
  type CreationInput,
  type EntityKind,
  type EntityRow,
  entityArn,
  findEntity,
  kinds,
  nameOf,
} from "./entities.js";
import type { IamDeps } from "./iam-deps.js";
import { deleteConflict, entityAlreadyExists } from "./iam-errors.js";
import { pageStart } from "./listing.js";
import { requireManagedPolicy } from "./managed-policies.js";
import { writeTags } from "./tags.js";

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids */
const idPrefixes = { user: "AIDA", group: "AGPA", role: "AROA" } as const;

export function newEntity(deps: IamDeps, call: Call, kind: EntityKind, input: CreationInput): EntityRow {
  const name = nameOf(kind, input);
  const { Path: path = "/", PermissionsBoundary } = input;
  return {
    entity_id: newUniqueId(deps.environment.ids, idPrefixes[kind]),
    account_id: call.accountId,
    kind,
    name,
    name_lower: name.toLowerCase(),
    path,
    arn: entityArn(call.accountId, kind, path, name),
    created_ms: call.nowMs,
    boundary_arn: PermissionsBoundary ?? null,
    description: null,
    max_session_seconds: null,
    trust_policy: null,
  };
}

/** @throws ServiceError EntityAlreadyExists; NoSuchEntity for a boundary that is not there */
export async function insertEntity(
  tx: SettingsTransaction,
  row: EntityRow,
  tags: Parameters<typeof writeTags>[2] = [],
): Promise<void> {
  if (await findEntity(tx, row.account_id, row.kind, row.name))
    throw entityAlreadyExists(`${kinds[row.kind].title} with name ${row.name} already exists.`);
  if (row.boundary_arn !== null) await requireManagedPolicy(tx, row.account_id, row.boundary_arn);
  await tx.insertInto("iam_entities").values(row).execute();
  await writeTags(tx, row.entity_id, tags);
}

/** One more than a page of entities under a path, by name. */
export function listEntities(
  deps: IamDeps,
  accountId: string,
  kind: EntityKind,
  input: { PathPrefix?: string | undefined; Marker?: string | undefined; MaxItems?: number | undefined },
): Promise<EntityRow[]> {
  const { after, fetch } = pageStart(input);
  const prefix = input.PathPrefix ?? "/";
  return deps.settings.read
    .selectFrom("iam_entities")
    .selectAll()
    .where("account_id", "=", accountId)
    .where("kind", "=", kind)
    .where("name_lower", ">", after)
    .where((row) => row(row.fn<string>("substr", ["path", row.lit(1), row.lit(prefix.length)]), "=", prefix))
    .orderBy("name_lower")
    .limit(fetch)
    .execute();
}

/**
 * Removes an entity that nothing is tied to any more.
 *
 * @throws ServiceError DeleteConflict while policies are.
 */
export async function deleteEntity(tx: SettingsTransaction, entityId: string): Promise<void> {
  const policyOf = (table: "iam_attached_policies" | "iam_inline_policies") =>
    tx.selectFrom(table).select("entity_id").where("entity_id", "=", entityId).executeTakeFirst();
  if (await policyOf("iam_attached_policies"))
    throw deleteConflict("Cannot delete entity, must detach all policies first.");
  if (await policyOf("iam_inline_policies")) throw deleteConflict("Cannot delete entity, must delete policies first.");
  await tx.deleteFrom("iam_tags").where("entity_id", "=", entityId).execute();
  await tx.deleteFrom("iam_entities").where("entity_id", "=", entityId).execute();
}
