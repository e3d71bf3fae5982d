import { defineEntry } from "../strict-shape.js";
import type { Member, Shape, StructureShape } from "./shape.js";
import { readText } from "./text-reader.js";
import { type XmlElement, XmlProblem } from "./xml-text.js";

/** Reads an element as the SDK's typed value. @throws XmlProblem where the element does not fit the schema. */
export function readXml(shape: Shape, element: XmlElement): unknown {
  switch (shape.kind) {
    case "structure":
      return readStructure(shape, element);
    case "list":
      return readItems(shape.item, element.children, shape.item.traits.xmlName ?? "member");
    case "map":
      return readEntries(shape, element.children);
    default: {
      if (element.children.length > 0) throw new XmlProblem(`'${element.name}' wants text`);
      const value = readText(shape, element.text);
      if (value === undefined) throw new XmlProblem(`'${element.name}' has a value of another type`);
      return value;
    }
  }
}

function readStructure(shape: StructureShape, element: XmlElement): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (const member of shape.members) {
    const read = readMember(member, element);
    if (read !== undefined) value[member.name] = read;
    else if (member.required) throw new XmlProblem(`'${member.name}' is missing`);
  }
  return value;
}

function readMember({ name, shape, traits }: Member, element: XmlElement): unknown {
  const elementName = traits.xmlName ?? name;
  if (traits.xmlAttribute) {
    const text = element.attributes[elementName];
    return text === undefined ? undefined : readText(shape, text);
  }
  const found = element.children.filter((child) => child.name === elementName);
  if (found.length === 0) return undefined;
  if (traits.xmlFlattened && shape.kind === "list") return readItems(shape.item, found, elementName);
  if (traits.xmlFlattened && shape.kind === "map") return readEntries(shape, found);
  if (found.length > 1) throw new XmlProblem(`'${elementName}' stands there twice`);
  return readXml(shape, found[0] as XmlElement);
}

function readItems(item: Member, elements: readonly XmlElement[], itemName: string): unknown[] {
  return elements.filter((element) => element.name === itemName).map((element) => readXml(item.shape, element));
}

function readEntries(map: Extract<Shape, { kind: "map" }>, entries: readonly XmlElement[]): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (const entry of entries) {
    const key = entry.children.find(({ name }) => name === (map.key.traits.xmlName ?? "key"));
    const item = entry.children.find(({ name }) => name === (map.value.traits.xmlName ?? "value"));
    if (key === undefined || item === undefined) throw new XmlProblem("an entry wants a key and a value");
    defineEntry(value, key.text, readXml(map.value.shape, item));
  }
  return value;
}
