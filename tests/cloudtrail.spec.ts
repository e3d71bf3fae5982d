import { gunzipSync } from "node:zlib";
import {
  AddTagsCommand,
  CloudTrailClient,
  CreateTrailCommand,
  DeleteTrailCommand,
  DescribeTrailsCommand,
  GetEventSelectorsCommand,
  GetTrailCommand,
  GetTrailStatusCommand,
  ListTagsCommand,
  ListTrailsCommand,
  LookupEventsCommand,
  PutEventSelectorsCommand,
  type PutEventSelectorsCommandInput,
  RemoveTagsCommand,
  StartLoggingCommand,
  StopLoggingCommand,
  UpdateTrailCommand,
} from "@aws-sdk/client-cloudtrail";
import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { CreateBucketCommand, DeleteBucketPolicyCommand, HeadObjectCommand, S3Client } from "@aws-sdk/client-s3";
import {
  BatchGetTracesCommand,
  GetSamplingRulesCommand,
  PutTraceSegmentsCommand,
  XRayClient,
} from "@aws-sdk/client-xray";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, type RunningDosimeter, startDosimeter } from "./start-dosimeter.js";
import {
  deliveredRecords,
  keysOf,
  letTrailsWrite,
  makeTrailBucket,
  makeTrailLogGroup,
  objectOf,
} from "./trail-destinations.js";

let service: RunningDosimeter;
let trails: CloudTrailClient;
beforeAll(async () => {
  service = await startDosimeter({ env: { DOSIMETER_DELIVERY_SECONDS: "1", DOSIMETER_DIGEST_SECONDS: "2" } });
  trails = service.client(CloudTrailClient);
  await makeTrailBucket(service, "audit-logs");
});
afterAll(() => service.stop());

const refusal = (reason: Error) => ({ name: reason.name, message: reason.message });
const bucket = { S3BucketName: "audit-logs" };
const traceId = () => `1-${Math.floor(Date.now() / 1000).toString(16)}-${"0123456789abcdef01234567"}`;

async function sendSegment(): Promise<void> {
  const seconds = Date.now() / 1000;
  const segment = {
    name: "shop",
    id: "70de5b6f19ff9a0a",
    trace_id: traceId(),
    start_time: seconds - 1,
    end_time: seconds,
  };
  await service
    .client(XRayClient)
    .send(new PutTraceSegmentsCommand({ TraceSegmentDocuments: [JSON.stringify(segment)] }));
}

async function removeTrail(name: string): Promise<void> {
  await trails.send(new DeleteTrailCommand({ Name: name }));
}

describe("the five steps", () => {
  it("end with every call in S3, in the log group and in event history", async () => {
    const logs = await makeTrailLogGroup(service, "audit");
    await trails.send(new CreateTrailCommand({ Name: "audit", ...bucket, ...logs, EnableLogFileValidation: true }));
    await trails.send(
      new PutEventSelectorsCommand({
        TrailName: "audit",
        AdvancedEventSelectors: [
          { FieldSelectors: [{ Field: "eventCategory", Equals: ["Management"] }] },
          {
            FieldSelectors: [
              { Field: "eventCategory", Equals: ["Data"] },
              { Field: "resources.type", Equals: ["AWS::XRay::Trace"] },
            ],
          },
        ],
      }),
    );
    await trails.send(new StartLoggingCommand({ Name: "audit" }));
    await sendSegment();
    const xray = service.client(XRayClient);
    await xray.send(new BatchGetTracesCommand({ TraceIds: [traceId()] }));
    await xray.send(new GetSamplingRulesCommand({}));

    const wanted = ["StartLogging", "PutTraceSegments", "BatchGetTraces", "GetSamplingRules"];
    const records = await eventually(async () => {
      const found = await deliveredRecords(service, "audit-logs");
      return wanted.every((name) => found.some((record) => record.eventName === name)) && found;
    }, "the calls in S3");
    expect(new Set(records.map((record) => record.eventID)).size).toBe(records.length);

    const [key = ""] = await keysOf(service, "audit-logs");
    expect(key.split("/").at(-1)).toMatch(/^\d{12}_CloudTrail_us-east-1_\d{8}T\d{4}Z_[A-Za-z0-9]{16}\.json\.gz$/);
    const object = await objectOf(service, "audit-logs", key);
    expect(object).toMatchObject({ ContentType: "application/json", ContentEncoding: "gzip" });
    expect(Object.keys(JSON.parse(gunzipSync(object.bytes).toString()))).toEqual(["Records"]);

    await eventually(async () => {
      const { events = [] } = await service
        .client(CloudWatchLogsClient)
        .send(new FilterLogEventsCommand({ logGroupName: "audit" }));
      const names = events.map((event) => JSON.parse(event.message as string).eventName);
      return wanted.every((name) => names.includes(name));
    }, "the calls in the log group");

    const { Events = [] } = await trails.send(new LookupEventsCommand({}));
    const history = Events.map((event) => event.EventName);
    expect(history).toEqual(expect.arrayContaining(["StartLogging", "PutEventSelectors", "CreateTrail"]));
    expect(history).not.toContain("PutTraceSegments");

    await eventually(async () => {
      const status = await trails.send(new GetTrailStatusCommand({ Name: "audit" }));
      return status.LatestDeliveryTime && status.LatestCloudWatchLogsDeliveryTime && status.LatestDigestDeliveryTime;
    }, "the status of all three");
    await trails.send(new StopLoggingCommand({ Name: "audit" }));
    await eventually(
      async () => (await deliveredRecords(service, "audit-logs")).some((record) => record.eventName === "StopLogging"),
      "the record of the call that stopped it",
    );
    await removeTrail("audit");
  });
});

describe("trails", () => {
  it("are made with AWS's defaults, and are not logging", async () => {
    const { $metadata, ...made } = await trails.send(new CreateTrailCommand({ Name: "fresh", ...bucket }));
    expect(made).toEqual({
      Name: "fresh",
      S3BucketName: "audit-logs",
      IncludeGlobalServiceEvents: true,
      IsMultiRegionTrail: false,
      TrailARN: `arn:aws:cloudtrail:us-east-1:${service.accountId}:trail/fresh`,
      LogFileValidationEnabled: false,
      IsOrganizationTrail: false,
    });
    const status = await trails.send(new GetTrailStatusCommand({ Name: "fresh" }));
    expect(status).toMatchObject({ IsLogging: false, LatestDeliveryAttemptTime: "", TimeLoggingStarted: "" });
    expect(status.StartLoggingTime).toBeUndefined();
    const marker = { Bucket: "audit-logs", Key: `AWSLogs/${service.accountId}/CloudTrail/` };
    expect((await service.client(S3Client).send(new HeadObjectCommand(marker))).ContentLength).toBe(0);

    await trails.send(new StartLoggingCommand({ Name: "fresh" }));
    await trails.send(new StopLoggingCommand({ Name: "fresh" }));
    const stopped = await trails.send(new GetTrailStatusCommand({ Name: "fresh" }));
    expect(stopped).toMatchObject({
      IsLogging: false,
      StartLoggingTime: expect.any(Date),
      StopLoggingTime: expect.any(Date),
    });

    await trails.send(new UpdateTrailCommand({ Name: "fresh", EnableLogFileValidation: true }));
    const { Trail } = await trails.send(new GetTrailCommand({ Name: "fresh" }));
    expect(Trail).toMatchObject({
      LogFileValidationEnabled: true,
      HomeRegion: "us-east-1",
      HasCustomEventSelectors: false,
    });
    await removeTrail("fresh");
  });

  it("are refused with AWS's words, in AWS's order", async () => {
    const s3 = service.client(S3Client);
    await s3.send(new CreateBucketCommand({ Bucket: "no-policy" }));
    const refusedWith = async (input: object) =>
      trails.send(new CreateTrailCommand({ Name: "refused", ...bucket, ...input })).then(() => undefined, refusal);
    expect(await refusedWith({ Name: "ab" })).toEqual({
      name: "InvalidTrailNameException",
      message: "Trail name too short. Minimum allowed length: 3 characters. Specified name length: 2 characters.",
    });
    expect((await refusedWith({ Name: "-abc" }))?.message).toBe("Trail name must starts with a letter or number.");
    expect((await refusedWith({ Name: "abc-" }))?.message).toBe("Trail name must ends with a letter or number.");
    expect((await refusedWith({ Name: "a#c" }))?.message).toMatch(/^Trail name or ARN can only contain/);
    expect(
      (await refusedWith({ S3BucketName: "zzz", IsMultiRegionTrail: true, IncludeGlobalServiceEvents: false }))?.name,
    ).toBe("InvalidParameterCombinationException");
    expect(await refusedWith({ S3BucketName: "zzz" })).toEqual({
      name: "S3BucketDoesNotExistException",
      message: "S3 bucket zzz does not exist!",
    });
    expect(await refusedWith({ S3BucketName: "no-policy" })).toEqual({
      name: "InsufficientS3BucketPolicyException",
      message: "Incorrect S3 bucket policy is detected for bucket: no-policy",
    });
    expect((await refusedWith({ SnsTopicName: "missing" }))?.name).toBe("InsufficientSnsTopicPolicyException");
    expect((await refusedWith({ SnsTopicName: "a.fifo" }))?.name).toBe("InvalidSnsTopicNameException");
    expect((await refusedWith({ IsOrganizationTrail: true }))?.name).toBe("OrganizationsNotInUseException");
    const group = `arn:aws:logs:us-east-1:${service.accountId}:log-group:nothing:*`;
    expect((await refusedWith({ CloudWatchLogsLogGroupArn: group }))?.name).toBe(
      "InvalidCloudWatchLogsRoleArnException",
    );
    const missing = await trails.send(new StartLoggingCommand({ Name: "nope" })).catch(refusal);
    expect(missing).toEqual({
      name: "TrailNotFoundException",
      message: `Unknown trail: nope for the user: ${service.accountId}`,
    });
    const unknown = await trails.send(new GetTrailStatusCommand({ Name: "nope" })).catch(refusal);
    expect(unknown).toMatchObject({
      message: `Unknown trail: arn:aws:cloudtrail:us-east-1:${service.accountId}:trail/nope for the user: ${service.accountId}`,
    });
    expect((await trails.send(new DescribeTrailsCommand({ trailNameList: ["doesnotexist"] }))).trailList).toEqual([]);
  });

  it("are five at most, and each name once", async () => {
    for (const name of ["one", "two", "three", "four", "five"])
      await trails.send(new CreateTrailCommand({ Name: name, ...bucket }));
    const again = await trails.send(new CreateTrailCommand({ Name: "one", ...bucket })).catch(refusal);
    expect(again).toMatchObject({ name: "TrailAlreadyExistsException" });
    const sixth = await trails.send(new CreateTrailCommand({ Name: "six", ...bucket })).catch(refusal);
    expect(sixth).toMatchObject({
      name: "MaximumNumberOfTrailsExceededException",
      message: `User: ${service.accountId} already has 5 trails in us-east-1.`,
    });
    for (const name of ["one", "two", "three", "four", "five"]) await removeTrail(name);
  });

  it("cast shadows in other regions, where they can be read and not changed", async () => {
    const { TrailARN } = await trails.send(
      new CreateTrailCommand({ Name: "wide", ...bucket, IsMultiRegionTrail: true }),
    );
    const elsewhere = service.client(CloudTrailClient, undefined, { region: "eu-west-1" });
    const { trailList } = await elsewhere.send(new DescribeTrailsCommand({}));
    expect(trailList).toMatchObject([{ Name: "wide", HomeRegion: "us-east-1" }]);
    const own = await elsewhere.send(new DescribeTrailsCommand({ includeShadowTrails: false }));
    expect(own.trailList).toEqual([]);
    expect((await elsewhere.send(new ListTrailsCommand({}))).Trails).toMatchObject([{ TrailARN }]);
    for (const command of [
      new UpdateTrailCommand({ Name: TrailARN }),
      new StartLoggingCommand({ Name: TrailARN }),
      new StopLoggingCommand({ Name: TrailARN }),
      new DeleteTrailCommand({ Name: TrailARN }),
      new PutEventSelectorsCommand({ TrailName: TrailARN, EventSelectors: [{}] }),
      new AddTagsCommand({ ResourceId: TrailARN, TagsList: [{ Key: "a" }] }),
    ])
      expect(await elsewhere.send(command as StartLoggingCommand).catch(refusal)).toMatchObject({
        name: "InvalidHomeRegionException",
      });
    await removeTrail("wide");
  });

  it("have tags", async () => {
    const { TrailARN: ResourceId } = await trails.send(
      new CreateTrailCommand({ Name: "tagged", ...bucket, TagsList: [{ Key: "team", Value: "web" }] }),
    );
    await trails.send(new AddTagsCommand({ ResourceId, TagsList: [{ Key: "team", Value: "ops" }, { Key: "cost" }] }));
    const tags = async () =>
      (await trails.send(new ListTagsCommand({ ResourceIdList: [ResourceId as string] }))).ResourceTagList?.[0]
        ?.TagsList;
    expect(await tags()).toEqual([{ Key: "cost" }, { Key: "team", Value: "ops" }]);
    await trails.send(new RemoveTagsCommand({ ResourceId, TagsList: [{ Key: "team" }] }));
    expect(await tags()).toEqual([{ Key: "cost" }]);
    const many = Array.from({ length: 51 }, (_, index) => ({ Key: `k${index}` }));
    const tooMany = await trails.send(new AddTagsCommand({ ResourceId, TagsList: many })).catch(refusal);
    expect(tooMany).toMatchObject({ name: "TagsLimitExceededException" });
    const twice = [{ Key: "a" }, { Key: "a" }];
    const repeated = await trails.send(new AddTagsCommand({ ResourceId, TagsList: twice })).catch(refusal);
    expect(repeated).toMatchObject({ name: "InvalidTagParameterException" });
    await removeTrail("tagged");
  });
});

describe("event selectors", () => {
  it("are one basic selector at first, and whatever was put last after that", async () => {
    await trails.send(new CreateTrailCommand({ Name: "select", ...bucket }));
    const selectors = async () => {
      const { $metadata, TrailARN, ...rest } = await trails.send(new GetEventSelectorsCommand({ TrailName: "select" }));
      return rest;
    };
    const put = (input: Omit<PutEventSelectorsCommandInput, "TrailName">) =>
      trails.send(new PutEventSelectorsCommand({ TrailName: "select", ...input })).then(() => undefined, refusal);
    expect(await selectors()).toEqual({
      EventSelectors: [
        { ReadWriteType: "All", IncludeManagementEvents: true, DataResources: [], ExcludeManagementEventSources: [] },
      ],
    });
    const AdvancedEventSelectors = [
      { Name: "m", FieldSelectors: [{ Field: "eventCategory", Equals: ["Management"] }] },
    ];
    expect(await put({ AdvancedEventSelectors })).toBeUndefined();
    expect(await selectors()).toEqual({ AdvancedEventSelectors });
    const invalid = { name: "InvalidEventSelectorsException" };
    expect(await put({})).toMatchObject(invalid);
    expect(await put({ AdvancedEventSelectors, EventSelectors: [{}] })).toMatchObject(invalid);
    expect(await put({ EventSelectors: [{ ExcludeManagementEventSources: ["iam.amazonaws.com"] }] })).toMatchObject(
      invalid,
    );
    expect(
      await put({ EventSelectors: [{ DataResources: [{ Type: "AWS::XRay::Trace", Values: ["arn:aws:xray"] }] }] }),
    ).toMatchObject(invalid);
    await removeTrail("select");
  });

  it("decide what is delivered", async () => {
    await makeTrailBucket(service, "selected-logs");
    await trails.send(new CreateTrailCommand({ Name: "selected", S3BucketName: "selected-logs" }));
    await trails.send(
      new PutEventSelectorsCommand({
        TrailName: "selected",
        AdvancedEventSelectors: [
          {
            FieldSelectors: [
              { Field: "eventCategory", Equals: ["Management"] },
              { Field: "readOnly", Equals: ["false"] },
            ],
          },
          {
            FieldSelectors: [
              { Field: "eventCategory", Equals: ["Data"] },
              { Field: "resources.type", Equals: ["AWS::XRay::Trace"] },
              { Field: "eventName", Equals: ["PutTraceSegments"] },
            ],
          },
        ],
      }),
    );
    await trails.send(new StartLoggingCommand({ Name: "selected" }));
    await service.client(XRayClient).send(new BatchGetTracesCommand({ TraceIds: [traceId()] }));
    await trails.send(new GetTrailCommand({ Name: "selected" }));
    await sendSegment();
    await trails.send(new StopLoggingCommand({ Name: "selected" }));
    await sendSegment();
    const records = await eventually(async () => {
      const found = await deliveredRecords(service, "selected-logs");
      return found.some((record) => record.eventName === "StopLogging") && found;
    }, "the last call of the trail");
    const ofTrails = records.map((record) => record.eventName).sort();
    expect(ofTrails).toEqual(["PutTraceSegments", "StartLogging", "StopLogging"]);
    await removeTrail("selected");
  });
});

describe("a delivery that fails", () => {
  it("shows in the status, and nothing is lost", async () => {
    await makeTrailBucket(service, "closed-logs");
    await trails.send(new CreateTrailCommand({ Name: "closed", S3BucketName: "closed-logs" }));
    await trails.send(new StartLoggingCommand({ Name: "closed" }));
    const s3 = service.client(S3Client);
    await s3.send(new DeleteBucketPolicyCommand({ Bucket: "closed-logs" }));
    const error = await eventually(
      async () => (await trails.send(new GetTrailStatusCommand({ Name: "closed" }))).LatestDeliveryError,
      "a failed delivery",
    );
    expect(error).toBe("AccessDenied");
    await letTrailsWrite(service, "closed-logs");
    await eventually(
      async () =>
        (await deliveredRecords(service, "closed-logs")).some((record) => record.eventName === "StartLogging"),
      "the records that waited",
    );
    const { LatestDeliveryError } = await trails.send(new GetTrailStatusCommand({ Name: "closed" }));
    expect(LatestDeliveryError).toBeUndefined();
    await removeTrail("closed");
  });
});

describe("event history", () => {
  const lookup = (input: object) => trails.send(new LookupEventsCommand(input));

  it("is newest first, in pages, by any one attribute", async () => {
    const seen = await eventually(async () => {
      const { Events = [] } = await lookup({
        LookupAttributes: [{ AttributeKey: "ResourceName", AttributeValue: "tagged" }],
      });
      return Events.length >= 4 && Events;
    }, "the calls about a trail");
    for (const event of seen)
      expect(JSON.parse(event.CloudTrailEvent as string)).toMatchObject({
        eventID: event.EventId,
        eventName: event.EventName,
      });

    const LookupAttributes = [{ AttributeKey: "EventName" as const, AttributeValue: "CreateTrail" }];
    const all = await lookup({ LookupAttributes });
    const paged: string[] = [];
    let NextToken: string | undefined;
    do {
      const page = await lookup({ LookupAttributes, MaxResults: 2, NextToken });
      paged.push(...(page.Events ?? []).map((event) => event.EventId as string));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    expect(paged).toEqual(all.Events?.map((event) => event.EventId));
    const times = all.Events?.map((event) => event.EventTime?.getTime() as number) ?? [];
    expect(times).toEqual([...times].sort((a, b) => b - a));

    const [event] = all.Events ?? [];
    for (const [AttributeKey, AttributeValue] of Object.entries({
      EventId: event?.EventId,
      EventSource: "cloudtrail.amazonaws.com",
      ReadOnly: "false",
      Username: "root",
      AccessKeyId: service.root.accessKeyId,
      ResourceType: "AWS::CloudTrail::Trail",
    })) {
      const { Events = [] } = await lookup({ LookupAttributes: [{ AttributeKey, AttributeValue }] });
      expect(Events.length, AttributeKey).toBeGreaterThan(0);
      if (AttributeKey === "ReadOnly") expect(new Set(Events.map((each) => each.ReadOnly))).toEqual(new Set(["false"]));
    }
  });

  it("refuses what AWS refuses", async () => {
    const attribute = { AttributeKey: "EventName", AttributeValue: "CreateTrail" };
    const { NextToken } = await lookup({ LookupAttributes: [attribute], MaxResults: 1 });
    const other = { ...attribute, AttributeValue: "DeleteTrail" };
    const name = async (input: object) =>
      lookup(input).then(
        () => undefined,
        (reason: Error) => reason.name,
      );
    expect(await name({ LookupAttributes: [other], MaxResults: 1, NextToken })).toBe("InvalidNextTokenException");
    expect(await name({ LookupAttributes: [attribute, other] })).toBe("InvalidLookupAttributesException");
    expect(await name({ StartTime: new Date(2000), EndTime: new Date(1000) })).toBe("InvalidTimeRangeException");
    expect(await name({ MaxResults: 51 })).toBe("InvalidMaxResultsException");
    expect(await name({ EventCategory: "management" })).toBe("InvalidEventCategoryException");
    expect((await lookup({ EventCategory: "insight" })).Events).toEqual([]);
  });
});
