import { expect, it } from "vitest";
import { explainPolicy } from "../../parts/policy/policy-in-words.js";
import { type Trusted, trustDocument } from "./trust-document.js";

it.each<[Trusted, string]>([
  [
    { kind: "user", arn: "arn:aws:iam::111122223333:user/ana", withMfa: true },
    "Allows user ana to assume this role, with MFA.",
  ],
  [
    { kind: "account", accountId: "444455556666", withMfa: false },
    "Allows whoever account 444455556666 lets to assume this role.",
  ],
  [
    { kind: "service", service: "cloudtrail.amazonaws.com" },
    "Allows the service cloudtrail.amazonaws.com to assume this role.",
  ],
  [
    {
      kind: "web",
      providerArn: "arn:aws:iam::111122223333:oidc-provider/id.example.com/ci",
      audience: "sts.amazonaws.com",
      subject: "repo:shop/*",
    },
    "Allows whoever id.example.com/ci vouches for to assume this role with a token of theirs, if id.example.com/ci:aud is sts.amazonaws.com, if id.example.com/ci:sub is like repo:shop/*.",
  ],
])("a trust policy says whom it trusts: %#", (trusted, sentence) => {
  expect(explainPolicy(trustDocument(trusted), "trust", ["sts:AssumeRole", "sts:AssumeRoleWithWebIdentity"])).toEqual({
    statements: [{ effect: "Allow", sentence, warnings: [] }],
  });
});
