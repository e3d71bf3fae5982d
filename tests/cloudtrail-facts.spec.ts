import { CreateBucketCommand, HeadObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateTopicCommand, SetTopicAttributesCommand, SNSClient } from "@aws-sdk/client-sns";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sign } from "../src/gateway/testing/signed-request.js";
import { eventually, type RunningDosimeter, startDosimeter } from "./start-dosimeter.js";
import { deliveredRecords, keysOf, makeTrailBucket, objectOf } from "./trail-destinations.js";

/**
 * Facts of the acceptance list about the protocol, trails, selectors and tags: signed requests of our own, and nothing
 * that would mend an answer before it is looked at. The account and the region are the list's.
 */
const account = "111122223333";
const home = "eu-west-1";
let service: RunningDosimeter;
beforeAll(async () => {
  service = await startDosimeter({
    env: { DOSIMETER_ACCOUNT: account, DOSIMETER_REGION: home, DOSIMETER_DELIVERY_SECONDS: "1" },
  });
  await makeTrailBucket(service, "audit-logs");
});
afterAll(() => service?.stop());

const longPrefix = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101";
async function post(target: string, body: string, region = home) {
  const answer = await sign({
    endpoint: service.endpoint,
    service: "cloudtrail",
    path: "/",
    region,
    key: service.root,
    headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": target },
    body,
  });
  const text = await answer.text();
  // biome-ignore lint/suspicious/noExplicitAny: answers and errors of every shape.
  return { status: answer.status, headers: answer.headers, text, body: JSON.parse(text) as any };
}
const ask = (operation: string, input: object = {}, region = home) =>
  post(`${longPrefix}.${operation}`, JSON.stringify(input), region);

/** What the call answers. It has to succeed. */
async function call(operation: string, input: object = {}, region = home) {
  const { status, text, body } = await ask(operation, input, region);
  expect({ status, text }).toEqual({ status: 200, text });
  return body;
}

/** The error of a call, as clients tell it: by what follows `#`. */
async function refusal(operation: string, input: object = {}, region = home) {
  const { status, body } = await ask(operation, input, region);
  expect(status).toBe(400);
  return { name: String(body.__type).split("#").at(-1), message: body.message };
}
const refused = async (operation: string, input: object = {}, region = home) =>
  (await refusal(operation, input, region)).name;

const arnOf = (name: string, region = home) => `arn:aws:cloudtrail:${region}:${account}:trail/${name}`;
const bucket = { S3BucketName: "audit-logs" };

/** A trail for as long as a test takes: there may be five. */
async function withTrail<Result>(input: object, test: (name: string) => Promise<Result>): Promise<Result> {
  const { Name } = await call("CreateTrail", { Name: "audit", ...bucket, ...input });
  try {
    return await test(Name);
  } finally {
    await call("DeleteTrail", { Name });
  }
}

describe("protocol", () => {
  it("answers DescribeTrails in AWS JSON 1.1 with trailList (fact 1)", async () => {
    const { status, headers, body } = await post(`${longPrefix}.DescribeTrails`, "{}");
    expect(status).toBe(200);
    expect(headers.get("content-type")).toBe("application/x-amz-json-1.1");
    expect(body).toHaveProperty("trailList");
  });

  it("takes the short target (fact 2)", async () => {
    const { status, body } = await post("CloudTrail_20131101.ListTrails", "{}");
    expect(status).toBe(200);
    expect(body).toHaveProperty("Trails");
  });

  it("knows no other operations (fact 3)", async () => {
    const { status, body } = await post(`${longPrefix}.MakeTrail`, "{}");
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(body.__type.split("#").at(-1)).toBe("UnknownOperationException");
  });

  it("refuses a body that is not JSON (fact 4)", async () => {
    const { body } = await post(`${longPrefix}.DescribeTrails`, "trails, please");
    expect(body.__type.split("#").at(-1)).toBe("SerializationException");
  });

  it("names a trail that is not there as it was named (fact 5), GetTrailStatus by its ARN (fact 6)", async () => {
    expect(await refusal("StartLogging", { Name: "nope" })).toEqual({
      name: "TrailNotFoundException",
      message: `Unknown trail: nope for the user: ${account}`,
    });
    expect((await refusal("GetTrailStatus", { Name: "nope" })).message).toContain(arnOf("nope"));
  });

  it("writes times as numbers of epoch seconds (fact 7)", async () => {
    await withTrail({}, async (Name) => {
      await call("StartLogging", { Name });
      const { StartLoggingTime } = await call("GetTrailStatus", { Name });
      expect(typeof StartLoggingTime).toBe("number");
      expect(Math.abs(StartLoggingTime - Date.now() / 1000)).toBeLessThan(600);
    });
  });

  it("answers {} where there is nothing to tell (fact 8)", async () => {
    const { TrailARN: ResourceId } = await call("CreateTrail", { Name: "empty", ...bucket });
    const TagsList = [{ Key: "a", Value: "b" }];
    expect(await call("AddTags", { ResourceId, TagsList })).toEqual({});
    expect(await call("RemoveTags", { ResourceId, TagsList })).toEqual({});
    for (const operation of ["StartLogging", "StopLogging", "DeleteTrail"])
      expect(await call(operation, { Name: "empty" })).toEqual({});
  });
});

describe("trails", () => {
  it("have AWS's defaults, and no keys for what is not set (fact 9)", async () => {
    const made = await call("CreateTrail", { Name: "fresh", ...bucket });
    await call("DeleteTrail", { Name: "fresh" });
    expect(made).toEqual({
      Name: "fresh",
      ...bucket,
      IncludeGlobalServiceEvents: true,
      IsMultiRegionTrail: false,
      LogFileValidationEnabled: false,
      IsOrganizationTrail: false,
      TrailARN: arnOf("fresh"),
    });
  });

  it("do not log at first (fact 10), and have six empty texts (fact 11)", async () => {
    await withTrail({}, async (Name) => {
      expect(await call("GetTrailStatus", { Name })).toEqual({
        IsLogging: false,
        LatestDeliveryAttemptTime: "",
        LatestNotificationAttemptTime: "",
        LatestNotificationAttemptSucceeded: "",
        LatestDeliveryAttemptSucceeded: "",
        TimeLoggingStarted: "",
        TimeLoggingStopped: "",
      });
    });
  });

  it("keep the time of the start after the stop (fact 12)", async () => {
    await withTrail({}, async (Name) => {
      await call("StartLogging", { Name });
      const started = await call("GetTrailStatus", { Name });
      expect(started.IsLogging).toBe(true);
      expect(started.StopLoggingTime).toBeUndefined();
      await call("StopLogging", { Name });
      const { IsLogging, StartLoggingTime, StopLoggingTime } = await call("GetTrailStatus", { Name });
      expect({ IsLogging, StartLoggingTime }).toEqual({ IsLogging: false, StartLoggingTime: started.StartLoggingTime });
      expect(StopLoggingTime).toBeGreaterThanOrEqual(StartLoggingTime);
    });
  });

  const tooShort = "Trail name too short. Minimum allowed length: 3 characters. Specified name length: 2 characters.";
  const tooLong = "Trail name too long. Maximum allowed length: 128 characters. Specified name length: 129 characters.";
  it.each([
    [13, "ab", tooShort],
    [14, "a".repeat(129), tooLong],
    [15, "-abc", "Trail name must starts with a letter or number."],
    [15, "abc-", "Trail name must ends with a letter or number."],
    [
      15,
      "a#c",
      "Trail name or ARN can only contain uppercase letters, lowercase letters, numbers, periods (.), hyphens (-), and underscores (_).",
    ],
  ])("are refused for their names in AWS's words (fact %i): %s", async (_, Name, message) => {
    expect(await refusal("CreateTrail", { Name, ...bucket })).toEqual({ name: "InvalidTrailNameException", message });
  });

  it("want a bucket that is there (fact 16) and has the policy (fact 17)", async () => {
    for (const S3BucketName of ["zz", "zzz"])
      expect(await refusal("CreateTrail", { Name: "audit", S3BucketName })).toEqual({
        name: "S3BucketDoesNotExistException",
        message: `S3 bucket ${S3BucketName} does not exist!`,
      });
    expect(await refused("CreateTrail", { Name: "audit", S3BucketName: "-z" })).toBe("InvalidS3BucketNameException");
    await service.client(S3Client).send(new CreateBucketCommand({ Bucket: "no-policy" }));
    expect(await refusal("CreateTrail", { Name: "audit", S3BucketName: "no-policy" })).toEqual({
      name: "InsufficientS3BucketPolicyException",
      message: "Incorrect S3 bucket policy is detected for bucket: no-policy",
    });
  });

  it("of all regions need global events, which is looked at before the bucket (fact 18)", async () => {
    const input = { Name: "audit", S3BucketName: "zz", IsMultiRegionTrail: true, IncludeGlobalServiceEvents: false };
    expect(await refused("CreateTrail", input)).toBe("InvalidParameterCombinationException");
  });

  it("are five at most (fact 19), and each name once (fact 20)", async () => {
    const names = ["one", "two", "three", "four", "five"];
    for (const Name of names) await call("CreateTrail", { Name, ...bucket });
    expect(await refused("CreateTrail", { Name: "one", ...bucket })).toBe("TrailAlreadyExistsException");
    expect(await refusal("CreateTrail", { Name: "six", ...bucket })).toEqual({
      name: "MaximumNumberOfTrailsExceededException",
      message: `User: ${account} already has 5 trails in ${home}.`,
    });
    for (const Name of names) await call("DeleteTrail", { Name });
  });

  it("change in what UpdateTrail names and in nothing else (fact 21)", async () => {
    await withTrail({ IncludeGlobalServiceEvents: false }, async (Name) => {
      const { Trail: before } = await call("GetTrail", { Name });
      await call("UpdateTrail", { Name, EnableLogFileValidation: true });
      const { Trail: after } = await call("GetTrail", { Name });
      expect(after).toEqual({ ...before, LogFileValidationEnabled: true });
    });
  });

  it("lose their topic with an empty name (fact 22)", async () => {
    const sns = service.client(SNSClient);
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: "trails" }));
    const AttributeValue = JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: "cloudtrail.amazonaws.com" },
          Action: "SNS:Publish",
          Resource: TopicArn,
        },
      ],
    });
    await sns.send(new SetTopicAttributesCommand({ TopicArn, AttributeName: "Policy", AttributeValue }));
    await withTrail({ SnsTopicName: "trails" }, async (Name) => {
      const { Trail: before } = await call("GetTrail", { Name });
      expect(before).toMatchObject({ SnsTopicName: "trails", SnsTopicARN: TopicArn });
      await call("UpdateTrail", { Name, SnsTopicName: "" });
      const { Trail: after } = await call("GetTrail", { Name });
      expect(Object.keys(after).filter((key) => key.startsWith("Sns"))).toEqual([]);
    });
  });

  it("need a role for a log group (fact 24)", async () => {
    const CloudWatchLogsLogGroupArn = `arn:aws:logs:${home}:${account}:log-group:g:*`;
    expect(await refusal("CreateTrail", { Name: "audit", ...bucket, CloudWatchLogsLogGroupArn })).toEqual({
      name: "InvalidCloudWatchLogsRoleArnException",
      message: "You must specify a role ARN as well as a log group.",
    });
  });

  it("of all regions are seen in another, as shadows (fact 25), and changed at home alone (fact 26)", async () => {
    await withTrail({ IsMultiRegionTrail: true }, async (name) => {
      const away = "us-east-1";
      const { trailList } = await call("DescribeTrails", {}, away);
      expect(trailList).toMatchObject([{ Name: name, HomeRegion: home, TrailARN: arnOf(name) }]);
      expect((await call("DescribeTrails", { includeShadowTrails: false }, away)).trailList).toEqual([]);
      const [Name, TrailName] = [arnOf(name), arnOf(name)];
      expect(await call("GetTrailStatus", { Name }, away)).toMatchObject({ IsLogging: false });
      for (const [operation, input] of [
        ["UpdateTrail", { Name }],
        ["StartLogging", { Name }],
        ["StopLogging", { Name }],
        ["DeleteTrail", { Name }],
        ["PutEventSelectors", { TrailName, EventSelectors: [{}] }],
        ["PutInsightSelectors", { TrailName, InsightSelectors: [{ InsightType: "ApiCallRateInsight" }] }],
        ["PutEventConfiguration", { TrailName, AggregationConfigurations: [] }],
        ["AddTags", { ResourceId: Name, TagsList: [{ Key: "a" }] }],
        ["RemoveTags", { ResourceId: Name, TagsList: [{ Key: "a" }] }],
      ] as const)
        expect([operation, await refused(operation, input, away)]).toEqual([operation, "InvalidHomeRegionException"]);
    });
  });

  it("that are unknown are left out of a description (fact 27)", async () => {
    expect(await call("DescribeTrails", { trailNameList: ["doesnotexist"] })).toEqual({ trailList: [] });
  });

  it("leave what they delivered (fact 28)", async () => {
    await makeTrailBucket(service, "kept-logs");
    await call("CreateTrail", { Name: "kept", S3BucketName: "kept-logs" });
    await call("StartLogging", { Name: "kept" });
    await eventually(async () => (await deliveredRecords(service, "kept-logs")).length > 0, "a log file");
    await call("DeleteTrail", { Name: "kept" });
    const [key = ""] = await keysOf(service, "kept-logs");
    expect((await objectOf(service, "kept-logs", key)).bytes.length).toBeGreaterThan(0);
  });

  it("leave a marker in the bucket when they are made (fact 29)", async () => {
    await withTrail({}, async () => {
      const marker = { Bucket: "audit-logs", Key: `AWSLogs/${account}/CloudTrail/` };
      expect((await service.client(S3Client).send(new HeadObjectCommand(marker))).ContentLength).toBe(0);
    });
  });
});

describe("selectors", () => {
  const fresh = {
    ReadWriteType: "All",
    IncludeManagementEvents: true,
    DataResources: [],
    ExcludeManagementEventSources: [],
  };
  const management = { Field: "eventCategory", Equals: ["Management"] };
  const data = { Field: "eventCategory", Equals: ["Data"] };
  const put = (TrailName: string, input: object) => refused("PutEventSelectors", { TrailName, ...input });
  const advanced = (...FieldSelectors: object[]) => ({ AdvancedEventSelectors: [{ FieldSelectors }] });

  it("are one basic selector at first (fact 30), and then whichever kind was put (fact 31)", async () => {
    await withTrail({}, async (TrailName) => {
      const TrailARN = arnOf(TrailName);
      expect(await call("GetEventSelectors", { TrailName })).toEqual({ TrailARN, EventSelectors: [fresh] });
      const selectors = advanced(management);
      expect(await call("PutEventSelectors", { TrailName, ...selectors })).toEqual({ TrailARN, ...selectors });
      expect(await call("GetEventSelectors", { TrailName })).toEqual({ TrailARN, ...selectors });
      expect((await call("GetTrail", { Name: TrailName })).Trail.HasCustomEventSelectors).toBe(true);
    });
  });

  it("are refused where AWS refuses them (fact 32, fact 33, fact 39)", async () => {
    await withTrail({}, async (name) => {
      const invalid = "InvalidEventSelectorsException";
      const ofXray = [{ Type: "AWS::XRay::Trace", Values: ["arn:aws:xray"] }];
      expect(await put(name, { EventSelectors: [{ DataResources: ofXray }] })).toBe(invalid);
      expect(await put(name, advanced({ Field: "readOnly", Equals: ["true"] }))).toBe(invalid);
      expect(await put(name, advanced(data))).toBe(invalid);
      expect(await put(name, advanced(management, { Field: "readOnly", StartsWith: ["t"] }))).toBe(invalid);
      expect(await put(name, { EventSelectors: [{ ExcludeManagementEventSources: ["iam.amazonaws.com"] }] })).toBe(
        invalid,
      );
      expect(await put(name, {})).toBe(invalid);
    });
  });

  it("have 500 values, not 501 (fact 34)", async () => {
    await withTrail({}, async (TrailName) => {
      // Two values are those of eventCategory and resources.type.
      const named = (count: number) =>
        advanced(
          data,
          { Field: "resources.type", Equals: ["AWS::XRay::Trace"] },
          { Field: "eventName", Equals: Array.from({ length: count - 2 }, (_, index) => `Call${index}`) },
        );
      await call("PutEventSelectors", { TrailName, ...named(500) });
      expect(await put(TrailName, named(501))).toBe("InvalidEventSelectorsException");
    });
  });
});

describe("tags", () => {
  it("are 50 at most, each key once in a call (fact 101)", async () => {
    await withTrail({}, async (name) => {
      const ResourceId = arnOf(name);
      const many = (count: number) => Array.from({ length: count }, (_, index) => ({ Key: `k${index}` }));
      expect(await refused("AddTags", { ResourceId, TagsList: many(51) })).toBe("TagsLimitExceededException");
      await call("AddTags", { ResourceId, TagsList: many(50) });
      expect(await refused("AddTags", { ResourceId, TagsList: [{ Key: "more" }] })).toBe("TagsLimitExceededException");
      const twice = [{ Key: "a" }, { Key: "a" }];
      expect(await refused("AddTags", { ResourceId, TagsList: twice })).toBe("InvalidTagParameterException");
    });
  });

  it("get a new value where the key is there (fact 102)", async () => {
    await withTrail({ TagsList: [{ Key: "team", Value: "web" }] }, async (name) => {
      const ResourceId = arnOf(name);
      await call("AddTags", { ResourceId, TagsList: [{ Key: "team", Value: "ops" }] });
      expect(await call("ListTags", { ResourceIdList: [ResourceId] })).toEqual({
        ResourceTagList: [{ ResourceId, TagsList: [{ Key: "team", Value: "ops" }] }],
      });
    });
  });
});
