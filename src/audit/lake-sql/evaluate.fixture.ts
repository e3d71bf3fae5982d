import fc from "fast-check";
import type { EventRecord } from "./lake.fixture.js";

/** An expression as SQL, and what it is of a record, worked out without the translation and without the engine. */
export interface Expected<Result> {
  readonly sql: string;
  of(record: EventRecord): Result | null;
}

type Text = Expected<string>;
type Whole = Expected<bigint>;
type Truth = Expected<boolean>;

const words = ["CreateGroup", "GetGroup", "", "a%b", "a_b", "x", "Ünïcode", "it's"];
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Fields of some records, each of which may be missing. Empty text in the record of a column of the table is as good as missing. */
export const anyRecord = fc.record(
  {
    eventName: fc.constantFrom("CreateGroup", "GetGroup", "PutTraceSegments"),
    errorCode: fc.constantFrom("AccessDenied", "x"),
    readOnly: fc.boolean(),
    role: fc.constantFrom("ingest", "a_b"),
    key: fc.oneof(fc.constantFrom(...words), fc.integer({ min: -5, max: 5 }), fc.boolean(), fc.constant(null)),
    second: fc.integer({ min: 0, max: 59 }),
  },
  { requiredKeys: ["eventName", "second"] },
);

const field = (record: EventRecord, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((part, name) => (part as EventRecord | undefined | null)?.[name], record);
const shown = (value: unknown): string | null => (value === undefined || value === null ? null : String(value));

const columns: readonly Text[] = [
  { sql: "eventname", of: (record) => shown(field(record, "eventName")) },
  { sql: "errorcode", of: (record) => shown(field(record, "errorCode")) },
  {
    sql: "useridentity.sessioncontext.sessionissuer.username",
    of: (record) => shown(field(record, "userIdentity", "sessionContext", "sessionIssuer", "userName")),
  },
  { sql: "element_at(requestparameters, 'key')", of: (record) => shown(field(record, "requestParameters", "key")) },
];

/** All arguments at hand, or NULL. */
function strict<A, B, Result>(a: Expected<A>, b: Expected<B>, apply: (a: A, b: B) => Result): Expected<Result>["of"] {
  return (record) => {
    const [x, y] = [a.of(record), b.of(record)];
    return x === null || y === null ? null : apply(x, y);
  };
}

const not = (of: boolean | null): boolean | null => (of === null ? null : !of);
const both = (a: boolean | null, b: boolean | null): boolean | null =>
  a === false || b === false ? false : a === null || b === null ? null : true;

const compare: Readonly<Record<string, (order: number) => boolean>> = {
  "=": (order) => order === 0,
  "<>": (order) => order !== 0,
  "<": (order) => order < 0,
  "<=": (order) => order <= 0,
  ">": (order) => order > 0,
  ">=": (order) => order >= 0,
};

const order = (a: string | bigint, b: string | bigint): number => {
  if (typeof a === "string" && typeof b === "string") return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : a > b ? 1 : 0;
};

function matches(text: string, pattern: string): boolean {
  const source = [...pattern].map((one) =>
    one === "%" ? "[^]*" : one === "_" ? "[^]" : one.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"),
  );
  return new RegExp(`^${source.join("")}$`, "u").test(text);
}

const operator = fc.constantFrom(...Object.keys(compare));

export const {
  text: anyText,
  whole: anyWhole,
  truth: anyTruth,
} = fc.letrec<{ text: Text; whole: Whole; truth: Truth }>((tie) => ({
  text: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom(...columns),
    fc.constantFrom(...words).map((word): Text => ({ sql: literal(word), of: () => word })),
    tie("text").map((of): Text => ({ sql: `lower(${of.sql})`, of: (record) => of.of(record)?.toLowerCase() ?? null })),
    fc
      .tuple(tie("text"), tie("text"))
      .map(([a, b]): Text => ({ sql: `(${a.sql} || ${b.sql})`, of: strict(a, b, (x, y) => x + y) })),
    fc.tuple(tie("text"), tie("text")).map(
      ([a, b]): Text => ({
        sql: `coalesce(${a.sql}, ${b.sql})`,
        of: (record) => a.of(record) ?? b.of(record),
      }),
    ),
    fc.tuple(tie("text"), fc.integer({ min: 1, max: 4 })).map(
      ([of, size]): Text => ({
        sql: `substr(${of.sql}, 2, ${size})`,
        of: (record) => {
          const whole = of.of(record);
          return whole === null ? null : [...whole].slice(1, 1 + size).join("");
        },
      }),
    ),
    fc.tuple(tie("truth"), tie("text"), tie("text")).map(
      ([when, a, b]): Text => ({
        sql: `CASE WHEN ${when.sql} THEN ${a.sql} ELSE ${b.sql} END`,
        of: (record) => (when.of(record) ? a : b).of(record),
      }),
    ),
    fc.tuple(tie("text"), tie("text")).map(
      ([a, b]): Text => ({
        sql: `nullif(${a.sql}, ${b.sql})`,
        of: (record) => (a.of(record) === b.of(record) ? null : a.of(record)),
      }),
    ),
  ),
  whole: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.bigInt({ min: -20n, max: 20n }).map((number): Whole => ({ sql: String(number), of: () => number })),
    fc.constant<Whole>({ sql: "second(eventtime)", of: (record) => BigInt(String(record["eventTime"]).slice(17, 19)) }),
    tie("text").map(
      (of): Whole => ({
        sql: `length(${of.sql})`,
        of: (record) => {
          const text = of.of(record);
          return text === null ? null : BigInt([...text].length);
        },
      }),
    ),
    fc
      .tuple(tie("whole"), tie("whole"))
      .map(([a, b]): Whole => ({ sql: `(${a.sql} - ${b.sql})`, of: strict(a, b, (x, y) => x - y) })),
    fc
      .tuple(tie("whole"), fc.constantFrom(-3n, 2n, 7n))
      .map(
        ([a, by]): Whole => ({ sql: `(${a.sql} * ${by})`, of: strict(a, { sql: "", of: () => by }, (x, y) => x * y) }),
      ),
    fc.tuple(tie("whole"), tie("whole")).map(
      ([a, b]): Whole => ({
        sql: `greatest(${a.sql}, ${b.sql})`,
        of: strict(a, b, (x, y) => (order(x, y) < 0 ? y : x)),
      }),
    ),
  ),
  truth: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom<Truth>(
      { sql: "readonly", of: (record) => (field(record, "readOnly") as boolean | undefined) ?? null },
      { sql: "NULL", of: () => null },
      { sql: "true", of: () => true },
    ),
    fc.tuple(tie("text"), operator, tie("text")).map(
      ([a, sign, b]): Truth => ({
        sql: `(${a.sql} ${sign} ${b.sql})`,
        of: strict(a, b, (x, y) => compare[sign]!(order(x, y))),
      }),
    ),
    fc.tuple(tie("whole"), operator, tie("whole")).map(
      ([a, sign, b]): Truth => ({
        sql: `(${a.sql} ${sign} ${b.sql})`,
        of: strict(a, b, (x, y) => compare[sign]!(order(x, y))),
      }),
    ),
    fc.tuple(tie("text"), tie("text")).map(
      ([a, b]): Truth => ({
        sql: `(${a.sql} IS DISTINCT FROM ${b.sql})`,
        of: (record) => a.of(record) !== b.of(record),
      }),
    ),
    fc.tuple(tie("text"), fc.boolean()).map(
      ([of, negated]): Truth => ({
        sql: `(${of.sql} IS ${negated ? "NOT " : ""}NULL)`,
        of: (record) => (of.of(record) === null) !== negated,
      }),
    ),
    fc.tuple(tie("text"), fc.constantFrom("%", "Get%", "_%", "a%b", "a_b", "%s", "")).map(
      ([of, pattern]): Truth => ({
        sql: `(${of.sql} LIKE ${literal(pattern)})`,
        of: (record) => {
          const text = of.of(record);
          return text === null ? null : matches(text, pattern);
        },
      }),
    ),
    fc.tuple(tie("text"), fc.array(fc.constantFrom(...words, null), { minLength: 1, maxLength: 3 })).map(
      ([of, list]): Truth => ({
        sql: `(${of.sql} IN (${list.map((one) => (one === null ? "NULL" : literal(one))).join(", ")}))`,
        of: (record) => {
          const text = of.of(record);
          if (text === null) return null;
          return list.includes(text) || (list.includes(null) ? null : false);
        },
      }),
    ),
    fc.tuple(tie("whole"), tie("whole"), tie("whole")).map(
      ([of, low, high]): Truth => ({
        sql: `(${of.sql} BETWEEN ${low.sql} AND ${high.sql})`,
        of: (record) => both(strict(of, low, (x, y) => x >= y)(record), strict(of, high, (x, y) => x <= y)(record)),
      }),
    ),
    tie("truth").map((of): Truth => ({ sql: `(NOT ${of.sql})`, of: (record) => not(of.of(record)) })),
    fc
      .tuple(tie("truth"), tie("truth"))
      .map(([a, b]): Truth => ({ sql: `(${a.sql} AND ${b.sql})`, of: (record) => both(a.of(record), b.of(record)) })),
    fc.tuple(tie("truth"), tie("truth")).map(
      ([a, b]): Truth => ({
        sql: `(${a.sql} OR ${b.sql})`,
        of: (record) => not(both(not(a.of(record)), not(b.of(record)))),
      }),
    ),
  ),
}));
