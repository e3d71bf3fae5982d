import { expect, it } from "vitest";
import type { CheckResult } from "../../../../src/audit/scorecard.js";
import { mendOf } from "./mends.js";
import { byArea, scorecardSentence } from "./scorecard.js";

const check = (CheckId: string, Status: CheckResult["Status"], Severity: string, Area = "TRAILS"): CheckResult => ({
  ...{ CheckId, Status, Severity, Area },
  Title: CheckId,
  References: [],
});

it("puts what falls short first in its area, the gravest on top, and counts only what was judged", () => {
  const [trails, keys] = byArea([
    check("ok", "PASSED", "critical"),
    check("none", "NOT_APPLICABLE", "critical"),
    check("low", "FAILED", "low"),
    check("grave", "FAILED", "critical"),
    check("key", "PASSED", "medium", "KEYS"),
  ]);
  expect(trails!.checks.map(({ CheckId }) => CheckId)).toEqual(["grave", "low", "ok", "none"]);
  expect([trails!.passed, trails!.judged]).toEqual([1, 3]);
  expect([keys!.area, keys!.passed, keys!.judged]).toEqual(["KEYS", 1, 1]);
});

it("says how the account stands in a sentence", () => {
  const card = { AccountId: "", Region: "", CheckedTime: 0, NotApplicable: 0, Passed: 6, Failed: 2 };
  const Checks = [check("a", "FAILED", "critical"), check("b", "FAILED", "low")];
  expect(scorecardSentence({ ...card, Checks })).toBe("6 of 8 checks pass; 1 of those that fail is critical.");
  expect(scorecardSentence({ ...card, Checks: [] })).toBe("6 of 8 checks pass; nothing that fails is critical.");
  expect(scorecardSentence({ ...card, Failed: 0, Checks: [] })).toBe("All of 6 checks pass.");
});

it("fills in what is known of a mend, so that a shell takes it as one word", () => {
  expect(mendOf("trail-files-are-validated", "arn:aws:cloudtrail:us-east-1:000000000000:trail/t").command).toBe(
    "aws cloudtrail update-trail --name arn:aws:cloudtrail:us-east-1:000000000000:trail/t --enable-log-file-validation",
  );
  expect(mendOf("people-have-second-factors", "arn:aws:iam::000000000000:user/o'neil").command).toContain(
    "--virtual-mfa-device-name 'o'\\''neil' ",
  );
  expect(mendOf("constructor", "x")).toEqual({});
});
