import type { Value } from "../../../../src/tracing/filter/filter.js";
import { type KeywordKind, keywords, kindOf, type Place } from "../../../../src/tracing/filter/keywords.js";
import { isBareKey } from "../../../../src/tracing/filter/lexer.js";
import type { Vocabulary } from "./statistics.js";

export interface Suggestion {
  readonly label: string;
  readonly kind: "keyword" | "operator" | "name" | "value";
}

export interface Suggestions {
  /** Where the text begins that a suggestion replaces. */
  readonly from: number;
  readonly options: readonly Suggestion[];
}

const operators: Readonly<Record<KeywordKind, readonly string[]>> = {
  boolean: ["=", "!="],
  number: ["=", "!=", ">", ">=", "<", "<="],
  text: ["=", "!=", "CONTAINS", "BEGINSWITH", "ENDSWITH"],
};

const operatorForm = "(=|!=|<=|>=|<|>|contains|beginswith|endswith)";
const word = "[A-Za-z_][\\w.]*";
const inCompound = ["service()", "edge()", "annotation.", "group.name", "rootcause.fault.service", "rootcause.json"];

/** What may stand at the end of `before`, the text up to the cursor. Undefined: nothing that is known. */
export function suggestionsFor(before: string, known: Vocabulary): Suggestions | undefined {
  const at = (typed: string, options: readonly Suggestion[]): Suggestions => ({
    from: before.length - typed.length,
    options,
  });

  const name = /(?:service|edge)\s*\(\s*(?:"(?:[^"\\]|\\.)*"\s*,\s*)?("[^"]*)?$|\bname\s*:\s*("[^"]*)?$/i.exec(before);
  if (name)
    return at(
      name[1] ?? name[2] ?? "",
      known.services.map((each) => ({ label: quote(each), kind: "name" })),
    );

  const key = /annotation(?:\.([\w]*)|\[([^\]\s]*))$/i.exec(before);
  if (key) {
    const options = [...known.annotations.keys()].map((each) => ({ label: annotationOf(each), kind: "name" as const }));
    return at(key[0], options);
  }

  const value = new RegExp(`(annotation\\[[^\\]]*\\]|${word})\\s*${operatorForm}\\s*("[^"]*|[\\w.-]*)$`, "i").exec(
    before,
  );
  if (value) return at(value[3]!, valuesFor(value[1]!, known, placeAt(before)));

  const compared = new RegExp(`(annotation\\[[^\\]]*\\]|${word})\\s+([a-z!<>=]*)$`, "i").exec(before);
  const kind = compared ? kindFor(compared[1]!, placeAt(before), known) : undefined;
  if (compared && kind !== undefined)
    return at(
      compared[2]!,
      [...operators[kind], "AND", "OR"].map((label) => ({ label, kind: "operator" })),
    );

  if (/["')\]}\w]\s+[a-z]*$/i.test(before) && !/\b(?:and|or)\s+[\w.]*$/i.test(before)) {
    const typed = /[a-z]*$/i.exec(before)![0];
    return at(
      typed,
      ["AND", "OR"].map((label) => ({ label, kind: "operator" })),
    );
  }
  return at(/[\w.]*$/.exec(before)![0], termsAt(placeAt(before)));
}

function termsAt(place: Place): readonly Suggestion[] {
  const compound = place === "trace" ? inCompound : [];
  return [...Object.keys(keywords[place]), ...compound].map((label) => ({ label, kind: "keyword" }));
}

/** Which braces the end of the text is in. Braces in texts do not count. */
function placeAt(before: string): Place {
  const bare = before.replace(/"(?:[^"\\]|\\.)*"?/g, '""');
  const open = /([a-z.]+)\s*(?:\([^()]*(?:\([^()]*\))?[^()]*\))?\s*\{[^{}]*$/i.exec(bare)?.[1]?.toLowerCase();
  if (open === undefined) return "trace";
  if (open === "edge") return "edge";
  if (open.startsWith("rootcause.")) {
    if (open.endsWith(".service")) return "causeService";
    if (open.endsWith(".exception")) return "causeException";
    return open.includes("responsetime") ? "slowEntity" : "causeEntity";
  }
  return "service";
}

function kindFor(term: string, place: Place, known: Vocabulary): KeywordKind | undefined {
  const key = keyOf(term);
  if (key === undefined) return kindOf(place, term.toLowerCase());
  const [value] = known.annotations.get(key) ?? [];
  return typeof value === "number" ? "number" : typeof value === "boolean" ? "boolean" : "text";
}

function valuesFor(term: string, known: Vocabulary, place: Place): readonly Suggestion[] {
  const asValues = (values: Iterable<Value>): Suggestion[] =>
    [...values].map((value) => ({ label: typeof value === "string" ? quote(value) : String(value), kind: "value" }));
  const key = keyOf(term);
  if (key !== undefined) return asValues(known.annotations.get(key) ?? []);
  const keyword = term.toLowerCase();
  if (kindOf(place, keyword) === "boolean") return asValues([true, false]);
  switch (keyword) {
    case "user":
      return asValues(known.users);
    case "http.url":
      return asValues(known.urls);
    case "http.method":
      return asValues(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]);
    case "http.status":
      return asValues([200, 201, 204, 301, 302, 400, 401, 403, 404, 409, 429, 500, 502, 503, 504]);
    default:
      return [];
  }
}

function keyOf(term: string): string | undefined {
  return /^annotation\.(.+)$/i.exec(term)?.[1] ?? /^annotation\["?(.*?)"?\]$/i.exec(term)?.[1];
}

function annotationOf(key: string): string {
  if (/^\w+$/.test(key)) return `annotation.${key}`;
  return `annotation[${isBareKey(key) ? key : quote(key)}]`;
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}
