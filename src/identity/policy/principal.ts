import type { Caller } from "../caller.js";
import { MalformedPolicy } from "./malformed-policy.js";

/** The Principal element as documents spell it: everyone, or lists by kind. */
export type PrincipalElement =
  | "*"
  | {
      readonly AWS?: readonly string[];
      readonly Service?: readonly string[];
      readonly Federated?: readonly string[];
    };

/**
 * How closely a Principal names the caller. It decides what else must allow the call:
 * - `user`, `session`: named themselves; in their own account nothing else is needed
 * - `role`, `anyone`: named as the role they hold, or as anyone; boundaries and session policies still narrow
 * - `account`: their account is trusted, and must itself allow them by an identity policy
 */
export type PrincipalMatch = "user" | "session" | "role" | "anyone" | "account";

type PrincipalTest = (caller: Caller) => PrincipalMatch | undefined;

/** From the closest to the loosest. */
export const closeness: readonly PrincipalMatch[] = ["user", "session", "role", "anyone", "account"];

export function closerMatch(a: PrincipalMatch | undefined, b: PrincipalMatch | undefined): PrincipalMatch | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return closeness.indexOf(a) <= closeness.indexOf(b) ? a : b;
}

/** @throws MalformedPolicy for a principal of a kind this service does not know. */
export function compilePrincipal(element: PrincipalElement): PrincipalTest {
  const tests = testsOf(element);
  return (caller) => {
    let closest: PrincipalMatch | undefined;
    for (const test of tests) closest = closerMatch(closest, test(caller));
    return closest;
  };
}

/**
 * A Deny with NotPrincipal spares a caller only if each of its names is listed: a user and the account, a session, its role
 * and the account. An Allow lets in only whom no name of theirs excludes.
 * Source: IAM User Guide, "AWS JSON policy elements: NotPrincipal".
 *
 * @throws MalformedPolicy as `compilePrincipal`
 */
export function compileNotPrincipal(element: PrincipalElement, effect: "Allow" | "Deny"): PrincipalTest {
  const tests = testsOf(element);
  return (caller) => {
    const listed = new Set(tests.map((test) => test(caller)));
    const isExcluded = (match: PrincipalMatch) => listed.has(match) || listed.has("anyone");
    const spared = effect === "Deny" ? namesOf[caller.kind].every(isExcluded) : closeness.some(isExcluded);
    return spared ? undefined : "anyone";
  };
}

/** What a caller is called by, as the matches of these names. */
const namesOf: Readonly<Record<Caller["kind"], readonly PrincipalMatch[]>> = {
  root: ["account"],
  user: ["user", "account"],
  "role-session": ["session", "role", "account"],
  "federated-user": ["session", "account"],
  service: ["session"],
  "web-identity": ["session"],
  anonymous: ["anyone"],
};

function testsOf(element: PrincipalElement): readonly PrincipalTest[] {
  if (element === "*") return [() => "anyone"];
  return [
    ...(element.AWS ?? []).map(compileAwsPrincipal),
    ...(element.Service ?? []).map(compileServicePrincipal),
    ...(element.Federated ?? []).map(compileFederatedPrincipal),
  ];
}

function compileAwsPrincipal(text: string): PrincipalTest {
  if (text === "*") return () => "anyone";
  const account = /^(?:(\d{12})|arn:aws:iam::(\d{12}):root)$/.exec(text);
  if (account) {
    const accountId = account[1] ?? account[2];
    return (caller) => (isPrincipalOfAccount(caller) && caller.accountId === accountId ? "account" : undefined);
  }
  if (/^arn:aws:iam::\d{12}:user\/[!-~]+$/.test(text) && !/[*?]/.test(text))
    return (caller) => (caller.kind === "user" && caller.arn === text ? "user" : undefined);
  if (/^arn:aws:iam::\d{12}:role\/[!-~]+$/.test(text) && !/[*?]/.test(text))
    return (caller) => (caller.kind === "role-session" && caller.roleArn === text ? "role" : undefined);
  if (/^arn:aws:sts::\d{12}:assumed-role\/[\w+=,.@-]+\/[\w+=,.@-]+$/.test(text))
    return (caller) => (caller.kind === "role-session" && caller.arn === text ? "session" : undefined);
  if (/^arn:aws:sts::\d{12}:federated-user\/[\w+=,.@-]+$/.test(text))
    return (caller) => (caller.kind === "federated-user" && caller.arn === text ? "session" : undefined);
  throw invalidPrincipal("AWS", text);
}

function compileServicePrincipal(text: string): PrincipalTest {
  if (!/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(text)) throw invalidPrincipal("SERVICE", text);
  // `session` is the match that needs no other policy: a service has none.
  return (caller) => (caller.kind === "service" && caller.service === text ? "session" : undefined);
}

function compileFederatedPrincipal(text: string): PrincipalTest {
  if (!/^arn:aws:iam::\d{12}:oidc-provider\/[!-~]+$/.test(text) || /[*?]/.test(text))
    throw invalidPrincipal("Federated", text);
  // As with services: whoever comes with a token has no other policy.
  return (caller) => (caller.kind === "web-identity" && caller.provider === text ? "session" : undefined);
}

/** Services act for an account without being of it. */
function isPrincipalOfAccount(
  caller: Caller,
): caller is Exclude<Caller, { kind: "anonymous" | "service" | "web-identity" }> {
  return caller.kind !== "anonymous" && caller.kind !== "service" && caller.kind !== "web-identity";
}

export function invalidPrincipal(kind: string, text: string): MalformedPolicy {
  return new MalformedPolicy(`Invalid principal in policy: "${kind}":"${text.slice(0, 256)}"`);
}
