import { type PolicyKind, type PolicyStatement, parsePolicy } from "../../../../src/identity/policy/document.js";
import { actionsInWords } from "./action-words.js";
import { conditionsInWords } from "./condition-words.js";
import { joinWords } from "./join-words.js";
import { warningsOf } from "./policy-warnings.js";
import { resourcesInWords } from "./resource-words.js";

export interface ExplainedStatement {
  readonly effect: "Allow" | "Deny";
  readonly sentence: string;
  /** What of it is wider than most people mean, or does not do what it seems to. */
  readonly warnings: readonly string[];
}

export type ExplainedPolicy =
  | { readonly statements: readonly ExplainedStatement[] }
  /** The service would refuse the document, in these words. */
  | { readonly problem: string };

/**
 * A policy in plain words, statement by statement, read by the parser that the service itself has.
 *
 * @param knownActions every action there is here, if they are known, to tell misspelt ones.
 */
export function explainPolicy(text: string, kind: PolicyKind, knownActions?: readonly string[]): ExplainedPolicy {
  try {
    const { statements } = parsePolicy(text, kind);
    return {
      statements: statements.map((statement) => ({
        effect: statement.effect,
        sentence: statementInWords(statement, kind),
        warnings: warningsOf(statement, kind, knownActions),
      })),
    };
  } catch (problem) {
    return { problem: (problem as Error).message };
  }
}

/** `Allows reading traces (xray:GetTraceSummaries) on every resource, of group checkout only, with MFA.` */
export function statementInWords(statement: PolicyStatement, kind: PolicyKind): string {
  const { effect, principal, actions, resources, conditions } = statement;
  const verb = effect === "Allow" ? "Allows" : "Denies";
  const who = principal === undefined ? "" : ` ${principalInWords(principal)}`;
  const what = kind === "trust" ? ` to ${assumingInWords(actions)}` : `${who && ":"} ${actionsInWords(actions)}`;
  const words = [`${verb}${who}${what}${resourcesInWords(resources)}`, ...conditionsInWords(conditions)];
  return `${words.join(", ")}.`;
}

function assumingInWords({ patterns, negated }: PolicyStatement["actions"]): string {
  if (negated) return `do all of STS with this role except ${joinWords(patterns)}`;
  return joinWords([...new Set(patterns.map(assuming))]);
}

function assuming(action: string): string {
  switch (action.toLowerCase()) {
    case "sts:assumerole":
      return "assume this role";
    case "sts:assumerolewithwebidentity":
      return "assume this role with a token of theirs";
    case "sts:tagsession":
      return "tag their session";
    case "sts:setsourceidentity":
      return "say who stands behind their session";
    default:
      return `use ${action} on this role`;
  }
}

function principalInWords({ element, negated }: NonNullable<PolicyStatement["principal"]>): string {
  const words =
    element === "*"
      ? "anyone"
      : joinWords(
          [
            ...(element.AWS ?? []).map(callerInWords),
            ...(element.Service ?? []).map((name) => `the service ${name}`),
            ...(element.Federated ?? []).map(
              (name) => `whoever ${name.replace(/^arn:.*:oidc-provider\//, "")} vouches for`,
            ),
          ],
          { word: "and" },
        );
  return negated ? `anyone except ${words}` : words;
}

function callerInWords(principal: string): string {
  if (principal === "*") return "anyone";
  const account = /^(?:arn:aws:iam::)?(\d{12})(?::root)?$/.exec(principal)?.[1];
  if (account !== undefined) return `whoever account ${account} lets`;
  const named = /^arn:aws:(?:iam|sts)::\d{12}:(user|role|assumed-role)\/(.+)$/.exec(principal);
  if (named === null) return principal;
  return `${named[1] === "assumed-role" ? "the session" : named[1]} ${named[2]}`;
}
