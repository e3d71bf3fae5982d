import { createHash } from "node:crypto";
import type { Anchor } from "./condition.js";
import { type Correlation, readCorrelation } from "./correlation.js";
import { compileDetection } from "./detection.js";
import { type FieldReader, fieldReader, type SigmaEvent } from "./fields.js";
import { textMember } from "./members.js";
import { readExtension } from "./rule-extension.js";
import { SigmaError } from "./sigma-error.js";
import { timespanOf } from "./timespan.js";
import type { Tracking } from "./tracking.js";
import { readYamlDocuments, type YamlMap } from "./yaml-documents.js";

export const severities = ["informational", "low", "medium", "high", "critical"] as const;
export type Severity = (typeof severities)[number];

/** Events that one document of a rule is about, and the fields that tell its groups apart. */
export interface RuleBase {
  test(event: SigmaEvent): boolean;
  readonly anchor: Anchor;
  readonly groupBy: readonly FieldReader[];
  /** What is counted, compared or remembered. */
  readonly field?: FieldReader;
}

/** A rule that can be matched: one document, or a correlation with the documents it refers to. */
export interface DetectionRule {
  readonly title: string;
  /** As the rule says; its own id. */
  readonly sigmaId?: string;
  readonly description: string;
  readonly severity: Severity;
  readonly bases: readonly RuleBase[];
  /** How matches become findings. */
  readonly tracking: Tracking;
  readonly outsideHours: boolean;
  /** What remembering depends on: while it stays the same, an edited rule keeps its memory. */
  readonly memoryVersion: string;
}

/** @throws SigmaError that says what cannot be read or is not done here. */
export function compileRule(text: string): DetectionRule {
  const documents = readYamlDocuments(text);
  const correlations = documents.filter((document) => "correlation" in document);
  const plain = documents.filter((document) => !("correlation" in document));
  if (correlations.length > 1)
    throw new SigmaError("a correlation of correlations is not supported: one correlation a rule");
  const [correlation] = correlations;
  if (correlation !== undefined) return correlated(correlation, plain);
  const [only, ...others] = plain;
  if (only === undefined) throw new SigmaError("the rule is empty");
  if (others.length > 0) throw new SigmaError("one rule at a time: several documents are for correlations");
  return single(only);
}

function single(document: YamlMap): DetectionRule {
  checkSource(document);
  const { condition, aggregation } = compileDetection(document["detection"]);
  const extension = readExtension(document["dosimeter"]);
  const timeframe = (document["detection"] as YamlMap)["timeframe"];
  if (aggregation !== undefined && extension?.tracking !== undefined)
    throw new SigmaError("'dosimeter' cannot go with a condition that counts");
  if (aggregation === undefined && timeframe !== undefined)
    throw new SigmaError("'timeframe' has no meaning without a condition that counts");
  const counted: Correlation | undefined = aggregation && {
    tracking: {
      kind: aggregation.field === undefined ? "event-count" : "value-count",
      timespanMs: timespanOf("timeframe", timeframe),
      count: thresholdOf(aggregation.comparison, aggregation.count),
    },
    groupBy: aggregation.groupBy === undefined ? [] : [aggregation.groupBy],
    ...(aggregation.field !== undefined && { field: aggregation.field }),
  };
  const { tracking = { kind: "each" as const }, groupBy = [], field } = counted ?? extension ?? {};
  return {
    ...headOf(document),
    bases: [
      {
        ...condition,
        groupBy: groupBy.map(fieldReader),
        ...(field !== undefined && { field: fieldReader(field) }),
      },
    ],
    tracking,
    outsideHours: extension?.outsideHours === true,
    memoryVersion: versionOf([matchedBy(document["detection"]), tracking.kind, groupBy, field]),
  };
}

function correlated(document: YamlMap, plain: readonly YamlMap[]): DetectionRule {
  const { tracking, groupBy, field, names, aliases } = readCorrelation(document["correlation"]);
  const extension = readExtension(document["dosimeter"]);
  if (extension?.tracking !== undefined) throw new SigmaError("'dosimeter' of a correlation takes 'hours' alone");
  const chosen = names.map((name) => {
    const found = plain.find((each) => each["name"] === name || each["id"] === name);
    if (found === undefined)
      throw new SigmaError(`the correlation refers to '${name}', which is not a document of this rule`);
    return found;
  });
  const stranger = plain.find((each) => !chosen.includes(each));
  if (stranger !== undefined) throw new SigmaError("a document of the rule is not part of its correlation");
  const bases = chosen.map((each, index) => {
    checkSource(each);
    if (each["dosimeter"] !== undefined)
      throw new SigmaError("'dosimeter' stands with the correlation, not with what it refers to");
    const { condition, aggregation } = compileDetection(each["detection"]);
    if (aggregation !== undefined) throw new SigmaError("a condition that counts cannot be part of a correlation");
    const own = (name: string) => fieldReader(aliases.get(name)?.get(names[index]!) ?? name);
    return { ...condition, groupBy: groupBy.map(own), ...(field !== undefined && { field: own(field) }) };
  });
  return {
    ...headOf(document),
    bases,
    tracking,
    outsideHours: extension?.outsideHours === true,
    memoryVersion: versionOf([
      chosen.map((each) => each["detection"]),
      tracking.kind,
      groupBy,
      field,
      [...aliases.values()].map((each) => [...each]),
    ]),
  };
}

function headOf(document: YamlMap) {
  const title = textMember(document, "title", 256);
  if (title === undefined) throw new SigmaError("'title' is missing");
  const sigmaId = textMember(document, "id", 256);
  const level = document["level"] ?? "medium";
  const severity = severities.find((each) => each === level);
  if (severity === undefined) throw new SigmaError(`'level' is one of ${severities.join(", ")}`);
  return {
    title,
    ...(sigmaId !== undefined && { sigmaId }),
    description: textMember(document, "description", 8_192) ?? "",
    severity,
  };
}

/** Rules for other logs would never match, or match what they do not mean. */
function checkSource(document: YamlMap): void {
  const source = (document["logsource"] ?? {}) as YamlMap;
  if (source["product"] !== "aws" || source["service"] !== "cloudtrail" || source["category"] !== undefined)
    throw new SigmaError("'logsource' must be product 'aws', service 'cloudtrail'");
  const taxonomy = document["taxonomy"] ?? "sigma";
  if (taxonomy !== "sigma") throw new SigmaError("'taxonomy' must be 'sigma'");
}

export function thresholdOf(comparison: "gt" | "gte", count: number): number {
  return comparison === "gt" ? count + 1 : count;
}

/** The part of a detection that says what matches: without counts and times. */
function matchedBy(detection: unknown): unknown {
  const { condition, timeframe: _, ...selections } = detection as YamlMap;
  return [selections, typeof condition === "string" ? condition.split("|")[0]!.trim() : condition];
}

function versionOf(parts: unknown): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
}
