import { BlockList, isIP } from "node:net";
import { type FieldReader, fieldReader, type SigmaEvent, textOf } from "./fields.js";
import { compileRegex } from "./regex.js";
import { SigmaError } from "./sigma-error.js";
import { TextPattern } from "./text-pattern.js";
import { encodingOf } from "./value-encodings.js";

/** What a modifier can be; others are refused by name. */
const positions = ["contains", "startswith", "endswith"];
const comparisons = ["lt", "lte", "gt", "gte"];
const parts = ["minute", "hour", "day", "week", "month", "year"];
const others = ["all", "cased", "exists", "re", "i", "m", "s", "cidr", "neq", "fieldref"];
const valuesMax = 2_000;

type ValueTest = (value: unknown) => boolean;

/** One item of a selection, `field|modifier: values`, and what it compares exactly, for looking rules up. */
export interface CompiledItem {
  test(event: SigmaEvent): boolean;
  readonly field: string;
  /** Lower-case texts of which the field must be one; undefined where that is not all it takes. */
  readonly oneOf?: readonly string[];
}

/** @throws SigmaError */
export function compileItem(key: string, given: unknown): CompiledItem {
  const [field = "", ...modifiers] = key.split("|");
  const values = valuesOf(key, given);
  checkModifiers(key, field, modifiers);
  const has = (name: string) => modifiers.includes(name);
  const reader = fieldReader(field);
  const negated = (test: CompiledItem["test"]) => (has("neq") ? (event: SigmaEvent) => !test(event) : test);

  if (has("exists")) {
    const [wanted] = values;
    if (values.length !== 1 || typeof wanted !== "boolean") throw new SigmaError(`'${key}' wants true or false`);
    return { field, test: negated((event) => reader.exists(event) === wanted) };
  }
  if (has("all") && values.length < 2) throw new SigmaError(`'${key}': 'all' wants a list of several values`);
  if (has("fieldref"))
    return {
      field,
      test: negated(
        anyOrAll(
          has("all"),
          values.map((value) => fieldTest(key, reader, value, modifiers)),
        ),
      ),
    };

  const tests = values.map((value) => valueTest(key, value, modifiers));
  if (has("all"))
    return {
      field,
      test: negated((event) =>
        tests.every((test) => (test === isNull ? !present(reader, event) : reader.some(event, test))),
      ),
    };
  const nulls = tests.includes(isNull);
  const plain = modifiers.length === 0 ? values.map(plainText) : [undefined];
  if (plain.every((text) => text !== undefined)) {
    const oneOf = [...new Set(plain)];
    const wanted = new Set(oneOf);
    const [only] = oneOf;
    const test: ValueTest =
      wanted.size === 1
        ? (value) => textOf(value).toLowerCase() === only
        : (value) => wanted.has(textOf(value).toLowerCase());
    return { field, oneOf, test: (event) => reader.some(event, test) };
  }
  const texts = tests.filter((test) => test !== isNull);
  return {
    field,
    test: negated(
      (event) => reader.some(event, (value) => texts.some((test) => test(value))) || (nulls && !present(reader, event)),
    ),
  };
}

/** `null` in a rule: the field is absent, or null. */
const isNull: ValueTest = (value) => value === null || value === undefined;
const present = (reader: FieldReader, event: SigmaEvent) => reader.some(event, () => true);

function anyOrAll(all: boolean, tests: readonly CompiledItem["test"][]): CompiledItem["test"] {
  return (event) => (all ? tests.every((test) => test(event)) : tests.some((test) => test(event)));
}

function valuesOf(key: string, given: unknown): readonly unknown[] {
  const values = Array.isArray(given) ? given : [given];
  if (values.length === 0) throw new SigmaError(`'${key}' has no value`);
  if (values.length > valuesMax) throw new SigmaError(`'${key}' has more than ${valuesMax} values`);
  for (const value of values)
    if (typeof value === "object" && value !== null)
      throw new SigmaError(`'${key}': a value is text, a number, true, false or null`);
  if (values.length > 1 && values.includes(null))
    throw new SigmaError(`'${key}': null cannot be one of several values`);
  return values;
}

function checkModifiers(key: string, field: string, modifiers: readonly string[]): void {
  if (field === "" || field.length > 256) throw new SigmaError(`'${key.slice(0, 100)}' names no field`);
  for (const modifier of modifiers) {
    if (modifier === "expand")
      throw new SigmaError(`'${key}': 'expand' is not supported: write the values in place of the placeholder`);
    if (![...positions, ...comparisons, ...parts, ...others].includes(modifier) && encodingOf(modifier) === undefined)
      throw new SigmaError(`'${key}': the modifier '${modifier}' is not supported`);
  }
  if (new Set(modifiers).size < modifiers.length) throw new SigmaError(`'${key}' has a modifier twice`);
  const kinds = [["re"], ["cidr"], ["exists"], comparisons, [...positions, "fieldref"]].filter((kind) =>
    kind.some((modifier) => modifiers.includes(modifier)),
  );
  if (kinds.length > 1) throw new SigmaError(`'${key}': these modifiers do not go together`);
  if (modifiers.filter((modifier) => [...positions, ...comparisons].includes(modifier)).length > 1)
    throw new SigmaError(`'${key}': these modifiers do not go together`);
  if (["i", "m", "s"].some((flag) => modifiers.includes(flag)) && !modifiers.includes("re"))
    throw new SigmaError(`'${key}': 'i', 'm' and 's' follow 're'`);
}

/** The lower-case text of a value that is compared whole; undefined with wildcards, or null. */
function plainText(value: unknown): string | undefined {
  if (value === null) return undefined;
  return typeof value === "string" ? TextPattern.read(value).plain?.toLowerCase() : textOf(value).toLowerCase();
}

function valueTest(key: string, value: unknown, modifiers: readonly string[]): ValueTest {
  const has = (name: string) => modifiers.includes(name);
  const part = parts.find(has);
  if (part !== undefined)
    return ofTimePart(
      part,
      valueTest(
        key,
        value,
        modifiers.filter((each) => each !== part),
      ),
    );
  const comparison = comparisons.find(has);
  if (comparison !== undefined) return compared(key, comparison, value);
  if (value === null) {
    if (modifiers.some((modifier) => modifier !== "all" && modifier !== "neq"))
      throw new SigmaError(`'${key}': null takes no modifiers`);
    return isNull;
  }
  if (has("cidr")) return cidrTest(key, textOf(value));
  if (has("re")) {
    const test = compileRegex(textOf(value), { i: has("i"), m: has("m"), s: has("s") });
    return (found) => test(textOf(found));
  }
  const tests = textPatterns(key, value, modifiers).map((pattern) => pattern.compile(has("cased")));
  return (found) => {
    const text = textOf(found);
    return tests.some((test) => test(text));
  };
}

/** Encodings make one value several. */
export function textPatterns(key: string, value: unknown, modifiers: readonly string[]): TextPattern[] {
  const has = (name: string) => modifiers.includes(name);
  let patterns = [typeof value === "string" ? TextPattern.read(value) : TextPattern.read(textOf(value))];
  for (const modifier of modifiers) {
    const encode = encodingOf(modifier);
    if (encode !== undefined) patterns = patterns.flatMap((pattern) => encode(key, pattern));
  }
  const sides = { before: has("contains") || has("endswith"), after: has("contains") || has("startswith") };
  return patterns.map((pattern) => pattern.within(sides));
}

function fieldTest(
  key: string,
  reader: FieldReader,
  value: unknown,
  modifiers: readonly string[],
): CompiledItem["test"] {
  if (typeof value !== "string" || value === "") throw new SigmaError(`'${key}' wants the name of a field`);
  const other = fieldReader(value);
  const has = (name: string) => modifiers.includes(name);
  const fold = (found: unknown) => (has("cased") ? textOf(found) : textOf(found).toLowerCase());
  const relates = (left: string, right: string) =>
    has("contains")
      ? left.includes(right)
      : has("startswith")
        ? left.startsWith(right)
        : has("endswith")
          ? left.endsWith(right)
          : left === right;
  return (event) => reader.some(event, (left) => other.some(event, (right) => relates(fold(left), fold(right))));
}

function compared(key: string, comparison: string, wanted: unknown): ValueTest {
  const bound = numberOf(wanted);
  if (bound === undefined) throw new SigmaError(`'${key}' wants a number`);
  return (value) => {
    const number = numberOf(value);
    if (number === undefined) return false;
    switch (comparison) {
      case "lt":
        return number < bound;
      case "lte":
        return number <= bound;
      case "gt":
        return number > bound;
      default:
        return number >= bound;
    }
  };
}

export function numberOf(value: unknown): number | undefined {
  const number =
    typeof value === "number" ? value : typeof value === "string" && value.trim() !== "" ? Number(value) : Number.NaN;
  return Number.isFinite(number) ? number : undefined;
}

/** Of a time in UTC. */
function ofTimePart(part: string, test: ValueTest): ValueTest {
  return (value) => {
    const date = new Date(textOf(value));
    if (Number.isNaN(date.getTime())) return false;
    const year = date.getUTCFullYear();
    const dayOfYear = (date.getTime() - Date.UTC(year, 0, 1)) / 86_400_000;
    const found: Record<string, number> = {
      minute: date.getUTCMinutes(),
      hour: date.getUTCHours(),
      day: date.getUTCDate(),
      week: Math.floor(dayOfYear / 7) + 1,
      month: date.getUTCMonth() + 1,
      year,
    };
    return test(found[part]);
  };
}

function cidrTest(key: string, network: string): ValueTest {
  const [address = "", prefix = ""] = network.split("/");
  const version = isIP(address);
  const bits = version === 4 ? 32 : 128;
  if (version === 0 || !/^\d{1,3}$/.test(prefix) || Number(prefix) > bits)
    throw new SigmaError(`'${key}': '${network.slice(0, 60)}' is no network`);
  const list = new BlockList();
  const family = version === 4 ? "ipv4" : "ipv6";
  list.addSubnet(address, Number(prefix), family);
  return (value) => typeof value === "string" && isIP(value) === version && list.check(value, family);
}
