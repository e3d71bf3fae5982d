// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policies spell variables so.
import { describe, expect, it } from "vitest";
import { awsManagedPolicies } from "../../../../src/identity/aws-managed-policies.js";
import { explainPolicy } from "./policy-in-words.js";

const known = [
  "xray:GetGroups",
  "xray:GetTraceSummaries",
  "xray:PutTraceSegments",
  "iam:CreateAccessKey",
  "s3:GetObject",
];

function explained(statement: object, kind: "identity" | "trust" | "resource" = "identity") {
  const policy = explainPolicy(JSON.stringify({ Version: "2012-10-17", Statement: statement }), kind, known);
  if ("problem" in policy) throw new Error(policy.problem);
  return policy.statements[0]!;
}

const sentence = (statement: object, kind?: "identity" | "trust" | "resource") => explained(statement, kind).sentence;

describe("a statement in plain words", () => {
  it.each([
    [
      {
        Effect: "Allow",
        Action: ["xray:BatchGetTraces", "xray:GetTraceSummaries"],
        Resource: "*",
        Condition: {
          StringEquals: { "xray:GroupName": "checkout" },
          Bool: { "aws:MultiFactorAuthPresent": "true" },
        },
      },
      "Allows reading traces (xray:BatchGetTraces, xray:GetTraceSummaries) on every resource, of group checkout only, with MFA.",
    ],
    [{ Effect: "Allow", Action: "*", Resource: "*" }, "Allows everything on every resource."],
    [
      { Effect: "Allow", Action: ["xray:*", "kms:Decrypt"], Resource: "*" },
      "Allows everything in X-Ray and decrypting with keys (kms:Decrypt) on every resource.",
    ],
    [
      { Effect: "Allow", NotAction: ["iam:*", "sts:*"], Resource: "*" },
      "Allows everything except iam:* and sts:* on every resource.",
    ],
    [
      {
        Effect: "Deny",
        Action: "s3:DeleteObject",
        NotResource: ["arn:aws:s3:::scratch", "arn:aws:s3:::scratch/*"],
      },
      "Denies changing S3 (s3:DeleteObject) on everything except bucket scratch and every object of bucket scratch.",
    ],
    [
      {
        Effect: "Allow",
        Action: ["iam:Get*", "iam:List*"],
        Resource: "arn:aws:iam::111122223333:user/${aws:username}",
      },
      "Allows reading IAM (iam:Get*, iam:List*) on user ‹the caller's name›.",
    ],
    [
      {
        Effect: "Allow",
        Action: "s3:GetObject",
        Resource: "arn:aws:s3:::home/${aws:PrincipalTag/team}/*",
        Condition: {
          IpAddress: { "aws:SourceIp": ["10.0.0.0/8", "192.0.2.1/32", "::1/128"] },
          Bool: { "aws:SecureTransport": true },
        },
      },
      "Allows reading objects (s3:GetObject) on objects of bucket home under ‹the caller's tag team›/, from 10.0.0.0/8, 192.0.2.1 or ::1, over TLS.",
    ],
    [
      { Effect: "Allow", Action: "xray:GetGroup", Resource: "arn:aws:xray:*:111122223333:group/checkout/ABC" },
      "Allows reading X-Ray (xray:GetGroup) on group checkout.",
    ],
    [
      {
        Effect: "Allow",
        Action: "logs:GetLogEvents",
        Resource: ["arn:aws:logs:*:*:log-group:audit:*", "arn:aws:logs:*:*:log-group:*"],
      },
      "Allows reading CloudWatch Logs (logs:GetLogEvents) on log group audit and every log group.",
    ],
    [
      {
        Effect: "Allow",
        Action: "xray:GetTraceSummaries",
        Resource: "*",
        Condition: {
          StringLike: { "xray:Annotation/customer": "cust-*" },
          StringNotEquals: { "xray:GroupName": "hr" },
        },
      },
      "Allows reading traces (xray:GetTraceSummaries) on every resource, of traces with annotation customer like cust-* only, except of group hr.",
    ],
    [
      {
        Effect: "Allow",
        Action: "iam:PassRole",
        Resource: "*",
        Condition: { StringEquals: { "iam:PassedToService": "cloudtrail.amazonaws.com" } },
      },
      "Allows handing roles to services (iam:PassRole) on every resource, for the service cloudtrail.amazonaws.com.",
    ],
    [
      {
        Effect: "Deny",
        Action: "kms:*",
        Resource: "*",
        Condition: {
          "ForAnyValue:StringNotEqualsIfExists": { "kms:EncryptionContextKeys": ["a", "b"] },
          Null: { "aws:TokenIssueTime": "true" },
          NumericGreaterThanEquals: { "s3:max-keys": 10 },
        },
      },
      "Denies everything in KMS on every resource, if some value of kms:EncryptionContextKeys is not a or b, or there is none, if aws:TokenIssueTime is absent, if s3:max-keys is at least 10.",
    ],
    [
      {
        Effect: "Allow",
        Action: "xray:GetGroups",
        Resource: "*",
        Condition: {
          DateLessThan: { "aws:CurrentTime": "2026-12-01T00:00:00Z" },
          NumericLessThan: { "aws:MultiFactorAuthAge": 3600 },
        },
      },
      "Allows reading X-Ray (xray:GetGroups) on every resource, until 2026-12-01T00:00:00Z, with MFA at most 3600 seconds ago.",
    ],
    [
      { Effect: "Deny", Action: "ec2:RunInstances", Resource: "arn:aws:ec2:*:*:instance/i-1" },
      "Denies changing ec2 (ec2:RunInstances) on arn:aws:ec2:*:*:instance/i-1.",
    ],
  ])("%#", (statement, words) => {
    expect(sentence(statement)).toBe(words);
  });

  it.each([
    [
      { Principal: { AWS: "arn:aws:iam::111122223333:user/ana" }, Action: "sts:AssumeRole" },
      "Allows user ana to assume this role.",
    ],
    [
      {
        Principal: { AWS: "111122223333", Service: "cloudtrail.amazonaws.com" },
        Action: ["sts:AssumeRole", "sts:TagSession"],
      },
      "Allows whoever account 111122223333 lets and the service cloudtrail.amazonaws.com to assume this role and tag their session.",
    ],
    [
      {
        Principal: { Federated: "arn:aws:iam::111122223333:oidc-provider/id.example.com" },
        Action: "sts:AssumeRoleWithWebIdentity",
        Condition: { StringEquals: { "id.example.com:aud": "shop" } },
      },
      "Allows whoever id.example.com vouches for to assume this role with a token of theirs, if id.example.com:aud is shop.",
    ],
  ])("tells whom a role trusts: %#", (statement, words) => {
    expect(sentence({ Effect: "Allow", ...statement }, "trust")).toBe(words);
  });

  it("names whom the policy of a resource lets", () => {
    expect(
      sentence(
        { Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "arn:aws:s3:::site/*" },
        "resource",
      ),
    ).toBe("Allows anyone: reading objects (s3:GetObject) on every object of bucket site.");
  });

  it("cuts long lists, and says how long they were", () => {
    const many = Array.from({ length: 20 }, (_, index) => `xray:Get${index}`);
    expect(sentence({ Effect: "Allow", Action: many, Resource: "*" })).toContain("… 20 in all");
  });

  it("says of every policy of AWS what it allows", () => {
    for (const { document } of awsManagedPolicies.values()) {
      const policy = explainPolicy(document, "identity");
      expect(policy).toHaveProperty("statements");
      if ("statements" in policy) for (const each of policy.statements) expect(each.sentence).toMatch(/^Allows .+\.$/);
    }
  });
});

describe("what an editor warns of", () => {
  const warnings = (statement: object, kind?: "identity" | "trust") => explained(statement, kind).warnings.join(" ");

  it("administrators, and those who can make themselves one", () => {
    expect(warnings({ Effect: "Allow", Action: "*", Resource: "*" })).toContain("administrator");
    expect(warnings({ Effect: "Allow", Action: "iam:Create*", Resource: "*" })).toContain("any other permission");
    expect(warnings({ Effect: "Allow", Action: "iam:Create*", Resource: "arn:aws:iam::1:user/a" })).toBe("");
    expect(warnings({ Effect: "Deny", Action: "*", Resource: "*" })).toBe("");
  });

  it("actions that are not here, in any case", () => {
    expect(warnings({ Effect: "Allow", Action: "xray:GetTraces", Resource: "*" })).toContain("xray:GetTraces");
    expect(warnings({ Effect: "Allow", Action: ["XRAY:getgroups", "xray:G*"], Resource: "*" })).toBe("");
  });

  it("what is allowed by leaving out, and trust in anyone", () => {
    expect(warnings({ Effect: "Allow", NotAction: "s3:*", NotResource: "arn:aws:s3:::a" })).toMatch(
      /NotAction.*NotResource/,
    );
    expect(warnings({ Effect: "Allow", Principal: { AWS: "*" }, Action: "sts:AssumeRole" }, "trust")).toContain(
      "Anyone",
    );
  });

  it("a denial without MFA that denies no lasting key", () => {
    const denial = (operator: string) => ({
      Effect: "Deny",
      Action: "*",
      Resource: "*",
      Condition: { [operator]: { "aws:MultiFactorAuthPresent": "false" } },
    });
    expect(warnings(denial("Bool"))).toContain("BoolIfExists");
    expect(warnings(denial("BoolIfExists"))).toBe("");
  });
});

it("what the service would refuse is said in its words", () => {
  expect(explainPolicy("{", "identity")).toEqual({ problem: "This policy contains invalid Json" });
  expect(explainPolicy('{"Statement":[{"Effect":"Allow","Action":"x","Resource":"*"}]}', "identity")).toHaveProperty(
    "problem",
  );
});
