import type { AccessRequest } from "../../../identity/access.js";
import type { ReplayedPrincipal } from "../../../identity/least-privilege/replay.js";
import type { PrincipalTags } from "../../../identity/policy/call-values.js";
import { type CompiledPolicy, compilePolicyText } from "../../../identity/policy/compile.js";
import { type PolicyDocument, parsePolicy } from "../../../identity/policy/document.js";
import { type AccessGroup, type AccessQuery, TooMuchToRead } from "../../../storage/access-history.js";
import type { SettingsQueries } from "../../../storage/settings-store.js";
import type { Call } from "../../operation.js";
import { type EntityRow, entityAccess, tagsOf } from "../entities.js";
import { type PrincipalPolicies, principalPolicies } from "../entity-policies.js";
import type { IamDeps } from "../iam-deps.js";
import { iamValidationError, invalidInput, limitExceeded, noSuchEntity } from "../iam-errors.js";

/** Members of the extensions that look back over a period, as they came: JSON of any shape. */
export interface PeriodInput {
  readonly PrincipalArn?: unknown;
  readonly StartTime?: unknown;
  readonly EndTime?: unknown;
}

export interface Period {
  readonly fromMs: number;
  readonly untilMs: number;
}

const dayMs = 86_400_000;
const periodDaysMax = 90;
/** Groups of calls that are looked at for one answer; each is a few hundred bytes. */
const groupsMax = 100_000;

/** The last 90 days where nothing else is asked for. @throws ServiceError ValidationError */
export function readPeriod({ StartTime, EndTime }: PeriodInput, nowMs: number): Period {
  const untilMs = timeOf("EndTime", EndTime) ?? nowMs;
  const fromMs = timeOf("StartTime", StartTime) ?? untilMs - periodDaysMax * dayMs;
  if (fromMs > untilMs) throw iamValidationError("StartTime must not be after EndTime.");
  if (untilMs - fromMs > periodDaysMax * dayMs)
    throw iamValidationError(`The period must not be longer than ${periodDaysMax} days.`);
  return { fromMs, untilMs };
}

/** In seconds since the epoch, as JSON has times. */
export function shownPeriod({ fromMs, untilMs }: Period) {
  return { StartTime: fromMs / 1000, EndTime: untilMs / 1000 };
}

function timeOf(member: string, value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number" || !(value >= 0 && value < 1e11))
    throw iamValidationError(`${member} must be a number of seconds since the epoch.`);
  return Math.floor(value * 1000);
}

const principalPattern = /^arn:aws:iam::(\d{12}):(user|role)\/(?:[!-~]*\/)?([\w+=,.@-]{1,64})$/;

/** The right to ask about a user or role, by its ARN and tags. */
export const principalAccess =
  (deps: IamDeps, action: string) =>
  async ({ PrincipalArn }: PeriodInput, call: Call): Promise<readonly AccessRequest[]> => {
    const named = typeof PrincipalArn === "string" ? principalPattern.exec(PrincipalArn) : null;
    if (named === null || named[1] !== call.accountId) return [{ action: `iam:${action}`, resource: "*" }];
    return entityAccess(deps, call, named[2] as "user" | "role", named[3]!, action);
  };

/** @throws ServiceError ValidationError, NoSuchEntity */
export async function requirePrincipal(
  queries: SettingsQueries,
  { PrincipalArn: arn }: PeriodInput,
  call: Call,
): Promise<EntityRow> {
  if (typeof arn !== "string" || !principalPattern.test(arn))
    throw iamValidationError("PrincipalArn must be the ARN of a user or role.");
  const entity = await queries
    .selectFrom("iam_entities")
    .selectAll()
    .where("account_id", "=", call.accountId)
    .where("arn", "=", arn)
    .executeTakeFirst();
  if (entity === undefined || entity.kind === "group") throw noSuchEntity(`${arn} cannot be found.`);
  return entity;
}

export function replayedPrincipal(entity: EntityRow): ReplayedPrincipal {
  const { account_id: accountId, entity_id: id, name, arn, kind } = entity;
  return { accountId, id, name, arn, kind: kind === "user" ? kind : "role" };
}

/** What decides about a principal now. */
export async function presentPolicies(
  queries: SettingsQueries,
  entity: EntityRow,
): Promise<PrincipalPolicies & { readonly tags: PrincipalTags }> {
  const [policies, tags] = await Promise.all([principalPolicies(queries, entity), tagsOf(queries, entity.entity_id)]);
  return { ...policies, tags: Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value])) };
}

export function parsed(documents: readonly string[]): PolicyDocument[] {
  return documents.map((document) => parsePolicy(document, "identity"));
}

export function compiled(documents: readonly string[]): CompiledPolicy[] {
  return documents.map((document) => compilePolicyText(document, "identity"));
}

/** @throws ServiceError LimitExceeded where the period holds too much for one answer. */
export async function askedIn(deps: IamDeps, query: Omit<AccessQuery, "limit">): Promise<AccessGroup[]> {
  let groups: AccessGroup[];
  try {
    groups = await deps.accessHistory.asked({ ...query, limit: groupsMax + 1 });
  } catch (reason) {
    throw reason instanceof TooMuchToRead ? tooMuch() : reason;
  }
  if (groups.length > groupsMax) throw tooMuch();
  return groups;
}

function tooMuch() {
  return limitExceeded("The period holds too many different calls, or takes too long to read. Ask for a shorter one.");
}

/** @throws ServiceError InvalidInput */
export function listOf<Value extends string>(
  member: string,
  value: unknown,
  bounds: { readonly max: number; readonly of?: readonly Value[] },
): Value[] {
  const { max, of } = bounds;
  if (!Array.isArray(value) || value.length > max || !value.every((one) => typeof one === "string"))
    throw invalidInput(`${member} must be a list of at most ${max} texts.`);
  const unknown = of && value.find((one) => !of.includes(one as Value));
  if (unknown !== undefined) throw invalidInput(`${member} can hold ${of!.join(", ")}.`);
  return value as Value[];
}
