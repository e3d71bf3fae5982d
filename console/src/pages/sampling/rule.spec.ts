import { describe, expect, it } from "vitest";
import { emptyForm, formOf, problemsOf, ruleOf, updateOf } from "./rule-form.js";
import { ruleInWords } from "./rule-in-words.js";
import { totalsByRule } from "./statistics.js";

const any = ruleOf({ ...emptyForm, name: "rule" });

describe("a sampling rule in words", () => {
  it.each([
    [any, "Of all requests: the first 1 a second, and 5 % of the rest."],
    [
      { ...any, HTTPMethod: "POST", URLPath: "/checkout", ServiceName: "web" },
      "Of POST requests to /checkout of service web: the first 1 a second, and 5 % of the rest.",
    ],
    [
      { ...any, ServiceName: "web-*", ServiceType: "AWS::ECS::Container", ReservoirSize: 0, FixedRate: 0.005 },
      "Of requests of services named web-* on AWS::ECS::Container: 0.5 % are traced.",
    ],
    [{ ...any, Host: "a.example", ReservoirSize: 0, FixedRate: 0 }, "Of requests to host a.example: none is traced."],
    [
      { ...any, ReservoirSize: 10, FixedRate: 0, Attributes: { tenant: "acme" } },
      "Of requests with tenant = acme: the first 10 a second, and none of the rest.",
    ],
    [{ ...any, HTTPMethod: "GET", FixedRate: 1 }, "Of GET requests: all are traced."],
    [
      { ...any, SamplingRateBoost: { MaxRate: 0.5, CooldownWindowMinutes: 10 } },
      "Of all requests: the first 1 a second, and 5 % of the rest. When things go wrong, up to 50 % for a minute, at most once in 10 min.",
    ],
  ])("%#: %s", (rule, words) => {
    expect(ruleInWords(rule)).toBe(words);
  });
});

describe("a sampling rule that is written", () => {
  it("is the rule again that it was made of", () => {
    const rule = {
      ...any,
      Priority: 7,
      FixedRate: 0.07,
      Attributes: { a: "b" },
      SamplingRateBoost: { MaxRate: 0.29, CooldownWindowMinutes: 5 },
    };
    expect(ruleOf(formOf(rule))).toEqual(rule);
    expect(problemsOf(formOf(rule), rule)).toEqual({});
  });

  it("names what AWS's limits refuse, field by field", () => {
    const form = {
      ...emptyForm,
      name: "x".repeat(33),
      priority: "10000",
      reservoir: "-1",
      percent: "101",
      service: "",
      method: "x".repeat(11),
      attributes: [{ key: "", value: "v" }],
      boostPercent: "half",
      boostMinutes: "",
    };
    expect(Object.keys(problemsOf(form)).sort()).toEqual(
      [
        "attributes",
        "boostMinutes",
        "boostPercent",
        "method",
        "name",
        "percent",
        "priority",
        "reservoir",
        "service",
      ].sort(),
    );
    const twice = [
      { key: "a", value: "1" },
      { key: "a", value: "2" },
    ];
    expect(problemsOf({ ...emptyForm, name: "n", attributes: twice })).toEqual({
      attributes: "The same key twice.",
    });
    const boosted = { ...any, SamplingRateBoost: { MaxRate: 0.5, CooldownWindowMinutes: 1 } };
    expect(problemsOf({ ...formOf(boosted), boostPercent: "" }, boosted)).toHaveProperty("boostPercent");
  });

  it("changes of Default the amounts alone, and its own priority is no mistake", () => {
    const rule = { ...any, RuleName: "Default", Priority: 10_000 };
    expect(problemsOf(formOf(rule), rule)).toEqual({});
    expect(updateOf({ ...formOf(rule), percent: "10" })).toEqual({
      RuleName: "Default",
      FixedRate: 0.1,
      ReservoirSize: 1,
    });
  });
});

it("statistics of a rule are the sum of its windows", () => {
  const window = { RuleName: "a", RequestCount: 10, SampledCount: 3, BorrowCount: 1 };
  expect([...totalsByRule([window, window, { ...window, RuleName: "b" }])]).toEqual([
    ["a", { requests: 20, sampled: 6, borrowed: 2 }],
    ["b", { requests: 10, sampled: 3, borrowed: 1 }],
  ]);
});
