import { MalformedPolicy } from "./malformed-policy.js";
import { invalidPrincipal, type PrincipalElement } from "./principal.js";

/** What a document is attached to: a principal (also session policies and boundaries), a resource, a role as its trust. */
export type PolicyKind = "identity" | "resource" | "trust";

/** The Condition element as documents spell it, values already texts: operator, key, values. */
export type ConditionElement = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** A policy as written, its grammar checked and its one-or-many members made lists. */
export interface PolicyDocument {
  /** Policy variables are known since 2012-10-17; a document that names no version is of 2008-10-17. */
  readonly version: "2008-10-17" | "2012-10-17";
  readonly statements: readonly PolicyStatement[];
}

export interface PolicyStatement {
  readonly effect: "Allow" | "Deny";
  readonly principal?: { readonly element: PrincipalElement; readonly negated: boolean };
  readonly actions: { readonly patterns: readonly string[]; readonly negated: boolean };
  /** Absent in trust policies: they are about their own role. */
  readonly resources?: { readonly patterns: readonly string[]; readonly negated: boolean };
  readonly conditions: ConditionElement;
}

/** Beyond what any API takes: guards the parser itself. Each API has its own, smaller limit. */
const documentLengthMax = 131_072;

/** @throws MalformedPolicy in IAM's words. */
export function parsePolicy(text: string, kind: PolicyKind): PolicyDocument {
  if (text.length > documentLengthMax) throw new MalformedPolicy("The policy document is too long.");
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new MalformedPolicy("This policy contains invalid Json");
  }
  if (repeatsMember(text)) throw syntaxError();
  const document = objectOf(json, ["Version", "Id", "Statement"]);
  const version = document["Version"] ?? "2008-10-17";
  if (version !== "2008-10-17" && version !== "2012-10-17") throw syntaxError();
  if (document["Id"] !== undefined && typeof document["Id"] !== "string") throw syntaxError();
  const given = document["Statement"];
  const statements = Array.isArray(given) ? given : [given];
  if (given === undefined || statements.length === 0) throw syntaxError();
  const ids = new Set<string>();
  return {
    version,
    statements: statements.map((statement) => {
      const members = objectOf(statement, statementMembers);
      checkStatementId(members["Sid"], kind, ids);
      return parseStatement(members, kind);
    }),
  };
}

/** Of several members with one name JSON.parse keeps the last: a condition could be lost so. @param text valid JSON. */
function repeatsMember(text: string): boolean {
  const namesAround: Set<string>[] = [];
  for (const [token, name] of text.matchAll(/("(?:[^"\\]|\\.)*")\s*:|"(?:[^"\\]|\\.)*"|[{}]/g)) {
    if (token === "{") namesAround.push(new Set());
    else if (token === "}") namesAround.pop();
    else if (name !== undefined) {
      const names = namesAround.at(-1)!;
      if (names.size === names.add(JSON.parse(name)).size) return true;
    }
  }
  return false;
}

const statementMembers: readonly string[] = [
  "Sid",
  "Effect",
  "Principal",
  "NotPrincipal",
  "Action",
  "NotAction",
  "Resource",
  "NotResource",
  "Condition",
];

type Members = Readonly<Record<string, unknown>>;

function parseStatement(members: Members, kind: PolicyKind): PolicyStatement {
  const effect = members["Effect"];
  if (effect !== "Allow" && effect !== "Deny") throw syntaxError();
  const actions = oneOf(members, "Action", "NotAction");
  if (!actions) throw new MalformedPolicy("Policy statement must contain actions.");
  const actionPatterns = textsOf(actions.value);
  for (const action of actionPatterns) checkAction(action, kind);
  return {
    effect,
    actions: { patterns: actionPatterns, negated: actions.negated },
    conditions: conditionsOf(members["Condition"]),
    ...principalOf(members, kind),
    ...resourcesOf(members, kind),
  };
}

function principalOf(members: Members, kind: PolicyKind): Pick<PolicyStatement, "principal"> {
  const given = oneOf(members, "Principal", "NotPrincipal");
  if (kind === "identity") {
    if (given) throw new MalformedPolicy("Policy document should not specify a principal.");
    return {};
  }
  if (!given) throw new MalformedPolicy("Missing required field Principal");
  if (given.negated && kind === "trust") throw new MalformedPolicy("Has prohibited field NotPrincipal");
  return { principal: { element: principalElement(given.value), negated: given.negated } };
}

function principalElement(value: unknown): PrincipalElement {
  if (value === "*") return "*";
  if (typeof value === "string") throw invalidPrincipal("STAR", value);
  const members = objectOf(value, ["AWS", "Service", "CanonicalUser", "Federated"]);
  const { AWS, Service, CanonicalUser, Federated } = members;
  if (CanonicalUser !== undefined) throw invalidPrincipal("CanonicalUser", textsOf(CanonicalUser)[0]!);
  if (AWS === undefined && Service === undefined && Federated === undefined) throw syntaxError();
  return {
    ...(AWS !== undefined && { AWS: textsOf(AWS) }),
    ...(Service !== undefined && { Service: textsOf(Service) }),
    ...(Federated !== undefined && { Federated: textsOf(Federated) }),
  };
}

function resourcesOf(members: Members, kind: PolicyKind): Pick<PolicyStatement, "resources"> {
  const given = oneOf(members, "Resource", "NotResource");
  if (kind === "trust") {
    if (given) throw new MalformedPolicy(`Has prohibited field ${given.negated ? "NotResource" : "Resource"}`);
    return {};
  }
  if (!given) throw new MalformedPolicy("Policy statement must contain resources.");
  const patterns = textsOf(given.value);
  for (const pattern of patterns)
    if (pattern !== "*" && !/^arn:[^:]+:/.test(pattern) && pattern !== "arn:*")
      throw new MalformedPolicy(`Resource ${pattern.slice(0, 256)} must be in ARN format or "*".`);
  return { resources: { patterns, negated: given.negated } };
}

function checkAction(action: string, kind: PolicyKind): void {
  if (action !== "*" && !/^([A-Za-z0-9-]+|\*(?=:\*$)):[A-Za-z0-9*?]+$/.test(action))
    throw new MalformedPolicy("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
  if (kind === "trust" && !action.toLowerCase().startsWith("sts:"))
    throw new MalformedPolicy("AssumeRole policy may only specify STS AssumeRole actions.");
}

function checkStatementId(id: unknown, kind: PolicyKind, seen: Set<string>): void {
  if (id === undefined) return;
  if (typeof id !== "string") throw syntaxError();
  if (kind !== "resource" && !/^[0-9A-Za-z]*$/.test(id))
    throw new MalformedPolicy(
      "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*",
    );
  if (id !== "" && seen.has(id)) throw new MalformedPolicy("Statement IDs (SID) in a single policy must be unique.");
  seen.add(id);
}

function conditionsOf(value: unknown): ConditionElement {
  if (value === undefined) return {};
  return Object.fromEntries(
    Object.entries(objectOf(value)).map(([operator, keys]) => [
      operator,
      Object.fromEntries(
        Object.entries(objectOf(keys)).map(([key, values]) => {
          // Keys of an issuer's claims begin with its host and path: `token.example.com/realm:sub`; names of tags may
          // have spaces in them.
          if (!/^[A-Za-z0-9][A-Za-z0-9./_~%-]*:\S(.*\S)?$/.test(key))
            throw new MalformedPolicy("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
          return [key, (Array.isArray(values) ? values : [values]).map(conditionValue)];
        }),
      ),
    ]),
  );
}

function conditionValue(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw syntaxError();
}

function oneOf(members: Members, name: string, negatedName: string): { value: unknown; negated: boolean } | undefined {
  const value = members[name];
  const negated = members[negatedName];
  if (value !== undefined && negated !== undefined) throw syntaxError();
  if (value !== undefined) return { value, negated: false };
  return negated === undefined ? undefined : { value: negated, negated: true };
}

function textsOf(value: unknown): readonly string[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (values.length === 0 || !values.every((item) => typeof item === "string" && item !== "")) throw syntaxError();
  return values as readonly string[];
}

function objectOf(value: unknown, known?: readonly string[]): Members {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw syntaxError();
  if (known && !Object.keys(value).every((key) => known.includes(key))) throw syntaxError();
  return value as Members;
}

function syntaxError(): MalformedPolicy {
  return new MalformedPolicy("Syntax errors in policy.");
}
