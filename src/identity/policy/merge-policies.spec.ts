import { expect, it } from "vitest";
import type { Caller } from "../caller.js";
import { compilePolicyText } from "./compile.js";
import { mergePolicies } from "./merge-policies.js";

const caller: Caller = {
  kind: "root",
  accountId: "111122223333",
  accessKeyId: "AKIATEST",
  arn: "arn:aws:iam::111122223333:root",
};
const ask = (document: string, resource: string) =>
  compilePolicyText(document, "resource").answer({
    caller,
    action: "xray:getgroup",
    resource,
    values: { get: (key) => (key === "aws:userid" ? ["root"] : undefined) },
  }).effect;

it("several policies decide as one, each by the version it was written for", () => {
  const allow = (Version: string | undefined, Resource: string, Sid = "same") =>
    JSON.stringify({
      Version,
      Statement: { Sid, Effect: "Allow", Principal: "*", Action: "xray:*", Resource },
    });
  const literal = `arn:aws:xray:*:*:group/$${"{aws:userid}"}`;
  const merged = mergePolicies([allow("2012-10-17", "arn:aws:xray:*:*:group/plain"), allow(undefined, literal)]);
  expect(ask(merged, "arn:aws:xray:r:a:group/plain")).toBe("allow");
  expect(ask(merged, "arn:aws:xray:r:a:group/root")).toBe("none");
  expect(ask(merged, `arn:aws:xray:r:a:group/$${"{aws:userid}"}`)).toBe("allow");
  expect(ask(mergePolicies([allow("2012-10-17", literal)]), "arn:aws:xray:r:a:group/root")).toBe("allow");
  const deny = allow("2012-10-17", "*").replace("Allow", "Deny");
  expect(ask(mergePolicies([merged, deny]), "arn:aws:xray:r:a:group/plain")).toBe("deny");
});
