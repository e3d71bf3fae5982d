import { ServiceError } from "../service-error.js";

/**
 * A modelled error of CloudTrail. The model annotates some with 403, 404 or 409, but the JSON service answers 400 for
 * all client errors, and clients choose the class by name.
 */
export function cloudTrailError(name: string, message: string, cause?: unknown): ServiceError {
  return new ServiceError(`${name}Exception`, message, { cause });
}

export function trailNotFound(nameOrArn: string, accountId: string): ServiceError {
  return cloudTrailError("TrailNotFound", `Unknown trail: ${nameOrArn} for the user: ${accountId}`);
}

/** What an account outside an organization is told. */
export function organizationsNotInUse(): ServiceError {
  return cloudTrailError("OrganizationsNotInUse", "The account is not a member of an organization.");
}
