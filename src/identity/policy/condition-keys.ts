import type { PolicyDocument, PolicyStatement } from "./document.js";
import { isVariable, parseTemplate, type Variable } from "./template.js";

/** The condition keys that a policy asks for, as it spells them first, each once: of variables, then of conditions. */
export function conditionKeys(document: PolicyDocument): string[] {
  const keys = new Map<string, string>();
  const add = (name: string) => {
    if (!keys.has(name.toLowerCase())) keys.set(name.toLowerCase(), name);
  };
  for (const statement of document.statements) {
    for (const { name } of variablesOf(statement, document)) add(name);
    for (const byKey of Object.values(statement.conditions)) for (const name of Object.keys(byKey)) add(name);
  }
  return [...keys.values()];
}

/** Of resources, then of conditions. */
export function variablesOf(statement: PolicyStatement, { version }: PolicyDocument): Variable[] {
  if (version !== "2012-10-17") return [];
  const texts = [
    ...(statement.resources?.patterns ?? []),
    ...Object.values(statement.conditions).flatMap((byKey) => Object.values(byKey).flat()),
  ];
  return texts.flatMap((text) => parseTemplate(text, { variables: true, wildcards: false }).filter(isVariable));
}
