import type { FilterPattern } from "./filter-pattern.js";
import { compileRegex } from "./regex.js";
import { Scanner } from "./scanner.js";

/**
 * Terms of an unstructured message: all of `a b`, any of `?a ?b`, none of `-a`, phrases in quotes, expressions between
 * `%`. Case matters; a term may be part of a word. Optional terms beside others are ignored, as AWS does.
 *
 * @throws PatternError
 */
export function compileTextPattern(pattern: string): FilterPattern {
  const scanner = new Scanner(pattern);
  const required: Term[] = [];
  const optional: Term[] = [];
  const excluded: Term[] = [];
  let regexCount = 0;
  while (!scanner.atEnd()) {
    const list = scanner.take("?") ? optional : scanner.take("-") ? excluded : required;
    scanner.skipBlanks();
    const operand = scanner.operand("");
    if (operand.kind === "regex") {
      regexCount++;
      const regex = compileRegex(operand.source);
      list.push((message) => regex.test(message));
    } else {
      // `" "` and `""` match everything.
      const term = operand.text.trim() === "" ? "" : operand.text;
      list.push((message) => message.includes(term));
    }
  }
  const choosing = required.length === 0 && excluded.length === 0 && optional.length > 0;
  const matches = (message: string) =>
    choosing
      ? optional.some((holds) => holds(message))
      : required.every((holds) => holds(message)) && !excluded.some((holds) => holds(message));
  return { regexCount, selects: () => false, match: (message) => (matches(message) ? {} : undefined) };
}

type Term = (message: string) => boolean;
