import { detectors } from "./detectors.js";
import { type ActivePath, type MaskingTools, MaskingWalk, replacementOf, saysTwice } from "./mask-document.js";
import { headersOf, TextMasks } from "./mask-text.js";
import { escaped, headerExpression, literalOf, PathPattern } from "./name-patterns.js";
import type { MaskingRule } from "./rule.js";

/** An example of a document that cannot be looked through. */
export const unreadableExample = "(not kept: it cannot be masked as it is not JSON)";
/** An example is not worth more work. */
const exampleLengthMax = 256 * 1024;

/** The rules of an account and region, ready to be used. */
export interface Masker {
  /** The document without what the rules mask; the same text if that is nothing. @param text of a valid document. */
  document(text: string): string;
  /** The same of any text that was sent for a document. */
  example(text: string): string;
  /** What stands in documents in place of an annotation's value; undefined if it is kept. */
  annotation(key: string, value: string): string | undefined;
}

/**
 * @param hash keyed, for rules that replace values by hashes.
 * @param count told of each value that is masked.
 */
export function compileMasker(
  rules: readonly MaskingRule[],
  hash: (value: string) => string,
  count?: MaskingTools["count"],
): Masker | undefined {
  if (rules.length === 0) return undefined;
  const ordered = rules.toSorted((one, other) => (one.name < other.name ? -1 : 1));
  const begin = ordered.flatMap(pathsOf);
  const hint = hintOf(ordered);
  const tools = { begin, text: new TextMasks(ordered), hash, ...(count && { count }) };

  function masked(text: string): string {
    const walk = new MaskingWalk(tools);
    const document = walk.document(JSON.parse(text));
    return walk.changed || saysTwice(text, document) ? JSON.stringify(document) : text;
  }

  return {
    document: (text) => (hint.test(text) ? masked(text) : text),

    example(text) {
      if (text.length > exampleLengthMax) return unreadableExample;
      try {
        return masked(text);
      } catch {
        return unreadableExample;
      }
    },

    annotation(key, value) {
      const met = begin.find(({ pattern, states }) =>
        pattern.isMet(pattern.step(pattern.step(states, "annotations"), key)),
      );
      const rule = met?.rule ?? tools.text.ruleOfName(key);
      if (rule !== undefined) return replacementOf(rule, value, hash);
      const masked = tools.text.mask(value, (found, part) => replacementOf(found, part, hash));
      return masked === value ? undefined : masked;
    },
  };
}

function pathsOf(rule: MaskingRule): ActivePath[] {
  const paths = [
    ...rule.annotationKeys.map((key) => ["annotations", key]),
    ...rule.metadataPaths.map((path) => ["metadata", ...path]),
    ...rule.members,
  ];
  return paths.map((path) => {
    const pattern = new PathPattern(path);
    return { rule, pattern, states: pattern.begin };
  });
}

/**
 * Found in the text of every document in which something may have to be masked. Nearly all others are told by it without
 * being parsed. Where JSON or a URL writes a character as a number, anything may be there.
 */
function hintOf(rules: readonly MaskingRule[]): RegExp {
  const parts = new Set<string>(["\\\\u"]);
  for (const rule of rules) {
    for (const key of rule.annotationKeys) parts.add(escaped(literalOf([key]) || "annotations"));
    for (const path of rule.metadataPaths) parts.add(escaped(literalOf(path) || "metadata"));
    for (const path of rule.members) parts.add(escaped(literalOf(path.slice(1)) || path[0]!));
    for (const parameter of rule.queryParameters) parts.add("%").add(escaped(literalOf([parameter]) || "="));
    for (const header of headersOf(rule)) parts.add(headerExpression(header));
    for (const name of rule.detectors) parts.add(name === "CREDENTIAL_NAMES" ? "%" : detectors[name].hint);
  }
  return new RegExp([...parts].join("|"), "i");
}
