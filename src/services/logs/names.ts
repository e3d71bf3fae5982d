import type { EventResource } from "../../audit/event.js";
import type { AccessRequest } from "../../identity/access.js";
import type { Scope } from "../../storage/scope.js";
import type { Constraints } from "../constraints.js";
import { groupNotFound, invalidParameter } from "./errors.js";

export const groupNamePattern = /^[.\-_/#A-Za-z0-9]+$/;
export const streamNamePattern = /^[^:*]*$/;

export function checkGroupName(constraints: Constraints, name: string | undefined, path = "logGroupName"): Constraints {
  return constraints.length(path, name, { min: 1, max: 512 }).pattern(path, name, groupNamePattern);
}

export function checkStreamName(constraints: Constraints, name: string | undefined): Constraints {
  return constraints
    .length("logStreamName", name, { min: 1, max: 512 })
    .pattern("logStreamName", name, streamNamePattern);
}

/** A call's place in the stores, and nothing else of the call. */
export function scopeOf({ accountId, region }: Scope): Scope {
  return { accountId, region };
}

/** Without the trailing `:*`. */
export function groupArn(scope: Scope, name: string): string {
  return `arn:aws:logs:${scope.region}:${scope.accountId}:log-group:${name}`;
}

export function streamArn(scope: Scope, group: string, stream: string): string {
  return `${groupArn(scope, group)}:log-stream:${stream}`;
}

/**
 * As IAM sees it: calls about a whole group are about `log-group:NAME:log-stream:`, so that policies written for
 * `log-group:NAME:*` (the ARN that DescribeLogGroups shows) cover them.
 */
export function accessTo(operation: string, scope: Scope, group: string, stream = ""): AccessRequest {
  return { action: `logs:${operation}`, resource: streamArn(scope, group, stream) };
}

export function groupResources(scope: Scope, name: unknown): readonly EventResource[] {
  if (typeof name !== "string" || name === "") return [];
  return [{ type: "AWS::Logs::LogGroup", name, arn: groupArn(scope, name) }];
}

/**
 * The group's name from what calls may give: `logGroupName`, or `logGroupIdentifier`, a name or an ARN.
 *
 * @throws ServiceError InvalidParameterException, or ResourceNotFoundException for an ARN of elsewhere.
 */
export function groupNameOf(input: { logGroupName?: string; logGroupIdentifier?: string }, scope: Scope): string {
  const { logGroupName, logGroupIdentifier } = input;
  if (logGroupName !== undefined && logGroupIdentifier !== undefined)
    throw invalidParameter("LogGroup name and LogGroup ARN are mutually exclusive parameters.");
  const identifier = logGroupIdentifier ?? logGroupName;
  if (identifier === undefined) throw invalidParameter("Either LogGroup name or LogGroup ARN is required.");
  if (logGroupIdentifier === undefined || !identifier.startsWith("arn:")) return identifier;
  const name = nameInArn(identifier, scope);
  if (name === undefined) throw groupNotFound();
  return name;
}

/** For the record: the name as far as it can be known. */
export function knownGroupName(
  input: { logGroupName?: string; logGroupIdentifier?: string } | undefined,
  scope: Scope,
) {
  const identifier = input?.logGroupIdentifier ?? input?.logGroupName;
  if (typeof identifier !== "string" || !identifier.startsWith("arn:")) return identifier;
  return nameInArn(identifier, scope);
}

/** The group's name if the ARN, with or without `:*`, is of this account and region. */
export function nameInArn(arn: string, scope: Scope): string | undefined {
  const prefix = groupArn(scope, "");
  if (!arn.startsWith(prefix)) return undefined;
  const name = arn.slice(prefix.length).replace(/:\*$/, "");
  return groupNamePattern.test(name) ? name : undefined;
}
