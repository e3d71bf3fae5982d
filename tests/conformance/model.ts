import { readFileSync } from "node:fs";
import path from "node:path";

/** A shape of a service model, as botocore writes them. */
export interface Shape {
  readonly type:
    | "structure"
    | "list"
    | "map"
    | "string"
    | "integer"
    | "long"
    | "double"
    | "float"
    | "boolean"
    | "timestamp"
    | "blob";
  readonly required?: readonly string[];
  readonly members?: Readonly<Record<string, { readonly shape: string }>>;
  readonly member?: { readonly shape: string };
  readonly value?: { readonly shape: string };
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly union?: boolean;
}

export interface Model {
  readonly operations: Readonly<
    Record<
      string,
      {
        readonly http: { readonly requestUri: string };
        readonly input?: { readonly shape: string };
        readonly output?: { readonly shape: string };
        readonly errors?: readonly { readonly shape: string }[];
      }
    >
  >;
  readonly shapes: Readonly<Record<string, Shape>>;
}

export function readModel(name: "xray" | "cloudtrail" | "cloudtrail-data"): Model {
  return JSON.parse(readFileSync(path.resolve(import.meta.dirname, `../models/${name}.json`), "utf8"));
}

/** What most patterns do not take. */
const unlikely = "\u0001 !";

/** Java's `(?s)`, which some patterns begin with, is a flag here. */
function wholly(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern.replace("(?s)", "")})$`, "s");
}

/** One change of a valid input, and what must come of it. */
export interface Variation {
  readonly what: string;
  readonly input: unknown;
  /** `refused`: 400 for the input itself. `taken`: whatever comes, not that. */
  readonly expected: "refused" | "taken";
}

type Json = Record<string, unknown>;

/**
 * Every member of an input: absent, null, of another type, at, below and above each bound, each enum value and one more.
 *
 * @param base a valid input; members that it has not are put in place where they are tried.
 */
export function* variationsOf(shapes: Model["shapes"], shapeName: string, base: Json): Generator<Variation> {
  yield* ofStructure(shapes, shapes[shapeName]!, base, "", (value) => value);
}

function* ofStructure(
  shapes: Model["shapes"],
  shape: Shape,
  base: Json,
  at: string,
  within: (value: unknown) => unknown,
): Generator<Variation> {
  for (const [name, { shape: memberShape }] of Object.entries(shape.members ?? {})) {
    const member = shapes[memberShape]!;
    const place = at === "" ? name : `${at}.${name}`;
    const put = (value: unknown) => within({ ...base, [name]: value });
    const { [name]: _, ...without } = base;
    const required = shape.required?.includes(name) === true;
    const expected = required ? "refused" : "taken";
    if (required || name in base) {
      yield { what: `${place} absent`, input: within(without), expected };
      yield { what: `${place} null`, input: put(null), expected };
    } else yield { what: `${place} null`, input: put(null), expected: "taken" };
    yield* ofValue(shapes, member, base[name], place, put);
  }
}

function* ofValue(
  shapes: Model["shapes"],
  shape: Shape,
  base: unknown,
  at: string,
  put: (value: unknown) => unknown,
): Generator<Variation> {
  const refused = (what: string, value: unknown): Variation => ({
    what: `${at} ${what}`,
    input: put(value),
    expected: "refused",
  });
  const taken = (what: string, value: unknown): Variation => ({
    what: `${at} ${what}`,
    input: put(value),
    expected: "taken",
  });
  switch (shape.type) {
    case "string": {
      yield refused("a number", 7);
      yield refused("an object", {});
      if (shape.enum) {
        for (const value of shape.enum) yield taken(`= ${value}`, value);
        yield refused("= an enum value that is not there", "NotThere");
        return;
      }
      if (shape.pattern !== undefined && !wholly(shape.pattern).test(unlikely))
        yield refused("against its pattern", unlikely);
      const text = typeof base === "string" ? base : "a";
      const sized = (length: number) => text.padEnd(length, "a").slice(0, length);
      if (shape.min !== undefined && shape.min > 0) {
        yield refused("below its minimum", sized(shape.min - 1));
        if (shape.pattern === undefined) yield taken("at its minimum", sized(shape.min));
      }
      if (shape.max !== undefined) {
        yield refused("above its maximum", sized(shape.max + 1));
        if (shape.pattern === undefined) yield taken("at its maximum", sized(shape.max));
      }
      return;
    }
    case "integer":
    case "long":
    case "double":
    case "float": {
      yield refused("a text", "seven");
      yield refused("a boolean", true);
      const step = shape.type === "integer" || shape.type === "long" ? 1 : 0.001;
      if (step === 1) yield refused("a fraction", 1.5);
      if (shape.min !== undefined) {
        yield refused("below its minimum", shape.min - step);
        yield taken("at its minimum", shape.min);
      }
      if (shape.max !== undefined) {
        yield refused("above its maximum", shape.max + step);
        yield taken("at its maximum", shape.max);
      }
      return;
    }
    case "boolean":
      yield refused("a text", "true");
      yield refused("a number", 1);
      yield taken("= true", true);
      yield taken("= false", false);
      return;
    case "timestamp":
      yield refused("a boolean", true);
      yield refused("an object", {});
      yield refused("a text that is no time", "yesterday");
      return;
    case "list": {
      yield refused("a text", "list");
      yield refused("an object", {});
      const items = Array.isArray(base) ? base : [];
      const member = shapes[shape.member!.shape]!;
      if (shape.max !== undefined)
        yield refused("above its maximum", Array(shape.max + 1).fill(items[0] ?? sampleOf(shapes, member)));
      const first = items[0] ?? sampleOf(shapes, member);
      const putFirst = (value: unknown) => put([value, ...items.slice(1)]);
      if (member.type === "structure") yield* ofStructure(shapes, member, first as Json, `${at}[0]`, putFirst);
      else yield* ofValue(shapes, member, first, `${at}[0]`, putFirst);
      return;
    }
    case "map": {
      yield refused("a text", "map");
      yield refused("a list", []);
      if (shape.max !== undefined)
        yield refused(
          "above its maximum",
          Object.fromEntries(Array.from({ length: shape.max + 1 }, (_, i) => [`k${i}`, "v"])),
        );
      yield refused("with a number for a value", { key: 7 });
      return;
    }
    case "structure":
      yield refused("a text", "structure");
      yield refused("a list", []);
      yield* ofStructure(shapes, shape, (base ?? sampleOf(shapes, shape)) as Json, at, put);
      return;
    default:
      throw new Error(`no variations of a ${shape.type}`);
  }
}

/** A value that keeps the constraints of its shape, where nothing better is known. */
function sampleOf(shapes: Model["shapes"], shape: Shape): unknown {
  switch (shape.type) {
    case "string":
      return shape.enum?.[0] ?? "a".repeat(Math.max(1, shape.min ?? 1));
    case "integer":
    case "long":
    case "double":
    case "float":
      return shape.min ?? 1;
    case "boolean":
      return true;
    case "timestamp":
      return Math.floor(Date.now() / 1000);
    case "list":
      return [];
    case "map":
      return {};
    case "structure":
      return Object.fromEntries(
        Object.entries(shape.members ?? {})
          .filter(([name], index) => (shape.union ? index === 0 : shape.required?.includes(name)))
          .map(([name, member]) => [name, sampleOf(shapes, shapes[member.shape]!)]),
      );
    default:
      throw new Error(`no sample of a ${shape.type}`);
  }
}

/** @returns what of an answer is not as its shape says; empty if all is. */
export function deviations(shapes: Model["shapes"], shapeName: string, value: unknown, at = "$"): string[] {
  const shape = shapes[shapeName]!;
  const wrong = (what: string) => [`${at} ${what}: ${JSON.stringify(value)?.slice(0, 80)}`];
  switch (shape.type) {
    case "structure": {
      if (typeof value !== "object" || value === null || Array.isArray(value)) return wrong("is no object");
      const members = shape.members ?? {};
      return Object.entries(value).flatMap(([name, item]) =>
        Object.hasOwn(members, name)
          ? deviations(shapes, members[name]!.shape, item, `${at}.${name}`)
          : [`${at}.${name} is not in the model`],
      );
    }
    case "list":
      if (!Array.isArray(value)) return wrong("is no list");
      return value.flatMap((item, index) => deviations(shapes, shape.member!.shape, item, `${at}[${index}]`));
    case "map":
      if (typeof value !== "object" || value === null || Array.isArray(value)) return wrong("is no map");
      return Object.entries(value).flatMap(([key, item]) =>
        deviations(shapes, shape.value!.shape, item, `${at}.${key}`),
      );
    case "string":
      if (typeof value !== "string") return wrong("is no text");
      if (shape.enum && !shape.enum.includes(value)) return wrong("is not in the enum");
      return [];
    case "boolean":
      return typeof value === "boolean" ? [] : wrong("is no boolean");
    case "integer":
    case "long":
      return Number.isSafeInteger(value) ? [] : wrong("is no whole number");
    case "double":
    case "float":
    case "timestamp":
      return typeof value === "number" && Number.isFinite(value) ? [] : wrong("is no number");
    default:
      return wrong(`has the type ${shape.type}, which nothing here checks`);
  }
}
