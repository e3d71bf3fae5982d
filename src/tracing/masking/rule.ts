import { type DetectorName, detectorNames } from "./detector-names.js";

export const replacements = ["MARK", "HASH", "LAST4"] as const;
/** What stands in place of a value: a mark; a keyed hash, the same for the same value; a mark and its last characters. */
export type Replacement = (typeof replacements)[number];

/** Values that are masked before a document is stored. */
export interface MaskingRule {
  readonly name: string;
  /** `*` stands for any characters. */
  readonly annotationKeys: readonly string[];
  /** From the namespace on, an element a level; `*` for any characters within a level, `**` for any levels. */
  readonly metadataPaths: readonly (readonly string[])[];
  /** As paths of metadata, from the segment on: `["http","request","client_ip"]`. */
  readonly members: readonly (readonly string[])[];
  /** Of URLs, in any text. In either case, `*` for any characters. */
  readonly queryParameters: readonly string[];
  /** Names of headers, wherever a member, an attribute or a line of text is named so. */
  readonly headers: readonly string[];
  readonly detectors: readonly DetectorName[];
  readonly replacement: Replacement;
}

/** What a rule looks for, each a list. */
export const targetLists = [
  "annotationKeys",
  "metadataPaths",
  "members",
  "queryParameters",
  "headers",
  "detectors",
] as const;

export const maskingLimits = {
  /** In an account and region. */
  rules: 50,
  targetsPerRule: 50,
  nameLength: 128,
  pathLength: 16,
  wildcardsPerName: 3,
} as const;

/** The parts of a segment that may be masked by path; ids, names and times hold a trace together. */
export const maskableMembers = ["user", "http", "sql", "aws", "cause", "service", "origin", "resource_arn"] as const;

/** Header names are letters and digits, and what separates words. */
const headerForm = /^[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?$/;

/** @returns what is wrong with a rule's targets; undefined if nothing is. */
export function problemOfTargets(rule: MaskingRule): string | undefined {
  const count = targetLists.reduce((sum, list) => sum + rule[list].length, 0);
  if (count === 0) return `one of ${targetLists.map(pascal).join(", ")} must name something`;
  if (count > maskingLimits.targetsPerRule)
    return `a rule may name ${maskingLimits.targetsPerRule} things, not ${count}`;
  const paths = [...rule.metadataPaths, ...rule.members];
  const long = paths.find((path) => path.length === 0 || path.length > maskingLimits.pathLength);
  if (long) return `a path has 1 to ${maskingLimits.pathLength} elements, not ${long.length}`;
  for (const name of [...rule.annotationKeys, ...paths.flat(), ...rule.queryParameters, ...rule.headers]) {
    if (name.length === 0 || name.length > maskingLimits.nameLength)
      return `a name has 1 to ${maskingLimits.nameLength} characters`;
    if (name !== "**" && name.split("*").length - 1 > maskingLimits.wildcardsPerName)
      return `a name may hold ${maskingLimits.wildcardsPerName} wildcards: ${name}`;
  }
  const header = rule.headers.find((name) => !headerForm.test(name));
  if (header !== undefined) return `a header name has letters, digits, '-', '_' and '.' only: ${header}`;
  const member = rule.members.find(([first]) => !(maskableMembers as readonly string[]).includes(first!));
  if (member) return `a path of Members begins with one of ${maskableMembers.join(", ")}: ${member[0]}`;
  const detector = rule.detectors.find((name) => !(detectorNames as readonly string[]).includes(name));
  if (detector !== undefined) return `there is no detector ${detector}; there are ${detectorNames.join(", ")}`;
  return undefined;
}

function pascal(name: string): string {
  return name[0]!.toUpperCase() + name.slice(1);
}
