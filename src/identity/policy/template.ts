import type { ConditionValues } from "./condition-values.js";
import { MalformedPolicy } from "./malformed-policy.js";
import { compilePattern, type Matcher, type PatternToken } from "./pattern.js";
import { rowKeyOf } from "./row-keys.js";

export interface Variable {
  /** In lower case. */
  readonly key: string;
  /** As it is written. */
  readonly name: string;
  readonly fallback?: string;
}

/** A text of a policy that may hold wildcards and policy variables. */
export type Template = readonly (PatternToken | Variable)[];

/** How a template is read: variables are known since version 2012-10-17, wildcards not everywhere. */
export interface TemplateRules {
  readonly variables: boolean;
  readonly wildcards: boolean;
}

/**
 * Reads `${key}`, `${key, 'default'}` and the escapes `${*}`, `${?}`, `${$}`. What a variable stands for is always
 * literal: a user named `*` is no wildcard.
 *
 * @throws MalformedPolicy for a variable that is not closed or not well formed.
 */
export function parseTemplate(text: string, rules: TemplateRules): Template {
  const parts: (PatternToken | Variable)[] = [];
  let literal = "";
  const flush = () => {
    if (literal !== "") parts.push({ literal });
    literal = "";
  };
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (rules.variables && character === "$" && text[at + 1] === "{") {
      const end = closingBrace(text, at + 2);
      const inside = text.slice(at + 2, end);
      at = end;
      if (inside === "*" || inside === "?" || inside === "$") {
        literal += inside;
        continue;
      }
      flush();
      parts.push(parseVariable(inside));
    } else if (rules.wildcards && (character === "*" || character === "?")) {
      flush();
      parts.push(character);
    } else literal += character;
  }
  flush();
  return parts;
}

/**
 * A matcher for texts. `undefined` stands for a template one of whose variables has no single value in this call: it
 * matches nothing, and the statement around it decides what that means.
 */
export function compileTemplate(
  template: Template,
  toMatcher: (tokens: readonly PatternToken[]) => Matcher = compilePattern,
): (values: ConditionValues) => Matcher | undefined {
  if (!template.some(isVariable)) {
    const matcher = toMatcher(template as readonly PatternToken[]);
    return () => matcher;
  }
  return (values) => {
    const tokens = resolveTemplate(template, values);
    return tokens && toMatcher(tokens);
  };
}

/** Splits at the first `count - 1` colons of literal text, as the components of an ARN are told apart. */
export function splitTemplateAtColons(template: Template, count: number): Template[] {
  const components: (PatternToken | Variable)[][] = [[]];
  for (const part of template) {
    if (isVariable(part) || typeof part === "string") {
      components.at(-1)!.push(part);
      continue;
    }
    let rest = part.literal;
    while (components.length < count) {
      const colon = rest.indexOf(":");
      if (colon < 0) break;
      if (colon > 0) components.at(-1)!.push({ literal: rest.slice(0, colon) });
      components.push([]);
      rest = rest.slice(colon + 1);
    }
    if (rest !== "") components.at(-1)!.push({ literal: rest });
  }
  return components;
}

/** @returns undefined if one of its variables has no single value. */
export function resolveTemplate(template: Template, values: ConditionValues): PatternToken[] | undefined {
  const tokens: PatternToken[] = [];
  for (const part of template) {
    if (!isVariable(part)) {
      tokens.push(part);
      continue;
    }
    const found = values.get(part.key);
    const value = found === undefined || found.length === 0 ? part.fallback : found.length === 1 ? found[0] : undefined;
    if (value === undefined) return undefined;
    tokens.push({ literal: value });
  }
  return tokens;
}

export function isVariable(part: PatternToken | Variable): part is Variable {
  return typeof part === "object" && "key" in part;
}

function parseVariable(inside: string): Variable {
  const match = variablePattern.exec(inside);
  if (!match) throw new MalformedPolicy(`The policy variable \${${inside.slice(0, 128)}} is not well formed.`);
  const [, key, fallback] = match;
  if (rowKeyOf(key!) !== undefined)
    throw new MalformedPolicy(`${key} has no value in a call, so no policy variable can stand for it.`);
  const variable = { key: key!.toLowerCase(), name: key! };
  return fallback === undefined ? variable : { ...variable, fallback };
}

/** A name of a tag may have spaces in it. */
const variablePattern = /^ *([A-Za-z0-9-]+:[^\s,'{}]+(?: +[^\s,'{}]+)*) *(?:, *'([^']*)' *)?$/;

/** A default value in quotes may hold a brace. */
function closingBrace(text: string, from: number): number {
  let quoted = false;
  for (let at = from; at < text.length; at++) {
    if (text[at] === "'") quoted = !quoted;
    else if (text[at] === "}" && !quoted) return at;
  }
  throw new MalformedPolicy("A policy variable is not closed.");
}
