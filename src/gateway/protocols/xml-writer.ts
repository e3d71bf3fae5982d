import { formatTimestamp } from "./scalar-text.js";
import type { Member, Shape, StructureShape } from "./shape.js";
import { escapeXml } from "./xml-text.js";

/** Writes the members of a structure, without an element round them. Absent and null members are left out. */
export function writeMembers(members: readonly Member[], value: Readonly<Record<string, unknown>>): string {
  let text = "";
  for (const member of members) {
    const { [member.name]: item } = value;
    if (item !== undefined && item !== null && !member.traits.xmlAttribute) text += writeMember(member, item);
  }
  return text;
}

/** Writes a structure as one element. @param xmlns namespace declared on it, if any. */
export function writeElement(name: string, shape: StructureShape, value: unknown, xmlns?: string): string {
  const source = value as Readonly<Record<string, unknown>>;
  let attributes = xmlns === undefined ? "" : ` xmlns="${escapeXml(xmlns)}"`;
  for (const { name: member, shape: memberShape, traits } of shape.members) {
    const item = source[member];
    if (traits.xmlAttribute && item !== undefined && item !== null)
      attributes += ` ${traits.xmlName ?? member}="${writeScalar(memberShape, item)}"`;
  }
  return `<${name}${attributes}>${writeMembers(shape.members, source)}</${name}>`;
}

function writeMember({ name, shape, traits }: Member, value: unknown): string {
  const elementName = traits.xmlName ?? name;
  if (traits.xmlFlattened && shape.kind === "list") return writeItems(shape.item, value, elementName);
  if (traits.xmlFlattened && shape.kind === "map") return writeEntries(shape, value, elementName);
  return writeValue(elementName, shape, value, traits.xmlNamespace);
}

function writeValue(name: string, shape: Shape, value: unknown, namespace?: Member["traits"]["xmlNamespace"]): string {
  switch (shape.kind) {
    case "structure": {
      if (namespace === undefined) return writeElement(name, shape, value);
      const [prefix, uri] = namespace;
      const declared = writeElement(name, shape, value);
      // The declaration stands before the attributes that use its prefix (`xsi:type`).
      return `<${name} xmlns${prefix === undefined ? "" : `:${prefix}`}="${escapeXml(uri)}"${declared.slice(name.length + 1)}`;
    }
    case "list":
      return `<${name}>${writeItems(shape.item, value, shape.item.traits.xmlName ?? "member")}</${name}>`;
    case "map":
      return `<${name}>${writeEntries(shape, value, "entry")}</${name}>`;
    default:
      return `<${name}>${writeScalar(shape, value)}</${name}>`;
  }
}

function writeItems(item: Member, values: unknown, itemName: string): string {
  let text = "";
  for (const value of values as Iterable<unknown>)
    if (value !== undefined && value !== null) text += writeValue(itemName, item.shape, value);
  return text;
}

function writeEntries(map: Extract<Shape, { kind: "map" }>, value: unknown, entryName: string): string {
  const keyName = map.key.traits.xmlName ?? "key";
  const valueName = map.value.traits.xmlName ?? "value";
  let text = "";
  for (const [key, item] of Object.entries(value as object))
    if (item !== undefined && item !== null)
      text += `<${entryName}><${keyName}>${escapeXml(key)}</${keyName}>${writeValue(valueName, map.value.shape, item)}</${entryName}>`;
  return text;
}

function writeScalar(shape: Shape, value: unknown): string {
  switch (shape.kind) {
    case "timestamp":
      return formatTimestamp(value as Date, shape.format ?? "date-time");
    case "blob":
      return Buffer.from(value as Uint8Array).toString("base64");
    default:
      return escapeXml(String(value));
  }
}
