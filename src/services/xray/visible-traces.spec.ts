import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AccessContext, AccessRequest } from "../../identity/access.js";
import type { UserCaller } from "../../identity/caller.js";
import { compilePolicyText } from "../../identity/policy/compile.js";
import { evaluate } from "../../identity/policy/evaluate.js";
import { evaluateRows } from "../../identity/policy/evaluate-rows.js";
import type { RowCondition } from "../../identity/row-condition.js";
import { facts as anyFacts } from "../../tracing/filter/arbitraries.fixture.js";
import { traceFacts } from "../../tracing/filter/example-traces.fixture.js";
import { inlineGroups } from "../../tracing/filter/inline-groups.js";
import { matches } from "../../tracing/filter/matches.js";
import { parseFilter } from "../../tracing/filter/parse-filter.js";
import { readGroups } from "../../tracing/groups.js";
import type { TraceFacts } from "../../tracing/trace-facts.js";
import type { Call } from "../operation.js";
import { openTestAccount, type TestAccount } from "../test-account.fixture.js";
import { seesWholeGroup, visibleTraces } from "./visible-traces.js";

const place = { accountId: "111122223333", region: "us-east-1" };
const user: UserCaller = {
  kind: "user",
  accountId: place.accountId,
  accessKeyId: "AKIAEXAMPLE000000001",
  userName: "ann",
  userId: "AIDAEXAMPLE0000000001",
  arn: `arn:aws:iam::${place.accountId}:user/ann`,
};
const context: AccessContext = { nowMs: 0, region: "us-east-1", sourceIpAddress: "10.0.0.1", secureTransport: false };
const access: AccessRequest = { action: "xray:GetTraceSummaries", resource: "*", rows: "read" };

const groups = [
  { name: "slow", filter: "duration > 2", tags: { team: "a" } },
  { name: "failed", filter: "fault OR error", tags: { team: "b" } },
  { name: "ours", filter: 'group.name = "slow" AND annotation.a', tags: {} },
];
const arnOf = (name: string) => `arn:aws:xray:us-east-1:${place.accountId}:group/${name}/UNIQUE`;

let account: TestAccount;
beforeAll(async () => {
  account = await openTestAccount();
  await account.settings.transact(async (tx) => {
    for (const { name, filter, tags } of groups) {
      await tx
        .insertInto("xray_groups")
        .values({
          account_id: place.accountId,
          region: place.region,
          group_name: name,
          group_arn: arnOf(name),
          filter_expression: filter,
          insights_enabled: 0,
          notifications_enabled: 0,
          created_ms: 1,
          filter_changed_ms: 1,
        })
        .execute();
      for (const [tag_key, tag_value] of Object.entries(tags))
        await tx
          .insertInto("xray_tags")
          .values({ arn: arnOf(name), tag_key, tag_value })
          .execute();
    }
  });
});
afterAll(() => account?.close());

const callLimitedTo = (rows: RowCondition | undefined) => ({ ...place, visibleRows: () => rows }) as Call;

type Statement = { readonly Effect: "Allow" | "Deny"; readonly Condition?: object };

function policyOf(...statements: Statement[]) {
  const Statement = statements.map((statement) => ({ ...statement, Action: "xray:Get*", Resource: "*" }));
  return compilePolicyText(JSON.stringify({ Version: "2012-10-17", Statement }), "identity");
}

/** Which of the traces a reader with that policy is shown. */
async function shown(policy: ReturnType<typeof policyOf>, traces: readonly TraceFacts[]): Promise<boolean[]> {
  const decision = evaluateRows(user, access, context, { identity: [policy], tags: {} });
  if (!decision.allowed) return traces.map(() => false);
  const visible = await visibleTraces(account, callLimitedTo(decision.rows));
  return traces.map((trace) => visible === undefined || matches(visible, trace));
}

/** What the trace has under the keys of rows, as texts. */
function conditionsOf(trace: TraceFacts, groupsOf: readonly (typeof groups)[number][]): Record<string, string[]> {
  const values: Record<string, string[]> = { "xray:GroupName": ["Default", ...groupsOf.map(({ name }) => name)] };
  const add = (key: string, value: string) => {
    values[key] = [...(values[key] ?? []), value];
  };
  // The keys of calls are not case-sensitive, those of annotations are: the policies here name such as are lower case.
  for (const { key, value } of trace.annotations.filter((each) => each.key === each.key.toLowerCase()))
    add(`xray:Annotation/${key.toWellFormed()}`, textOf(value));
  for (const { tags } of groupsOf) for (const [key, value] of Object.entries(tags)) add(`xray:GroupTag/${key}`, value);
  return values;
}
const textOf = (value: string | number | boolean) => String(value).toWellFormed();

describe("traces that policies let a reader see", () => {
  const trace = (annotations: TraceFacts["annotations"]) => traceFacts({ annotations });
  const annotated = (...values: (string | number | boolean)[]) => trace(values.map((value) => ({ key: "k", value })));
  const traces = [annotated("5"), annotated(5), annotated("true"), annotated(true), annotated("x", 5), annotated()];
  const allow = (Condition: object) => policyOf({ Effect: "Allow", Condition });

  it("have numbers and booleans under their texts", async () => {
    expect(await shown(allow({ StringEquals: { "xray:Annotation/k": "5" } }), traces)).toEqual([
      ...[true, true, false, false, true, false],
    ]);
    expect(await shown(allow({ StringEquals: { "xray:Annotation/k": "true" } }), traces)).toEqual([
      ...[false, false, true, true, false, false],
    ]);
    expect(await shown(allow({ StringLike: { "xray:Annotation/k": "tr*" } }), traces)).toEqual([
      ...[false, false, true, true, false, false],
    ]);
    expect(await shown(allow({ "ForAnyValue:StringNotEquals": { "xray:Annotation/k": "5" } }), traces)).toEqual([
      ...[false, false, true, true, true, false],
    ]);
  });

  it("are told apart by keys as they are written", async () => {
    const policy = allow({ StringEquals: { "xray:annotation/K": "x" } });
    expect(await shown(policy, [annotated("x"), trace([{ key: "K", value: "x" }])])).toEqual([false, true]);
  });

  it("are in groups by the filters that these have now", async () => {
    const slow = traceFacts({ durationMs: 3000 });
    const slowAndOurs = traceFacts({ durationMs: 3000, annotations: [{ key: "a", value: 1 }] });
    const all = [slow, slowAndOurs, traceFacts({ durationMs: 1 })];
    expect(await shown(allow({ StringEquals: { "xray:GroupName": "ours" } }), all)).toEqual([false, true, false]);
    expect(await shown(allow({ StringEquals: { "xray:GroupTag/team": "a" } }), all)).toEqual([true, true, false]);
    expect(await shown(allow({ StringEquals: { "xray:GroupTag/Team": "a" } }), all)).toEqual([false, false, false]);
    expect(await shown(allow({ ArnLike: { "xray:GroupARN": `${arnOf("slow").slice(0, -6)}*` } }), all)).toEqual([
      ...[true, true, false],
    ]);
    expect(await shown(allow({ StringEquals: { "xray:GroupName": "Default" } }), all)).toEqual([true, true, true]);
    expect(await shown(allow({ StringEquals: { "xray:GroupName": "nosuch" } }), all)).toEqual([false, false, false]);
  });

  it("are refused altogether if they cannot be asked for at once", async () => {
    const Condition = { StringLike: { "xray:Annotation/k": "x*" } };
    const many = Array.from({ length: 201 }, (_, index) => ({
      Effect: "Allow" as const,
      Condition: { ...Condition, StringEquals: { [`xray:Annotation/k${index}`]: "x" } },
    }));
    await expect(shown(policyOf(...many), traces)).rejects.toMatchObject({ code: "AccessDeniedException" });
  });

  it("are those for which the call would be allowed if it were about each alone, whatever policies and traces", async () => {
    const seed = Number(process.env["DOSIMETER_TEST_SEED"] ?? 20_261_127);
    const [texts, patterns] = [
      ["a", "A", "ab", "b", "shop", "€", "😀", "1", "0.1", "200", "true", "false", "1e+21", 'q"\\', "%_", ""],
      ["a*", "*b", "*😀*", "*", "tr*", "*se", "%_*", "{f0:String}*"],
    ];
    const operator = fc.record({
      set: fc.constantFrom("", "", "ForAnyValue:", "ForAllValues:"),
      name: fc.constantFrom("StringEquals", "StringNotEquals", "StringLike", "StringNotLike"),
      ifExists: fc.boolean(),
    });
    const condition = fc.oneof(
      operator.chain(({ set, name, ifExists }) =>
        fc
          .tuple(
            fc.constantFrom("xray:Annotation/a", "xray:Annotation/b", "xray:Annotation/k-1"),
            fc.array(fc.constantFrom(...texts, ...(name.endsWith("Like") ? patterns : [])), {
              minLength: 1,
              maxLength: 3,
            }),
          )
          .map(([key, wanted]) => ({ [`${set}${name}${ifExists ? "IfExists" : ""}`]: { [key]: wanted } })),
      ),
      fc
        .tuple(fc.constantFrom("", "ForAllValues:"), fc.constantFrom("StringEquals", "StringNotLike"))
        .chain(([set, name]) =>
          fc
            .subarray(["Default", "slow", "failed", "ours"], { minLength: 1 })
            .map((wanted) => ({ [`${set}${name}`]: { "xray:GroupName": wanted } })),
        ),
      fc.constantFrom(
        { StringEquals: { "xray:GroupTag/team": "a" } },
        { Null: { "xray:GroupTag/team": "true" } },
        { Null: { "xray:Annotation/a": "false" } },
      ),
    );
    const statement = fc.record({
      Effect: fc.constantFrom("Allow" as const, "Allow" as const, "Deny" as const),
      Condition: fc.array(condition, { maxLength: 2 }).map((all) => Object.assign({}, ...all) as object),
    });
    const policies = fc.sample(fc.array(statement, { minLength: 1, maxLength: 4 }), { numRuns: 400, seed });
    const traces = fc.sample(anyFacts, { numRuns: 60, seed });
    const known = await readGroups(account.settings.read, place);
    const conditions = traces.map((trace) =>
      conditionsOf(
        trace,
        groups.filter(({ name }) => matches(inlineGroups(parseFilter(`group.name = "${name}"`), known), trace)),
      ),
    );
    let [seen, hidden] = [0, 0];
    for (const statements of policies) {
      const policy = policyOf(...statements);
      const answers = await shown(policy, traces);
      for (const [index, each] of conditions.entries()) {
        const one: AccessRequest = { action: access.action, resource: "*", conditions: each };
        const { allowed } = evaluate(user, one, context, { identity: [policy], tags: {} });
        expect(answers[index], JSON.stringify({ statements, each, seed })).toBe(allowed);
        if (allowed) seen++;
        else hidden++;
      }
    }
    expect(Math.min(seen, hidden)).toBeGreaterThan(3000);
  });
});

describe("figures of a whole group", () => {
  const sees = (name: string, ...statements: Statement[]) => {
    const decision = evaluateRows(user, access, context, { identity: [policyOf(...statements)], tags: {} });
    const arn = name === "Default" ? `arn:aws:xray:us-east-1:${place.accountId}:group/Default` : arnOf(name);
    return decision.allowed && seesWholeGroup(account as never, callLimitedTo(decision.rows), { name, arn });
  };
  const toGroup = { Effect: "Allow" as const, Condition: { StringEquals: { "xray:GroupName": "slow" } } };
  const toAnnotation = { Effect: "Allow" as const, Condition: { StringEquals: { "xray:Annotation/k": "x" } } };
  const never = { Effect: "Deny" as const, Condition: { StringEquals: { "xray:Annotation/k": "x" } } };

  it("are for those who see all that is in it, for certain", async () => {
    expect(await sees("slow", toGroup)).toBe(true);
    expect(await sees("slow", toGroup, toAnnotation)).toBe(true);
    expect(await sees("failed", { Effect: "Allow" })).toBe(true);
    expect(await sees("gone", { ...toGroup, Condition: { StringEquals: { "xray:GroupName": "gone" } } })).toBe(true);
    expect(await sees("slow", { ...toGroup, Condition: { StringEquals: { "xray:GroupTag/team": "a" } } })).toBe(true);
    expect(await sees("slow", { ...toGroup, Condition: { StringEquals: { "xray:GroupName": "Default" } } })).toBe(true);
  });

  it("are not for those from whom some of it may be hidden", async () => {
    expect(await sees("failed", toGroup)).toBe(false);
    expect(await sees("Default", toGroup)).toBe(false);
    expect(await sees("slow", toAnnotation)).toBe(false);
    expect(await sees("slow", toGroup, never)).toBe(false);
    expect(await sees("Default", { Effect: "Allow" }, { ...toGroup, Effect: "Deny" })).toBe(false);
  });
});
