import { checkMembers, textMember, textsMember } from "./members.js";
import { SigmaError } from "./sigma-error.js";
import { timespanOf } from "./timespan.js";
import { countMax, type Tracking } from "./tracking.js";
import { isMap, type YamlMap } from "./yaml-documents.js";

export interface Correlation {
  readonly tracking: Tracking;
  readonly groupBy: readonly string[];
  /** What is counted, of a value count. */
  readonly field?: string;
}

const rulesMax = 10;
const groupByMax = 10;
const types = ["event_count", "value_count", "temporal", "temporal_ordered"];

/** The `correlation` section of a correlation rule, Sigma 2.1. @throws SigmaError */
export function readCorrelation(section: unknown): Correlation & {
  /** What it refers to, by name or id. */
  readonly names: readonly string[];
  /** Of a field of `group-by`: what it is called in each rule. */
  readonly aliases: ReadonlyMap<string, ReadonlyMap<string, string>>;
} {
  if (!isMap(section)) throw new SigmaError("'correlation' is a map");
  checkMembers(section, "'correlation'", ["type", "rules", "aliases", "group-by", "timespan", "condition", "generate"]);
  if (section["generate"] === true)
    throw new SigmaError("'generate' is not supported: put the rule it would generate as its own");
  const type = textMember(section, "type", 50) ?? "";
  if (!types.includes(type))
    throw new SigmaError(`the correlation type '${type}' is not supported: ${types.join(", ")}`);
  const names = textsMember(section, "rules", rulesMax);
  if (names.length === 0 || new Set(names).size < names.length) throw new SigmaError("'rules' names each rule once");
  const timespanMs = timespanOf("timespan", section["timespan"]);
  const { count, field } = readCondition(section["condition"]);
  const common = {
    names,
    aliases: readAliases(section["aliases"]),
    groupBy: textsMember(section, "group-by", groupByMax),
  };

  if (type === "temporal" || type === "temporal_ordered") {
    if (names.length < 2) throw new SigmaError(`a correlation of type '${type}' refers to several rules`);
    if (field !== undefined) throw new SigmaError(`'field' has no meaning in a correlation of type '${type}'`);
    const ordered = type === "temporal_ordered";
    if (count !== undefined && (count > names.length || (ordered && count < names.length)))
      throw new SigmaError("'condition' counts the rules: no more of them, and all where they are ordered");
    return { ...common, tracking: { kind: "temporal", ordered, timespanMs, count: count ?? names.length } };
  }
  if (count === undefined) throw new SigmaError("'condition' is missing");
  if ((field !== undefined) !== (type === "value_count"))
    throw new SigmaError("a value_count, and no other, names a 'field' in its condition");
  if (field === undefined) return { ...common, tracking: { kind: "event-count", timespanMs, count } };
  return { ...common, field, tracking: { kind: "value-count", timespanMs, count } };
}

function readCondition(condition: unknown): { readonly count?: number; readonly field?: string } {
  if (condition === undefined) return {};
  if (!isMap(condition)) throw new SigmaError("'condition' of a correlation is a map");
  const comparisons = Object.keys(condition).filter((key) => key !== "field");
  const [comparison, another] = comparisons;
  if (another !== undefined) throw new SigmaError("'condition' of a correlation with two bounds is not supported");
  if (comparison !== "gt" && comparison !== "gte")
    throw new SigmaError(
      `'${comparison ?? "condition"}' of a correlation is not supported: events are counted as they arrive, so gt or gte`,
    );
  const bound = condition[comparison];
  if (typeof bound !== "number" || !Number.isInteger(bound)) throw new SigmaError(`'${comparison}' is a whole number`);
  const count = comparison === "gt" ? bound + 1 : bound;
  if (count < 1 || count > countMax) throw new SigmaError(`counts from 1 to ${countMax} are supported`);
  const field = textMember(condition, "field", 256);
  return { count, ...(field !== undefined && { field }) };
}

function readAliases(given: unknown): ReadonlyMap<string, ReadonlyMap<string, string>> {
  if (given === undefined || given === null) return new Map();
  if (!isMap(given)) throw new SigmaError("'aliases' is a map");
  return new Map(
    Object.entries(given).map(([alias, byRule]) => {
      if (!isMap(byRule)) throw new SigmaError(`'${alias.slice(0, 60)}' of 'aliases' is a map of rules and fields`);
      const names = Object.keys(byRule).map(
        (rule) => [rule, textMember(byRule as YamlMap, rule, 256) ?? alias] as const,
      );
      return [alias, new Map(names)];
    }),
  );
}
