import { parseBase64, parseNumber, parseTimestamp } from "./scalar-text.js";
import type { Shape } from "./shape.js";

/**
 * Reads a simple value from text (a header, a query parameter, a form field, an XML element).
 *
 * @returns undefined if `text` is not of the shape, or the shape is not a simple one.
 */
export function readText(shape: Shape, text: string): unknown {
  switch (shape.kind) {
    case "string":
      return text;
    case "number":
    case "decimal":
      return parseNumber(text.trim());
    case "integer":
      return /^-?\d{1,400}$/.test(text) ? BigInt(text) : undefined;
    case "boolean":
      return booleans.get(text.trim().toLowerCase());
    case "timestamp":
      return parseTimestamp(text.trim());
    case "blob":
      return parseBase64(text.trim());
    default:
      return undefined;
  }
}

const booleans = new Map([
  ["true", true],
  ["false", false],
]);
