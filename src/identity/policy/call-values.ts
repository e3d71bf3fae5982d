import { isIP } from "node:net";
import type { AccessContext, AccessRequest } from "../access.js";
import type { Caller } from "../caller.js";
import type { ConditionValues } from "./condition-values.js";

/** Tags of the principal, by name as written. */
export type PrincipalTags = Readonly<Record<string, string>>;

/**
 * The condition keys of one call, made only when a policy asks for them. Global keys come first, so that no service's
 * own key can stand in for one; keys with a tag's name in them (`aws:RequestTag/…`) are the service's to give.
 */
export function callValues(
  caller: Caller,
  access: AccessRequest,
  context: AccessContext,
  tags: PrincipalTags,
): ConditionValues {
  let ofService: Map<string, readonly string[]> | undefined;
  return {
    get: (key) => {
      if (key.startsWith(principalTagPrefix)) {
        const name = key.slice(principalTagPrefix.length);
        const ofSession = sessionOf(caller)?.sessionTags;
        return (ofSession && tagValue(ofSession, name)) ?? tagValue(tags, name);
      }
      const global = globalKeys.get(key);
      if (global) return valuesOf(global(caller, access, context));
      ofService ??= lowerCaseKeys(access.conditions);
      return ofService.get(key);
    },
  };
}

const principalTagPrefix = "aws:principaltag/";

type GlobalKey = (
  caller: Caller,
  access: AccessRequest,
  context: AccessContext,
) => string | readonly string[] | boolean | undefined;

const globalKeys: ReadonlyMap<string, GlobalKey> = new Map<string, GlobalKey>([
  ["aws:currenttime", (_, __, { nowMs }) => new Date(nowMs).toISOString()],
  ["aws:epochtime", (_, __, { nowMs }) => String(Math.floor(nowMs / 1000))],
  ["aws:sourceip", (_, __, { sourceIpAddress }) => (isIP(sourceIpAddress) ? sourceIpAddress : undefined)],
  ["aws:useragent", (_, __, { userAgent }) => userAgent],
  ["aws:securetransport", (_, __, { secureTransport }) => secureTransport],
  ["aws:requestedregion", (_, __, { region }) => region],
  ["aws:resourceaccount", (caller, access) => access.resourceAccountId ?? accountOf(caller)],
  ["aws:principalarn", principalArn],
  ["aws:principalaccount", (caller) => (caller.kind === "service" ? undefined : accountOf(caller))],
  ["aws:principaltype", (caller) => principalTypes[caller.kind]],
  ["aws:principalisawsservice", (caller) => caller.kind === "service"],
  ["aws:principalservicename", (caller) => (caller.kind === "service" ? caller.service : undefined)],
  ["aws:principalservicenameslist", (caller) => (caller.kind === "service" ? [caller.service] : undefined)],
  ["aws:userid", userId],
  ["aws:username", (caller) => (caller.kind === "user" ? caller.userName : undefined)],
  ["aws:tokenissuetime", (caller) => isoTime(sessionOf(caller)?.sessionIssuedMs)],
  ["aws:multifactorauthpresent", multiFactorPresent],
  ["aws:multifactorauthage", multiFactorAgeSeconds],
  ["aws:sourcearn", (caller) => (caller.kind === "service" ? caller.sourceArn : undefined)],
  ["aws:sourceaccount", (caller) => (caller.kind === "service" ? caller.accountId : undefined)],
  ["aws:federatedprovider", federatedProvider],
  ["aws:sourceidentity", (caller) => sessionOf(caller)?.sourceIdentity],
  // Calls that a service makes in its own name or in a role are not via it.
  ["aws:viaawsservice", (_, { viaService = false }) => viaService],
]);

const principalTypes: Readonly<Record<Caller["kind"], string | undefined>> = {
  root: "Account",
  user: "User",
  "role-session": "AssumedRole",
  "federated-user": "FederatedUser",
  "web-identity": undefined,
  anonymous: "Anonymous",
  service: undefined,
};

function principalArn(caller: Caller): string | undefined {
  if (caller.kind === "role-session") return caller.roleArn;
  if (caller.kind === "web-identity" || caller.kind === "service" || caller.kind === "anonymous") return undefined;
  return caller.arn;
}

function federatedProvider(caller: Caller): string | undefined {
  if (caller.kind === "web-identity") return caller.provider;
  return caller.kind === "role-session" ? caller.federatedProvider : undefined;
}

function userId(caller: Caller): string | undefined {
  if (caller.kind === "root") return caller.accountId;
  if (caller.kind === "user") return caller.userId;
  if (caller.kind === "role-session") return `${caller.roleId}:${caller.sessionName}`;
  if (caller.kind === "federated-user") return `${caller.accountId}:${caller.name}`;
  return caller.kind === "anonymous" ? "anonymous" : undefined;
}

function sessionOf(caller: Caller) {
  return caller.kind === "service" || caller.kind === "anonymous" || caller.kind === "web-identity"
    ? undefined
    : caller;
}

/**
 * Only temporary credentials carry the key: with a long-lived one it is absent, not false. Those of a role never say
 * true, though a code was given when it was assumed: its trust policy is the place to ask. Source: IAM User Guide,
 * "Secure API access with MFA".
 */
function multiFactorPresent(caller: Caller, access: AccessRequest): boolean | undefined {
  if (access.multiFactorNow) return true;
  const session = sessionOf(caller);
  if (session?.sessionIssuedMs === undefined) return undefined;
  return caller.kind !== "role-session" && (session.mfaAuthenticated ?? false);
}

/** Absent where no second factor was used. */
function multiFactorAgeSeconds(caller: Caller, access: AccessRequest, { nowMs }: AccessContext): string | undefined {
  if (access.multiFactorNow) return "0";
  const issuedMs = sessionOf(caller)?.sessionIssuedMs;
  if (issuedMs === undefined || !multiFactorPresent(caller, access)) return undefined;
  return String(Math.max(0, Math.floor((nowMs - issuedMs) / 1000)));
}

export function accountOf(caller: Caller): string | undefined {
  return caller.kind === "anonymous" ? undefined : caller.accountId;
}

function isoTime(timeMs: number | undefined): string | undefined {
  return timeMs === undefined ? undefined : new Date(timeMs).toISOString();
}

function tagValue(tags: PrincipalTags, lowerName: string): readonly string[] | undefined {
  for (const [name, value] of Object.entries(tags)) if (name.toLowerCase() === lowerName) return [value];
  return undefined;
}

function valuesOf(value: string | readonly string[] | boolean | undefined): readonly string[] | undefined {
  if (value === undefined) return undefined;
  return typeof value === "object" ? value : [String(value)];
}

function lowerCaseKeys(conditions: AccessRequest["conditions"]): Map<string, readonly string[]> {
  const entries = Object.entries(conditions ?? {});
  return new Map(entries.map(([key, value]) => [key.toLowerCase(), typeof value === "string" ? [value] : value]));
}
