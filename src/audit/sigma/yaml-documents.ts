import { parseAllDocuments } from "yaml";
import { SigmaError } from "./sigma-error.js";

/** Bounds of a rule's text: real rules have some 2,000 characters and five levels. */
export const ruleCharsMax = 32_768;
const documentsMax = 10;
const depthMax = 12;
const bracketsMax = 2_000;

export type YamlMap = Readonly<Record<string, unknown>>;

/**
 * The documents of a rule's text, each a map. Aliases are refused, so what is read is no larger than what was written.
 *
 * @throws SigmaError
 */
export function readYamlDocuments(text: string): YamlMap[] {
  if (text.length > ruleCharsMax) throw new SigmaError(`the rule has more than ${ruleCharsMax} characters`);
  // Brackets within brackets are read by recursion: so many at most.
  if ((text.match(/[[{]/g)?.length ?? 0) > bracketsMax) throw new SigmaError("the rule has too many brackets");
  const documents = parseAllDocuments(text, { version: "1.2", schema: "core", uniqueKeys: true, logLevel: "silent" });
  if (!Array.isArray(documents)) throw new SigmaError("the rule is empty");
  if (documents.length > documentsMax) throw new SigmaError(`the rule has more than ${documentsMax} documents`);
  return documents.map((document) => {
    const [problem] = document.errors;
    if (problem !== undefined) throw new SigmaError(`the YAML cannot be read: ${problem.message.split("\n")[0]}`);
    const [warning] = document.warnings;
    if (warning !== undefined) throw new SigmaError(`the YAML cannot be read: ${warning.message.split("\n")[0]}`);
    let value: unknown;
    try {
      value = document.toJS({ maxAliasCount: 0 });
    } catch {
      throw new SigmaError("aliases of YAML are not read");
    }
    checkDepth(value, 0);
    if (!isMap(value)) throw new SigmaError("a rule is a map of YAML");
    return value;
  });
}

export function isMap(value: unknown): value is YamlMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function checkDepth(value: unknown, depth: number): void {
  if (typeof value !== "object" || value === null) return;
  if (depth >= depthMax) throw new SigmaError(`the rule is nested deeper than ${depthMax} levels`);
  for (const inner of Object.values(value)) checkDepth(inner, depth + 1);
}
