import type { MapNode } from "./graph.js";

/** A text of a filter expression. */
function quoted(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

type Named = Pick<MapNode, "name" | "type" | "accountId">;

function idOf({ name, type, accountId }: Named): string {
  const parts = [`name: ${quoted(name)}`];
  if (type !== "") parts.push(`type: ${quoted(type)}`);
  if (accountId !== "") parts.push(`account.id: ${quoted(accountId)}`);
  return parts.length === 1 ? quoted(name) : `id(${parts.join(", ")})`;
}

/** The filter expression of traces that a service has part in. */
export function serviceFilter(node: Named, where = ""): string {
  return `service(${idOf(node)})${where === "" ? "" : ` { ${where} }`}`;
}

/** The filter expression of traces in which one service calls another. */
export function edgeFilter(source: Named, target: Named, where = ""): string {
  return `edge(${idOf(source)}, ${idOf(target)})${where === "" ? "" : ` { ${where} }`}`;
}

/** The same of a group's traces alone; an empty name means all. */
export function withinGroup(group: string, filter: string): string {
  return group === "" ? filter : `group.name = ${quoted(group)} AND ${filter}`;
}

/** The page of the traces that a filter finds. */
export function tracesAddress(filter: string, period: string): string {
  return `/traces?${new URLSearchParams({ filter, period })}`;
}
