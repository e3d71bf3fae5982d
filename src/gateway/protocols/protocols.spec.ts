import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import {
  CloudTrailClient,
  CreateTrailCommand,
  DescribeTrailsCommand,
  GetTrailStatusCommand,
  ListPublicKeysCommand,
  ListTrailsCommand,
} from "@aws-sdk/client-cloudtrail";
import * as s3 from "@aws-sdk/client-s3";
import {
  PublishCommand,
  SNSClient,
  TagResourceCommand as TagTopicCommand,
  UnsubscribeCommand,
} from "@aws-sdk/client-sns";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import {
  BatchGetTracesCommand,
  GetGroupCommand,
  GetSamplingTargetsCommand,
  GetTraceSummariesCommand,
  PutTraceSegmentsCommand,
  XRayClient,
} from "@aws-sdk/client-xray";
import { afterEach, describe, expect, it } from "vitest";
import { ServiceError } from "../../services/service-error.js";
import { WrittenJson } from "../../services/written-json.js";
import { type FixtureOptions, type GatewayFixture, startGateway } from "../testing/gateway-fixture.js";
import { sign } from "../testing/signed-request.js";
import {
  answering,
  cloudtrailService,
  objectOperations,
  type Seen,
  s3Service,
  snsService,
  stsService,
  xrayService,
} from "../testing/test-services.js";

const open: GatewayFixture[] = [];
const start = async (services: FixtureOptions["services"], options: Partial<FixtureOptions> = {}) => {
  const fixture = await startGateway({ services, ...options });
  open.push(fixture);
  return fixture;
};
afterEach(async () => {
  for (const fixture of open.splice(0)) await fixture.close();
});

describe("REST-JSON, spoken by the X-Ray client", () => {
  it("reads an input into the SDK's types and writes an output from them", async () => {
    const seen: Seen[] = [];
    const summaries = {
      TraceSummaries: [
        {
          Id: "1-5759e988-bd862e3fe1be46a994272793",
          StartTime: new Date(1234567890123),
          HasFault: false,
          Annotations: {},
        },
      ],
      TracesProcessedCount: 1,
    };
    const { client } = await start([xrayService([answering("GetTraceSummaries", () => summaries, { seen })])]);
    const input = { StartTime: new Date(1500000000500), EndTime: new Date(1500000060000), Sampling: true };
    const answer = await new XRayClient(client).send(new GetTraceSummariesCommand(input));
    expect(seen[0]?.input).toEqual(input);
    expect(answer).toMatchObject(summaries);
  });

  it("passes on what is written already, between what is not", async () => {
    const text = WrittenJson.list(['{"Id":"1-5759e988-bd862e3fe1be46a994272793","StartTime":1234567890.123}']);
    const { client } = await start([
      xrayService([
        answering("GetTraceSummaries", () => ({
          TracesProcessedCount: 1,
          TraceSummaries: text,
          ApproximateTime: new Date(5000),
          NextToken: undefined,
        })),
      ]),
    ]);
    const input = { StartTime: new Date(1500000000500), EndTime: new Date(1500000060000) };
    const { $metadata: _, ...answer } = await new XRayClient(client).send(new GetTraceSummariesCommand(input));
    expect(answer).toEqual({
      TraceSummaries: [{ Id: "1-5759e988-bd862e3fe1be46a994272793", StartTime: new Date(1234567890123) }],
      TracesProcessedCount: 1,
      ApproximateTime: new Date(5000),
    });
  });

  it("carries maps, lists, nested structures and timestamps within them", async () => {
    const seen: Seen[] = [];
    const { client } = await start([
      xrayService([answering("GetSamplingTargets", () => ({ LastRuleModification: new Date(5000) }), { seen })]),
    ]);
    const input = {
      SamplingStatisticsDocuments: [
        { RuleName: "r", ClientID: "c", Timestamp: new Date(1000), RequestCount: 2, SampledCount: 1 },
      ],
    };
    const answer = await new XRayClient(client).send(new GetSamplingTargetsCommand(input));
    expect(seen[0]?.input).toEqual(input);
    expect(answer.LastRuleModification).toEqual(new Date(5000));
  });

  it("names an error of the model with its status, in header and body", async () => {
    const refuse = () => {
      throw new ServiceError("ResourceNotFoundException", "gone", { httpStatus: 404, members: { ResourceName: "x" } });
    };
    const { client, endpoint } = await start([xrayService([answering("GetGroup", refuse)])]);
    await expect(new XRayClient(client).send(new GetGroupCommand({ GroupName: "g" }))).rejects.toMatchObject({
      name: "ResourceNotFoundException",
      message: "gone",
      ResourceName: "x",
      $metadata: { httpStatusCode: 404 },
    });
    const raw = await sign({ endpoint, service: "xray", path: "/GetGroup", body: "{}" });
    expect(raw.headers.get("x-amzn-errortype")).toBe("ResourceNotFoundException");
    expect(await raw.json()).toEqual({ __type: "ResourceNotFoundException", Message: "gone", ResourceName: "x" });
  });

  it("takes an empty body for an empty object, and members nobody knows for nothing", async () => {
    const seen: Seen[] = [];
    const { endpoint } = await start([xrayService([answering("GetGroup", () => ({}), { seen })])]);
    expect((await sign({ endpoint, service: "xray", path: "/GetGroup", body: "" })).status).toBe(200);
    const odd = await sign({
      endpoint,
      service: "xray",
      path: "/GetGroup",
      body: '{"GroupName":null,"Other":{"a":[1]},"__proto__":{"GroupName":"polluted"}}',
    });
    expect(odd.status).toBe(200);
    expect(seen.map(({ input }) => input)).toEqual([{}, {}]);
  });

  it.each([
    [
      "missing required members, all at once",
      "/SamplingTargets",
      '{"SamplingStatisticsDocuments":[{"RuleName":"r"}]}',
      "ValidationException",
      "4 validation errors detected: Value null at 'samplingStatisticsDocuments.member.clientID' failed to satisfy constraint: Member must not be null",
    ],
    [
      "a missing list",
      "/TraceSegments",
      "{}",
      "ValidationException",
      "1 validation error detected: Value null at 'traceSegmentDocuments' failed to satisfy constraint: Member must not be null",
    ],
    [
      "text for a boolean",
      "/TraceSummaries",
      '{"StartTime":1,"EndTime":2,"Sampling":"yes"}',
      "SerializationException",
      "STRING_VALUE can not be converted to a Boolean at 'sampling'",
    ],
    [
      "a list for the body",
      "/TraceSegments",
      "[1]",
      "SerializationException",
      "LIST_VALUE can not be converted to a Structure",
    ],
    [
      "a number in a list of texts",
      "/TraceSegments",
      '{"TraceSegmentDocuments":["a",1]}',
      "SerializationException",
      "NUMBER_VALUE can not be converted to a String",
    ],
    [
      "a number beyond all numbers",
      "/TraceSummaries",
      '{"StartTime":1e999,"EndTime":2}',
      "SerializationException",
      "NUMBER_VALUE can not be converted to a Timestamp",
    ],
    ["what is not JSON", "/TraceSegments", "{", "SerializationException", "not valid JSON"],
  ])("refuses %s", async (_what, path, body, code, message) => {
    const { endpoint } = await start([
      xrayService(
        ["GetSamplingTargets", "PutTraceSegments", "GetTraceSummaries"].map((name) => answering(name, () => ({}))),
      ),
    ]);
    const answer = await sign({ endpoint, service: "xray", path, body });
    expect(answer.status).toBe(400);
    const { __type, message: text } = (await answer.json()) as Record<string, string>;
    expect(__type).toBe(code);
    expect(text).toContain(message);
  });

  it("reads gzip, and refuses what would unpack beyond the limit or is too large as it is", async () => {
    const seen: Seen[] = [];
    const { endpoint } = await start([
      xrayService([answering("PutTraceSegments", () => ({ UnprocessedTraceSegments: [] }), { seen })]),
    ]);
    const send = (body: Buffer, headers: Record<string, string>) =>
      sign({ endpoint, service: "xray", path: "/TraceSegments", body, headers });
    const small = gzipSync('{"TraceSegmentDocuments":["a"]}');
    expect(await (await send(small, { "content-encoding": "gzip" })).json()).toEqual({ UnprocessedTraceSegments: [] });
    expect(seen[0]?.input).toEqual({ TraceSegmentDocuments: ["a"] });
    const bomb = gzipSync(Buffer.alloc(20 * 1024 * 1024, " "));
    const refused = await send(bomb, { "content-encoding": "gzip" });
    expect([refused.status, refused.headers.get("x-amzn-errortype")]).toEqual([413, "RequestEntityTooLargeException"]);
    const large = await send(Buffer.alloc(2 * 1024 * 1024, " "), {});
    expect([large.status, large.headers.get("x-amzn-errortype")]).toEqual([413, "RequestEntityTooLargeException"]);
  });

  it("answers an unknown path, a wrong method and an operation not offered with AWS's names", async () => {
    const fixture = await start([xrayService([answering("BatchGetTraces", () => ({}))])]);
    const { endpoint, client } = fixture;
    const unknown = await sign({ endpoint, service: "xray", path: "/Nothing", body: "{}" });
    expect([unknown.status, unknown.headers.get("x-amzn-errortype")]).toEqual([404, "UnknownOperationException"]);
    expect((await sign({ endpoint, service: "xray", method: "GET", path: "/Traces" })).status).toBe(404);
    await expect(
      new XRayClient(client).send(new PutTraceSegmentsCommand({ TraceSegmentDocuments: [] })),
    ).rejects.toMatchObject({
      name: "UnsupportedOperationException",
    });
    await new XRayClient(client).send(new BatchGetTracesCommand({ TraceIds: [] }));
    expect(fixture.records().map(({ eventName, errorCode }) => [eventName, errorCode])).toEqual([
      ["Unknown", "UnknownOperationException"],
      ["Unknown", "UnknownOperationException"],
      ["PutTraceSegments", "UnsupportedOperationException"],
      ["BatchGetTraces", undefined],
    ]);
  });
});

describe("AWS JSON 1.1, spoken by the CloudTrail client", () => {
  it("reads and writes, with members in whatever case the model has them", async () => {
    const seen: Seen[] = [];
    const { client } = await start([
      cloudtrailService([
        answering("DescribeTrails", () => ({ trailList: [{ Name: "t", IsMultiRegionTrail: false }] }), { seen }),
        answering("GetTrailStatus", () => ({ IsLogging: true, StartLoggingTime: new Date(1500) })),
        answering("ListPublicKeys", () => ({ PublicKeyList: [{ Value: Buffer.from([0, 255]), Fingerprint: "f" }] })),
      ]),
    ]);
    const trails = new CloudTrailClient(client);
    expect((await trails.send(new DescribeTrailsCommand({ trailNameList: ["t"] }))).trailList).toEqual([
      { Name: "t", IsMultiRegionTrail: false },
    ]);
    expect(seen[0]?.input).toEqual({ trailNameList: ["t"] });
    expect((await trails.send(new GetTrailStatusCommand({ Name: "t" }))).StartLoggingTime).toEqual(new Date(1500));
    const [key] = (await trails.send(new ListPublicKeysCommand({}))).PublicKeyList ?? [];
    expect(Buffer.from(key?.Value ?? [])).toEqual(Buffer.from([0, 255]));
  });

  it("takes the short target and the long one, and refuses other prefixes", async () => {
    const { endpoint } = await start([cloudtrailService([answering("ListTrails", () => ({ Trails: [] }))])]);
    const call = (target: string) =>
      sign({ endpoint, service: "cloudtrail", path: "/", body: "{}", headers: { "x-amz-target": target } });
    for (const target of [
      "CloudTrail_20131101.ListTrails",
      "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.ListTrails",
    ]) {
      const answer = await call(target);
      expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "application/x-amz-json-1.1"]);
    }
    expect(await (await call("Other.ListTrails")).json()).toMatchObject({ __type: "UnknownOperationException" });
  });

  it("answers client faults with 400 and the name in __type", async () => {
    const refuse = () => {
      throw new ServiceError("TrailNotFoundException", "Unknown trail: t", { httpStatus: 404 });
    };
    const { client } = await start(
      [cloudtrailService([answering("CreateTrail", refuse), answering("ListTrails", () => ({}))])],
      { allows: ({ action }) => action !== "test:ListTrails" },
    );
    const trails = new CloudTrailClient(client);
    await expect(trails.send(new CreateTrailCommand({ Name: "t", S3BucketName: "b" }))).rejects.toMatchObject({
      name: "TrailNotFoundException",
      message: "Unknown trail: t",
      $metadata: { httpStatusCode: 400 },
    });
    await expect(trails.send(new ListTrailsCommand({}))).rejects.toMatchObject({ name: "AccessDeniedException" });
  });
});

describe("AWS Query, spoken by the STS and SNS clients", () => {
  it("finds the name of an operation in the body, also for an API that is not here", async () => {
    const fixture = await start([]);
    const answer = await sign({
      endpoint: fixture.endpoint,
      service: "cloudformation",
      path: "/",
      body: "Action=DescribeStacks&Version=2010-05-15",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain("<Code>InvalidAction</Code>");
    expect(fixture.records()).toMatchObject([
      { eventSource: "cloudformation.amazonaws.com", eventName: "DescribeStacks", errorCode: "InvalidAction" },
    ]);
  });

  it("reads lists, nested structures and maps, and writes results", async () => {
    const seen: Seen[] = [];
    const expires = new Date("2026-03-01T12:00:00Z");
    const { client } = await start([
      stsService([
        answering("GetCallerIdentity", () => ({ UserId: "U&<", Account: "111122223333", Arn: "arn" })),
        answering(
          "AssumeRole",
          () => ({
            Credentials: { AccessKeyId: "ASIA", SecretAccessKey: "s", SessionToken: "t", Expiration: expires },
            PackedPolicySize: 3,
          }),
          { seen },
        ),
      ]),
      snsService([
        answering("Publish", () => ({ MessageId: "m" }), { seen }),
        answering("TagResource", () => ({}), { seen }),
        answering("Unsubscribe", () => undefined),
      ]),
    ]);
    const sts = new STSClient(client);
    expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({ UserId: "U&<", Account: "111122223333" });
    const assumed = {
      RoleArn: "arn:aws:iam::111122223333:role/r",
      RoleSessionName: "s",
      DurationSeconds: 900,
      PolicyArns: [{ arn: "a" }, { arn: "b" }],
      Tags: [{ Key: "k", Value: "v w+%" }],
      TransitiveTagKeys: ["k"],
    };
    expect(await sts.send(new AssumeRoleCommand(assumed))).toMatchObject({
      Credentials: { Expiration: expires },
      PackedPolicySize: 3,
    });
    const published = {
      TopicArn: "arn:aws:sns:eu-west-1:111122223333:t",
      Message: "ü\n",
      MessageAttributes: {
        one: { DataType: "String", StringValue: "1" },
        __proto__x: { DataType: "Binary", BinaryValue: new Uint8Array([1]) },
      },
    };
    const sns = new SNSClient(client);
    expect(await sns.send(new PublishCommand(published))).toMatchObject({ MessageId: "m" });
    await sns.send(new TagTopicCommand({ ResourceArn: "arn", Tags: [{ Key: "a", Value: "b" }] }));
    await sns.send(new UnsubscribeCommand({ SubscriptionArn: "arn" }));
    expect(seen[0]?.input).toEqual(assumed);
    expect(seen[1]?.input).toMatchObject({ Message: "ü\n", MessageAttributes: { one: { StringValue: "1" } } });
    expect(seen[2]?.input).toEqual({ ResourceArn: "arn", Tags: [{ Key: "a", Value: "b" }] });
  });

  it("names errors as the Query APIs do", async () => {
    const refuse = () => {
      throw new ServiceError("MalformedPolicyDocumentException", "bad");
    };
    const { client, endpoint } = await start([
      stsService([answering("AssumeRole", refuse), answering("GetCallerIdentity", () => ({}))]),
    ]);
    const sts = new STSClient(client);
    await expect(sts.send(new AssumeRoleCommand({ RoleArn: "a", RoleSessionName: "s" }))).rejects.toMatchObject({
      name: "MalformedPolicyDocumentException",
      Code: "MalformedPolicyDocument",
    });
    const call = async (body: string) =>
      (
        await sign({
          endpoint,
          service: "sts",
          path: "/",
          body,
          headers: { "content-type": "application/x-www-form-urlencoded" },
        })
      ).text();
    expect(await call("Action=Nothing&Version=2011-06-15")).toContain("<Code>InvalidAction</Code>");
    expect(await call("Action=AssumeRole&Version=2011-06-15&RoleArn=a")).toContain("Value null at 'roleSessionName'");
    expect(await call("Action=AssumeRole&RoleArn=a&RoleSessionName=s&DurationSeconds=soon")).toContain(
      "<Code>MalformedInput</Code>",
    );
    const stranger = new STSClient({ ...client, credentials: { accessKeyId: "AKIDOTHER", secretAccessKey: "x" } });
    await expect(stranger.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
      name: "InvalidClientTokenId",
    });
  });
});

describe("REST-XML, spoken by the S3 client", () => {
  const client = (fixture: GatewayFixture, options: s3.S3ClientConfig = {}) =>
    new s3.S3Client({ ...fixture.client, forcePathStyle: true, ...options });

  it("refuses S3 Control, which signs for S3, in S3 Control's form and under its names", async () => {
    const fixture = await start([s3Service(objectOperations(new Map(), []))]);
    const wanted = {
      endpoint: fixture.endpoint,
      service: "s3",
      path: "/v20180820/tags/arn%3Aaws%3As3%3A%3A%3Abucket",
      host: "111122223333.localhost",
      headers: { "x-amz-account-id": "111122223333" },
    };
    for (const method of ["GET", "POST", "DELETE"]) {
      const answer = await sign({ ...wanted, method });
      expect(answer.status).toBe(405);
      expect(await answer.text()).toMatch(/<ErrorResponse[^>]*><Error>.*<Code>MethodNotAllowed<\/Code>/);
    }
    expect(fixture.records().map(({ eventName }) => eventName)).toEqual([
      "ListTagsForResource",
      "TagResource",
      "UntagResource",
    ]);
  });

  it("stores and gives objects as streams, with whatever checksum the client asks for", async () => {
    const objects = new Map<string, Buffer>();
    const seen: Seen[] = [];
    const fixture = await start([s3Service(objectOperations(objects, seen))]);
    const s3Client = client(fixture);
    const content = Buffer.alloc(300_000, "dosimeter ");
    for (const ChecksumAlgorithm of ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"] as const) {
      const Key = `a b/ü+${ChecksumAlgorithm}//../x`;
      await s3Client.send(
        new s3.PutObjectCommand({
          Bucket: "bucket",
          Key,
          Body: content,
          ChecksumAlgorithm,
          Metadata: { colour: "blue" },
        }),
      );
      expect(objects.get(`bucket/${Key}`)?.equals(content)).toBe(true);
    }
    const Body = Readable.from([content.subarray(0, 100_000), content.subarray(100_000)]);
    await s3Client.send(
      new s3.PutObjectCommand({
        Bucket: "bucket",
        Key: "streamed",
        Body,
        ContentLength: content.length,
        ContentEncoding: "gzip",
      }),
    );
    expect(objects.get("bucket/streamed")?.equals(content)).toBe(true);
    expect(seen.at(-1)?.input).toMatchObject({
      Bucket: "bucket",
      Key: "streamed",
      ContentEncoding: "gzip",
      ContentLength: content.length,
    });
    expect(seen[0]?.input).toMatchObject({ Metadata: { colour: "blue" } });

    const got = await s3Client.send(new s3.GetObjectCommand({ Bucket: "bucket", Key: "streamed" }));
    expect(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(content)).toBe(true);
    expect(got).toMatchObject({ ContentType: "text/plain", Metadata: { colour: "blue" }, LastModified: new Date(0) });
    const part = await s3Client.send(
      new s3.GetObjectCommand({ Bucket: "bucket", Key: "streamed", Range: "bytes=0-3" }),
    );
    expect([await part.Body?.transformToString(), part.$metadata.httpStatusCode]).toEqual(["dosi", 206]);
    await expect(s3Client.send(new s3.GetObjectCommand({ Bucket: "bucket", Key: "none" }))).rejects.toMatchObject({
      name: "NoSuchKey",
    });
  });

  it("tells the operations of a path apart by query and headers", async () => {
    const names = [
      "ListBuckets",
      "CreateBucket",
      "HeadBucket",
      "DeleteBucket",
      "GetBucketLocation",
      "GetBucketAcl",
      "ListObjects",
      "ListObjectsV2",
      "ListMultipartUploads",
      "CopyObject",
      "UploadPartCopy",
      "CreateMultipartUpload",
      "CompleteMultipartUpload",
      "AbortMultipartUpload",
      "ListParts",
      "DeleteObject",
      "DeleteObjects",
      "HeadObject",
      "PutBucketPolicy",
      "GetBucketPolicy",
      "GetObjectTagging",
    ];
    const answers: Record<string, unknown> = {
      ListBuckets: { Buckets: [{ Name: "b", CreationDate: new Date(1000) }], Owner: { ID: "1" } },
      GetBucketLocation: { LocationConstraint: "eu-west-1" },
      GetBucketAcl: {
        Owner: { ID: "1" },
        Grants: [{ Grantee: { Type: "CanonicalUser", ID: "1" }, Permission: "READ" }],
      },
      ListObjectsV2: {
        Contents: [{ Key: "k&<\u0001", Size: 1, ETag: '"e"' }, { Key: "l" }],
        CommonPrefixes: [{ Prefix: "p/" }],
        IsTruncated: false,
        KeyCount: 2,
      },
      CopyObject: { CopyObjectResult: { ETag: '"e"', LastModified: new Date(2000) } },
      GetBucketPolicy: { Policy: '{"Version":"2012-10-17"}' },
      HeadObject: { ContentLength: 7, ETag: '"e"' },
      DeleteObjects: { Deleted: [{ Key: "a" }] },
      UploadPartCopy: { CopyPartResult: { ETag: '"e"' } },
      CreateMultipartUpload: { UploadId: "u", Bucket: "b", Key: "k" },
    };
    const seen: Seen[] = [];
    const fixture = await start([
      s3Service([
        ...names.map((name) => answering(name, () => answers[name] ?? {}, { seen })),
        ...objectOperations(new Map(), seen),
      ]),
    ]);
    const c = client(fixture);
    const at = { Bucket: "b", Key: "k" };
    const upload = { ...at, UploadId: "u" };
    expect((await c.send(new s3.ListBucketsCommand({}))).Buckets).toEqual([
      { Name: "b", CreationDate: new Date(1000) },
    ]);
    await c.send(
      new s3.CreateBucketCommand({ Bucket: "b", CreateBucketConfiguration: { LocationConstraint: "eu-west-1" } }),
    );
    expect(seen.at(-1)?.input).toEqual({ Bucket: "b", CreateBucketConfiguration: { LocationConstraint: "eu-west-1" } });
    await c.send(new s3.HeadBucketCommand({ Bucket: "b" }));
    expect((await c.send(new s3.GetBucketLocationCommand({ Bucket: "b" }))).LocationConstraint).toBe("eu-west-1");
    expect((await c.send(new s3.GetBucketAclCommand({ Bucket: "b" }))).Grants).toEqual([
      { Grantee: { Type: "CanonicalUser", ID: "1" }, Permission: "READ" },
    ]);
    await c.send(new s3.ListObjectsCommand({ Bucket: "b", Prefix: "a/b+ c", Delimiter: "/" }));
    expect(seen.at(-1)?.input).toEqual({ Bucket: "b", Prefix: "a/b+ c", Delimiter: "/" });
    const listed = await c.send(new s3.ListObjectsV2Command({ Bucket: "b", MaxKeys: 3, FetchOwner: false }));
    expect(listed.Contents?.map(({ Key }) => Key)).toEqual(["k&<\u0001", "l"]);
    expect(seen.at(-1)?.input).toMatchObject({ MaxKeys: 3, FetchOwner: false });
    await c.send(new s3.ListMultipartUploadsCommand({ Bucket: "b" }));
    expect(
      (await c.send(new s3.CopyObjectCommand({ ...at, CopySource: "b/x" }))).CopyObjectResult?.LastModified,
    ).toEqual(new Date(2000));
    expect((await c.send(new s3.CreateMultipartUploadCommand(at))).UploadId).toBe("u");
    await c.send(new s3.UploadPartCommand({ ...upload, PartNumber: 1, Body: "part" }));
    await c.send(new s3.UploadPartCopyCommand({ ...upload, PartNumber: 1, CopySource: "b/x" }));
    await c.send(new s3.ListPartsCommand(upload));
    await c.send(
      new s3.CompleteMultipartUploadCommand({
        ...upload,
        ChecksumCRC32: "AAAAAA==",
        MultipartUpload: { Parts: [{ ETag: '"e"', PartNumber: 1 }] },
      }),
    );
    expect(seen.at(-1)?.input).toMatchObject({ MultipartUpload: { Parts: [{ ETag: '"e"', PartNumber: 1 }] } });
    await c.send(new s3.AbortMultipartUploadCommand(upload));
    expect(await c.send(new s3.HeadObjectCommand(at))).toMatchObject({ ContentLength: 7, ETag: '"e"' });
    await c.send(new s3.DeleteObjectCommand(at));
    await c.send(
      new s3.DeleteObjectsCommand({ Bucket: "b", Delete: { Objects: [{ Key: "a" }, { Key: "b&" }], Quiet: true } }),
    );
    expect(seen.at(-1)?.input).toMatchObject({ Delete: { Objects: [{ Key: "a" }, { Key: "b&" }], Quiet: true } });
    await c.send(new s3.PutBucketPolicyCommand({ Bucket: "b", Policy: "{}" }));
    expect(seen.at(-1)?.input).toMatchObject({ Policy: "{}" });
    expect((await c.send(new s3.GetBucketPolicyCommand({ Bucket: "b" }))).Policy).toBe('{"Version":"2012-10-17"}');
    await c.send(new s3.GetObjectTaggingCommand(at));
    await c.send(new s3.DeleteBucketCommand({ Bucket: "b" }));
    expect(seen.map(({ operation }) => operation)).toEqual([
      "ListBuckets",
      "CreateBucket",
      "HeadBucket",
      "GetBucketLocation",
      "GetBucketAcl",
      "ListObjects",
      "ListObjectsV2",
      "ListMultipartUploads",
      "CopyObject",
      "CreateMultipartUpload",
      "UploadPart",
      "UploadPartCopy",
      "ListParts",
      "CompleteMultipartUpload",
      "AbortMultipartUpload",
      "HeadObject",
      "DeleteObject",
      "DeleteObjects",
      "PutBucketPolicy",
      "GetBucketPolicy",
      "GetObjectTagging",
      "DeleteBucket",
    ]);
  });

  it("finds the bucket in the host", async () => {
    const seen: Seen[] = [];
    const { endpoint } = await start([s3Service([answering("ListObjectsV2", () => ({}), { seen })])]);
    for (const host of [
      "my-bucket.localhost:4566",
      "my-bucket.s3.eu-west-1.amazonaws.com",
      "my-bucket.s3-eu-west-1.amazonaws.com",
    ])
      expect(
        (await sign({ endpoint, service: "s3", method: "GET", path: "/", query: "list-type=2", host })).status,
      ).toBe(200);
    expect(seen.map(({ input }) => input["Bucket"])).toEqual(["my-bucket", "my-bucket", "my-bucket"]);
  });

  it("does not pass over a sub-resource it cannot serve", async () => {
    const objects = new Map([["b/k", Buffer.from("kept")]]);
    const deleted: Seen[] = [];
    const fixture = await start([
      s3Service([...objectOperations(objects), answering("DeleteObject", () => ({}), { seen: deleted })]),
    ]);
    const { endpoint } = fixture;
    const refused = await sign({ endpoint, service: "s3", method: "DELETE", path: "/b/k", query: "acl" });
    expect(refused.status).toBe(405);
    expect((await sign({ endpoint, service: "s3", method: "GET", path: "/b/k", query: "acl" })).status).toBe(501);
    expect(
      (await sign({ endpoint, service: "s3", method: "PUT", path: "/b/k", query: "uploads", body: "x" })).status,
    ).toBe(405);
    expect(deleted).toEqual([]);
    expect(objects.get("b/k")?.toString()).toBe("kept");
  });

  it.each([
    ["an entity of its own", '<!DOCTYPE a [<!ENTITY x "y">]><Delete><Object><Key>&x;</Key></Object></Delete>'],
    ["tags that do not match", "<Delete><Object></Delete></Object>"],
    ["another element's text for a boolean", "<Delete><Object><Key>a</Key></Object><Quiet>maybe</Quiet></Delete>"],
    ["nothing it requires", "<Delete></Delete>"],
    ["a thousand levels", `${"<a>".repeat(1000)}${"</a>".repeat(1000)}`],
  ])("refuses XML with %s", async (_what, body) => {
    const { endpoint } = await start([s3Service([answering("DeleteObjects", () => ({}))])]);
    const answer = await sign({ endpoint, service: "s3", method: "POST", path: "/b", query: "delete", body });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain("<Code>MalformedXML</Code>");
  });
});
