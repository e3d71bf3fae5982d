import { checkMembers, countMember, textMember, textsMember } from "./members.js";
import { SigmaError } from "./sigma-error.js";
import { timespanOf } from "./timespan.js";
import type { Tracking } from "./tracking.js";
import { isMap, type YamlMap } from "./yaml-documents.js";

/** What Sigma cannot say, under the key `dosimeter` of a rule. */
export interface RuleExtension {
  readonly tracking?: Tracking;
  readonly groupBy: readonly string[];
  readonly field?: string;
  readonly outsideHours: boolean;
}

const groupByMax = 10;
const kinds = ["new-value", "volume", "decrease"] as const;
const bucketsMax = 1_000;

/** @throws SigmaError */
export function readExtension(given: unknown): RuleExtension | undefined {
  if (given === undefined) return undefined;
  if (!isMap(given)) throw new SigmaError("'dosimeter' is a map");
  checkMembers(given, "'dosimeter'", [...kinds, "hours"]);
  const { hours } = given;
  if (hours !== undefined && hours !== "outside") throw new SigmaError("'hours' of 'dosimeter' is 'outside'");
  const chosen = kinds.filter((kind) => given[kind] !== undefined);
  if (chosen.length > 1) throw new SigmaError(`only one of ${kinds.join(", ")} can stand in 'dosimeter'`);
  const [kind] = chosen;
  const outsideHours = hours === "outside";
  if (kind === undefined) return { groupBy: [], outsideHours };
  const section = given[kind];
  if (!isMap(section)) throw new SigmaError(`'${kind}' is a map`);
  const field = textMember(section, "field", 256);
  if (field === undefined && kind !== "volume") throw new SigmaError(`'${kind}' names a 'field'`);
  return {
    tracking: readers[kind](section),
    groupBy: textsMember(section, "group-by", groupByMax),
    ...(field !== undefined && { field }),
    outsideHours,
  };
}

const readers: Readonly<Record<(typeof kinds)[number], (section: YamlMap) => Tracking>> = {
  "new-value"(section) {
    checkMembers(section, "'new-value'", ["field", "group-by", "learn", "remember"]);
    return {
      kind: "new-value",
      learnMs: timespanOf("learn", section["learn"] ?? "7d", 0),
      rememberMs: timespanOf("remember", section["remember"] ?? "90d"),
    };
  },

  volume(section) {
    checkMembers(section, "'volume'", ["field", "group-by", "per", "times", "at-least", "past", "learn"]);
    const perMs = timespanOf("per", section["per"] ?? "1h", 60_000);
    const pastMs = timespanOf("past", section["past"] ?? "14d");
    if (pastMs / perMs > bucketsMax) throw new SigmaError(`'past' holds at most ${bucketsMax} times of 'per'`);
    return {
      kind: "volume",
      perMs,
      pastMs,
      times: countMember(section, "times", { min: 1, max: 1_000 }) ?? 3,
      least: countMember(section, "at-least", { min: 1, max: 1_000_000_000 }) ?? 100,
      learnMs: timespanOf("learn", section["learn"] ?? "3d", 0),
    };
  },

  decrease(section) {
    checkMembers(section, "'decrease'", ["field", "group-by"]);
    return { kind: "decrease" };
  },
};
