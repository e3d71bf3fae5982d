import { expect, it } from "vitest";
import { attributesOf, eventsAddress, queryOf, readAttributes, writeAttributes } from "./event-filters.js";

it("filters survive the address, in the order of the attributes, and nothing else of it is touched", () => {
  const attributes = [
    { AttributeKey: "EventName", AttributeValue: "BatchGetTraces" },
    { AttributeKey: "SourceIPAddress", AttributeValue: "::1" },
    { AttributeKey: "Text", AttributeValue: '"groupName":"a&b"' },
    { AttributeKey: "Text", AttributeValue: "other" },
  ];
  const address = eventsAddress(attributes, "6h");
  const parameters = new URL(address, "http://x").searchParams;
  expect(readAttributes(parameters)).toEqual(attributes);
  const without = writeAttributes([], parameters);
  expect(without.toString()).toBe("period=6h");
});

it("filters survive the field they are typed into; an empty one is none, and an eleventh is left out", () => {
  const attributes = [
    { AttributeKey: "Username", AttributeValue: "ann" },
    { AttributeKey: "Text", AttributeValue: "checkout" },
  ];
  expect(attributesOf(queryOf(attributes))).toEqual(attributes);
  const many = Array.from({ length: 12 }, (_, index) => ({ operator: ":", value: index === 0 ? " " : `${index}` }));
  expect(attributesOf({ operation: "and", tokens: many })).toHaveLength(10);
});
