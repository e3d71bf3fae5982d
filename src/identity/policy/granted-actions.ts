import { compileActions } from "./compile.js";
import type { PolicyDocument, PolicyStatement } from "./document.js";

/**
 * Whether policies of one kind may allow an action at all: on some resource, under some condition. What they deny without
 * condition on every resource they never allow.
 */
export function mayAllow(documents: readonly PolicyDocument[]): (action: string) => boolean {
  const statements = documents.flatMap((document) => document.statements);
  const matchers = (effect: PolicyStatement["effect"], applies: (statement: PolicyStatement) => boolean) =>
    statements
      .filter((statement) => statement.effect === effect && applies(statement))
      .map((statement) => compileActions(statement.actions));
  const allows = matchers("Allow", () => true);
  const denies = matchers("Deny", isUnconditional);
  return (action) => {
    const lower = action.toLowerCase();
    return allows.some((matches) => matches(lower)) && !denies.some((matches) => matches(lower));
  };
}

function isUnconditional({ resources, conditions }: PolicyStatement): boolean {
  const everywhere = resources === undefined || (!resources.negated && resources.patterns.includes("*"));
  return everywhere && Object.keys(conditions).length === 0;
}
