import { BlockList, isIP, isIPv4 } from "node:net";
import type { ConditionValues } from "./condition-values.js";
import { MalformedPolicy } from "./malformed-policy.js";
import { compilePattern, type Matcher } from "./pattern.js";
import { compileTemplate, isVariable, parseTemplate, splitTemplateAtColons } from "./template.js";

/** Whether one value of the call matches one value of the policy. */
type ConditionTest = (value: string, values: ConditionValues) => boolean;

export interface ConditionOperator {
  readonly negated: boolean;
  /** @throws MalformedPolicy if the operator cannot read `text`. */
  compile(text: string, options: { variables: boolean }): ConditionTest;
}

type Compile = ConditionOperator["compile"];

const compileString =
  ({ wildcards, ignoreCase }: { wildcards: boolean; ignoreCase: boolean }): Compile =>
  (text, { variables }) => {
    const template = parseTemplate(text, { variables, wildcards });
    const matcherOf = compileTemplate(template, (tokens) => {
      if (!ignoreCase) return compilePattern(tokens);
      return compilePattern(
        tokens.map((token) => (typeof token === "string" ? token : { literal: token.literal.toLowerCase() })),
      );
    });
    return (value, values) => matcherOf(values)?.(ignoreCase ? value.toLowerCase() : value) ?? false;
  };

/** ArnEquals and ArnLike are one: each of the six components is compared by itself, and each may hold wildcards. */
const compileArn: Compile = (text, { variables }) => {
  const template = parseTemplate(text, { variables, wildcards: true });
  const components = splitTemplateAtColons(template, arnComponents).map((component) => compileTemplate(component));
  if (components.length < arnComponents) {
    // The rest may be in a wildcard at the end (`arn:aws:s3:*`) or in a variable (`${aws:PrincipalArn}`).
    const open = template.at(-1) === "*" || template.some(isVariable);
    const whole = compileTemplate(template);
    return (value, values) => open && isArn(value) && (whole(values)?.(value) ?? false);
  }
  return (value, values) => {
    if (!isArn(value)) return false;
    const parts = value.split(":");
    const resource = parts.slice(arnComponents - 1).join(":");
    return components.every((matcherOf, i) => {
      const matcher: Matcher | undefined = matcherOf(values);
      return matcher?.(i === arnComponents - 1 ? resource : parts[i]!) ?? false;
    });
  };
};

const arnComponents = 6;

function isArn(value: string): boolean {
  return value.startsWith("arn:") && value.split(":", arnComponents).length === arnComponents;
}

type Compare = (value: number, wanted: number) => boolean;

const compileNumeric =
  (compare: Compare): Compile =>
  (text) => {
    const wanted = readNumber(text);
    if (wanted === undefined) throw new MalformedPolicy(`A numeric condition cannot read '${text.slice(0, 128)}'.`);
    return (value) => {
      const number = readNumber(value);
      return number !== undefined && compare(number, wanted);
    };
  };

const compileDate =
  (compare: Compare): Compile =>
  (text) => {
    const wanted = readDate(text);
    if (wanted === undefined) throw new MalformedPolicy(`A date condition cannot read '${text.slice(0, 128)}'.`);
    return (value) => {
      const date = readDate(value);
      return date !== undefined && compare(date, wanted);
    };
  };

export function readNumber(text: string): number | undefined {
  return /^[+-]?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

/** ISO 8601 as W3C restricts it, or seconds since the epoch; as milliseconds. */
export function readDate(text: string): number | undefined {
  if (/^\d+(\.\d+)?$/.test(text) && text.length !== "2026".length) return Number(text) * 1000;
  if (!/^\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?)?)?$/.test(text)) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

const compileBool: Compile = (text) => {
  const wanted = text.toLowerCase();
  if (wanted !== "true" && wanted !== "false")
    throw new MalformedPolicy(`A Bool condition wants true or false, not '${text.slice(0, 128)}'.`);
  return (value) => value.toLowerCase() === wanted;
};

const compileBinary: Compile = (text) => {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw new MalformedPolicy("A BinaryEquals condition wants base64.");
  const wanted = Buffer.from(text, "base64");
  return (value) => Buffer.from(value, "base64").equals(wanted);
};

const compileIpAddress: Compile = (text) => {
  const [address = "", prefix, more] = text.split("/");
  const family = isIPv4(address) ? "ipv4" : "ipv6";
  const bits = prefix === undefined ? undefined : Number(prefix);
  const bitsMax = family === "ipv4" ? 32 : 128;
  if (
    isIP(address) === 0 ||
    more !== undefined ||
    (prefix !== undefined && (!/^\d{1,3}$/.test(prefix) || bits! > bitsMax))
  )
    throw new MalformedPolicy(`'${text.slice(0, 128)}' is not an IP address or a CIDR block.`);
  const block = new BlockList();
  if (bits === undefined) block.addAddress(address, family);
  else block.addSubnet(address, bits, family);
  return (value) => {
    // A listener on `::` sees IPv4 clients under their mapped address.
    const plain = value.toLowerCase().startsWith("::ffff:") && isIPv4(value.slice(7)) ? value.slice(7) : value;
    return isIP(plain) !== 0 && block.check(plain, isIPv4(plain) ? "ipv4" : "ipv6");
  };
};

const equal: Compare = (value, wanted) => value === wanted;
const comparisons: Readonly<Record<string, Compare>> = {
  equals: equal,
  lessthan: (value, wanted) => value < wanted,
  lessthanequals: (value, wanted) => value <= wanted,
  greaterthan: (value, wanted) => value > wanted,
  greaterthanequals: (value, wanted) => value >= wanted,
};

/** By name in lower case, without `IfExists` and set prefixes. */
export const conditionOperators: ReadonlyMap<string, ConditionOperator> = new Map(
  (
    [
      ["stringequals", "stringnotequals", compileString({ wildcards: false, ignoreCase: false })],
      ["stringequalsignorecase", "stringnotequalsignorecase", compileString({ wildcards: false, ignoreCase: true })],
      ["stringlike", "stringnotlike", compileString({ wildcards: true, ignoreCase: false })],
      ["arnequals", "arnnotequals", compileArn],
      ["arnlike", "arnnotlike", compileArn],
      ["ipaddress", "notipaddress", compileIpAddress],
      ["numericequals", "numericnotequals", compileNumeric(equal)],
      ["dateequals", "datenotequals", compileDate(equal)],
      ["bool", undefined, compileBool],
      ["binaryequals", undefined, compileBinary],
      ...Object.entries(comparisons).flatMap(([name, compare]) => [
        [`numeric${name}`, undefined, compileNumeric(compare)],
        [`date${name}`, undefined, compileDate(compare)],
      ]),
    ] as [string, string | undefined, Compile][]
  ).flatMap(([name, negatedName, compile]) => {
    const entries: [string, ConditionOperator][] = [[name, { negated: false, compile }]];
    if (negatedName !== undefined) entries.push([negatedName, { negated: true, compile }]);
    return entries;
  }),
);
