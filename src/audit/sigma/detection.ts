import { allOf, anyOf, type Condition, type OldAggregation, parseCondition } from "./condition.js";
import { compileItem, textPatterns } from "./modifiers.js";
import { SigmaError } from "./sigma-error.js";
import { isMap, type YamlMap } from "./yaml-documents.js";

const selectionsMax = 60;

/** Which events a rule is about: its selections and its condition. @throws SigmaError */
export function compileDetection(detection: unknown): {
  readonly condition: Condition;
  readonly aggregation?: OldAggregation;
} {
  if (!isMap(detection)) throw new SigmaError("'detection' is a map of selections and a condition");
  const { condition, timeframe: _, ...given } = detection;
  const entries = Object.entries(given);
  if (entries.length > selectionsMax) throw new SigmaError(`'detection' has more than ${selectionsMax} selections`);
  const selections = new Map(entries.map(([name, value]) => [name, compileSelection(name, value)]));
  const texts = Array.isArray(condition) ? condition : [condition];
  if (texts.length === 0 || !texts.every((text) => typeof text === "string"))
    throw new SigmaError("'detection' has no 'condition'");
  const parsed = texts.map((text) => parseCondition(text, selections));
  const aggregation = parsed.find((each) => each.aggregation !== undefined)?.aggregation;
  if (aggregation !== undefined && parsed.length > 1) throw new SigmaError("one of several conditions cannot count");
  return { condition: anyOf(parsed.map((each) => each.condition)), ...(aggregation && { aggregation }) };
}

function compileSelection(name: string, value: unknown): Condition {
  if (isMap(value)) return compileMap(name, value);
  const items = Array.isArray(value) ? value : [value];
  if (items.length === 0) throw new SigmaError(`the selection '${name}' is empty`);
  return anyOf(items.map((item) => (isMap(item) ? compileMap(name, item) : keyword(name, item))));
}

function compileMap(name: string, map: YamlMap): Condition {
  const entries = Object.entries(map);
  if (entries.length === 0) throw new SigmaError(`the selection '${name}' is empty`);
  return allOf(
    entries.map(([key, value]) => (key.startsWith("|") ? keywords(name, key, value) : fieldItem(key, value))),
  );
}

function fieldItem(key: string, value: unknown): Condition {
  const { test, field, oneOf } = compileItem(key, value);
  const names = oneOf && field === "eventName" && { names: new Set(oneOf) };
  const sources = oneOf && field === "eventSource" && { sources: new Set(oneOf) };
  return { test, anchor: { ...names, ...sources } };
}

/** `'|all': [one, other]`: every one of them stands somewhere in the record. */
function keywords(name: string, key: string, value: unknown): Condition {
  if (key !== "|all" || !Array.isArray(value))
    throw new SigmaError(`'${key}' in the selection '${name}' is not supported: '|all' with a list is`);
  return allOf(value.map((item) => keyword(name, item)));
}

/** Text that stands somewhere in the record, written as JSON writes it. */
function keyword(name: string, value: unknown): Condition {
  if (typeof value !== "string" && typeof value !== "number")
    throw new SigmaError(`the keywords of '${name}' are texts`);
  const tests = textPatterns(name, value, ["contains"]).map((pattern) =>
    pattern.map((text) => JSON.stringify(text).slice(1, -1)).compile(false),
  );
  return { test: (event) => tests.some((test) => test(event.text)), anchor: {} };
}
