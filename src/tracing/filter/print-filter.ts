import type { Filter, NodePattern, Value } from "./filter.js";
import { isBareKey } from "./lexer.js";

/**
 * A filter in its canonical spelling: reading it gives an equal filter. The filter of every trace is the empty text.
 */
export function printFilter(filter: Filter): string {
  switch (filter.kind) {
    case "and":
      return filter.terms.map((term) => (isList(term) ? `(${printFilter(term)})` : printFilter(term))).join(" AND ");
    case "or":
      if (filter.terms.length === 0) return "ok AND !ok"; // nothing has no spelling of its own
      return filter.terms
        .map((term) => (term.kind === "or" ? `(${printFilter(term)})` : printFilter(term)))
        .join(" OR ");
    case "not":
      return isNegatedBare(filter.term) ? `!${printFilter(filter.term)}` : `!(${printFilter(filter.term)})`;
    case "keyword":
      return `${filter.keyword}${printComparison(filter)}`;
    case "annotation":
      return `${printAnnotation(filter.key)}${printComparison(filter)}`;
    case "annotation-values":
      throw new Error("what policies ask of annotations is no part of the language");
    case "service":
      return `service(${isAny(filter.node) ? "" : printNode(filter.node)})${printWhere(filter.where)}`;
    case "edge":
      return `edge(${printNode(filter.source)}, ${printNode(filter.target)})${printWhere(filter.where)}`;
    case "group":
      return `group.${filter.by} ${filter.comparison} ${printValue(filter.value)}`;
    case "rootcause":
      return `rootcause.${filter.of}.${filter.element}${printWhere(filter.where)}`;
    case "rootcause-json":
      return `rootcause.json = #${JSON.stringify(filter.json)}`;
  }
}

function isList(filter: Filter): boolean {
  return filter.kind === "and" || filter.kind === "or";
}

function isAny(node: NodePattern): boolean {
  return node.name === undefined && node.type === undefined && node.accountId === undefined;
}

/** Terms that nobody misreads after `!`; with a comparison it might seem to negate the keyword alone. */
function isNegatedBare(filter: Filter): boolean {
  switch (filter.kind) {
    case "keyword":
    case "annotation":
      return filter.comparison === undefined;
    case "service":
    case "edge":
    case "rootcause":
    case "not":
      return true;
    default:
      return false;
  }
}

function printComparison({ comparison, value }: { comparison?: string; value?: Value }): string {
  return comparison === undefined || value === undefined ? "" : ` ${comparison} ${printValue(value)}`;
}

function printWhere(where: Filter | undefined): string {
  return where === undefined ? "" : ` { ${printFilter(where)} }`;
}

function printAnnotation(key: string): string {
  if (/^[A-Za-z0-9_]+$/.test(key)) return `annotation.${key}`;
  return `annotation[${isBareKey(key) ? key : printValue(key)}]`;
}

function printNode(node: NodePattern): string {
  const { name, type, accountId } = node;
  if (name !== undefined && type === undefined && accountId === undefined) return printValue(name);
  const parts = Object.entries({ name, type, "account.id": accountId });
  return `id(${parts.flatMap(([part, text]) => (text === undefined ? [] : `${part}: ${printValue(text)}`)).join(", ")})`;
}

function printValue(value: Value): string {
  return typeof value === "string" ? `"${value.replace(/["\\]/g, "\\$&")}"` : String(value);
}
