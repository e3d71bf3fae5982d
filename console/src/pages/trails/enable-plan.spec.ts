import { describe, expect, it } from "vitest";
import { defaultChoices, type EnableChoices, type Found, namesFor, problemsOf, withTrail } from "./enable-choices.js";
import { planOf } from "./enable-plan.js";
import { bucketPolicyWith, rolePolicyName } from "./trail-policies.js";

const nothing: Found = {
  accountId: "111122223333",
  region: "us-east-1",
  trails: [],
  buckets: [],
  groups: [],
  roles: [],
};
const trail = (name: string, group?: string) => ({
  name,
  arn: `arn:aws:cloudtrail:us-east-1:111122223333:trail/${name}`,
  bucket: "logs",
  group,
  roleArn: group && "arn:aws:iam::111122223333:role/writer",
  multiRegion: false,
});
const ids = (choices: EnableChoices, found: Found) => planOf(choices, found).map(({ id }) => id);

describe("the wizard's defaults", () => {
  it("need nothing to be typed, whatever is there", () => {
    for (const found of [
      nothing,
      { ...nothing, trails: [trail("who-read-what")] },
      { ...nothing, trails: ["a1b", "b1b", "c1b", "d1b", "e1b"].map((name) => trail(name)) },
      { ...nothing, trails: undefined, buckets: undefined, groups: undefined, roles: undefined },
    ])
      expect(problemsOf(defaultChoices(found), found)).toEqual({});
  });

  it("take a free name, and a trail that is there where a region has no room for another", () => {
    expect(defaultChoices(nothing).trailName).toBe("who-read-what");
    expect(defaultChoices({ ...nothing, trails: [trail("who-read-what")] }).trailName).toBe("who-read-what-2");
    const full = { ...nothing, trails: ["a1b", "b1b", "c1b", "d1b", "e1b"].map((name) => trail(name)) };
    expect(defaultChoices(full)).toMatchObject({ mode: "existing", trailName: "a1b", bucket: "logs" });
  });

  it("make names of places that are valid for any trail's name", () => {
    for (const name of ["Who.Read_What", "x".repeat(128), "a-b"]) {
      const choices = { ...defaultChoices(nothing), ...namesFor(name, nothing) };
      expect(problemsOf(choices, nothing)).toEqual({});
    }
  });
});

describe("names that are typed", () => {
  it.each(["ab", "-abc", "abc-", "a..b", "a b c", "10.0.0.1", "x".repeat(129), "taken"])(
    "trail %s: refused",
    (name) => {
      const found = { ...nothing, trails: [trail("taken")] };
      expect(problemsOf({ ...defaultChoices(found), trailName: name }, found)).toHaveProperty("trailName");
    },
  );

  it("of buckets, groups, roles and calls are refused where the service would", () => {
    const problems = (change: Partial<EnableChoices>) =>
      Object.keys(problemsOf({ ...defaultChoices(nothing), ...change }, nothing));
    expect(problems({ bucket: "Upper" })).toEqual(["bucket"]);
    expect(problems({ group: "a b" })).toEqual(["group"]);
    expect(problems({ role: "a/b" })).toEqual(["role"]);
    expect(problems({ logs: false, role: "a/b", group: "" })).toEqual([]);
    expect(problems({ actions: { kind: "some", names: [] } })).toEqual(["names"]);
  });
});

describe("the plan", () => {
  it("makes everything for a new trail, in the order in which it is needed", () => {
    expect(ids(defaultChoices(nothing), nothing)).toEqual([
      "bucket",
      "bucketPolicy",
      "group",
      "role",
      "rolePolicy",
      "trail",
      "selectors",
      "start",
    ]);
    expect(ids({ ...defaultChoices(nothing), logs: false }, nothing)).toEqual([
      "bucket",
      "bucketPolicy",
      "trail",
      "selectors",
      "start",
    ]);
  });

  it("leaves a trail that is there where it delivers, and adds a log group only where it has none", () => {
    const found = { ...nothing, trails: [trail("with", "group"), trail("without")] };
    const choose = (index: number) => withTrail(defaultChoices(found), found.trails[index]!, found);
    expect(ids(choose(0), found)).toEqual(["selectors", "start"]);
    expect(ids(choose(1), found)).toEqual(["group", "role", "rolePolicy", "trail", "selectors", "start"]);
    expect(ids({ ...choose(1), logs: false }, found)).toEqual(["selectors", "start"]);
  });

  it("says of what is there that it will be used", () => {
    const found = { ...nothing, groups: ["who-read-what"] };
    expect(planOf(defaultChoices(found), found).find(({ id }) => id === "group")?.text).toMatch(/which is there/);
  });
});

describe("a bucket's policy", () => {
  const place = { accountId: "111122223333", region: "us-east-1", trailName: "a", bucket: "logs" };
  const other = { Sid: "Other", Effect: "Deny", Principal: "*", Action: "s3:*", Resource: "*" };

  it("keeps what it says, and gets the trail's statements once", () => {
    const before = JSON.stringify({ Version: "2012-10-17", Id: "mine", Statement: other });
    const once = bucketPolicyWith(before, place)!;
    expect(JSON.parse(once)).toMatchObject({ Id: "mine" });
    expect(JSON.parse(once).Statement).toHaveLength(3);
    expect(JSON.parse(once).Statement[0]).toEqual(other);
    expect(bucketPolicyWith(once, place)).toBeUndefined();
    const twice = bucketPolicyWith(once, { ...place, trailName: "b" })!;
    expect(JSON.parse(twice).Statement).toHaveLength(5);
  });

  it("is made where there is none", () => {
    const { Statement } = JSON.parse(bucketPolicyWith(undefined, place)!);
    expect(Statement[1].Resource).toBe("arn:aws:s3:::logs/AWSLogs/111122223333/*");
    expect(Statement[1].Condition.StringEquals["aws:SourceArn"]).toBe(
      "arn:aws:cloudtrail:us-east-1:111122223333:trail/a",
    );
  });
});

it("a role's policy is named for its group, as IAM names may be", () => {
  expect(rolePolicyName("/aws/trail#1")).toBe("write--aws-trail-1");
  expect(rolePolicyName("x".repeat(512))).toHaveLength(128);
});
