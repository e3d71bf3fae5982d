import { jsonNestingMax } from "./limits.js";

/** JSON of `rootcause.json` that cannot be searched for; the message says why. */
export class RootCauseJsonError extends Error {}

/**
 * Reads the list of a `rootcause.json` term: objects as in `FaultRootCauses`, members left out at will.
 *
 * @returns the list, and how many values there are to compare.
 * @throws RootCauseJsonError if it is no JSON, not such a list, or nested too deep.
 */
export function readRootCauseJson(text: string): { json: readonly unknown[]; values: number } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new RootCauseJsonError("this is no JSON");
  }
  if (!Array.isArray(parsed) || parsed.length === 0 || !parsed.every(isObject))
    throw new RootCauseJsonError("a list of at least one root cause was expected: #[{...}]");
  const counted = { values: 0 };
  return { json: parsed.map((cause) => readValue(cause, 1, counted)), values: counted.values };
}

/** JSON.parse itself takes any depth; what it gave is copied no deeper than the limit. */
function readValue(value: unknown, depth: number, counted: { values: number }): unknown {
  if (depth > jsonNestingMax) throw new RootCauseJsonError(`it is nested deeper than ${jsonNestingMax} levels`);
  counted.values++;
  if (Array.isArray(value)) return value.map((element) => readValue(element, depth + 1, counted));
  if (isObject(value))
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [readText(name), readValue(member, depth + 1, counted)]),
    );
  if (typeof value === "string") return readText(value);
  if (typeof value !== "number") return value;
  if (!Number.isFinite(value)) throw new RootCauseJsonError("a number in it is too large");
  return value === 0 ? 0 : value; // no -0: it could not be printed
}

function readText(text: string): string {
  if (text.includes("\0")) throw new RootCauseJsonError("a text in it has the character \\u0000");
  return text.toWellFormed();
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
