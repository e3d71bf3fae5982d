import { SigmaError } from "./sigma-error.js";
import type { YamlMap } from "./yaml-documents.js";

/** @throws SigmaError if it is there and no text, empty, or too long. */
export function textMember(map: YamlMap, name: string, charsMax: number): string | undefined {
  const value = map[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string" || value.trim() === "" || value.length > charsMax)
    throw new SigmaError(`'${name}' is a text of 1 to ${charsMax} characters`);
  return value;
}

export function countMember(
  map: YamlMap,
  name: string,
  bounds: { readonly min: number; readonly max: number },
): number | undefined {
  const value = map[name];
  if (value === undefined) return undefined;
  if (typeof value !== "number" || !(value >= bounds.min && value <= bounds.max))
    throw new SigmaError(`'${name}' is a number from ${bounds.min} to ${bounds.max}`);
  return value;
}

/** One text or a list of them. */
export function textsMember(map: YamlMap, name: string, countMax: number): readonly string[] {
  const value = map[name];
  if (value === undefined || value === null) return [];
  const texts = Array.isArray(value) ? value : [value];
  if (texts.length > countMax || !texts.every((text) => typeof text === "string" && text !== "" && text.length <= 256))
    throw new SigmaError(`'${name}' is a list of at most ${countMax} names`);
  return texts as string[];
}

/** Refuses what would be ignored. */
export function checkMembers(map: YamlMap, where: string, known: readonly string[]): void {
  for (const name of Object.keys(map))
    if (!known.includes(name))
      throw new SigmaError(`'${name.slice(0, 60)}' in ${where} is not supported: ${known.join(", ")}`);
}
