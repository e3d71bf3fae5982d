import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compilePattern, patternTokens } from "./pattern.js";

const matches = (pattern: string, text: string) => compilePattern(patternTokens(pattern))(text);

/** The definition, word for word, at any cost. */
function naive(pattern: string, text: string): boolean {
  if (pattern === "") return text === "";
  if (pattern[0] === "*") return naive(pattern.slice(1), text) || (text !== "" && naive(pattern, text.slice(1)));
  return text !== "" && (pattern[0] === "?" || pattern[0] === text[0]) && naive(pattern.slice(1), text.slice(1));
}

const few = (letters: string, maxLength: number) =>
  fc.array(fc.constantFrom(...letters), { maxLength }).map((characters) => characters.join(""));

describe("patterns", () => {
  it("match what their definition says", () => {
    fc.assert(
      fc.property(few("ab*?", 8), few("ab", 10), (pattern, text) => {
        expect(matches(pattern, text)).toBe(naive(pattern, text));
      }),
      { numRuns: 3000 },
    );
  });

  it("do not take fixed ends twice", () => {
    expect(matches("ab*ba", "aba")).toBe(false);
    expect(matches("ab*ba", "abba")).toBe(true);
  });

  it("end soon on texts made to be slow", () => {
    expect(matches(`${"*a".repeat(2000)}b`, "a".repeat(60_000))).toBe(false);
    expect(matches(`${"*?a".repeat(200)}*b`, "a".repeat(20_000))).toBe(false);
  });
});
