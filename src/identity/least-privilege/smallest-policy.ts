import type { AccessFact, AccessGroup } from "../../storage/access-history.js";
import { inTurns } from "../../storage/in-turns.js";
import { type AskedQuestion, readAskedAccess } from "../asked-access.js";
import { networksOf } from "./networks.js";

/** What can be demanded of calls beside their action and resource. */
export const smallestConditions = [
  "SourceIp",
  "SecureTransport",
  "RequestedRegion",
  "MultiFactorAuth",
  "UserAgent",
] as const;
export type SmallestCondition = (typeof smallestConditions)[number];

export const factOfCondition: Readonly<Record<SmallestCondition, AccessFact>> = {
  SourceIp: "sourceIp",
  SecureTransport: "secureTransport",
  RequestedRegion: "region",
  MultiFactorAuth: "multiFactor",
  UserAgent: "userAgent",
};

/** A managed policy holds so much, and so many can be attached to one user or role. */
const documentLengthMax = 6144;
const documentsMax = 10;
/** A condition that names more values would say little and take the room of resources. */
const valuesMax = 20;
/** The record cuts longer ones, so that what was sent is not known. */
const userAgentLengthMax = 300;

export interface SmallestPolicy {
  /** Policy documents as JSON texts, each small enough to be attached as a managed policy. */
  readonly documents: readonly string[];
  /** As in a statement. */
  readonly condition: ConditionBlock;
  /** Calls that these policies allow. */
  readonly calls: number;
  /** Of them, calls that asked for more than is kept of one. */
  readonly incompleteCalls: number;
  /** Calls that were recorded without what they asked. */
  readonly unknownCalls: number;
  /** What a policy of the resource allowed by itself, what was allowed for some rows, and what no policy can name. */
  readonly leftOut: readonly { readonly action: string; readonly resource: string; readonly reason: LeftOutReason }[];
}

export type LeftOutReason = "ALLOWED_BY_RESOURCE_POLICY" | "LIMITED_TO_ROWS" | "NOT_AN_ARN";
type ConditionBlock = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

/** More resources than policies that can be attached have room for. */
export class TooManyResources extends Error {
  override readonly name = "TooManyResources";
}

/**
 * The smallest policies that allow what was allowed: every pair of action and resource of calls that were not refused, and no
 * other, on conditions that held for all of them.
 *
 * @param groups of one principal, told apart by the facts of `conditions`.
 * @throws TooManyResources
 */
export async function smallestPolicy(
  accountId: string,
  groups: readonly AccessGroup[],
  conditions: readonly SmallestCondition[],
): Promise<SmallestPolicy> {
  const resourcesOf = new Map<string, Set<string>>();
  const leftOut = new Map<string, { action: string; resource: string; reason: LeftOutReason }>();
  const granted: AccessGroup[] = [];
  const counts = { calls: 0, incompleteCalls: 0, unknownCalls: 0 };
  for await (const group of inTurns(groups)) {
    const asked = readAskedAccess(group.access);
    if (asked === undefined) {
      counts.unknownCalls += group.calls;
      continue;
    }
    if (asked.questions.some(({ demanded, allowed }) => demanded && !allowed)) continue;
    counts.calls += group.calls;
    if (asked.omitted > 0) counts.incompleteCalls += group.calls;
    let grants = false;
    for (const question of asked.questions) {
      const { action, resource } = question.access;
      const reason = reasonToLeaveOut(accountId, question);
      if (!question.allowed) continue;
      if (reason) leftOut.set(`${action} ${resource}`, { action, resource, reason });
      else {
        const resources = resourcesOf.get(action);
        if (resources) resources.add(resource);
        else resourcesOf.set(action, new Set([resource]));
        grants = true;
      }
    }
    if (grants) granted.push(group);
  }
  const condition = blockOf(conditions.map((name) => clauseOf(name, granted)).filter((clause) => clause !== undefined));
  return {
    ...counts,
    condition,
    documents: documentsOf(statementsOf(resourcesOf), condition),
    leftOut: [...leftOut.values()],
  };
}

function reasonToLeaveOut(
  accountId: string,
  { access, resourceAnswer, limited }: AskedQuestion,
): LeftOutReason | undefined {
  const elsewhere = access.resourceAccountId !== undefined && access.resourceAccountId !== accountId;
  if (!elsewhere && resourceAnswer !== undefined && resourceAnswer !== "account") return "ALLOWED_BY_RESOURCE_POLICY";
  // It would be allowed for all rows, and was not.
  if (limited) return "LIMITED_TO_ROWS";
  return access.resource === "*" || /^arn:[^:]+:/.test(access.resource) ? undefined : "NOT_AN_ARN";
}

type Clause = readonly [operator: string, key: string, value: string | readonly string[]];

/** @returns undefined where nothing of the kind held throughout. */
function clauseOf(name: SmallestCondition, groups: readonly AccessGroup[]): Clause | undefined {
  const values = [...new Set(groups.map((group) => group.facts[factOfCondition[name]] ?? ""))].sort();
  if (values.length === 0) return undefined;
  const always = (value: string) => values.length === 1 && values[0] === value;
  switch (name) {
    case "SourceIp": {
      const networks = networksOf(values, valuesMax);
      return networks && ["IpAddress", "aws:SourceIp", networks];
    }
    case "SecureTransport":
      return always("1") ? ["Bool", "aws:SecureTransport", "true"] : undefined;
    case "MultiFactorAuth":
      // Sessions of a role may be recorded with a second factor, which the role's own policies never see.
      return always("true") && !groups.some(({ principalId }) => principalId.startsWith("AROA"))
        ? ["Bool", "aws:MultiFactorAuthPresent", "true"]
        : undefined;
    case "RequestedRegion":
      return values.length <= valuesMax ? ["StringEquals", "aws:RequestedRegion", values.map(literal)] : undefined;
    case "UserAgent":
      return values.length <= valuesMax && values.every((value) => value !== "" && value.length <= userAgentLengthMax)
        ? ["StringEquals", "aws:UserAgent", values.map(literal)]
        : undefined;
    default:
      return name satisfies never;
  }
}

function blockOf(clauses: readonly Clause[]): ConditionBlock {
  const block: Record<string, ConditionBlock[string]> = {};
  for (const [operator, key, value] of clauses) block[operator] = { ...block[operator], [key]: value };
  return block;
}

interface Grant {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

/** Actions that were asked for the same resources share a statement. */
function statementsOf(resourcesOf: ReadonlyMap<string, ReadonlySet<string>>): Grant[] {
  const grants = new Map<string, { actions: string[]; resources: string[] }>();
  for (const action of [...resourcesOf.keys()].sort()) {
    const asked = resourcesOf.get(action)!;
    // What `*` allows includes the rest.
    const resources = asked.has("*") ? ["*"] : [...asked].sort();
    const key = JSON.stringify(resources);
    const grant = grants.get(key);
    if (grant) grant.actions.push(action);
    else grants.set(key, { actions: [action], resources });
  }
  return [...grants.values()];
}

/** As few documents as hold the statements in their order. @throws TooManyResources */
function documentsOf(grants: readonly Grant[], condition: ConditionBlock): string[] {
  const conditioned = Object.keys(condition).length > 0 ? { Condition: condition } : {};
  const write = (parts: readonly Grant[]) =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: parts.map(({ actions, resources }) => ({
        Effect: "Allow",
        Action: actions,
        Resource: resources[0] === "*" ? "*" : resources.map(literal),
        ...conditioned,
      })),
    });
  const documents: string[] = [];
  let parts: Grant[] = [];
  const flush = () => {
    if (parts.length > 0) documents.push(write(parts));
    if (documents.length > documentsMax)
      throw new TooManyResources(`The resources asked for need more than ${documentsMax} policies.`);
    parts = [];
  };
  for (const { actions, resources } of grants) {
    let rest = resources;
    while (rest.length > 0) {
      const count = fitting(rest, (some) => write([...parts, { actions, resources: some }]).length);
      if (count === 0 && parts.length === 0)
        throw new TooManyResources(`A statement with ${actions.length} actions is larger than a policy may be.`);
      if (count > 0) parts.push({ actions, resources: rest.slice(0, count) });
      rest = rest.slice(count);
      if (rest.length > 0) flush();
    }
  }
  flush();
  return documents;
}

/** How many of the resources, from the first, fit into a document. */
function fitting(resources: readonly string[], lengthWith: (resources: readonly string[]) => number): number {
  let fits = 0;
  // No resource takes less than its quotes and a comma.
  let over = Math.min(resources.length, documentLengthMax / 3) + 1;
  while (over - fits > 1) {
    const middle = Math.floor((fits + over) / 2);
    if (lengthWith(resources.slice(0, middle)) <= documentLengthMax) fits = middle;
    else over = middle;
  }
  return fits;
}

/** A text that means itself in a policy: wildcards and variables have spellings of their own. */
function literal(text: string): string {
  return text.replace(/[*?$]/g, (character) => `\${${character}}`);
}
