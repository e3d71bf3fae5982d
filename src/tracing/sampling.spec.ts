import { describe, expect, it } from "vitest";
import { defaultRule, reportTimeMs, ruleArn, windowOf } from "./sampling.js";

describe("reports", () => {
  it("are booked into windows of ten seconds", () => {
    expect(windowOf(1761607699_999)).toBe(1761607690_000);
    expect(windowOf(1761607700_000)).toBe(1761607700_000);
  });

  it("may be dated in milliseconds", () => {
    expect(reportTimeMs(1761607690 * 1000)).toBe(1761607690_000);
    expect(reportTimeMs(1761607690_123 * 1000)).toBe(1761607690_123);
  });
});

describe("the Default rule", () => {
  it("has AWS's values", () => {
    expect(defaultRule()).toEqual({
      RuleName: "Default",
      ResourceARN: "*",
      ServiceName: "*",
      ServiceType: "*",
      Host: "*",
      HTTPMethod: "*",
      URLPath: "*",
      Priority: 10000,
      FixedRate: 0.05,
      ReservoirSize: 1,
      Version: 1,
      Attributes: {},
    });
    expect(ruleArn({ accountId: "123456789012", region: "eu-west-1" }, "Default")).toBe(
      "arn:aws:xray:eu-west-1:123456789012:sampling-rule/Default",
    );
  });
});
