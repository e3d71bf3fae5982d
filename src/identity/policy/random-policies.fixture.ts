// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables are spelled like this.
import * as fc from "fast-check";
import type { AccessContext, AccessRequest } from "../access.js";
import type { Caller } from "../caller.js";

/** Few names, so that policies and calls meet often. */
export const accountId = "111122223333";
const otherAccount = "444455556666";
const at = Date.UTC(2026, 2, 1, 12);

const actions = ["xray:GetTraceSummaries", "xray:PutTraceSegments", "s3:GetObject", "s3:PutObject", "iam:GetUser"];
const actionPatterns = [...actions, "*", "*:*", "xray:*", "s3:Get*", "XRAY:gettrace*", "s3:?etObject", "s3:*Object"];
const resources = [
  ...["*", "arn:aws:s3:::box/a", "arn:aws:s3:::box/ada/x", "arn:aws:s3:::box/*", "arn:aws:s3:::box/red/x"],
  ...[`arn:aws:iam::${accountId}:user/ada`, "arn:aws:s3:::box/no one/x"],
];
const resourcePatterns = [
  ...["*", "arn:aws:s3:::box/*", "arn:aws:s3:::box/?", "arn:aws:s3:::box/${*}", "arn:aws:s3:::box/a"],
  ...["arn:aws:s3:::box/${aws:username}/*", "arn:aws:s3:::*/${aws:PrincipalTag/team}/?"],
  ...["arn:aws:iam::*:user/${aws:username, 'ada'}", "arn:aws:s3:::box/${s3:prefix}*", "arn:*"],
];

interface KeyOfTest {
  readonly key: string;
  /** Values in policies that hold now and then. */
  readonly values: readonly string[];
  readonly operators: readonly string[];
}

const text = ["StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"];
const like = [...text, "StringLike", "StringNotLike"];
const arn = ["ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike", "StringEquals", "StringLike"];
const number = ["Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"];
const numeric = number.map((name) => `Numeric${name}`);
const date = number.map((name) => `Date${name}`);
const second = at / 1000;
const moments = [new Date(at).toISOString(), "2026-03-01T12:00:01Z", "2026-03-01", String(second), String(second + 2)];

const singleKeys: readonly KeyOfTest[] = [
  {
    key: "aws:SourceIp",
    values: ["192.0.2.0/24", "192.0.2.1", "2001:db8::/32", "0.0.0.0/0"],
    operators: ["IpAddress", "NotIpAddress"],
  },
  { key: "aws:username", values: ["ada", "A?a", "*", "${aws:PrincipalTag/team}", "${*}"], operators: like },
  { key: "AWS:PrincipalTag/Team", values: ["red", "r*", "${aws:username}", "RED"], operators: like },
  { key: "aws:userid", values: ["AIDAADA", "AROAREADER:*", "*:one"], operators: like },
  { key: "aws:UserAgent", values: ["curl", "aws-cli/*", "*"], operators: like },
  { key: "aws:RequestedRegion", values: ["eu-west-1", "us-*"], operators: like },
  { key: "aws:SourceIdentity", values: ["ada", "bob"], operators: like },
  { key: "aws:PrincipalType", values: ["User", "AssumedRole"], operators: text },
  { key: "aws:SecureTransport", values: ["true", "False"], operators: ["Bool"] },
  { key: "aws:MultiFactorAuthPresent", values: ["true", "false"], operators: ["Bool"] },
  {
    key: "aws:PrincipalArn",
    values: [`arn:aws:iam::${accountId}:user/ada`, `arn:aws:iam::${accountId}:role/*`, "arn:aws:*:*:*:user/?da"],
    operators: arn,
  },
  { key: "aws:CurrentTime", values: moments, operators: date },
  { key: "aws:EpochTime", values: moments, operators: date },
  { key: "aws:EpochTime", values: [String(second), String(second + 1)], operators: numeric },
  { key: "aws:TokenIssueTime", values: ["2026-03-01T11:00:00Z", "2026-03-01T11:30:00Z"], operators: date },
  { key: "s3:prefix", values: ["a", "ada/", "*"], operators: like },
  { key: "s3:max-keys", values: ["10", "10.0", "-3"], operators: numeric },
  { key: "aws:ResourceAccount", values: [accountId, otherAccount], operators: text },
];
const setKey: KeyOfTest = { key: "aws:TagKeys", values: ["team", "Cost", "c*"], operators: like };

const some = (values: readonly string[], maxLength = 3) =>
  fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength });
const oneOrMany = (values: readonly string[]) => fc.oneof(fc.constantFrom(...values), some(values));

/** One operator of a condition with its key and values. */
function clause(keys: readonly KeyOfTest[]): fc.Arbitrary<object> {
  const single = fc
    .constantFrom(...keys)
    .chain(({ key, values, operators }) =>
      fc
        .tuple(
          fc.constantFrom(...operators),
          fc.constantFrom("", "", "", "IfExists"),
          fc.constantFrom("", "", "", "ForAllValues:", "ForAnyValue:"),
          oneOrMany(values),
        )
        .map(([operator, ifExists, set, given]) => ({ [`${set}${operator}${ifExists}`]: { [key]: given } })),
    );
  const several = fc
    .tuple(
      fc.constantFrom("ForAllValues:", "ForAnyValue:"),
      fc.constantFrom(...setKey.operators),
      fc.constantFrom("", "IfExists"),
      oneOrMany(setKey.values),
    )
    .map(([set, operator, ifExists, values]) => ({ [`${set}${operator}${ifExists}`]: { [setKey.key]: values } }));
  const absent = fc
    .tuple(fc.constantFrom(...keys, setKey), oneOrMany(["true", "false"]))
    .map(([{ key }, wanted]) => ({ Null: { [key]: wanted } }));
  return fc.oneof(
    { weight: 5, arbitrary: single },
    { weight: 2, arbitrary: several },
    { weight: 1, arbitrary: absent },
  );
}

const condition = (keys: readonly KeyOfTest[]) =>
  fc.array(clause(keys), { maxLength: 2 }).map((clauses) => {
    const merged: Record<string, object> = {};
    for (const one of clauses)
      for (const [operator, byKey] of Object.entries(one)) merged[operator] = { ...merged[operator], ...byKey };
    return merged;
  });

const principals: readonly unknown[] = [
  "*",
  { AWS: "*" },
  { AWS: accountId },
  { AWS: `arn:aws:iam::${accountId}:root` },
  { AWS: [`arn:aws:iam::${accountId}:user/ada`, otherAccount] },
  { AWS: `arn:aws:iam::${accountId}:role/reader` },
  { AWS: `arn:aws:sts::${accountId}:assumed-role/reader/one` },
  { AWS: [`arn:aws:iam::${accountId}:user/ada`, accountId] },
  {
    AWS: [
      `arn:aws:sts::${accountId}:assumed-role/reader/one`,
      `arn:aws:iam::${accountId}:role/reader`,
      `arn:aws:iam::${accountId}:root`,
    ],
  },
  { AWS: otherAccount },
  { Service: "cloudtrail.amazonaws.com" },
];

function statement(kind: "identity" | "resource", keys: readonly KeyOfTest[]): fc.Arbitrary<object> {
  return fc
    .record({
      Effect: fc.constantFrom("Allow", "Allow", "Allow", "Deny"),
      actionName: fc.constantFrom("Action", "Action", "Action", "NotAction"),
      action: oneOrMany(actionPatterns),
      resourceName: fc.constantFrom("Resource", "Resource", "Resource", "NotResource"),
      resource: oneOrMany(resourcePatterns),
      Condition: condition(keys),
      principalName: fc.constantFrom("Principal", "Principal", "Principal", "NotPrincipal"),
      principal: fc.constantFrom(...principals),
    })
    .map(({ Effect, Condition, ...named }) => ({
      Effect,
      [named.actionName]: named.action,
      [named.resourceName]: named.resource,
      ...(Object.keys(Condition).length > 0 && { Condition }),
      ...(kind === "resource" && { [named.principalName]: named.principal }),
    }));
}

/** JSON texts of policies. */
export function randomPolicy(
  kind: "identity" | "resource" = "identity",
  { times = true }: { readonly times?: boolean } = {},
): fc.Arbitrary<string> {
  const keys = times ? singleKeys : singleKeys.filter(({ key }) => !/time/i.test(key));
  return fc
    .tuple(
      fc.constantFrom("2012-10-17", "2012-10-17", "2012-10-17", "2008-10-17"),
      fc.array(statement(kind, keys), { minLength: 1, maxLength: 3 }),
    )
    .map(([Version, Statement]) => JSON.stringify({ Version, Statement }));
}

/** Users with keys and with sessions of theirs, and sessions of a role. */
export function randomCaller(): fc.Arbitrary<Caller> {
  const session = fc.constantFrom(
    {},
    { sessionIssuedMs: Date.UTC(2026, 2, 1, 11) },
    { sessionIssuedMs: Date.UTC(2026, 2, 1, 11, 30), mfaAuthenticated: true },
  );
  const user = session.map(
    (facts): Caller => ({
      ...facts,
      kind: "user",
      accountId,
      accessKeyId: "AKIAADA",
      userName: "ada",
      userId: "AIDAADA",
      arn: `arn:aws:iam::${accountId}:user/ada`,
    }),
  );
  const role = fc.tuple(session, fc.constantFrom("one", "two"), fc.constantFrom(undefined, "ada")).map(
    ([facts, sessionName, sourceIdentity]): Caller => ({
      sessionIssuedMs: Date.UTC(2026, 2, 1, 11, 45),
      ...facts,
      ...(sourceIdentity !== undefined && { sourceIdentity }),
      kind: "role-session",
      accountId,
      accessKeyId: "ASIAREADER",
      roleName: "reader",
      roleId: "AROAREADER",
      roleArn: `arn:aws:iam::${accountId}:role/reader`,
      sessionName,
      arn: `arn:aws:sts::${accountId}:assumed-role/reader/${sessionName}`,
    }),
  );
  return fc.oneof(user, role);
}

export const randomTags = fc.constantFrom<Record<string, string>>({}, { team: "red" }, { Team: "ada" });

export function randomContext(): fc.Arbitrary<AccessContext> {
  return fc.record({
    nowMs: fc.integer({ min: at - 1500, max: at + 2500 }),
    region: fc.constantFrom("eu-west-1", "us-east-1"),
    sourceIpAddress: fc.constantFrom("192.0.2.1", "192.0.2.77", "198.51.100.9", "2001:db8::5"),
    userAgent: fc.constantFrom("curl", "aws-cli/2 md", ""),
    secureTransport: fc.boolean(),
  });
}

/** What is asked, without the policy of the resource. */
export function randomAccess(): fc.Arbitrary<AccessRequest> {
  return fc
    .record({
      action: fc.constantFrom(...actions),
      resource: fc.constantFrom(...resources),
      resourceAccountId: fc.constantFrom(undefined, undefined, accountId, otherAccount),
      conditions: fc.record(
        {
          "s3:prefix": fc.constantFrom("a", "ada/x"),
          "s3:max-keys": fc.constantFrom("10", "11", "many"),
          "aws:TagKeys": fc.subarray(["team", "Cost", "other"]),
        },
        { requiredKeys: [] },
      ),
    })
    .map(({ resourceAccountId, ...access }) => ({
      ...access,
      ...(resourceAccountId !== undefined && { resourceAccountId }),
    })) as fc.Arbitrary<AccessRequest>;
}
