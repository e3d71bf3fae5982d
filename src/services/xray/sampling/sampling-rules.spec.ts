import {
  CreateSamplingRuleCommand,
  DeleteSamplingRuleCommand,
  GetSamplingRulesCommand,
  GetSamplingTargetsCommand,
  ListTagsForResourceCommand,
  type SamplingRule,
  UpdateSamplingRuleCommand,
} from "@aws-sdk/client-xray";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AccessRequest } from "../../../identity/access.js";
import { openSamplingBench, type SamplingBench } from "./sampling.fixture.js";

let bench: SamplingBench;

beforeEach(async () => {
  bench = await openSamplingBench();
});

afterEach(() => bench.close());

const rule = (more: Partial<SamplingRule> = {}): SamplingRule => ({
  RuleName: "checkout",
  ResourceARN: "*",
  Priority: 100,
  FixedRate: 0.1,
  ReservoirSize: 4,
  ServiceName: "shop",
  ServiceType: "*",
  Host: "*",
  HTTPMethod: "POST",
  URLPath: "/checkout/*",
  Version: 1,
  ...more,
});

const arnOf = (name: string) => `arn:aws:xray:eu-west-1:111122223333:sampling-rule/${name}`;

const create = async (more?: Partial<SamplingRule>) =>
  (await bench.xray.send(new CreateSamplingRuleCommand({ SamplingRule: rule(more) }))).SamplingRuleRecord;

const update = async (changes: object) =>
  (await bench.xray.send(new UpdateSamplingRuleCommand({ SamplingRuleUpdate: changes }))).SamplingRuleRecord;

const remove = (reference: object) => bench.xray.send(new DeleteSamplingRuleCommand(reference));

const rules = async () => (await bench.xray.send(new GetSamplingRulesCommand({}))).SamplingRuleRecords!;

const lastModification = async () =>
  (
    await bench.xray.send(new GetSamplingTargetsCommand({ SamplingStatisticsDocuments: [] }))
  ).LastRuleModification!.getTime();

const refusal = (code: string, message: RegExp) =>
  expect.objectContaining({ name: code, message: expect.stringMatching(message) });

describe("CreateSamplingRule", () => {
  it("answers the rule with its ARN, no attributes, and one time in whole seconds", async () => {
    const record = await create();
    const { RuleName, ...members } = rule();
    expect(record?.SamplingRule).toEqual({ RuleName, ...members, RuleARN: arnOf("checkout"), Attributes: {} });
    expect(record?.CreatedAt).toEqual(new Date(Math.floor(bench.now / 1000) * 1000));
    expect(record?.ModifiedAt).toEqual(record?.CreatedAt);
  });

  it("keeps attributes and boost as given, names like __proto__ too", async () => {
    const Attributes = JSON.parse('{"__proto__":"a","constructor":"b"}');
    const SamplingRateBoost = { MaxRate: 0.5, CooldownWindowMinutes: 10 };
    await create({ Attributes, SamplingRateBoost });
    const [stored] = (await rules()).filter(({ SamplingRule }) => SamplingRule?.RuleName === "checkout");
    expect(Object.entries(stored?.SamplingRule?.Attributes ?? {})).toEqual(Object.entries(Attributes));
    expect(stored?.SamplingRule?.SamplingRateBoost).toEqual(SamplingRateBoost);
  });

  it("refuses a name that exists, Default among them", async () => {
    await create();
    await expect(create()).rejects.toEqual(refusal("InvalidRequestException", /exists/));
    await expect(create({ RuleName: "Default" })).rejects.toEqual(refusal("InvalidRequestException", /exists/));
    await create({ RuleName: "Checkout" });
  });

  it("takes 25 rules of an account and region", async () => {
    for (let number = 0; number < 25; number++) await create({ RuleName: `rule-${number}` });
    await expect(create({ RuleName: "rule-25" })).rejects.toMatchObject({ name: "RuleLimitExceededException" });
    expect(await rules()).toHaveLength(26);
    await remove({ RuleName: "rule-3" });
    await create({ RuleName: "rule-25" });
  });

  it.each<[string, object, string, RegExp]>([
    [
      "a name of 33 characters",
      { RuleName: "x".repeat(33) },
      "ValidationException",
      /'samplingRule\.ruleName'.*equal to 32/,
    ],
    ["an empty name", { RuleName: "" }, "ValidationException", /greater than or equal to 1/],
    ["no name", { RuleName: undefined }, "InvalidRequestException", /RuleName is required/],
    ["a name and an ARN", { RuleARN: arnOf("checkout") }, "InvalidRequestException", /no RuleARN/],
    ["a name that cannot be shown", { RuleName: "a\u0000b" }, "InvalidRequestException", /printable/],
    ["priority 0", { Priority: 0 }, "ValidationException", /value greater than or equal to 1/],
    ["priority 10000", { Priority: 10_000 }, "ValidationException", /value less than or equal to 9999/],
    ["priority 1.5", { Priority: 1.5 }, "SerializationException", /Integer/],
    ["a rate of 1.1", { FixedRate: 1.1 }, "ValidationException", /less than or equal to 1/],
    ["a negative rate", { FixedRate: -0.1 }, "ValidationException", /greater than or equal to 0/],
    ["a negative reservoir", { ReservoirSize: -1 }, "ValidationException", /greater than or equal to 0/],
    ["a reservoir beyond 32 bits", { ReservoirSize: 2 ** 31 }, "SerializationException", /Integer/],
    ["version 0", { Version: 0 }, "ValidationException", /greater than or equal to 1/],
    ["version 2", { Version: 2 }, "InvalidRequestException", /Version/],
    ["a service name of 65 characters", { ServiceName: "x".repeat(65) }, "ValidationException", /equal to 64/],
    ["a service type of 65 characters", { ServiceType: "x".repeat(65) }, "ValidationException", /equal to 64/],
    ["a host of 65 characters", { Host: "x".repeat(65) }, "ValidationException", /equal to 64/],
    ["a method of 11 characters", { HTTPMethod: "x".repeat(11) }, "ValidationException", /equal to 10/],
    ["a path of 129 characters", { URLPath: "x".repeat(129) }, "ValidationException", /equal to 128/],
    ["a resource ARN of 501 characters", { ResourceARN: "x".repeat(501) }, "ValidationException", /equal to 500/],
    [
      "six attributes",
      { Attributes: { a: "1", b: "1", c: "1", d: "1", e: "1", f: "1" } },
      "ValidationException",
      /'samplingRule\.attributes'.*length less than or equal to 5/,
    ],
    ["a long attribute key", { Attributes: { ["k".repeat(33)]: "1" } }, "ValidationException", /Map keys must/],
    ["an empty attribute value", { Attributes: { k: "" } }, "ValidationException", /Map value must/],
    [
      "a boost above 1",
      { SamplingRateBoost: { MaxRate: 1.1, CooldownWindowMinutes: 1 } },
      "ValidationException",
      /samplingRateBoost\.maxRate/,
    ],
    [
      "a negative cooldown",
      { SamplingRateBoost: { MaxRate: 1, CooldownWindowMinutes: -1 } },
      "ValidationException",
      /cooldownWindowMinutes/,
    ],
    [
      "a boost without a cooldown",
      { SamplingRateBoost: { MaxRate: 1 } },
      "ValidationException",
      /cooldownWindowMinutes.*not be null/,
    ],
  ])("refuses %s and stores nothing", async (_, more, code, message) => {
    await expect(create(more)).rejects.toEqual(refusal(code, message));
    expect(await rules()).toHaveLength(1);
  });

  it("names every broken constraint at once", async () => {
    await expect(create({ Priority: 0, FixedRate: 2, Host: "x".repeat(65) })).rejects.toMatchObject({
      message: expect.stringMatching(/^3 validation errors detected: /),
    });
  });
});

describe("UpdateSamplingRule", () => {
  it("changes what is given, by name or ARN, and its time", async () => {
    const created = await create();
    bench.now += 5000;
    const changed = await update({ RuleName: "checkout", FixedRate: 0, Attributes: { team: "web" } });
    expect(changed?.SamplingRule).toEqual({ ...created?.SamplingRule, FixedRate: 0, Attributes: { team: "web" } });
    expect(changed?.CreatedAt).toEqual(created?.CreatedAt);
    expect(changed!.ModifiedAt!.getTime()).toBe(created!.ModifiedAt!.getTime() + 5000);
    await update({ RuleARN: arnOf("checkout"), ReservoirSize: 0 });
    expect((await rules()).at(-1)?.SamplingRule).toMatchObject({ FixedRate: 0, ReservoirSize: 0, Priority: 100 });
  });

  it("changes rate and reservoir of Default, and nothing else of it", async () => {
    await update({ RuleName: "Default", FixedRate: 0.2, ReservoirSize: 7 });
    expect((await rules())[0]).toMatchObject({
      SamplingRule: { RuleName: "Default", Priority: 10_000, FixedRate: 0.2, ReservoirSize: 7, Attributes: {} },
      CreatedAt: new Date(0),
    });
    for (const change of [{ URLPath: "*" }, { Priority: 5 }, { Host: "a" }, { Attributes: {} }])
      await expect(update({ RuleName: "Default", FixedRate: 0.3, ...change })).rejects.toEqual(
        refusal("InvalidRequestException", /^Invalid update request for default sampling rule$/),
      );
    expect((await rules())[0]?.SamplingRule?.FixedRate).toBe(0.2);
  });

  it.each<[string, object, RegExp]>([
    ["an unknown rule", { RuleName: "gone" }, /does not exist/],
    ["a rule of another account", { RuleARN: arnOf("checkout").replace("1111", "2222") }, /does not exist/],
    ["a rule of another partition", { RuleARN: arnOf("checkout").replace("aws", "aws-cn") }, /does not exist/],
    ["name and ARN together", { RuleName: "checkout", RuleARN: arnOf("checkout") }, /not both/],
    ["neither name nor ARN", { FixedRate: 1 }, /required/],
    ["priority 0", { RuleName: "checkout", Priority: 0 }, /Priority .* from 1 to 9999/],
    ["a rate above 1", { RuleName: "checkout", FixedRate: 1.01 }, /FixedRate .* from 0 to 1/],
    ["a negative reservoir", { RuleName: "checkout", ReservoirSize: -1 }, /at least 0/],
  ])("refuses %s", async (_, changes, message) => {
    await create();
    await expect(update(changes)).rejects.toEqual(refusal("InvalidRequestException", message));
  });
});

describe("DeleteSamplingRule", () => {
  it("answers the rule as it was, and takes its tags along", async () => {
    await bench.xray.send(new CreateSamplingRuleCommand({ SamplingRule: rule(), Tags: [{ Key: "a", Value: "b" }] }));
    const answer = await remove({ RuleARN: arnOf("checkout") });
    expect(answer.SamplingRuleRecord?.SamplingRule).toMatchObject({ RuleName: "checkout", Priority: 100 });
    expect(await rules()).toHaveLength(1);
    await create();
    const { Tags } = await bench.xray.send(new ListTagsForResourceCommand({ ResourceARN: arnOf("checkout") }));
    expect(Tags).toEqual([]);
  });

  it.each<[string, object, RegExp]>([
    ["an unknown rule", { RuleName: "gone" }, /does not exist/],
    ["Default", { RuleName: "Default" }, /cannot be deleted/],
    ["Default by ARN", { RuleARN: arnOf("Default") }, /cannot be deleted/],
    ["name and ARN together", { RuleName: "checkout", RuleARN: arnOf("checkout") }, /not both/],
    ["neither", {}, /required/],
  ])("refuses %s", async (_, reference, message) => {
    await create();
    await expect(remove(reference)).rejects.toEqual(refusal("InvalidRequestException", message));
    expect(await rules()).toHaveLength(2);
  });
});

describe("rules", () => {
  it("are listed by name in the order of code points, whatever their priorities", async () => {
    for (const RuleName of ["b", "a", "Z", "ä", "B"]) await create({ RuleName });
    const names = (await rules()).map(({ SamplingRule }) => SamplingRule?.RuleName);
    expect(names).toEqual(["B", "Default", "Z", "a", "b", "ä"]);
  });

  it("tell when they last changed: later after every change, also of a clock that stands still", async () => {
    const times = [await lastModification()];
    for (const change of [
      () => create(),
      () => update({ RuleName: "checkout", FixedRate: 0.3 }),
      () => update({ RuleName: "Default", FixedRate: 0.3 }),
      () => remove({ RuleName: "checkout" }),
    ]) {
      await change();
      times.push(await lastModification());
    }
    expect(times[0]).toBe(0);
    expect(times[1]).toBe(bench.now);
    expect(new Set(times).size).toBe(times.length);
    expect(times).toEqual(times.toSorted((one, other) => one - other));
    const last = times.at(-1);
    await bench.restart();
    expect(await lastModification()).toBe(last);
  });

  it("are asked of policies by ARN, with tags of the request and of the rule", async () => {
    const asked: AccessRequest[] = [];
    bench.allows = (access) => asked.push(access) > 0;
    await bench.xray.send(
      new CreateSamplingRuleCommand({ SamplingRule: rule(), Tags: [{ Key: "team", Value: "web" }] }),
    );
    await update({ RuleName: "checkout", FixedRate: 1 });
    await remove({ RuleARN: arnOf("checkout") });
    const resource = arnOf("checkout");
    expect(asked).toEqual([
      {
        action: "xray:CreateSamplingRule",
        resource,
        conditions: { "aws:RequestTag/team": "web", "aws:TagKeys": ["team"] },
      },
      { action: "xray:UpdateSamplingRule", resource, conditions: { "aws:ResourceTag/team": "web" } },
      { action: "xray:DeleteSamplingRule", resource, conditions: { "aws:ResourceTag/team": "web" } },
    ]);
  });

  it("leave records of their changes that name the rule, and change nothing if refused", async () => {
    await create();
    bench.allows = ({ action }) => action !== "xray:DeleteSamplingRule";
    await expect(remove({ RuleName: "checkout" })).rejects.toMatchObject({ name: "AccessDeniedException" });
    const resources = [{ type: "AWS::XRay::SamplingRule", ARN: arnOf("checkout") }];
    expect(bench.gateway.records()).toMatchObject([
      {
        eventName: "CreateSamplingRule",
        eventCategory: "Management",
        readOnly: false,
        requestParameters: { samplingRule: { ruleName: "checkout", hTTPMethod: "POST", uRLPath: "/checkout/*" } },
        responseElements: { samplingRuleRecord: { samplingRule: { ruleARN: arnOf("checkout") } } },
        resources,
      },
      { eventName: "DeleteSamplingRule", errorCode: "AccessDenied", resources },
    ]);
    expect(await rules()).toHaveLength(2);
  });
});
