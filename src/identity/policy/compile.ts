import type { Caller } from "../caller.js";
import { bothRows, eitherRows, everyRow, isNoRow, noRow, otherRows, type RowCondition } from "../row-condition.js";
import type { ConditionValues } from "./condition-values.js";
import { type Condition, compileConditions } from "./conditions.js";
import { type PolicyDocument, type PolicyKind, type PolicyStatement, parsePolicy } from "./document.js";
import { compilePattern, type Matcher, patternTokens } from "./pattern.js";
import { closeness, closerMatch, compileNotPrincipal, compilePrincipal, type PrincipalMatch } from "./principal.js";
import { compileTemplate, parseTemplate } from "./template.js";

/** What a statement is asked about. */
export interface PolicyQuestion {
  readonly caller: Caller;
  /** In lower case: action names are not case-sensitive. */
  readonly action: string;
  readonly resource: string;
  readonly values: ConditionValues;
}

export type PolicyAnswer =
  | { readonly effect: "deny" }
  /** `match` says how closely a resource policy names the caller; identity policies always match as `anyone`. */
  | { readonly effect: "allow"; readonly match: PrincipalMatch }
  | { readonly effect: "none" };

/** A policy made into functions once, when it changed. */
export interface CompiledPolicy {
  answer(question: PolicyQuestion): PolicyAnswer;
  /** Only of a policy with conditions on keys of rows (`rowKeyOf`): each of its answers, and the rows that get it. */
  readonly answersOfRows?: (question: PolicyQuestion) => readonly AnswerOfRows[];
}

/** No row gets two of a policy's answers, and each gets one; what no row gets is left out. */
export interface AnswerOfRows {
  readonly answer: PolicyAnswer;
  readonly rows: RowCondition;
}

const denied: PolicyAnswer = { effect: "deny" };
const silent: PolicyAnswer = { effect: "none" };
const allowedAs: Readonly<Record<PrincipalMatch, PolicyAnswer>> = {
  user: { effect: "allow", match: "user" },
  session: { effect: "allow", match: "session" },
  role: { effect: "allow", match: "role" },
  anyone: { effect: "allow", match: "anyone" },
  account: { effect: "allow", match: "account" },
};

/** @throws MalformedPolicy if the document is not one IAM would take. */
export function compilePolicyText(text: string, kind: PolicyKind): CompiledPolicy {
  return compilePolicy(parsePolicy(text, kind));
}

/** @throws MalformedPolicy for what only shows when it is compiled: operators, principals, variables. */
export function compilePolicy(document: PolicyDocument): CompiledPolicy {
  const variables = document.version === "2012-10-17";
  const statements = document.statements.map((statement) => compileStatement(statement, variables));
  const denies = statements.filter(({ effect }) => effect === "Deny");
  const allows = statements.filter(({ effect }) => effect === "Allow");
  return {
    answer: (question) => {
      for (const statement of denies) if (statement.matches(question) !== undefined) return denied;
      let closest: PrincipalMatch | undefined;
      for (const statement of allows) closest = closerMatch(closest, statement.matches(question));
      return closest === undefined ? silent : allowedAs[closest];
    },
    ...(statements.some(({ rowsOf }) => rowsOf) && {
      answersOfRows: (question: PolicyQuestion) => answersOfRows(denies, allows, question),
    }),
  };
}

function answersOfRows(
  denies: readonly CompiledStatement[],
  allows: readonly CompiledStatement[],
  question: PolicyQuestion,
): AnswerOfRows[] {
  const rowsOf = (statements: readonly CompiledStatement[], as?: PrincipalMatch) =>
    eitherRows(
      ...statements.map((statement) => {
        const match = statement.matchesCall(question);
        if (match === undefined || (as !== undefined && match !== as)) return noRow;
        if (statement.rowsOf) return statement.rowsOf(question);
        return statement.matches(question) === undefined ? noRow : everyRow;
      }),
    );
  return eachWithItsRows((answer) =>
    answer.effect === "deny" ? rowsOf(denies) : answer.effect === "allow" ? rowsOf(allows, answer.match) : everyRow,
  );
}

/**
 * Parts all rows among the answers that there are: a denial before all, then the closest Allow, then silence.
 *
 * @param rowsOf what would get an answer if none before it held.
 */
export function eachWithItsRows(rowsOf: (answer: PolicyAnswer) => RowCondition): AnswerOfRows[] {
  let rest: RowCondition = everyRow;
  return [denied, ...closeness.map((match) => allowedAs[match]), silent].flatMap((answer) => {
    const wanted = rowsOf(answer);
    const rows = bothRows(rest, wanted);
    rest = bothRows(rest, otherRows(wanted));
    return isNoRow(rows) ? [] : [{ answer, rows }];
  });
}

interface CompiledStatement {
  readonly effect: "Allow" | "Deny";
  /** How the statement applies; undefined if it does not. */
  matches(question: PolicyQuestion): PrincipalMatch | undefined;
  /** The same, whatever its conditions say. */
  matchesCall(question: PolicyQuestion): PrincipalMatch | undefined;
  /** Only where its conditions ask of rows: those for which they hold. */
  readonly rowsOf?: (question: PolicyQuestion) => RowCondition;
}

function compileStatement(statement: PolicyStatement, variables: boolean): CompiledStatement {
  const { effect } = statement;
  const matchesAction = compileActions(statement.actions);
  const matchesResource = compileResources(statement, variables);
  const condition: Condition = compileConditions(statement.conditions, { variables });
  const principal = compileStatementPrincipal(statement);
  const matchesCall = (question: PolicyQuestion) =>
    matchesAction(question.action) && matchesResource(question) ? principal(question.caller) : undefined;
  const { ofRows } = condition;
  return {
    effect,
    matchesCall,
    matches: (question) => {
      const match = matchesCall(question);
      return match !== undefined && condition(question.values) ? match : undefined;
    },
    ...(ofRows && { rowsOf: ({ values }: PolicyQuestion) => ofRows(values) }),
  };
}

export function compileActions({ patterns, negated }: PolicyStatement["actions"]): Matcher {
  if (!negated && (patterns.includes("*") || patterns.includes("*:*"))) return () => true;
  const exact = new Set(patterns.filter((pattern) => !/[*?]/.test(pattern)).map((pattern) => pattern.toLowerCase()));
  const matchers = patterns
    .filter((pattern) => /[*?]/.test(pattern))
    .map((pattern) => compilePattern(patternTokens(pattern.toLowerCase())));
  return (action) => (exact.has(action) || matchers.some((matches) => matches(action))) !== negated;
}

/**
 * A pattern one of whose variables has no value matches nothing. Under NotResource that would widen an Allow, so there
 * such a statement does not apply at all.
 */
function compileResources(
  { resources, effect }: PolicyStatement,
  variables: boolean,
): (question: PolicyQuestion) => boolean {
  if (!resources || (!resources.negated && resources.patterns.includes("*"))) return () => true;
  const matcherOfs = resources.patterns.map((pattern) =>
    compileTemplate(parseTemplate(pattern, { variables, wildcards: true })),
  );
  if (!resources.negated) {
    return ({ resource, values }) => matcherOfs.some((matcherOf) => matcherOf(values)?.(resource) ?? false);
  }
  const unresolved = effect === "Allow";
  return ({ resource, values }) =>
    !matcherOfs.some((matcherOf) => {
      const matches = matcherOf(values);
      return matches ? matches(resource) : unresolved;
    });
}

function compileStatementPrincipal(statement: PolicyStatement): (caller: Caller) => PrincipalMatch | undefined {
  const { principal, effect } = statement;
  if (!principal) return () => "anyone";
  return principal.negated ? compileNotPrincipal(principal.element, effect) : compilePrincipal(principal.element);
}
