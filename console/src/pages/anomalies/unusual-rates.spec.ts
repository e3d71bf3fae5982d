import { expect, it } from "vitest";
import { rateText, unusualRatesOf } from "./unusual-rates.js";

function record(state: string, eventTime: string, sharedEventID: string, average: number) {
  return JSON.stringify({
    eventTime,
    sharedEventID,
    insightDetails: {
      state,
      eventSource: "xray.amazonaws.com",
      eventName: "TagResource",
      insightType: "ApiCallRateInsight",
      insightContext: {
        statistics: { baseline: { average: 0.1 }, insight: { average }, insightDuration: 3 },
        attributions: [
          {
            attribute: "userIdentityArn",
            insight: [{ value: "arn:a", average }],
            baseline: [{ value: "arn:b", average: 0.1 }],
          },
        ],
        explanation: {
          windowMinutes: 5,
          observed: 900,
          expected: 1,
          expectedLow: 0,
          expectedHigh: 10,
          text: "900 calls",
        },
      },
    },
  });
}

it("an unusual period is its beginning and its end, told together", () => {
  const [running, ended] = unusualRatesOf([
    record("Start", "2026-01-01T12:00:00Z", "two", 50),
    record("End", "2026-01-01T10:03:00Z", "one", 300),
    record("Start", "2026-01-01T10:00:00Z", "one", 200),
  ]);
  expect(running).toMatchObject({ id: "two", endMs: undefined, thenPerMinute: 50 });
  expect(ended).toMatchObject({
    id: "one",
    startMs: Date.UTC(2026, 0, 1, 10),
    endMs: Date.UTC(2026, 0, 1, 10, 3),
    thenPerMinute: 300,
    usualPerMinute: 0.1,
    band: { low: 0, high: 2 },
    explanation: "900 calls",
  });
  expect(ended!.contributors).toEqual([
    { attribute: "userIdentityArn", value: "arn:a", thenPerMinute: 300, usualPerMinute: 0 },
    { attribute: "userIdentityArn", value: "arn:b", thenPerMinute: 0, usualPerMinute: 0.1 },
  ]);
});

it("an end whose beginning is before the period began so long before as it lasted", () => {
  expect(unusualRatesOf([record("End", "2026-01-01T10:03:00Z", "one", 3)])[0]!.startMs).toBe(Date.UTC(2026, 0, 1, 10));
});

it("rates have three digits", () => {
  expect([2000, 0.0901, 12.345].map(rateText)).toEqual(["2,000", "0.0901", "12.3"]);
});
