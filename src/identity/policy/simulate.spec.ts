import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { callValues } from "./call-values.js";
import { compilePolicyText } from "./compile.js";
import { evaluate } from "./evaluate.js";
import { randomAccess, randomCaller, randomContext, randomPolicy, randomTags } from "./random-policies.fixture.js";
import { simulate, simulatedPolicy } from "./simulate.js";
import { statementPositions } from "./statement-positions.js";

describe("a simulation", () => {
  it("decides as a call is decided, by statements that say so", () => {
    fc.assert(
      fc.property(
        fc.record({
          caller: randomCaller(),
          access: randomAccess(),
          context: randomContext(),
          tags: randomTags,
          identity: fc.array(randomPolicy(), { maxLength: 2 }),
          boundary: fc.option(randomPolicy(), { nil: undefined }),
          resource: fc.option(randomPolicy("resource"), { nil: undefined }),
        }),
        ({ caller, access, context, tags, identity, boundary, resource }) => {
          const result = simulate(caller, access, callValues(caller, access, context, tags), {
            identity: identity.map((text, i) => simulatedPolicy(String(i), text, "identity")),
            ...(boundary !== undefined && { boundary: simulatedPolicy("boundary", boundary, "identity") }),
            ...(resource !== undefined && { resource: simulatedPolicy("resource", resource, "resource") }),
          });
          const live = evaluate(caller, access, context, {
            identity: identity.map((text) => compilePolicyText(text, "identity")),
            tags,
            ...(boundary !== undefined && { boundary: compilePolicyText(boundary, "identity") }),
            ...(resource !== undefined && { resource: compilePolicyText(resource, "resource") }),
          });
          expect(result.decision).toBe(live.allowed ? "allowed" : live.explicit ? "explicitDeny" : "implicitDeny");
          if (result.decision === "allowed") expect(result.matched).not.toEqual([]);
          if (result.decision === "implicitDeny") expect(result.matched).toEqual([]);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it("lets every level of an organization have its say", () => {
    const policy = (Effect: string, Action: string) =>
      JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect, Action, Resource: "*" }] });
    const compiled = (text: string) => compilePolicyText(text, "identity");
    const identity = [simulatedPolicy("own", policy("Allow", "*"), "identity")];
    const caller = { kind: "user", accountId: "1", accessKeyId: "", arn: "", userId: "", userName: "" } as const;
    const decide = (...organization: string[][]) => {
      const access = { action: "s3:GetObject", resource: "*" };
      const levels = organization.map((texts) => texts.map(compiled));
      const { decision, allowedByOrganization } = simulate(
        caller,
        access,
        { get: () => undefined },
        {
          identity,
          organization: levels,
        },
      );
      return [decision, allowedByOrganization];
    };
    const all = policy("Allow", "*");
    expect(decide([all], [all])).toEqual(["allowed", true]);
    expect(decide([all], [policy("Allow", "xray:*")])).toEqual(["implicitDeny", false]);
    expect(decide([all, policy("Deny", "s3:*")], [all])).toEqual(["explicitDeny", false]);
    expect(decide([all], [])).toEqual(["implicitDeny", false]);
  });
});

describe("the positions of statements", () => {
  it("are those that AWS tells of AdministratorAccess", () => {
    const text =
      '{\n  "Version": "2012-10-17",\n  "Statement": [\n    {\n      "Effect": "Allow",\n      "Action": "*",\n      "Resource": "*"\n    }\n  ]\n}';
    // Recorded answers of SimulatePrincipalPolicy say line 3, column 17 to line 8, column 6.
    expect(statementPositions(text)).toEqual([{ start: { Line: 3, Column: 17 }, end: { Line: 8, Column: 6 } }]);
  });

  it("are found whatever stands in texts, members and lists", () => {
    const text =
      '{"Id":"}]","Statement":{"Sid":"a{\\"","Effect":"Deny","Action":["a:b"],"Condition":{"Bool":{"aws:x":"true"}},"Resource":"*"},"Version":"2012-10-17"}';
    expect(statementPositions(text)).toEqual([
      { start: { Line: 1, Column: 24 }, end: { Line: 1, Column: text.indexOf(',"Version"') + 1 } },
    ]);
    const several = '{"Statement":[{"a":[{}]},{"b":{"c":[]}}, {}]}';
    expect(
      statementPositions(several).map(({ start, end }) => several.slice(start.Column - 1, end.Column - 1)),
    ).toEqual(['{"a":[{}]}', '{"b":{"c":[]}}', " {}"]);
  });
});
