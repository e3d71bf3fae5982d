import type { AccessRequest } from "../../../identity/access.js";
import type { SettingsQueries } from "../../../storage/settings-store.js";
import type { Call } from "../../operation.js";
import { type EntityKind, type EntityRow, entityAccess } from "../entities.js";
import { IamConstraints } from "../iam-constraints.js";
import type { IamDeps } from "../iam-deps.js";
import { invalidInput, noSuchEntity } from "../iam-errors.js";

const sourcePattern = /^arn:aws:iam::(\d{12}):(user|group|role)\/(?:[!-~]*\/)?([\w+=,.@-]{1,128})$/;

/** The right to ask about a user, group or role by its ARN and tags. */
export async function sourceAccess(
  deps: IamDeps,
  call: Call,
  arn: string | undefined,
  action: string,
): Promise<readonly AccessRequest[]> {
  const [, accountId, kind, name] = sourcePattern.exec(arn ?? "") ?? [];
  if (accountId !== call.accountId || name === undefined) return [{ action: `iam:${action}`, resource: arn || "*" }];
  return entityAccess(deps, call, kind as EntityKind, name, action);
}

/** @throws ServiceError ValidationError, InvalidInput, NoSuchEntity */
export async function requireSource(
  queries: SettingsQueries,
  call: Call,
  arn: string | undefined,
  member: string,
): Promise<EntityRow> {
  new IamConstraints().required(member, arn).length(member, arn, { min: 20, max: 2048 }).check("ValidationError");
  if (!sourcePattern.test(arn!)) throw invalidInput(`${arn!.slice(0, 256)} is not the ARN of a user, group or role.`);
  const entity = await queries
    .selectFrom("iam_entities")
    .selectAll()
    .where("account_id", "=", call.accountId)
    .where("arn", "=", arn!)
    .executeTakeFirst();
  if (!entity) throw noSuchEntity(`${arn} does not exist.`);
  return entity;
}
