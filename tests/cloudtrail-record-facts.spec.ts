import { createHash, createPublicKey, verify } from "node:crypto";
import { gunzipSync } from "node:zlib";
import {
  CloudTrailClient,
  CreateTrailCommand,
  ListPublicKeysCommand,
  LookupEventsCommand,
  PutEventSelectorsCommand,
  StartLoggingCommand,
} from "@aws-sdk/client-cloudtrail";
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sign } from "../src/gateway/testing/signed-request.js";
import { eventually, type RunningDosimeter, startDosimeter, type TestCredentials } from "./start-dosimeter.js";
import { keysOf, makeTrailBucket, objectOf } from "./trail-destinations.js";

/** Facts of the acceptance list about records, log files and digests, in the account and region of the list. */
const account = "111122223333";
const home = "eu-west-1";
const bucket = "audit-logs";
let service: RunningDosimeter;
let trails: CloudTrailClient;
let user: TestCredentials;
let denied: TestCredentials;
let session: TestCredentials;
beforeAll(async () => {
  service = await startDosimeter({
    env: {
      DOSIMETER_ACCOUNT: account,
      DOSIMETER_REGION: home,
      DOSIMETER_DELIVERY_SECONDS: "1",
      DOSIMETER_DIGEST_SECONDS: "2",
    },
  });
  trails = service.client(CloudTrailClient);
  await makeTrailBucket(service, bucket);
  const iam = service.client(IAMClient);
  const PolicyDocument = allow({ Action: ["xray:*", "cloudtrail:*"], Resource: "*" });
  const userOf = async (UserName: string): Promise<TestCredentials> => {
    await iam.send(new CreateUserCommand({ UserName }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    return { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
  };
  user = await userOf("reader");
  denied = await userOf("nobody");
  await iam.send(new PutUserPolicyCommand({ UserName: "reader", PolicyName: "p", PolicyDocument }));
  const AssumeRolePolicyDocument = allow({ Principal: { AWS: account }, Action: "sts:AssumeRole" });
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName: "ingest", AssumeRolePolicyDocument }));
  await iam.send(new PutRolePolicyCommand({ RoleName: "ingest", PolicyName: "p", PolicyDocument }));
  await iam.send(
    new PutUserPolicyCommand({
      UserName: "reader",
      PolicyName: "assume",
      PolicyDocument: allow({ Action: "sts:AssumeRole", Resource: Role?.Arn }),
    }),
  );
  const { Credentials } = await service
    .client(STSClient, user)
    .send(new AssumeRoleCommand({ RoleArn: Role!.Arn!, RoleSessionName: "ingest-7" }));
  session = {
    accessKeyId: Credentials!.AccessKeyId!,
    secretAccessKey: Credentials!.SecretAccessKey!,
    sessionToken: Credentials!.SessionToken!,
  };
});
afterAll(() => service?.stop());

function allow(more: object): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...more }] });
}

// biome-ignore lint/suspicious/noExplicitAny: records of every shape.
type Recorded = any;

interface Sent {
  readonly key?: TestCredentials;
  readonly headers?: Record<string, string>;
}

/** Calls X-Ray, and answers the request id, by which its record is found. */
async function xray(path: string, input: object, { key = user, headers = {} }: Sent = {}) {
  const answer = await sign({
    ...{ endpoint: service.endpoint, service: "xray", region: home, path, key },
    headers: { ...headers, ...(key.sessionToken && { "x-amz-security-token": key.sessionToken }) },
    body: JSON.stringify(input),
  });
  const text = await answer.text();
  return { status: answer.status, text, requestId: answer.headers.get("x-amzn-requestid") as string };
}

/** The record of a call, of whatever category, as our own search tells it. */
function recordOf(requestId: string): Promise<Recorded> {
  return eventually(async () => {
    const answer = await sign({
      ...{ endpoint: service.endpoint, service: "cloudtrail", region: home, path: "/dosimeter/SearchEvents" },
      key: service.root,
      body: JSON.stringify({
        StartTime: Date.now() / 1000 - 600,
        SearchAttributes: [{ AttributeKey: "Text", AttributeValue: `"requestID":"${requestId}"` }],
      }),
    });
    const { Events } = (await answer.json()) as { Events: { CloudTrailEvent: string }[] };
    return Events.length === 1 && JSON.parse(Events[0]!.CloudTrailEvent);
  }, `the record of ${requestId}`);
}

const recorded = async (path: string, input: object, more?: Sent): Promise<Recorded> =>
  recordOf((await xray(path, input, more)).requestId);

let made = 0;
const newTraceId = () => `1-${Math.floor(Date.now() / 1000).toString(16)}-${(++made).toString(16).padStart(24, "0")}`;
const segment = (trace_id: string) => {
  const seconds = Date.now() / 1000;
  const id = (++made).toString(16).padStart(16, "0");
  return JSON.stringify({ name: "secret-shop", id, trace_id, start_time: seconds - 1, end_time: seconds });
};

describe("the record of a call", () => {
  it("tells a write of a user (fact 40)", async () => {
    const record = await recorded("/CreateGroup", { GroupName: "checkout" });
    expect(record).toMatchObject({
      eventSource: "xray.amazonaws.com",
      eventName: "CreateGroup",
      readOnly: false,
      managementEvent: true,
      eventCategory: "Management",
      eventType: "AwsApiCall",
      userIdentity: { type: "IAMUser", userName: "reader" },
      requestParameters: { groupName: "checkout" },
    });
    expect(record.responseElements.group.groupARN).toMatch(/^arn:aws:xray:eu-west-1:111122223333:group\/checkout\//);
  });

  it("has null parameters and answer for a read of settings (fact 41)", async () => {
    const { requestParameters, responseElements, readOnly } = await recorded("/EncryptionConfig", {});
    expect({ requestParameters, responseElements, readOnly }).toEqual({
      requestParameters: null,
      responseElements: null,
      readOnly: true,
    });
  });

  it("names the traces of segments in their order, and holds none of them (fact 42); it is a data event (fact 43)", async () => {
    const [one, two] = [newTraceId(), newTraceId()];
    const TraceSegmentDocuments = [segment(one), segment(two), segment(one)];
    const record = await recorded("/TraceSegments", { TraceSegmentDocuments });
    expect(record.requestParameters.traceSegmentDocuments).toEqual([one, two, one].map((id) => `trace_id:${id}`));
    expect(JSON.stringify(record)).not.toContain("secret-shop");
    expect(record).toMatchObject({
      resources: [{ type: "AWS::XRay::Trace" }],
      managementEvent: false,
      eventCategory: "Data",
    });
    expect(record.resources).toEqual([{ type: "AWS::XRay::Trace" }]);
  });

  it("has no answer of a search for traces (fact 44)", async () => {
    const EndTime = Math.floor(Date.now() / 1000);
    const record = await recorded("/TraceSummaries", { StartTime: EndTime - 60, EndTime });
    expect(record).toMatchObject({ eventName: "GetTraceSummaries", responseElements: null });
  });

  it("tells management from data as AWS does (fact 45)", async () => {
    expect((await recorded("/SamplingStatisticSummaries", {})).eventCategory).toBe("Management");
    const targets = { SamplingStatisticsDocuments: [] };
    expect((await recorded("/SamplingTargets", targets)).eventCategory).toBe("Data");
  });

  it("has a time without a fraction, a UUID (fact 46), and the id of the answer (fact 47)", async () => {
    const { requestId } = await xray("/Groups", {});
    const record = await recordOf(requestId);
    expect(record.eventTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(record.eventID).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(record.requestID).toBe(requestId);
  });

  it("says who was denied what (fact 48)", async () => {
    const record = await recorded("/Groups", {}, { key: denied });
    expect(record.errorCode).toMatch(/^AccessDenied(Exception)?$/);
    expect(record.errorMessage).toContain(`arn:aws:iam::${account}:user/nobody`);
    expect(record.errorMessage).toContain("xray:GetGroups");
    expect(record.responseElements).toBeNull();
  });

  it("tells a role's session (fact 49)", async () => {
    const { userIdentity } = await recorded("/Groups", {}, { key: session });
    expect(userIdentity.arn).toBe(`arn:aws:sts::${account}:assumed-role/ingest/ingest-7`);
    expect(userIdentity.accessKeyId).toMatch(/^ASIA/);
    expect(userIdentity.sessionContext.attributes.mfaAuthenticated).toBe("false");
    expect(userIdentity.sessionContext.sessionIssuer.arn).toBe(`arn:aws:iam::${account}:role/ingest`);
  });

  it("cuts a user agent at 1 KB (fact 50)", async () => {
    const { userAgent } = await recorded("/Groups", {}, { headers: { "user-agent": "a".repeat(4000) } });
    expect(userAgent).toBe("a".repeat(1024));
  });

  it("marks parameters of more than 100 KB, and stays below 256 KB (fact 51)", async () => {
    const TraceIds = Array.from({ length: 4000 }, newTraceId);
    const record = await recorded("/Traces", { TraceIds });
    expect(record.requestParameters).toMatchObject({
      omitted: true,
      reason: "requestParameters too large",
      originalSize: expect.any(Number),
    });
    expect(record.requestParameters.originalSize).toBeGreaterThan(100 * 1024);
    expect(Buffer.byteLength(JSON.stringify(record))).toBeLessThanOrEqual(256 * 1024);
  });
});

describe("a trail", () => {
  beforeAll(async () => {
    const Name = "audit";
    await trails.send(new CreateTrailCommand({ Name, S3BucketName: bucket, EnableLogFileValidation: true }));
    await trails.send(
      new PutEventSelectorsCommand({
        TrailName: Name,
        EventSelectors: [{ ReadWriteType: "WriteOnly", IncludeManagementEvents: true }],
      }),
    );
    await trails.send(new StartLoggingCommand({ Name }));
    await xray("/Groups", {});
    await xray("/TraceSegments", { TraceSegmentDocuments: [segment(newTraceId())] });
    await xray("/CreateGroup", { GroupName: "written" });
    await eventually(async () => (await names()).includes("CreateGroup"), "the write in a file");
    await selectSegments();
    await xray("/TraceSegments", { TraceSegmentDocuments: [segment(newTraceId())] });
    await xray("/Traces", { TraceIds: [newTraceId()] });
    const { requestId } = await xray("/CreateGroup", { GroupName: "last" });
    await eventually(
      async () => (await records()).some((record) => record.requestID === requestId),
      "the last record in a file",
    );
  });

  const selectSegments = () =>
    trails.send(
      new PutEventSelectorsCommand({
        TrailName: "audit",
        AdvancedEventSelectors: [
          { FieldSelectors: [{ Field: "eventCategory", Equals: ["Management"] }] },
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

  async function files() {
    return Promise.all(
      (await keysOf(service, bucket)).map(async (key) => ({ key, ...(await objectOf(service, bucket, key)) })),
    );
  }
  const recordsOf = (bytes: Buffer): Recorded[] => JSON.parse(gunzipSync(bytes).toString()).Records;
  const records = async () => (await files()).flatMap(({ bytes }) => recordsOf(bytes));
  const names = async () => (await records()).map((record) => record.eventName);

  it("of writes has no reads, which history does have (fact 35)", async () => {
    expect(await names()).not.toContain("GetGroups");
    for (const AttributeValue of ["GetGroups", "CreateGroup"]) {
      const LookupAttributes = [{ AttributeKey: "EventName" as const, AttributeValue }];
      const { Events = [] } = await trails.send(new LookupEventsCommand({ LookupAttributes }));
      expect(Events.length).toBeGreaterThan(0);
    }
  });

  it("has the data events it selects (fact 36), and none before it did (fact 37)", async () => {
    const found = await records();
    expect(found.filter((record) => record.eventCategory === "Data").map((record) => record.eventName)).toEqual([
      "PutTraceSegments",
    ]);
  });

  it("has the records of CloudTrail's own calls (fact 52)", async () => {
    const start = (await records()).find((record) => record.eventName === "StartLogging");
    expect(start).toMatchObject({ eventSource: "cloudtrail.amazonaws.com", requestParameters: { name: "audit" } });
  });

  it("has files of CloudTrail's names (fact 61), which hold Records alone (fact 62), in one gzip member (fact 63)", async () => {
    for (const { key, bytes } of await files()) {
      expect(key).toMatch(
        /^AWSLogs\/111122223333\/CloudTrail\/eu-west-1\/\d{4}\/\d\d\/\d\d\/\d{12}_CloudTrail_eu-west-1_\d{8}T\d{4}Z_[A-Za-z0-9]{16}\.json\.gz$/,
      );
      const text = gunzipSync(bytes).toString();
      expect(Object.keys(JSON.parse(text))).toEqual(["Records"]);
      expect(Array.isArray(JSON.parse(text).Records)).toBe(true);
      // The last four bytes of a member are its uncompressed size: of all the text, if there is but one.
      expect(bytes.readUInt32LE(bytes.length - 4)).toBe(Buffer.byteLength(text));
    }
  });

  describe("with validation", () => {
    async function digests() {
      const keys = (await keysOf(service, bucket, "/CloudTrail-Digest/")).sort();
      return Promise.all(
        keys.map(async (key) => {
          const { bytes, Metadata = {} } = await objectOf(service, bucket, key);
          const text = gunzipSync(bytes).toString();
          return { key, text, signature: Metadata["signature"], digest: JSON.parse(text) as Recorded };
        }),
      );
    }

    it("has a chain of digests, from one that has none before it (fact 65, fact 66, fact 67)", async () => {
      const chain = await eventually(async () => {
        const found = await digests();
        return found.length > 2 && found.some(({ digest }) => digest.logFiles.length > 0) && found;
      }, "three digests");
      const [first] = chain;
      for (const { key } of chain)
        expect(key.split("/").at(-1)).toMatch(
          /^111122223333_CloudTrail-Digest_eu-west-1_audit_eu-west-1_\d{8}T\d{6}Z\.json\.gz$/,
        );
      const previous = Object.entries(first!.digest).filter(([member]) => member.startsWith("previousDigest"));
      expect(previous.map(([, value]) => value)).toEqual(previous.map(() => null));
      expect(previous).toHaveLength(5);
      for (const [index, { digest }] of chain.entries())
        if (index > 0) {
          const before = chain[index - 1]!;
          expect(digest.previousDigestSignature).toBe(before.signature);
          expect(digest.previousDigestHashValue).toBe(createHash("sha256").update(before.text).digest("hex"));
        }
      const empty = chain.filter(({ digest }) => digest.logFiles.length === 0);
      for (const { digest } of empty)
        expect(digest).toMatchObject({ logFiles: [], newestEventTime: null, oldestEventTime: null });
    });

    it("signs them with a key that ListPublicKeys tells (fact 68), over four lines (fact 69)", async () => {
      const signed = await eventually(async () => (await digests()).at(-1), "a digest");
      const at = new Date(signed.digest.digestEndTime);
      const { PublicKeyList = [] } = await trails.send(new ListPublicKeysCommand({ StartTime: at, EndTime: at }));
      const key = PublicKeyList.find(({ Fingerprint }) => Fingerprint === signed.digest.digestPublicKeyFingerprint);
      const der = Buffer.from(key?.Value as Uint8Array);
      expect(createHash("md5").update(der).digest("hex")).toBe(key?.Fingerprint);
      const lines = [
        signed.digest.digestEndTime,
        `${bucket}/${signed.key}`,
        createHash("sha256").update(signed.text).digest("hex"),
        signed.digest.previousDigestSignature ?? "null",
      ];
      const publicKey = createPublicKey({ key: der, format: "der", type: "pkcs1" });
      const holds = verify(
        "RSA-SHA256",
        Buffer.from(lines.join("\n")),
        publicKey,
        Buffer.from(signed.signature as string, "hex"),
      );
      expect(holds).toBe(true);
    });
  });
});
