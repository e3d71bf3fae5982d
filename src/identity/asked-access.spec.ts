import { describe, expect, it } from "vitest";
import type { AccessRequest, Decision } from "./access.js";
import { AskedAccess, readAskedAccess } from "./asked-access.js";

const own = "111122223333";
const allowed: Decision = { allowed: true };
const refused: Decision = { allowed: false, message: "no", explicit: false };

function textOf(...questions: [AccessRequest, Decision, boolean][]): string {
  const asked = new AskedAccess();
  for (const question of questions) asked.add(own, ...question);
  return asked.text();
}

describe("what a call asked", () => {
  it("is the same few bytes for all calls that ask one thing and get it by their own policies", () => {
    const access = { action: "xray:PutTraceSegments", resource: "*" };
    expect(textOf([access, allowed, true])).toBe('[["xray:PutTraceSegments","*"]]');
    const plain = { ...access, resourceAccountId: own, conditions: {}, resourcePolicy: { required: false } };
    expect(textOf([plain, allowed, true])).toBe('[["xray:PutTraceSegments","*"]]');
    expect(textOf()).toBe("[]");
  });

  it("comes back whole: conditions, owner, what other policies said, and what came of it", () => {
    const access = {
      action: "s3:GetObject",
      resource: 'arn:aws:s3:::box/a"\\\n\ud800',
      resourceAccountId: "444455556666",
      conditions: { "s3:prefix": "a", "aws:TagKeys": ["x", "y"] },
      resourcePolicy: { document: "{}", required: true },
    };
    const text = textOf(
      [access, { ...refused, resourceAnswer: "role", sessionAnswer: "none" }, true],
      [
        { action: "s3:ListBucket", resource: "arn:aws:s3:::box", multiFactorNow: true },
        { ...allowed, resourceAnswer: "deny" },
        false,
      ],
    );
    const { resourcePolicy: _, ...asked } = access;
    expect(readAskedAccess(text)).toEqual({
      omitted: 0,
      questions: [
        {
          access: asked,
          grantRequired: true,
          allowed: false,
          demanded: true,
          limited: false,
          resourceAnswer: "role",
          sessionAnswer: "none",
        },
        {
          access: { action: "s3:ListBucket", resource: "arn:aws:s3:::box", multiFactorNow: true },
          grantRequired: false,
          allowed: true,
          demanded: false,
          limited: false,
          resourceAnswer: "deny",
        },
      ],
    });
  });

  it("is bounded, and says how much it leaves out", () => {
    const access = { action: "s3:DeleteObject", resource: `arn:aws:s3:::box/${"k".repeat(1000)}` };
    const text = textOf(
      ...Array.from({ length: 1100 }, (): [AccessRequest, Decision, boolean] => [access, allowed, false]),
    );
    expect(text.length).toBeLessThan(66_000);
    const read = readAskedAccess(text)!;
    expect(read.questions.length + read.omitted).toBe(1100);
    const large = textOf([{ ...access, resource: "r".repeat(70_000) }, allowed, true]);
    expect(readAskedAccess(large)).toEqual({ questions: [], omitted: 1 });
  });

  it("is not known of calls that were recorded without it", () => {
    expect(readAskedAccess("")).toBeUndefined();
  });
});
