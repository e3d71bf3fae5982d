import type { DetectorName } from "../../../../src/tracing/masking/detector-names.js";
import { type MaskingRule, problemOfTargets, type Replacement } from "../../../../src/tracing/masking/rule.js";

/** A masking rule as PutMaskingRule takes it and GetMaskingRules gives it. */
export interface RuleShown {
  readonly RuleName: string;
  readonly AnnotationKeys?: readonly string[];
  readonly MetadataPaths?: readonly (readonly string[])[];
  readonly Members?: readonly (readonly string[])[];
  readonly QueryParameters?: readonly string[];
  readonly Headers?: readonly string[];
  readonly Detectors?: readonly DetectorName[];
  readonly Replacement: Replacement;
  /** Epoch seconds. */
  readonly CreatedAt?: number;
  readonly ModifiedAt?: number;
}

/** A rule as it is written in the form: one name or path a line. */
export interface RuleDraft {
  readonly name: string;
  readonly annotationKeys: string;
  readonly metadataPaths: string;
  readonly members: string;
  readonly queryParameters: string;
  readonly headers: string;
  readonly detectors: readonly DetectorName[];
  readonly replacement: Replacement;
}

const nothing = { annotationKeys: "", metadataPaths: "", members: "", queryParameters: "", headers: "" };

export const emptyDraft: RuleDraft = { ...nothing, name: "", detectors: [], replacement: "MARK" };

/** Rules that most accounts want, to begin with. */
export const readyMade = {
  credentials: {
    ...{ ...nothing, name: "credentials", replacement: "MARK" },
    detectors: ["CREDENTIAL_NAMES", "BEARER_TOKEN", "JWT", "AWS_KEY", "API_TOKEN", "PRIVATE_KEY"],
  },
  people: {
    ...{ ...nothing, name: "people", replacement: "HASH" },
    detectors: ["EMAIL"],
    members: "user\nhttp/request/client_ip",
  },
  cards: { ...nothing, name: "cards", replacement: "LAST4", detectors: ["CARD_NUMBER"] },
} as const satisfies Record<string, RuleDraft>;

/** What PutMaskingRule takes; lists that name nothing are left out. */
export function inputOf(draft: RuleDraft): RuleShown {
  const lists = {
    AnnotationKeys: linesOf(draft.annotationKeys),
    MetadataPaths: linesOf(draft.metadataPaths).map(pathOf),
    Members: linesOf(draft.members).map(pathOf),
    QueryParameters: linesOf(draft.queryParameters),
    Headers: linesOf(draft.headers),
    Detectors: draft.detectors,
  };
  const named = Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0));
  return { RuleName: draft.name, ...named, Replacement: draft.replacement };
}

export function draftOf(rule: RuleShown): RuleDraft {
  const lines = (list: readonly string[] = []) => list.join("\n");
  return {
    name: rule.RuleName,
    annotationKeys: lines(rule.AnnotationKeys),
    metadataPaths: lines(rule.MetadataPaths?.map(textOf)),
    members: lines(rule.Members?.map(textOf)),
    queryParameters: lines(rule.QueryParameters),
    headers: lines(rule.Headers),
    detectors: rule.Detectors ?? [],
    replacement: rule.Replacement,
  };
}

/** @returns what is wrong with a draft, by the service's own rules; undefined if nothing is. */
export function problemOf(draft: RuleDraft): string | undefined {
  const { RuleName, Replacement, ...lists } = inputOf(draft);
  const rule: MaskingRule = {
    name: RuleName,
    replacement: Replacement,
    annotationKeys: lists.AnnotationKeys ?? [],
    metadataPaths: lists.MetadataPaths ?? [],
    members: lists.Members ?? [],
    queryParameters: lists.QueryParameters ?? [],
    headers: lists.Headers ?? [],
    detectors: lists.Detectors ?? [],
  };
  return problemOfTargets(rule);
}

function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** `default/user/email`; as a JSON list where an element holds a slash. */
function pathOf(line: string): readonly string[] {
  if (line.startsWith("[")) {
    try {
      const path: unknown = JSON.parse(line);
      if (Array.isArray(path) && path.every((element) => typeof element === "string")) return path;
    } catch {
      // It is a name that begins with a bracket.
    }
  }
  return line.split("/");
}

function textOf(path: readonly string[]): string {
  const isPlain = path.every((element) => !element.includes("/") && !element.includes("\n"));
  const text = path.join("/");
  return isPlain && text === text.trim() && !text.startsWith("[") ? text : JSON.stringify(path);
}

const words: Readonly<Record<DetectorName, string>> = {
  EMAIL: "e-mail addresses",
  CARD_NUMBER: "numbers of payment cards",
  BEARER_TOKEN: "Bearer and Basic credentials",
  JWT: "JSON Web Tokens",
  AWS_KEY: "AWS keys",
  API_TOKEN: "API tokens",
  PRIVATE_KEY: "private keys",
  CREDENTIAL_NAMES: "whatever is named like a credential",
};

export const detectorWords = (name: DetectorName): string => words[name] ?? name;

/** What a rule looks for, a phrase each. */
export function targetsInWords(rule: RuleShown): readonly string[] {
  const list = (one: string, names: readonly string[] = []) =>
    names.length === 0 ? [] : [`${one}${names.length === 1 ? "" : "s"} ${names.join(", ")}`];
  return [
    ...(rule.Detectors ?? []).map(detectorWords),
    ...list("annotation", rule.AnnotationKeys),
    ...list("metadata path", rule.MetadataPaths?.map(textOf)),
    ...list("member", rule.Members?.map(textOf)),
    ...list("query parameter", rule.QueryParameters),
    ...list("header", rule.Headers),
  ];
}
