import { aggregateRules } from "./functions/aggregates.js";

/** Whether an aggregate stands in this part of the tree, outside of queries of its own. */
export function containsAggregate(node: unknown): boolean {
  if (Array.isArray(node)) return node.some(containsAggregate);
  if (typeof node !== "object" || node === null) return false;
  const { kind, name, over } = node as { kind?: unknown; name?: unknown; over?: unknown };
  if (kind === "call" && over === undefined && typeof name === "string" && Object.hasOwn(aggregateRules, name))
    return true;
  return Object.entries(node).some(([key, part]) => key !== "query" && containsAggregate(part));
}
