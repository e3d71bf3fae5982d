import type { NodePattern } from "./filter.js";
import type { TokenReader } from "./token-reader.js";

const idParts: Readonly<Record<string, keyof NodePattern>> = {
  name: "name",
  type: "type",
  "account.id": "accountId",
};

/** `"name"` or `id(name: "n", type: "t", account.id: "a")` with any of its parts. */
export function parseNode(reader: TokenReader): NodePattern {
  if (reader.peek().type === "text") return { name: reader.take().text };
  if (reader.peekWord() !== "id") return reader.expected('a service, as "name" or id(...),');
  reader.take();
  reader.expectSymbol("(");
  const node: { -readonly [Part in keyof NodePattern]: string } = {};
  do {
    const word = reader.peekWord() ?? "";
    const part = Object.hasOwn(idParts, word) ? idParts[word] : undefined;
    if (part === undefined) return reader.expected("name, type or account.id");
    const token = reader.take();
    if (node[part] !== undefined) return reader.fail("meaning", `id() has '${word}' twice`, token);
    reader.expectSymbol(":");
    node[part] = reader.expectText("a text");
  } while (reader.takeSymbol(","));
  reader.expectSymbol(")");
  return node;
}

/** What stands after `service`. Nothing between its parentheses means any node. */
export function parseServiceNode(reader: TokenReader): NodePattern {
  reader.expectSymbol("(");
  const node = reader.isSymbol(")") ? {} : parseNode(reader);
  reader.expectSymbol(")");
  return node;
}

/** What stands after `edge`. */
export function parseEdgeNodes(reader: TokenReader): { source: NodePattern; target: NodePattern } {
  reader.expectSymbol("(");
  const source = parseNode(reader);
  reader.expectSymbol(",");
  const target = parseNode(reader);
  reader.expectSymbol(")");
  return { source, target };
}
