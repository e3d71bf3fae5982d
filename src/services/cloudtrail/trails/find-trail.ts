import { type TrailRow, trailArn } from "../../../audit/trails.js";
import type { AccessRequest } from "../../../identity/access.js";
import type { SettingsQueries, SettingsTransaction } from "../../../storage/settings-store.js";
import type { Call } from "../../operation.js";
import type { CloudTrailDeps } from "../deps.js";
import { cloudTrailError, trailNotFound } from "../errors.js";
import { resourceAccess } from "../resource-access.js";
import { parseTrailReference } from "./trail-names.js";

/** The ARN meant by a name or an ARN, well-formed or not: what policies are asked about. */
export function arnOf(nameOrArn: string, call: Call): string {
  return nameOrArn.startsWith("arn:") ? nameOrArn : trailArn(call.region, call.accountId, nameOrArn);
}

/** Access to one trail, with its tags as condition keys. */
export async function trailAccess(
  deps: CloudTrailDeps,
  action: string,
  nameOrArn: string,
  call: Call,
): Promise<AccessRequest[]> {
  return [...(await resourceAccess(deps.settings.read, action, arnOf(nameOrArn, call)))];
}

/**
 * A trail by name (of this region) or by ARN (of any): trails of other accounts do not exist for the caller.
 * @throws InvalidTrailName, CloudTrailARNInvalid
 */
export async function findTrail(
  queries: SettingsQueries | SettingsTransaction,
  nameOrArn: string,
  call: Call,
): Promise<TrailRow | undefined> {
  const reference = parseTrailReference(nameOrArn);
  if (reference.kind === "arn" && reference.accountId !== call.accountId) return undefined;
  const region = reference.kind === "arn" ? reference.region : call.region;
  return queries
    .selectFrom("trails")
    .selectAll()
    .where("account_id", "=", call.accountId)
    .where("home_region", "=", region)
    .where("name", "=", reference.name)
    .where("deleted_ms", "is", null)
    .executeTakeFirst();
}

/** @throws TrailNotFound, which names the trail as the caller did. */
export async function requireTrail(
  queries: SettingsQueries | SettingsTransaction,
  nameOrArn: string,
  call: Call,
): Promise<TrailRow> {
  const trail = await findTrail(queries, nameOrArn, call);
  if (trail === undefined) throw trailNotFound(nameOrArn, call.accountId);
  return trail;
}

/** For changes: only in the home region. @throws TrailNotFound, InvalidHomeRegion */
export async function requireTrailAtHome(
  queries: SettingsQueries | SettingsTransaction,
  nameOrArn: string,
  call: Call,
): Promise<TrailRow> {
  const trail = await requireTrail(queries, nameOrArn, call);
  if (trail.home_region !== call.region)
    throw cloudTrailError(
      "InvalidHomeRegion",
      `Trail ${trail.name} can only be changed in its home region, ${trail.home_region}; this call was made in ${call.region}.`,
    );
  return trail;
}
