import type { AccessFact } from "../../storage/access-history.js";
import { unkeptKeys } from "../asked-access.js";
import { conditionKeys, variablesOf } from "../policy/condition-keys.js";
import { readDate, readNumber } from "../policy/condition-operators.js";
import type { PolicyDocument } from "../policy/document.js";
import { MalformedPolicy } from "../policy/malformed-policy.js";

/** What must be known of a call to answer some policies, beside what it asked. */
export interface FactsNeeded {
  readonly by: readonly AccessFact[];
  /** No answer changes between two of these moments, milliseconds. */
  readonly momentsMs: readonly number[];
  /** No answer changes among addresses of one family that are in the same ones of these. */
  readonly networks?: readonly string[];
}

const factOfKey: Readonly<Record<string, AccessFact>> = {
  "aws:sourceip": "sourceIp",
  "aws:useragent": "userAgent",
  "aws:securetransport": "secureTransport",
  "aws:requestedregion": "region",
  "aws:userid": "sessionName",
  "aws:tokenissuetime": "sessionIssued",
  "aws:multifactorauthpresent": "multiFactor",
  "aws:sourceidentity": "sourceIdentity",
};

const sourceIpKey = "aws:sourceip";
const timeKeys: readonly string[] = ["aws:currenttime", "aws:epochtime"];
const momentsMax = 100;
const networksMax = 100;

/**
 * Calls need be told apart only by what policies look at. Times are compared with moments that stand in the policies, so
 * they divide a period into few, and so do networks with addresses.
 *
 * @throws MalformedPolicy for policies that look at the time as a text or at a second factor's age, by which every call
 * would be its own, and at what is not kept of a call.
 */
export function factsNeeded(documents: readonly PolicyDocument[]): FactsNeeded {
  const keys = new Set(documents.flatMap(conditionKeys).map((key) => key.toLowerCase()));
  if (keys.has("aws:multifactorauthage"))
    throw new MalformedPolicy("A policy that looks at the age of a second factor cannot be replayed.");
  for (const key of unkeptKeys)
    if (keys.has(key)) throw new MalformedPolicy(`A policy that looks at ${key} cannot be replayed: it is not kept.`);
  const momentsMs = [...new Set(documents.flatMap(momentsOf))];
  if (momentsMs.length > momentsMax) throw new MalformedPolicy("The policies name too many moments to be replayed.");
  const networks = documents.map(networksIn);
  const known = networks.every((some) => some !== undefined) ? [...new Set(networks.flat())] : undefined;
  return {
    ...(known !== undefined && known.length <= networksMax && { networks: known }),
    by: Object.entries(factOfKey)
      .filter(([key]) => keys.has(key))
      .map(([, fact]) => fact),
    momentsMs,
  };
}

/** @returns undefined if the document looks at addresses otherwise than whether they are in a network. */
function networksIn(document: PolicyDocument): string[] | undefined {
  const networks: string[] = [];
  for (const statement of document.statements) {
    if (variablesOf(statement, document).some(({ key }) => key === sourceIpKey)) return undefined;
    for (const [operator, byKey] of Object.entries(statement.conditions))
      for (const [key, texts] of Object.entries(byKey)) {
        if (key.toLowerCase() !== sourceIpKey || operator.toLowerCase() === "null") continue;
        if (!/^(for(any|all)values?:)?(not)?ipaddress(ifexists)?$/i.test(operator)) return undefined;
        // An address may name an interface (`%eth0`), which the store cannot compare.
        if (!texts.every((text) => /^[0-9a-f:.]+(\/\d+)?$/i.test(text))) return undefined;
        networks.push(...texts);
      }
  }
  return networks;
}

function momentsOf(document: PolicyDocument): number[] {
  return document.statements.flatMap((statement) => {
    if (variablesOf(statement, document).some(({ key }) => timeKeys.includes(key))) throw timeAsText();
    return Object.entries(statement.conditions).flatMap(([operator, byKey]) =>
      Object.entries(byKey)
        .filter(([key]) => timeKeys.includes(key.toLowerCase()))
        .flatMap(([, texts]) => texts.flatMap((text) => momentsAround(operator.toLowerCase(), text))),
    );
  });
}

/** Where a comparison changes: `aws:CurrentTime` has milliseconds, `aws:EpochTime` whole seconds. */
function momentsAround(operator: string, text: string): number[] {
  const base = operator.replace(/^for(any|all)values?:/, "");
  if (base.startsWith("null")) return [];
  const numeric = base.startsWith("numeric");
  if (!numeric && !base.startsWith("date")) throw timeAsText();
  const seconds = numeric ? readNumber(text) : undefined;
  const at = Math.floor((numeric ? seconds && seconds * 1000 : readDate(text)) ?? 0);
  const second = Math.floor(at / 1000) * 1000;
  return [at, at + 1, second, second + 1000];
}

function timeAsText(): MalformedPolicy {
  return new MalformedPolicy("A policy that compares the time as a text cannot be replayed.");
}
