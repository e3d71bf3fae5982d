import { describe, expect, it } from "vitest";
import { compilePolicyText } from "./compile.js";
import type { PolicyKind } from "./document.js";

const good = { Effect: "Allow", Action: "s3:GetObject", Resource: "*" };
const trust = { Effect: "Allow", Principal: { Service: "cloudtrail.amazonaws.com" }, Action: "sts:AssumeRole" };

function complaint(statement: unknown, kind: PolicyKind = "identity", rest: object = {}): string | undefined {
  try {
    const document = { Version: "2012-10-17", Statement: statement, ...rest };
    compilePolicyText(typeof statement === "string" ? statement : JSON.stringify(document), kind);
    return undefined;
  } catch (problem) {
    return (problem as Error).message;
  }
}

describe("policy documents", () => {
  it("are taken as IAM takes them", () => {
    expect(complaint(good)).toBeUndefined();
    expect(complaint([good, { ...good, Sid: "Two", Action: ["s3:*", "logs:Get*"] }])).toBeUndefined();
    expect(complaint({ Effect: "Deny", NotAction: "*", NotResource: "arn:aws:s3:::b/*" })).toBeUndefined();
    expect(complaint({ ...good, Condition: { Bool: { "aws:SecureTransport": false } } })).toBeUndefined();
    expect(complaint({ ...good, Sid: "With spaces", Principal: "*" }, "resource")).toBeUndefined();
    expect(complaint(trust, "trust")).toBeUndefined();
    expect(complaint({ ...good, Condition: { Null: { "aws:RequestTag/Cost Center": "true" } } })).toBeUndefined();
    const twice = { StringEquals: { "a:b": ['"Effect": {', '"Effect": {'] }, StringLike: { "a:b": "x" } };
    expect(complaint([good, { ...good, Condition: twice }])).toBeUndefined();
  });

  const vendor = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";
  const cases: [what: string, statement: unknown, kind: PolicyKind, complaint: string, rest?: object][] = [
    ["no JSON", "{", "identity", "This policy contains invalid Json"],
    [
      "a member twice, of which one would be lost",
      '{"Statement":{"Effect":"Deny","Action":"*","Resource":"*","\\u0045ffect":"Allow"}}',
      "identity",
      "Syntax errors in policy.",
    ],
    [
      "an operator twice",
      '{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"a:b":"true"},"Bool":{"a:c":"true"}}}}',
      "identity",
      "Syntax errors in policy.",
    ],
    ["no statement", undefined, "identity", "Syntax errors in policy."],
    ["an empty list", [], "identity", "Syntax errors in policy."],
    ["an unknown version", good, "identity", "Syntax errors in policy.", { Version: "2026-01-01" }],
    ["an unknown member", good, "identity", "Syntax errors in policy.", { Extra: 1 }],
    ["a misspelt member", { ...good, Actions: "s3:*" }, "identity", "Syntax errors in policy."],
    ["an unknown effect", { ...good, Effect: "allow" }, "identity", "Syntax errors in policy."],
    ["two sets of actions", { ...good, NotAction: "s3:*" }, "identity", "Syntax errors in policy."],
    ["no actions", { Effect: "Allow", Resource: "*" }, "identity", "Policy statement must contain actions."],
    ["no resources", { Effect: "Allow", Action: "*" }, "identity", "Policy statement must contain resources."],
    ["an action without vendor", { ...good, Action: "GetObject" }, "identity", vendor],
    ["a bare resource", { ...good, Resource: "bucket" }, "identity", 'Resource bucket must be in ARN format or "*".'],
    [
      "a principal in an identity policy",
      { ...good, Principal: "*" },
      "identity",
      "Policy document should not specify a principal.",
    ],
    ["no principal", good, "resource", "Missing required field Principal"],
    ["a resource in a trust policy", { ...trust, Resource: "*" }, "trust", "Has prohibited field Resource"],
    [
      "another API's action in a trust policy",
      { ...trust, Action: "s3:GetObject" },
      "trust",
      "AssumeRole policy may only specify STS AssumeRole actions.",
    ],
    [
      "a wildcard in a principal",
      { ...trust, Principal: { AWS: "arn:aws:iam::111122223333:user/*" } },
      "trust",
      'Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:user/*"',
    ],
    [
      "a canonical user",
      { ...good, Principal: { CanonicalUser: "79a5" } },
      "resource",
      'Invalid principal in policy: "CanonicalUser":"79a5"',
    ],
    [
      "an unknown operator",
      { ...good, Condition: { Like: { "a:b": "c" } } },
      "identity",
      "Invalid Condition type : Like.",
    ],
    ["a key without vendor", { ...good, Condition: { Bool: { b: "true" } } }, "identity", vendor],
    [
      "a Sid twice",
      [
        { ...good, Sid: "A" },
        { ...good, Sid: "A" },
      ],
      "identity",
      "Statement IDs (SID) in a single policy must be unique.",
    ],
  ];
  it.each(cases)("are refused with %s", (_what, statement, kind, expected, rest) => {
    expect(complaint(statement, kind, rest)).toBe(expected);
  });
});
