import type { AccessContext, AccessRequest } from "../access.js";
import type { Caller } from "../caller.js";

/**
 * A second evaluator, to hold the first one to: written from AWS's documentation ("Policy evaluation logic", "IAM JSON
 * policy elements"), as slow and as plain as it reads, sharing no code with the one that decides.
 */
export interface NaiveCall {
  readonly caller: Caller;
  readonly access: AccessRequest;
  readonly context: AccessContext;
  readonly tags: Readonly<Record<string, string>>;
  /** JSON texts. */
  readonly identity: readonly string[];
  readonly boundary?: string | undefined;
  readonly session?: readonly string[] | undefined;
  readonly resource?: string | undefined;
}

type Values = (key: string) => string[] | undefined;
type Json = Record<string, unknown>;

export function naiveAllows(call: NaiveCall): boolean {
  const { caller, access } = call;
  const values = valuesOf(call);
  const ask = (documents: readonly string[]) => documents.flatMap((text) => verdict(JSON.parse(text), call, values));
  const identity = ask(call.identity);
  const boundary = call.boundary === undefined ? ["Allow"] : ask([call.boundary]);
  const session = call.session === undefined ? ["Allow"] : ask(call.session);
  const resource = call.resource === undefined ? [] : ask([call.resource]);

  // An explicit deny in any policy overrides every allow.
  if ([...identity, ...boundary, ...session, ...resource].includes("Deny")) return false;

  const bounded = boundary.includes("Allow") && session.includes("Allow");
  const ownAccount = "accountId" in caller ? caller.accountId : undefined;
  const byIdentity = identity.includes("Allow") && bounded;
  const resourceSpeaks = resource.length > 0;
  // In another account both sides must allow.
  if ((access.resourceAccountId ?? ownAccount) !== ownAccount) return byIdentity && resourceSpeaks;
  // Within the account, a resource policy that names the user or the very session allows by itself, one that names the
  // role or everyone is limited by boundary and session policies, and one that names the account trusts its policies.
  const byResource = resource.includes("Allow:direct") || (resource.includes("Allow") && bounded);
  if (access.resourcePolicy?.required) return byResource || (resource.includes("Allow:account") && byIdentity);
  return byResource || byIdentity;
}

/** What each statement that applies says: Allow, Deny, or how a resource policy allows. */
function verdict(document: Json, call: NaiveCall, values: Values): string[] {
  const variables = document["Version"] === "2012-10-17";
  const said: string[] = [];
  for (const statement of list(document["Statement"]) as Json[]) {
    const effect = statement["Effect"] as string;
    if (!actionApplies(statement, call.access.action)) continue;
    if (!resourceApplies(statement, call.access.resource, effect, variables, values)) continue;
    const principal = principalApplies(statement, call.caller);
    if (principal === undefined) continue;
    if (!conditionsHold((statement["Condition"] ?? {}) as Json, variables, values)) continue;
    said.push(effect === "Allow" && principal !== "" ? `Allow:${principal}` : effect);
  }
  return said;
}

function actionApplies(statement: Json, action: string): boolean {
  const given = (statement["Action"] ?? statement["NotAction"]) as string;
  const matched = list(given).some((pattern) => glob(String(pattern).toLowerCase(), action.toLowerCase()));
  return "NotAction" in statement ? !matched : matched;
}

function resourceApplies(
  statement: Json,
  resource: string,
  effect: string,
  variables: boolean,
  values: Values,
): boolean {
  const patterns = list(statement["Resource"] ?? statement["NotResource"]).map(String);
  const expanded = patterns.map((pattern) => expand(pattern, variables, values));
  const matched = expanded.some((pattern) => pattern !== undefined && glob(pattern, resource));
  if (!("NotResource" in statement)) return matched;
  // Decided here, as AWS does not say: what cannot be told must not widen an Allow.
  if (effect === "Allow" && expanded.includes(undefined)) return false;
  return !matched;
}

/** "" for anyone and a role, "direct" for a user or a session by name, "account" for all of an account. */
function principalApplies(statement: Json, caller: Caller): "" | "direct" | "account" | undefined {
  const element = statement["Principal"] ?? statement["NotPrincipal"];
  if (element === undefined) return "";
  const names = element === "*" ? ["*"] : list((element as Json)["AWS"] ?? []).map(String);
  const direct = caller.kind === "user" || caller.kind === "role-session" ? caller.arn : "";
  const roleArn = caller.kind === "role-session" ? caller.roleArn : "";
  const account = "accountId" in caller ? caller.accountId : "";
  const named = (() => {
    if (names.includes(direct)) return "direct";
    if (names.includes("*") || names.includes(roleArn)) return "";
    if (names.includes(account) || names.includes(`arn:aws:iam::${account}:root`)) return "account";
    return undefined;
  })();
  if (!("NotPrincipal" in statement)) return named;
  if (statement["Effect"] === "Allow") return named === undefined ? "" : undefined;
  // "You must also specify the account of the not-denied principal", and of a session its role, too.
  const listed = (name: string) => names.includes("*") || names.includes(name);
  const accountListed = listed(account) || listed(`arn:aws:iam::${account}:root`);
  return listed(direct) && accountListed && (roleArn === "" || listed(roleArn)) ? undefined : "";
}

function conditionsHold(element: Json, variables: boolean, values: Values): boolean {
  for (const [name, byKey] of Object.entries(element))
    for (const [key, wanted] of Object.entries(byKey as Json))
      if (!conditionHolds(name, values(key), list(wanted).map(String), variables, values)) return false;
  return true;
}

function conditionHolds(
  name: string,
  found: string[] | undefined,
  wanted: string[],
  variables: boolean,
  values: Values,
): boolean {
  const missing = found === undefined || found.length === 0;
  if (name === "Null") return wanted.some((each) => (each === "true") === missing);
  const [, set, base, ifExists] = /^(ForAllValues:|ForAnyValue:)?(.*?)(IfExists)?$/.exec(name)!;
  if (missing) {
    if (ifExists) return true;
    if (set === "ForAllValues:") return true;
    if (set === "ForAnyValue:") return false;
    return base!.includes("Not");
  }
  const positive = base!.replace("Not", "");
  const one = (value: string) => {
    const matched = wanted.some((each) => compare(positive, value, each, variables, values));
    return base!.includes("Not") ? !matched : matched;
  };
  if (set === "ForAllValues:") return found.every(one);
  return found.some(one);
}

function compare(operator: string, value: string, text: string, variables: boolean, values: Values): boolean {
  const plain = expand(text, variables, values);
  switch (operator) {
    case "StringEquals":
      return plain !== undefined && value === literalOf(plain);
    case "StringEqualsIgnoreCase":
      return plain !== undefined && value.toLowerCase() === literalOf(plain).toLowerCase();
    case "StringLike":
      return plain !== undefined && glob(plain, value);
    case "ArnEquals":
    case "ArnLike": {
      if (plain === undefined) return false;
      const [pattern, given] = [sixParts(plain), sixParts(value)];
      return pattern !== undefined && given !== undefined && pattern.every((part, i) => glob(part, given[i]!));
    }
    case "IpAddress":
      return inNetwork(value, text);
    case "Bool":
      return value.toLowerCase() === text.toLowerCase();
  }
  const [, kind, comparison] = /^(Numeric|Date)(.*)$/.exec(operator)!;
  const [left, right] =
    kind === "Numeric" ? [numberOf(value), numberOf(text)] : [millisecondsOf(value), millisecondsOf(text)];
  if (Number.isNaN(left) || Number.isNaN(right)) return false;
  switch (comparison) {
    case "Equals":
      return left === right;
    case "LessThan":
      return left < right;
    case "LessThanEquals":
      return left <= right;
    case "GreaterThan":
      return left > right;
    case "GreaterThanEquals":
      return left >= right;
    default:
      throw new Error(operator);
  }
}

const numberOf = (text: string) => (/^[-+]?[0-9.]+$/.test(text) ? Number.parseFloat(text) : Number.NaN);
const millisecondsOf = (text: string) => (/^[0-9]{5,}$/.test(text) ? Number(text) * 1000 : new Date(text).getTime());

function sixParts(arn: string): string[] | undefined {
  const parts = arn.split(":");
  if (parts.length < 6 || parts[0] !== "arn") return undefined;
  return [...parts.slice(0, 5), parts.slice(5).join(":")];
}

/** Stand for characters that mean themselves. */
const star = "\u{e000}";
const mark = "\u{e001}";
const literalOf = (pattern: string) => pattern.replaceAll(star, "*").replaceAll(mark, "?");

/** Puts values for variables; undefined where one has none. */
function expand(text: string, variables: boolean, values: Values): string | undefined {
  if (!variables) return text;
  let unknown = false;
  const expanded = text.replace(/\$\{([^}]*)\}/g, (_, inside: string) => {
    if (inside === "*") return star;
    if (inside === "?") return mark;
    if (inside === "$") return "$";
    const [key = "", fallback] = inside.split(/ *, */);
    const found = values(key);
    const value = found?.length === 1 ? found[0] : found?.length ? undefined : fallback?.replaceAll("'", "");
    if (value === undefined) unknown = true;
    return (value ?? "").replaceAll("*", star).replaceAll("?", mark);
  });
  return unknown ? undefined : expanded;
}

function glob(pattern: string, text: string): boolean {
  const source = [...pattern]
    .map((character) => {
      if (character === "*") return "[^]*";
      if (character === "?") return "[^]";
      return literalOf(character).replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
    })
    .join("");
  return new RegExp(`^${source}$`, "u").test(text);
}

function inNetwork(address: string, network: string): boolean {
  const [base = "", bits] = network.split("/");
  const [one, other] = [bitsOf(address), bitsOf(base)];
  if (one.length !== other.length) return false;
  const length = bits === undefined ? one.length : Number(bits);
  return one.slice(0, length) === other.slice(0, length);
}

function bitsOf(address: string): string {
  if (address.includes("."))
    return address
      .split(".")
      .map((byte) => Number(byte).toString(2).padStart(8, "0"))
      .join("");
  const [head = "", tail = ""] = address.split("::");
  const [front, back] = [head, tail].map((part) => (part === "" ? [] : part.split(":")));
  const zeros = Array<string>(8 - front!.length - back!.length).fill("0");
  return [...front!, ...zeros, ...back!]
    .map((group) => Number.parseInt(group, 16).toString(2).padStart(16, "0"))
    .join("");
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value];
}

/** Condition keys of a call. Source: IAM User Guide, "AWS global condition context keys". */
function valuesOf({ caller, access, context, tags }: NaiveCall): Values {
  const known: Record<string, string | readonly string[] | undefined> = { ...access.conditions };
  known["aws:CurrentTime"] = new Date(context.nowMs).toISOString();
  known["aws:EpochTime"] = String(Math.floor(context.nowMs / 1000));
  known["aws:SourceIp"] = context.sourceIpAddress;
  known["aws:UserAgent"] = context.userAgent;
  known["aws:SecureTransport"] = String(context.secureTransport);
  known["aws:RequestedRegion"] = context.region;
  for (const [name, value] of Object.entries(tags)) known[`aws:PrincipalTag/${name}`] = value;
  if (caller.kind === "user" || caller.kind === "role-session") {
    known["aws:ResourceAccount"] = access.resourceAccountId ?? caller.accountId;
    known["aws:PrincipalArn"] = caller.kind === "user" ? caller.arn : caller.roleArn;
    known["aws:PrincipalAccount"] = caller.accountId;
    known["aws:PrincipalType"] = caller.kind === "user" ? "User" : "AssumedRole";
    known["aws:userid"] = caller.kind === "user" ? caller.userId : `${caller.roleId}:${caller.sessionName}`;
    if (caller.kind === "user") known["aws:username"] = caller.userName;
    if (caller.sourceIdentity !== undefined) known["aws:SourceIdentity"] = caller.sourceIdentity;
    if (caller.sessionIssuedMs !== undefined) {
      known["aws:TokenIssueTime"] = new Date(caller.sessionIssuedMs).toISOString();
      // "Temporary credentials returned by AssumeRole do not include MFA information in the context."
      known["aws:MultiFactorAuthPresent"] = String(caller.kind === "user" && caller.mfaAuthenticated === true);
    }
  }
  return (key) => {
    const found = Object.entries(known).find(([name]) => name.toLowerCase() === key.toLowerCase())?.[1];
    return found === undefined ? undefined : typeof found === "string" ? [found] : [...found];
  };
}
