import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultRule, reportTimeMs, reservoirQuota, windowOf } from "./sampling.js";

describe("a rule's reservoir", () => {
  it("is split over its clients, whole and even", () => {
    const clients = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(fc.nat(1000), clients, (size, ids) => {
        const quotas = ids.map((id) => reservoirQuota(size, ids, id));
        expect(quotas.reduce((sum, quota) => sum + quota, 0)).toBe(size);
        expect(Math.max(...quotas) - Math.min(...quotas)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("gives the remainder to the first clients by id, and nothing to one that does not count", () => {
    expect(["a", "b", "c"].map((id) => reservoirQuota(2, ["c", "a", "b"], id))).toEqual([1, 1, 0]);
    expect(reservoirQuota(5, ["a"], "z")).toBe(0);
  });
});

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
    expect(defaultRule({ accountId: "123456789012", region: "eu-west-1" })).toMatchObject({
      SamplingRule: {
        RuleName: "Default",
        RuleARN: "arn:aws:xray:eu-west-1:123456789012:sampling-rule/Default",
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
      },
      CreatedAt: new Date(0),
    });
  });
});
