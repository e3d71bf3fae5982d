import {
  CreateSamplingRuleCommand,
  ListTagsForResourceCommand,
  type Tag,
  TagResourceCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-xray";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AccessRequest } from "../../../identity/access.js";
import { openSamplingBench, type SamplingBench } from "../sampling/sampling.fixture.js";

const arn = "arn:aws:xray:eu-west-1:111122223333:sampling-rule/checkout";
const matchAll = { ResourceARN: "*", ServiceName: "*", ServiceType: "*", Host: "*", HTTPMethod: "*", URLPath: "*" };

let bench: SamplingBench;

beforeEach(async () => {
  bench = await openSamplingBench();
  await create("checkout", [{ Key: "team", Value: "web" }]);
});

afterEach(() => bench.close());

const create = (RuleName: string, Tags: Tag[]) =>
  bench.xray.send(
    new CreateSamplingRuleCommand({
      SamplingRule: { RuleName, ...matchAll, Priority: 1, FixedRate: 0, ReservoirSize: 0, Version: 1 },
      Tags,
    }),
  );
const list = async (ResourceARN = arn) => (await bench.xray.send(new ListTagsForResourceCommand({ ResourceARN }))).Tags;
const tag = (Tags: Tag[], ResourceARN = arn) => bench.xray.send(new TagResourceCommand({ ResourceARN, Tags }));
const untag = (TagKeys: string[], ResourceARN = arn) =>
  bench.xray.send(new UntagResourceCommand({ ResourceARN, TagKeys }));

const numbered = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => ({ Key: `key-${from + index}`, Value: "" }));

describe("tags", () => {
  it("given at creation are listed, overwritten by TagResource, and removed by key", async () => {
    expect(await list()).toEqual([{ Key: "team", Value: "web" }]);
    await tag([
      { Key: "team", Value: "shop" },
      { Key: "Team", Value: "" },
    ]);
    expect(await list()).toEqual([
      { Key: "Team", Value: "" },
      { Key: "team", Value: "shop" },
    ]);
    await untag(["Team", "absent"]);
    expect(await list()).toEqual([{ Key: "team", Value: "shop" }]);
    await untag(["\u0000"]);
    await untag([]);
    await tag([]);
    expect(await list()).toEqual([{ Key: "team", Value: "shop" }]);
  });

  it("may be put on the Default rule and the Default group", async () => {
    for (const name of ["sampling-rule/Default", "group/Default"]) {
      const resource = `arn:aws:xray:eu-west-1:111122223333:${name}`;
      await tag([{ Key: "a", Value: "b" }], resource);
      expect(await list(resource)).toEqual([{ Key: "a", Value: "b" }]);
    }
  });

  it("are at most 50 of a resource, counted after merging, and a refused call adds none", async () => {
    await tag(numbered(0, 49));
    await tag([{ Key: "team", Value: "shop" }]);
    await expect(tag([...numbered(0, 5), { Key: "one more", Value: "" }])).rejects.toMatchObject({
      name: "TooManyTagsException",
      ResourceName: arn,
    });
    await expect(tag(numbered(0, 51))).rejects.toMatchObject({ name: "TooManyTagsException" });
    await expect(create("other", numbered(0, 51))).rejects.toMatchObject({ name: "TooManyTagsException" });
    expect(await list()).toHaveLength(50);
  });

  it.each<[string, Tag, string, RegExp]>([
    ["a key of AWS's own", { Key: "aws:x", Value: "" }, "InvalidRequestException", /aws:/],
    ["a character that is not allowed", { Key: "a<b", Value: "" }, "InvalidRequestException", /not allowed/],
    ["a value with one", { Key: "a", Value: "\u0000" }, "InvalidRequestException", /not allowed/],
    ["an empty key", { Key: "", Value: "" }, "ValidationException", /'tags\.1\.member\.key'/],
    ["a key of 129 characters", { Key: "k".repeat(129), Value: "" }, "ValidationException", /equal to 128/],
    ["a value of 257 characters", { Key: "k", Value: "v".repeat(257) }, "ValidationException", /equal to 256/],
  ])("are refused with %s, also at creation", async (_, bad, name, message) => {
    const refused = expect.objectContaining({ name, message: expect.stringMatching(message) });
    await expect(tag([bad])).rejects.toEqual(refused);
    await expect(create("other", [bad])).rejects.toEqual(refused);
    await expect(list(arn.replace("checkout", "other"))).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });

  it("are refused with a key given twice, more than 200 entries, or system tags to remove", async () => {
    await expect(tag([...numbered(0, 2), ...numbered(0, 2)])).rejects.toMatchObject({
      message: expect.stringMatching(/more than once/),
    });
    await expect(tag(numbered(0, 201))).rejects.toMatchObject({ name: "ValidationException" });
    await expect(untag(numbered(0, 201).map(({ Key }) => Key))).rejects.toMatchObject({ name: "ValidationException" });
    await expect(untag(["aws:x"])).rejects.toMatchObject({ name: "InvalidRequestException" });
  });

  it.each([
    ["an unknown rule", arn.replace("checkout", "gone"), "ResourceNotFoundException"],
    ["an unknown group", arn.replace("sampling-rule/checkout", "group/gone/ABC"), "ResourceNotFoundException"],
    ["a rule of another account", arn.replace("1111", "9999"), "ResourceNotFoundException"],
    ["a rule of another region", arn.replace("eu-west-1", "eu-west-2"), "ResourceNotFoundException"],
    ["an ARN with a null character", `${arn}\u0000`, "ResourceNotFoundException"],
    ["another resource", "arn:aws:s3:::bucket", "InvalidRequestException"],
    ["no ARN at all", "checkout", "InvalidRequestException"],
    ["an empty ARN", "", "ValidationException"],
    ["an ARN of 1012 characters", arn.padEnd(1012, "x"), "ValidationException"],
  ])("are not found on %s", async (_, resource, name) => {
    const refused = { name, ...(name === "ResourceNotFoundException" && { ResourceName: resource }) };
    await expect(list(resource)).rejects.toMatchObject(refused);
    await expect(tag([{ Key: "a", Value: "b" }], resource)).rejects.toMatchObject(refused);
    await expect(untag(["a"], resource)).rejects.toMatchObject(refused);
  });

  it("are asked of policies by the resource's ARN, its tags and those of the request", async () => {
    const asked: AccessRequest[] = [];
    bench.allows = (access) => asked.push(access) > 0;
    await tag([{ Key: "cost", Value: "7" }]);
    await untag(["cost"]);
    await list();
    const has = { "aws:ResourceTag/team": "web" };
    expect(asked).toEqual([
      {
        action: "xray:TagResource",
        resource: arn,
        conditions: { ...has, "aws:RequestTag/cost": "7", "aws:TagKeys": ["cost"] },
      },
      {
        action: "xray:UntagResource",
        resource: arn,
        conditions: { ...has, "aws:ResourceTag/cost": "7", "aws:TagKeys": ["cost"] },
      },
      { action: "xray:ListTagsForResource", resource: arn, conditions: has },
    ]);
    expect(bench.gateway.records().at(-3)).toMatchObject({
      eventName: "TagResource",
      eventCategory: "Management",
      requestParameters: { resourceARN: arn, tags: [{ key: "cost", value: "7" }] },
      resources: [{ type: "AWS::XRay::SamplingRule", ARN: arn }],
    });
  });

  it("refuse a token, having given none", async () => {
    const call = bench.xray.send(new ListTagsForResourceCommand({ ResourceARN: arn, NextToken: "x" }));
    await expect(call).rejects.toMatchObject({ name: "InvalidRequestException", message: "Invalid NextToken" });
  });
});
