import { credentialNames, detectors } from "./detectors.js";
import { globTest, headerExpression, headerTest } from "./name-patterns.js";
import type { MaskingRule } from "./rule.js";

/** Puts what a rule says in place of a value. */
export type Replace = (rule: MaskingRule, value: string) => string;

/** URLs within parameters of URLs within ...: nobody writes more. */
const nestedUrlsMax = 4;
/** Names of members come again and again; what was found of so many is remembered. */
const judgedNamesMax = 5000;
const judgedNameLengthMax = 64;

/** Finds values to mask in running text: parameters of URLs, lines of headers, what the detectors know. */
export class TextMasks {
  readonly #parameters: readonly { readonly rule: MaskingRule; readonly isMet: (name: string) => boolean }[];
  readonly #headerRules: ReadonlyMap<string, MaskingRule>;
  readonly #headerOf: (name: string) => string | undefined;
  readonly #judgedNames = new Map<string, MaskingRule | undefined>();
  readonly #headerLine: RegExp | undefined;
  readonly #detectors: readonly { readonly rule: MaskingRule; readonly mask: (typeof detectors)["EMAIL"]["mask"] }[];
  readonly #detectorHint: RegExp | undefined;

  /** Nothing is looked for in texts and names. */
  readonly isEmpty: boolean;

  constructor(rules: readonly MaskingRule[]) {
    const headers = rules.flatMap((rule) => headersOf(rule).map((header) => [header, rule] as const));
    this.#headerRules = new Map(headers.toReversed());
    this.#headerOf = headerTest([...this.#headerRules.keys()]);
    if (headers.length > 0)
      this.#headerLine = new RegExp(
        `(?<![A-Za-z0-9])(?:${headers.map(([header]) => headerExpression(header)).join("|")})(["'\\\\\\]]{0,4}\\s{0,4}(=>?|:)\\s{0,4})`,
        "gi",
      );
    const byParameter = rules.flatMap((rule) =>
      rule.queryParameters.map((pattern) => ({ rule, isMet: globTest(pattern.toLowerCase()) })),
    );
    const credentials = rules.find((rule) => rule.detectors.includes("CREDENTIAL_NAMES"));
    const isCredential = headerTest(credentialNames);
    this.#parameters = credentials
      ? [...byParameter, { rule: credentials, isMet: (name) => isCredential(name) !== undefined }]
      : byParameter;
    const detected = new Map(rules.flatMap((rule) => rule.detectors.map((name) => [name, rule] as const)).toReversed());
    const known = [...detected].flatMap(([name, rule]) =>
      name === "CREDENTIAL_NAMES" ? [] : [{ rule, ...detectors[name] }],
    );
    this.#detectors = known;
    this.isEmpty = headers.length + this.#parameters.length + known.length === 0;
    if (known.length > 0) this.#detectorHint = new RegExp(known.map(({ hint }) => hint).join("|"), "i");
  }

  /** The rule for what is named so, if there is one. */
  ruleOfName(name: string): MaskingRule | undefined {
    if (this.#headerRules.size === 0) return undefined;
    if (this.#judgedNames.has(name)) return this.#judgedNames.get(name);
    const header = this.#headerOf(name);
    const rule = header === undefined ? undefined : this.#headerRules.get(header);
    if (name.length <= judgedNameLengthMax && this.#judgedNames.size < judgedNamesMax)
      this.#judgedNames.set(name, rule);
    return rule;
  }

  mask(text: string, replace: Replace): string {
    const inUrls = this.#parameters.length > 0 ? this.#maskUrls(text, replace, 0) : text;
    const inLines = this.#headerLine === undefined ? inUrls : this.#maskLines(inUrls, this.#headerLine, replace);
    return this.detect(inLines, replace);
  }

  /** The detectors alone: for names, which are no sentences. */
  detect(text: string, replace: Replace): string {
    if (this.#detectorHint === undefined || !this.#detectorHint.test(text)) return text;
    let masked = text;
    for (const { rule, mask } of this.#detectors) masked = mask(masked, (value) => replace(rule, value));
    return masked;
  }

  #maskUrls(text: string, replace: Replace, depth: number): string {
    if (!text.includes("=")) return depth < nestedUrlsMax ? this.#maskEncoded(text, replace, depth) : text;
    return text.replace(
      /(^|[?&;#\s"'(,])([^=&#?;\s"'(,]{1,256})=([^&#\s"<>]+)/g,
      (all, before: string, name: string, value: string) => {
        const plain = decoded(name)
          .toLowerCase()
          .replace(/\[\d*\]$/, "");
        const rule = this.#parameters.find(({ isMet }) => isMet(plain))?.rule;
        if (rule !== undefined) return `${before}${name}=${replace(rule, decoded(value))}`;
        return depth >= nestedUrlsMax ? all : `${before}${name}=${this.#maskEncoded(value, replace, depth)}`;
      },
    );
  }

  /** A URL that is written with its own `=` as `%3D`, as it is within another URL. */
  #maskEncoded(text: string, replace: Replace, depth: number): string {
    if (!/%(?:25){0,4}3d/i.test(text)) return text;
    const inner = decoded(text);
    const masked = this.#maskUrls(inner, replace, depth + 1);
    return masked === inner ? text : encodeURIComponent(masked);
  }

  /** `name: value` up to the end of the line, `name=value` up to a blank, or what is in quotes. */
  #maskLines(text: string, line: RegExp, replace: Replace): string {
    let masked = "";
    let copied = 0;
    line.lastIndex = 0;
    for (let match = line.exec(text); match !== null; match = line.exec(text)) {
      const name = match[0].slice(0, match[0].length - match[1]!.length);
      const rule = this.ruleOfName(name);
      const quoteBefore = /["']/.test(text[match.index - 1] ?? "") && !/["']/.test(match[1]!);
      let from = match.index + match[0].length;
      const opening = /^\\*["']/.exec(text.slice(from, from + 8))?.[0];
      if (opening !== undefined) from += opening.length;
      const quote = opening?.at(-1) ?? (quoteBefore ? text[match.index - 1]! : undefined);
      const end = endOfValue(text, from, quote, match[2] === ":");
      if (rule === undefined || end <= from) continue;
      masked += text.slice(copied, from) + replace(rule, text.slice(from, end));
      copied = end;
      line.lastIndex = Math.max(end, line.lastIndex);
    }
    return copied === 0 ? text : masked + text.slice(copied);
  }
}

/** Names of headers that a rule looks for, those of its detector included. */
export function headersOf(rule: MaskingRule): readonly string[] {
  return rule.detectors.includes("CREDENTIAL_NAMES") ? [...rule.headers, ...credentialNames] : rule.headers;
}

function endOfValue(text: string, from: number, quote: string | undefined, toEndOfLine: boolean): number {
  const stop = quote === undefined ? (toEndOfLine ? /[\r\n]/g : /[\s&;,]/g) : quote === '"' ? /["\r\n]/g : /['\r\n]/g;
  stop.lastIndex = from;
  let end = stop.exec(text)?.index ?? text.length;
  if (quote !== undefined) while (end > from && text[end - 1] === "\\") end--;
  return end;
}

function decoded(text: string): string {
  if (!text.includes("%") && !text.includes("+")) return text;
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}
