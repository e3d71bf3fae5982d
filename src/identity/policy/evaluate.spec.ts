// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables are spelled like this.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AccessContext, AccessRequest, Decision } from "../access.js";
import type { Caller, RoleSessionCaller, RootCaller, ServiceCaller, UserCaller } from "../caller.js";
import { compilePolicyText } from "./compile.js";
import { evaluate } from "./evaluate.js";

const accountId = "111122223333";
const user: UserCaller = {
  kind: "user",
  accountId,
  accessKeyId: "AKIAEXAMPLE000000001",
  userName: "ann",
  userId: "AIDAEXAMPLE0000000001",
  arn: `arn:aws:iam::${accountId}:user/ann`,
};
const session: RoleSessionCaller = {
  kind: "role-session",
  accountId,
  accessKeyId: "ASIAEXAMPLE000000001",
  roleName: "reader",
  roleId: "AROAEXAMPLE0000000001",
  roleArn: `arn:aws:iam::${accountId}:role/reader`,
  sessionName: "s",
  arn: `arn:aws:sts::${accountId}:assumed-role/reader/s`,
  sessionIssuedMs: 0,
};
const root: RootCaller = { kind: "root", accountId, accessKeyId: "AKIA", arn: `arn:aws:iam::${accountId}:root` };
const service: ServiceCaller = {
  kind: "service",
  accountId,
  accessKeyId: "ASIA",
  service: "cloudtrail.amazonaws.com",
  sourceArn: `arn:aws:cloudtrail:us-east-1:${accountId}:trail/t`,
};
const context: AccessContext = {
  nowMs: Date.UTC(2026, 7, 1),
  region: "us-east-1",
  sourceIpAddress: "10.0.0.1",
  secureTransport: false,
};
const object = "arn:aws:s3:::b/o";

type Statement = Record<string, unknown>;
const allow = (more: Statement = {}): Statement => ({
  Effect: "Allow",
  Action: "s3:GetObject",
  Resource: "*",
  ...more,
});
const deny = (more: Statement = {}): Statement => ({ ...allow(more), Effect: "Deny" });

interface Given {
  identity?: Statement[];
  boundary?: Statement[];
  session?: Statement[];
  resource?: Statement[];
  required?: boolean;
  resourceAccountId?: string;
  action?: string;
}

const text = (statements: Statement[]) => JSON.stringify({ Version: "2012-10-17", Statement: statements });

function decide(caller: Caller, given: Given): Decision {
  const action = given.action ?? "s3:GetObject";
  const access: AccessRequest = {
    action,
    resource: object,
    ...(given.resourceAccountId && { resourceAccountId: given.resourceAccountId }),
    resourcePolicy: { required: given.required ?? false },
  };
  return evaluate(caller, access, context, {
    identity: given.identity?.length ? [compilePolicyText(text(given.identity), "identity")] : [],
    ...(given.boundary && { boundary: compilePolicyText(text(given.boundary), "identity") }),
    ...(given.session && { session: [compilePolicyText(text(given.session), "identity")] }),
    ...(given.resource && { resource: compilePolicyText(text(given.resource), "resource") }),
    tags: { Team: "blue" },
  });
}

const refusal = (why: string, name = user.arn) =>
  `User: ${name} is not authorized to perform: s3:GetObject on resource: ${object} ${why}`;
const message = (decision: Decision) => (decision.allowed ? "allowed" : decision.message);

describe("in the caller's own account", () => {
  it("nothing is allowed by default", () => {
    expect(message(decide(user, {}))).toBe(refusal("because no identity-based policy allows the s3:GetObject action"));
  });

  it("an identity policy or a resource policy that names the user suffices", () => {
    expect(decide(user, { identity: [allow()] }).allowed).toBe(true);
    expect(decide(user, { resource: [allow({ Principal: { AWS: user.arn } })] }).allowed).toBe(true);
    expect(decide(user, { resource: [allow({ Principal: "*" })] }).allowed).toBe(true);
  });

  it("a resource policy that trusts the account leaves it to identity policies", () => {
    const resource = [allow({ Principal: { AWS: accountId } })];
    expect(message(decide(user, { resource }))).toContain("no identity-based policy");
    expect(decide(user, { resource, identity: [allow()], required: true }).allowed).toBe(true);
  });

  it("a required resource policy must allow, too", () => {
    expect(message(decide(user, { identity: [allow()], required: true }))).toBe(
      refusal("because no resource-based policy allows the s3:GetObject action"),
    );
  });

  it("an explicit Deny of any kind wins, and says of which", () => {
    const all = { identity: [allow()], session: [allow()], boundary: [allow()] };
    const article = "with an explicit deny in";
    expect(message(decide(user, { ...all, identity: [allow(), deny()] }))).toBe(
      refusal(`${article} an identity-based policy`),
    );
    expect(message(decide(user, { ...all, resource: [deny({ Principal: "*" })] }))).toBe(
      refusal(`${article} a resource-based policy`),
    );
    expect(message(decide(user, { ...all, boundary: [allow(), deny()] }))).toBe(
      refusal(`${article} a permissions boundary`),
    );
    expect(message(decide(user, { ...all, session: [allow(), deny()] }))).toBe(refusal(`${article} a session policy`));
  });

  it("boundaries and session policies narrow", () => {
    const other = allow({ Action: "s3:PutObject" });
    expect(message(decide(user, { identity: [allow()], boundary: [other] }))).toBe(
      refusal("because no permissions boundary allows the s3:GetObject action"),
    );
    expect(message(decide(session, { identity: [allow()], session: [other] }))).toBe(
      refusal("because no session policy allows the s3:GetObject action", session.arn),
    );
    const byRole = [allow({ Principal: { AWS: session.roleArn } })];
    expect(decide(session, { resource: byRole }).allowed).toBe(true);
    expect(decide(session, { resource: byRole, session: [other] }).allowed).toBe(false);
    const bySession = [allow({ Principal: { AWS: session.arn } })];
    expect(decide(session, { resource: bySession, session: [other] }).allowed).toBe(true);
  });
});

describe("in another account", () => {
  const resourceAccountId = "444455556666";

  it("both sides must allow", () => {
    const resource = [allow({ Principal: { AWS: `arn:aws:iam::${accountId}:root` } })];
    expect(message(decide(user, { resourceAccountId, identity: [allow()] }))).toContain("no resource-based policy");
    expect(message(decide(user, { resourceAccountId, resource }))).toContain("no identity-based policy");
    expect(decide(user, { resourceAccountId, resource, identity: [allow()] }).allowed).toBe(true);
  });

  it("even its root needs to be let in", () => {
    expect(decide(root, { resourceAccountId }).allowed).toBe(false);
    expect(decide(root, { resourceAccountId, resource: [allow({ Principal: { AWS: accountId } })] }).allowed).toBe(
      true,
    );
  });
});

describe("callers of other kinds", () => {
  it("root may do all that no resource policy keeps from it, and repair a bucket policy even then", () => {
    expect(decide(root, {}).allowed).toBe(true);
    expect(decide(root, { required: true }).allowed).toBe(false);
    const resource = [deny({ Action: "s3:*", Principal: "*" })];
    expect(decide(root, { resource }).allowed).toBe(false);
    expect(decide(root, { resource, action: "s3:DeleteBucketPolicy" }).allowed).toBe(true);
  });

  it("services are let in by resources, and by their own API", () => {
    const named = allow({
      Principal: { Service: service.service },
      Condition: { StringEquals: { "aws:SourceArn": service.sourceArn, "aws:SourceAccount": accountId } },
    });
    expect(decide(service, {}).allowed).toBe(false);
    expect(decide(service, { resource: [named] }).allowed).toBe(true);
    expect(decide({ ...service, sourceArn: "arn:aws:cloudtrail:::other" }, { resource: [named] }).allowed).toBe(false);
    expect(decide(service, { resource: [allow({ Principal: { AWS: accountId } })] }).allowed).toBe(false);
    expect(decide(service, { action: "cloudtrail:GetTrail" }).allowed).toBe(true);
  });

  it("nobody in particular is let in by Principal * alone", () => {
    expect(decide({ kind: "anonymous" }, { resource: [allow({ Principal: "*" })] }).allowed).toBe(true);
    expect(decide({ kind: "anonymous" }, { resource: [allow({ Principal: { AWS: accountId } })] }).allowed).toBe(false);
    expect(decide({ kind: "anonymous" }, { resource: [allow({ NotPrincipal: { AWS: accountId } })] }).allowed).toBe(
      true,
    );
    expect(decide(user, { resource: [allow({ NotPrincipal: { AWS: accountId } })] }).allowed).toBe(false);
  });
});

describe("NotPrincipal", () => {
  const others = { ...user, userName: "bob", arn: `arn:aws:iam::${accountId}:user/bob` };
  const otherSession = { ...session, sessionName: "t", arn: `${session.arn.slice(0, -1)}t` };
  const account = `arn:aws:iam::${accountId}:root`;
  const sparing = (AWS: string[]) => [deny({ NotPrincipal: { AWS } })];
  const spared = (caller: Caller, AWS: string[]) =>
    decide(caller, { identity: [allow()], resource: sparing(AWS) }).allowed;

  it("of a Deny spares a user who is named with their account, and nobody else of it", () => {
    expect(spared(user, [user.arn, account])).toBe(true);
    expect(spared(root, [user.arn, account])).toBe(true);
    expect(spared(others, [user.arn, account])).toBe(false);
    expect(spared(others, [accountId])).toBe(false);
    expect(spared(user, [user.arn])).toBe(false);
    expect(decide(service, { resource: [allow({ Principal: "*" }), ...sparing([account])] }).allowed).toBe(false);
    expect(spared(others, ["*"])).toBe(true);
  });

  it("of a Deny spares a session that is named with its role and account, and no other of the role", () => {
    const names = [session.arn, session.roleArn, account];
    expect(spared(session, names)).toBe(true);
    expect(spared(otherSession, names)).toBe(false);
    expect(spared(session, [session.roleArn, account])).toBe(false);
  });
});

describe("statements", () => {
  it("know whether a second factor was used, and how long ago; a role's session never says so", () => {
    const issuedMs = context.nowMs - 90_500;
    const plain = { ...user, sessionIssuedMs: issuedMs };
    const proved = { ...plain, mfaAuthenticated: true };
    const when = (Condition: object, caller: Caller) => decide(caller, { identity: [allow({ Condition })] }).allowed;
    const present = { Bool: { "aws:MultiFactorAuthPresent": "true" } };
    expect(
      [user, plain, proved, { ...session, mfaAuthenticated: true }].map((caller) => when(present, caller)),
    ).toEqual([...[false, false, true, false]]);
    const denied = { BoolIfExists: { "aws:MultiFactorAuthPresent": "false" } };
    expect([user, plain, proved].map((caller) => when(denied, caller))).toEqual([true, true, false]);
    const age = { NumericEquals: { "aws:MultiFactorAuthAge": "90" } };
    expect([user, plain, proved].map((caller) => when(age, caller))).toEqual([false, false, true]);
    expect(when({ Null: { "aws:MultiFactorAuthAge": "true" } }, plain)).toBe(true);
  });

  it("know global condition keys and policy variables", () => {
    const when = (Condition: object, caller: Caller = user) =>
      decide(caller, { identity: [allow({ Condition })] }).allowed;
    expect(when({ StringEquals: { "AWS:UserName": "ann" } })).toBe(true);
    expect(when({ StringEquals: { "aws:PrincipalTag/team": "blue" } })).toBe(true);
    expect(when({ IpAddress: { "aws:SourceIp": "10.0.0.0/24" } })).toBe(true);
    expect(when({ Bool: { "aws:SecureTransport": "true" } })).toBe(false);
    expect(when({ DateLessThan: { "aws:CurrentTime": "2026-09-01T00:00:00Z" } })).toBe(true);
    expect(when({ Null: { "aws:TokenIssueTime": "true" } })).toBe(true);
    expect(when({ Null: { "aws:TokenIssueTime": "true" } }, session)).toBe(false);
    expect(when({ BoolIfExists: { "aws:MultiFactorAuthPresent": "true" } })).toBe(true);
    expect(when({ BoolIfExists: { "aws:MultiFactorAuthPresent": "true" } }, session)).toBe(false);
    expect(when({ ArnLike: { "aws:PrincipalArn": "arn:aws:iam::*:role/read*" } }, session)).toBe(true);
    expect(decide(user, { identity: [allow({ Resource: "arn:aws:s3:::${aws:username, 'x'}/*" })] }).allowed).toBe(
      false,
    );
    expect(decide(session, { identity: [allow({ Resource: "arn:aws:s3:::${aws:username, 'b'}/*" })] }).allowed).toBe(
      true,
    );
  });

  it("are not widened by a variable that has no value", () => {
    const without = { NotResource: "arn:aws:s3:::${aws:username}/*", Resource: undefined };
    expect(decide(session, { identity: [allow(without)] }).allowed).toBe(false);
    expect(decide(session, { identity: [allow(), deny(without)] }).allowed).toBe(false);
    expect(decide(user, { identity: [allow(without)] }).allowed).toBe(true);
  });

  it("compare actions without case, and NotAction excludes", () => {
    expect(decide(user, { identity: [allow({ Action: "S3:getobject" })] }).allowed).toBe(true);
    expect(decide(user, { identity: [allow({ Action: undefined, NotAction: "s3:Get*" })] }).allowed).toBe(false);
    expect(decide(user, { identity: [allow({ Action: undefined, NotAction: "iam:*" })] }).allowed).toBe(true);
  });
});

describe("for any policies", () => {
  const statement = fc
    .record({
      Effect: fc.constantFrom("Allow", "Deny"),
      Action: fc.constantFrom("*", "s3:*", "s3:GetObject", "s3:PutObject", "s3:?etObject"),
      Resource: fc.constantFrom("*", object, "arn:aws:s3:::b/*", "arn:aws:s3:::c/*", "arn:aws:s3:::${aws:username}/*"),
      Condition: fc.constantFrom(
        {},
        { StringEquals: { "aws:username": "ann" } },
        { Bool: { "aws:SecureTransport": true } },
      ),
    })
    .map((one): Statement => one);
  const principal = fc.constantFrom(
    ...["*", { AWS: accountId }, { AWS: user.arn }, { AWS: session.roleArn }, { AWS: session.arn }],
    { Service: service.service },
  );
  const statements = fc.array(statement, { minLength: 1, maxLength: 4 });
  const ofResource = fc.array(
    fc.tuple(statement, principal).map(([one, Principal]): Statement => ({ ...one, Principal })),
    { minLength: 1, maxLength: 3 },
  );
  const given = fc.record(
    {
      identity: statements,
      boundary: statements,
      session: statements,
      resource: ofResource,
      required: fc.boolean(),
      resourceAccountId: fc.constantFrom(accountId, "444455556666"),
    },
    { requiredKeys: [] },
  );
  const caller = fc.constantFrom<Caller>(user, session, root, service, { kind: "anonymous" });
  const principals = fc.constantFrom<Caller>(user, session);

  it("a matching Deny always wins", () => {
    fc.assert(
      fc.property(principals, given, fc.constantFrom("identity", "boundary", "session"), (who, policies, kind) => {
        const more = [...(policies[kind as "identity"] ?? []), deny({ Action: "*" })];
        const decision = decide(who, { ...policies, [kind]: more });
        expect(decision).toMatchObject({ allowed: false, explicit: true });
      }),
    );
    fc.assert(
      fc.property(caller, given, (who, policies) => {
        const resource = [...(policies.resource ?? []), deny({ Action: "*", Principal: "*" })];
        expect(decide(who, { ...policies, resource })).toMatchObject({ allowed: false, explicit: true });
      }),
    );
  });

  it("a further Allow never takes away", () => {
    fc.assert(
      fc.property(caller, given, statement, principal, (who, policies, one, Principal) => {
        if (!decide(who, policies).allowed) return;
        const further = { ...one, Effect: "Allow" };
        expect(decide(who, { ...policies, identity: [...(policies.identity ?? []), further] }).allowed).toBe(true);
        const resource = [...(policies.resource ?? []), { ...further, Principal }];
        expect(decide(who, { ...policies, resource }).allowed).toBe(true);
      }),
    );
  });

  it("the order of statements means nothing", () => {
    fc.assert(
      fc.property(caller, given, (who, policies) => {
        const turned = Object.fromEntries(
          Object.entries(policies).map(([kind, value]) => [kind, Array.isArray(value) ? value.toReversed() : value]),
        );
        expect(decide(who, turned)).toEqual(decide(who, policies));
      }),
    );
  });

  it("a session policy and a boundary only narrow", () => {
    fc.assert(
      fc.property(caller, given, (who, { boundary, session: passed, ...rest }) => {
        if (!decide(who, { ...rest, ...(boundary && { boundary }), ...(passed && { session: passed }) }).allowed)
          return;
        expect(decide(who, rest).allowed).toBe(true);
      }),
    );
  });
});
