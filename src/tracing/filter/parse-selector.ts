import type { NodePattern } from "./filter.js";
import { parseEdgeNodes, parseNode, parseServiceNode } from "./parse-node.js";
import { TokenReader } from "./token-reader.js";

/** The nodes that match, or the edges between nodes that match. */
export type EntitySelector =
  | { readonly node: NodePattern }
  | { readonly source: NodePattern; readonly target: NodePattern };

/**
 * Reads an `EntitySelectorExpression`: `"name"`, `id(...)`, `service(...)` or `edge(a, b)`, without braces.
 *
 * @throws FilterError
 * @see FilterError
 */
export function parseSelector(text: string): EntitySelector {
  const reader = new TokenReader(text);
  const selector = parseEntity(reader);
  if (reader.isSymbol("{")) reader.fail("meaning", "A selector of entities has no filter in braces", reader.peek());
  reader.expectEnd("the end of the selector");
  return selector;
}

function parseEntity(reader: TokenReader): EntitySelector {
  const word = reader.peekWord();
  if (word === "service") {
    reader.take();
    return { node: parseServiceNode(reader) };
  }
  if (word === "edge") {
    reader.take();
    return parseEdgeNodes(reader);
  }
  if (word === "id" || reader.peek().type === "text") return { node: parseNode(reader) };
  return reader.expected("service(...), id(...) or edge(..., ...)");
}
