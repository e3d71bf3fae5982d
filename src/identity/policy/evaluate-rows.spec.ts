// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables are spelled like this.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AccessContext, AccessRequest, Decision } from "../access.js";
import type { UserCaller } from "../caller.js";
import { answerFrom, everyRow, holdsForRow, type RowTest } from "../row-condition.js";
import { compilePolicyText } from "./compile.js";
import { evaluate } from "./evaluate.js";
import { evaluateRows } from "./evaluate-rows.js";
import { MalformedPolicy } from "./malformed-policy.js";

const accountId = "111122223333";
const user: UserCaller = {
  kind: "user",
  accountId,
  accessKeyId: "AKIAEXAMPLE000000001",
  userName: "ann",
  userId: "AIDAEXAMPLE0000000001",
  arn: `arn:aws:iam::${accountId}:user/ann`,
};
const context: AccessContext = { nowMs: 0, region: "us-east-1", sourceIpAddress: "10.0.0.1", secureTransport: false };
const access: AccessRequest = { action: "xray:GetTraceSummaries", resource: "*", rows: "read" };
const tags = { tenant: "a", empty: "", digits: "42" };

type Statement = Record<string, unknown>;
/** A row's values, by condition key in lower case. */
type Row = Readonly<Record<string, readonly string[]>>;

const allow = (Condition?: object, more: Statement = {}): Statement => ({
  Effect: "Allow",
  Action: "xray:*",
  Resource: "*",
  ...(Condition && { Condition }),
  ...more,
});
const deny = (Condition?: object, more: Statement = {}): Statement => ({ ...allow(Condition, more), Effect: "Deny" });

interface Given {
  readonly identity?: readonly (readonly Statement[])[];
  readonly boundary?: readonly Statement[];
  readonly session?: readonly (readonly Statement[])[];
  readonly resource?: readonly Statement[];
}

function policiesOf({ identity = [], boundary, session, resource }: Given) {
  const compile = (Statement: readonly Statement[], kind: "identity" | "resource" = "identity") =>
    compilePolicyText(JSON.stringify({ Version: "2012-10-17", Statement }), kind);
  return {
    identity: identity.map((statements) => compile(statements)),
    ...(boundary && { boundary: compile(boundary) }),
    ...(session && { session: session.map((statements) => compile(statements)) }),
    ...(resource && { resource: compile(resource, "resource") }),
    tags,
  };
}

const rowsOf = (...statements: Statement[]): Decision =>
  evaluateRows(user, access, context, policiesOf({ identity: [statements] }));

const keyOf = ({ key: { of, name } }: RowTest) =>
  ({
    annotation: `xray:annotation/${name}`,
    "group-name": "xray:groupname",
    "group-arn": "xray:grouparn",
    "group-tag": `xray:grouptag/${name}`,
  })[of];

function sees(decision: Decision, row: Row): boolean {
  if (!decision.allowed) return false;
  return holdsForRow(decision.rows ?? everyRow, (test) => answerFrom(test, row[keyOf(test)] ?? [])) === true;
}

const tenantA = { StringEquals: { "xray:Annotation/tenant": "a" } };
const a: Row = { "xray:annotation/tenant": ["a"] };
const b: Row = { "xray:annotation/tenant": ["b"] };
const both: Row = { "xray:annotation/tenant": ["a", "b"] };
const none: Row = {};

describe("policies with conditions on rows", () => {
  it("let a reader see the rows that an Allow names, and no others", () => {
    const decision = rowsOf(allow(tenantA));
    expect([a, b, both, none].map((row) => sees(decision, row))).toEqual([true, false, true, false]);
  });

  it("keep from a reader what a Deny names", () => {
    const decision = rowsOf(allow(), deny(tenantA));
    expect([a, b, both, none].map((row) => sees(decision, row))).toEqual([false, true, false, true]);
  });

  it("can ask that all values of a row are among those named", () => {
    const decision = rowsOf(
      allow({
        "ForAllValues:StringEquals": { "xray:Annotation/tenant": "a" },
        Null: { "xray:Annotation/tenant": "false" },
      }),
    );
    expect([a, b, both, none].map((row) => sees(decision, row))).toEqual([true, false, false, false]);
  });

  it("know the principal's tags", () => {
    const decision = rowsOf(allow({ StringEquals: { "xray:Annotation/tenant": "${aws:PrincipalTag/tenant}" } }));
    expect([a, b].map((row) => sees(decision, row))).toEqual([true, false]);
    const unknown = rowsOf(allow({ StringEquals: { "xray:Annotation/tenant": "${aws:PrincipalTag/other}" } }));
    expect(unknown).toMatchObject({ allowed: false });
  });

  it("are decided at once where the call alone decides", () => {
    expect(rowsOf(allow(), allow(tenantA))).toEqual({ allowed: true });
    expect(rowsOf(allow({ ...tenantA, StringEquals: { "aws:username": "bob" } }))).toMatchObject({ allowed: false });
    expect(rowsOf(allow(tenantA), deny())).toMatchObject({ allowed: false, explicit: true });
    expect(rowsOf(allow(tenantA), deny({ StringEquals: { "aws:username": "bob" } }))).toMatchObject({ allowed: true });
  });

  it("narrow each other: identity policies, boundary and session", () => {
    const decision = evaluateRows(
      user,
      access,
      context,
      policiesOf({
        identity: [[allow({ StringEquals: { "xray:Annotation/tenant": ["a", "b"] } })]],
        boundary: [allow()],
        session: [[allow({ StringLike: { "xray:Annotation/tenant": "b*" } })]],
      }),
    );
    expect([a, b, both, none].map((row) => sees(decision, row))).toEqual([false, true, true, false]);
  });

  it("say nothing of rows where these are only named", () => {
    const policies = policiesOf({ identity: [[allow(tenantA)]] });
    expect(evaluateRows(user, { ...access, rows: "named" }, context, policies)).toEqual({ allowed: true });
  });

  it("count for nothing in a call that is about no rows, as keys that are absent", () => {
    const policies = policiesOf({ identity: [[allow(tenantA)]] });
    expect(evaluate(user, { action: "xray:PutTraceSegments", resource: "*" }, context, policies).allowed).toBe(false);
  });

  it.each([
    ["NumericLessThan", "5"],
    ["StringEqualsIgnoreCase", "a"],
    ["ArnLike", "arn:aws:s3:::b"],
    ["Bool", "true"],
    ["StringLike", "a?"],
    ["StringLike", "a*b"],
    ["StringLike", "42*"],
    ["StringEquals", "\ud83d"],
  ])("are refused with %s %j on annotations: not every store can be asked that", (operator, value) => {
    expect(() => rowsOf(allow({ [operator]: { "xray:Annotation/tenant": value } }))).toThrow(MalformedPolicy);
  });

  it("take every operator on groups, whose values are known", () => {
    const decision = rowsOf(allow({ StringLike: { "xray:GroupName": "t?am*x" } }));
    expect(sees(decision, { "xray:groupname": ["Default", "team-x"] })).toBe(true);
    expect(sees(decision, { "xray:groupname": ["Default"] })).toBe(false);
  });

  it("are refused where a policy variable would be a row's value", () => {
    const condition = { StringEquals: { "aws:PrincipalTag/tenant": "${xray:Annotation/tenant}" } };
    expect(() => rowsOf(allow(condition))).toThrow(/no value in a call/);
  });

  it("refuse the call where a variable makes a pattern that numbers could match", () => {
    const decision = rowsOf(allow({ StringLike: { "xray:Annotation/tenant": "${aws:PrincipalTag/digits}*" } }));
    expect(decision).toMatchObject({ allowed: false, message: expect.stringContaining("name values in full") });
  });
});

// Any policies and any rows.

const values = ["a", "ab", "ba", "b", "x-a", "true", "5"];
const patterns = [...values, "a*", "*a", "*b*", "*", "tr*", "x-*"];
const withVariables = ["${aws:PrincipalTag/tenant}", "x-${aws:PrincipalTag/tenant}", "${aws:PrincipalTag/none}"];
const sets = ["", "ForAnyValue:", "ForAllValues:"];
const operator = fc
  .tuple(fc.constantFrom(...sets), fc.constantFrom("Equals", "NotEquals", "Like", "NotLike"), fc.boolean())
  .map(([set, name, ifExists]) => ({
    operator: `${set}String${name}${ifExists ? "IfExists" : ""}`,
    texts: name.endsWith("Like") ? [...patterns, ...withVariables] : [...values, ...withVariables],
  }));
const rowKeys = ["xray:Annotation/k", "xray:Annotation/l", "xray:GroupName", "xray:GroupTag/t"];
const key = fc.constantFrom(...rowKeys, "aws:username");
const condition = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(operator, key)
      .chain(([{ operator: name, texts }, of]) =>
        fc
          .array(fc.constantFrom(...texts), { minLength: 1, maxLength: 3 })
          .map((wanted) => ({ [name]: { [of]: wanted } })),
      ),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(...rowKeys), fc.constantFrom("true", "false"))
      .map(([of, wanted]) => ({ Null: { [of]: wanted } })),
  },
);
const conditions = fc
  .array(condition, { maxLength: 2 })
  .map((all) => Object.assign({}, ...all) as Record<string, object>);
const statement = (principals: readonly (object | string)[] = []) =>
  fc
    .record({
      effect: fc.constantFrom("Allow", "Allow", "Deny"),
      action: fc.constantFrom("xray:*", "xray:GetTraceSummaries", "xray:Put*"),
      condition: conditions,
      principal: fc.constantFrom(undefined, ...principals),
    })
    .map(({ effect, action, condition: of, principal }) => ({
      Effect: effect,
      Action: action,
      Resource: "*",
      Condition: of,
      ...(principals.length > 0 && { Principal: principal ?? "*" }),
    }));
const policy = fc.array(statement(), { minLength: 1, maxLength: 3 });
const principals = ["*", { AWS: accountId }, { AWS: user.arn }, { AWS: `arn:aws:iam::${accountId}:user/bob` }];
const given: fc.Arbitrary<Given> = fc.record(
  {
    identity: fc.array(policy, { maxLength: 3 }),
    boundary: policy,
    session: fc.array(policy, { minLength: 1, maxLength: 2 }),
    resource: fc.array(statement(principals), { minLength: 1, maxLength: 3 }),
  },
  { requiredKeys: ["identity"] },
);
const ofRow = fc.uniqueArray(fc.constantFrom(...values), { maxLength: 3 });
const row: fc.Arbitrary<Row> = fc.record({
  "xray:annotation/k": ofRow,
  "xray:annotation/l": ofRow,
  "xray:groupname": ofRow,
  "xray:grouptag/t": ofRow,
});

const seed = Number(process.env["DOSIMETER_TEST_SEED"] ?? 20_261_127);

describe("for any policies and rows", () => {
  it("a row is seen exactly when the call for that one row would be allowed", () => {
    let [seen, hidden] = [0, 0];
    fc.assert(
      fc.property(given, fc.array(row, { minLength: 8, maxLength: 8 }), (policiesGiven, rows) => {
        const policies = policiesOf(policiesGiven);
        const decision = evaluateRows(user, access, context, policies);
        for (const each of rows) {
          const known = { action: access.action, resource: "*", conditions: each };
          const allowed = evaluate(user, known, context, policies).allowed;
          expect(sees(decision, each)).toBe(allowed);
          if (allowed) seen++;
          else hidden++;
        }
      }),
      { seed, numRuns: 1000 },
    );
    expect(Math.min(seen, hidden)).toBeGreaterThan(500);
  });
});
