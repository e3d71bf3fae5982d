import { generateKeyPairSync, randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { CloudTrailClient, CreateTrailCommand, StartLoggingCommand } from "@aws-sdk/client-cloudtrail";
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient } from "@aws-sdk/client-iam";
import { CreateTopicCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { PutTraceSegmentsCommand, XRayClient } from "@aws-sdk/client-xray";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sign } from "../src/gateway/testing/signed-request.js";
import { selfSignedCertificate } from "../src/identity/self-signed-certificate.js";
import { eventually, type RunningDosimeter, startDosimeter, type TestCredentials } from "./start-dosimeter.js";
import { makeTrailBucket } from "./trail-destinations.js";

/**
 * Chapter 16 of OWASP ASVS 5.0.0, "Security Logging and Error Handling", as far as other specs do not show it already:
 * docs/security.md says of each item where it is shown.
 */
const guide = readFileSync(path.resolve(import.meta.dirname, "../docs/security.md"), "utf8");

let service: RunningDosimeter;
let nobody: TestCredentials;
beforeAll(async () => {
  service = await startDosimeter({
    env: { DOSIMETER_DELIVERY_SECONDS: "1", DOSIMETER_NOTIFICATION_NETWORKS: "127.0.0.0/8" },
  });
  const iam = service.client(IAMClient);
  await iam.send(new CreateUserCommand({ UserName: "nobody" }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: "nobody" }));
  nobody = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
});
afterAll(() => service?.stop());

// biome-ignore lint/suspicious/noExplicitAny: records of every shape.
type Recorded = any;

async function call(
  path: string,
  body: string,
  more: { key?: TestCredentials; headers?: Record<string, string> } = {},
) {
  const { endpoint, region, root } = service;
  const answer = await sign({ endpoint, service: "xray", region, path, body, key: root, ...more });
  const text = await answer.text();
  return { status: answer.status, text, requestId: answer.headers.get("x-amzn-requestid") ?? "" };
}

async function recordsWith(text: string): Promise<Recorded[]> {
  const body = JSON.stringify({
    StartTime: Date.now() / 1000 - 600,
    SearchAttributes: [{ AttributeKey: "Text", AttributeValue: text }],
  });
  const { endpoint, region, root } = service;
  const asked = { endpoint, service: "cloudtrail", region, path: "/dosimeter/SearchEvents", body, key: root };
  const { Events } = (await (await sign(asked)).json()) as { Events: { CloudTrailEvent: string }[] };
  return Events.map(({ CloudTrailEvent }) => JSON.parse(CloudTrailEvent));
}

const recordOf = async (requestId: string): Promise<Recorded> => {
  const [record, ...others] = await eventually(async () => {
    const found = await recordsWith(`"requestID":"${requestId}"`);
    return found.length > 0 && found;
  }, `the record of ${requestId}`);
  expect(others).toEqual([]);
  return record;
};

const logLines = () => service.standardError().trim().split("\n").filter(Boolean);

describe("16.1.1, 16.2.3: the inventory of logs", () => {
  it("names everything the service keeps on its disk, once it has traces, records and a trail", async () => {
    await makeTrailBucket(service, "audit-logs");
    const trails = service.client(CloudTrailClient);
    await trails.send(new CreateTrailCommand({ Name: "audit", S3BucketName: "audit-logs" }));
    await trails.send(new StartLoggingCommand({ Name: "audit" }));
    const seconds = Date.now() / 1000;
    const trace_id = `1-${Math.floor(seconds).toString(16)}-${"a".repeat(24)}`;
    const document = { id: "a".repeat(16), trace_id, name: "shop", start_time: seconds - 1, end_time: seconds };
    await service
      .client(XRayClient)
      .send(new PutTraceSegmentsCommand({ TraceSegmentDocuments: [JSON.stringify(document)] }));
    await recordOf((await call("/Groups", "{}")).requestId);
    const kept = readdirSync(service.dataFolder);
    expect(kept.length).toBeGreaterThan(2);
    expect(kept.filter((name) => !guide.includes(`\`${name}\``))).toEqual([]);
  });
});

describe("16.2.2: times", () => {
  it("are in UTC, and say so, in records and in the log of the process", async () => {
    const { eventTime } = await recordOf((await call("/Groups", "{}")).requestId);
    expect(eventTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(Math.abs(Date.parse(eventTime) - Date.now())).toBeLessThan(600_000);
    for (const line of logLines()) expect(JSON.parse(line).time).toMatch(/^\d{4}-.*T.*\dZ$/);
  });
});

describe("16.3.1: authentication", () => {
  it("is recorded whether it succeeds or not, with the key that was shown", async () => {
    const good = await recordOf((await call("/Groups", "{}", { key: service.root })).requestId);
    expect(good.userIdentity).toMatchObject({ type: "Root", accessKeyId: service.root.accessKeyId });

    const wrongSecret = { ...nobody, secretAccessKey: "not-the-secret" };
    const unknownKey = { accessKeyId: "AKIANOBODYHASTHISKEY", secretAccessKey: "nor-is-this-one" };
    for (const [key, errorCode] of [
      [wrongSecret, "InvalidSignatureException"],
      [unknownKey, "UnrecognizedClientException"],
    ] as const) {
      const { status, requestId } = await call("/Groups", "{}", { key });
      expect(status).toBe(403);
      const record = await recordOf(requestId);
      expect(record).toMatchObject({ errorCode, eventName: "GetGroups", userIdentity: { type: "Unknown" } });
      expect(JSON.stringify(record)).toContain(key.accessKeyId);
      expect(JSON.stringify(record)).not.toContain(key.secretAccessKey);
    }
    const stranger = await fetch(`${service.endpoint}/Groups`, { method: "POST", body: "{}" });
    expect(await recordOf(stranger.headers.get("x-amzn-requestid")!)).toMatchObject({
      errorCode: "MissingAuthenticationTokenException",
      userIdentity: { accountId: "anonymous" },
    });
  });
});

describe("16.3.2: authorisation", () => {
  it("is recorded where it fails, and where it does not with what was accessed and none of it", async () => {
    const range = JSON.stringify({ StartTime: Date.now() / 1000 - 60, EndTime: Date.now() / 1000 });
    const refused = await call("/TraceSummaries", range, { key: nobody });
    expect(refused.status).toBe(403);
    expect(await recordOf(refused.requestId)).toMatchObject({
      errorCode: "AccessDenied",
      errorMessage: expect.stringContaining("xray:GetTraceSummaries"),
      userIdentity: { userName: "nobody" },
    });
    const allowed = await recordOf((await call("/TraceSummaries", range)).requestId);
    expect(allowed).toMatchObject({ eventName: "GetTraceSummaries", responseElements: null });
    expect(allowed.errorCode).toBeUndefined();
  });
});

describe("16.3.3: attempts to get round what guards", () => {
  it("are recorded: bodies, members, tokens and paths that are not as they should be", async () => {
    const attempts: readonly (readonly [string, string])[] = [
      ["/Groups", "[1]"],
      ["/Groups", '{"NextToken":1}'],
      ["/Groups", `{"a":${"[".repeat(5000)}`],
      ["/Groups", '{"NextToken":"forged"}'],
      ["/GetGroup", '{"GroupARN":"../../etc/passwd"}'],
      ["/TraceSummaries", '{"StartTime":1,"EndTime":0}'],
      ["/NoSuchOperation", "{}"],
      ["/Groups/../../etc/passwd", "{}"],
    ];
    for (const [where, body] of attempts) {
      const { status, requestId } = await call(where, body);
      expect([where, body.slice(0, 30), status >= 400 && status < 500]).toEqual([where, body.slice(0, 30), true]);
      expect((await recordOf(requestId)).errorCode, where).toMatch(/^\w+$/);
    }
  });
});

describe("16.3.4: a security control that fails", () => {
  it("is in the log of the process: a receiver of alerts whose certificate does not hold", async () => {
    const receiver = createServer(certificateNobodyTrusts());
    await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
    const sns = service.client(SNSClient);
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: "alerts" }));
    const Endpoint = `https://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: "https", Endpoint }));
    const line = await eventually(
      async () => logLines().find((each) => each.includes("a notification was not delivered")),
      "a line of the log",
    );
    expect(JSON.parse(line)).toMatchObject({ reason: expect.stringMatching(/certificate/), givenUp: false });
    receiver.close();
  });
});

describe("16.4.1: what callers write", () => {
  it("stays a value in the record, and makes no record of its own", async () => {
    const forged = `x","eventName":"DeleteTrail"},{"eventVersion":"1.11`;
    const body = JSON.stringify({ GroupName: `${forged}\n{"eventName":"Forged"}\u2028\u0000` });
    const { requestId } = await call("/GetGroup", body, { headers: { "user-agent": forged } });
    expect(await recordOf(requestId)).toMatchObject({
      eventName: "GetGroup",
      userAgent: forged,
      requestParameters: { groupName: JSON.parse(body).GroupName },
    });
    expect(await recordsWith('"eventName":"DeleteTrail"')).toEqual([]);
  });
});

describe("16.5.1: refusals", () => {
  it("tell nothing of the inside: no stack, path, query or setting", async () => {
    const answers = [
      await call("/Groups", "["),
      await call("/GetGroup", '{"GroupName":"nobody\'s"}'),
      await call("/Traces", '{"TraceIds":["\' OR 1=1 --"]}'),
      await call("/NoSuchOperation", "{}"),
    ];
    for (const { text } of answers)
      expect(text).not.toMatch(/\bat .*\.[jt]s:\d|node_modules|SELECT |clickhouse|sqlite|\/(tmp|home|root|work)\//i);
  });
});

describe("docs/security.md", () => {
  const wanted = ["1.1", ...range(2, 5), ...range(3, 4), ...range(4, 3), ...range(5, 4)].map((item) => `16.${item}`);

  it("says of each item of the chapter where it is shown, and it is there", () => {
    const rows = [...guide.matchAll(/^\| (16\.\d\.\d) \|.*\| ([^|]+) \|$/gm)];
    expect(rows.map(([, item]) => item)).toEqual(wanted);
    for (const [, item, shown = ""] of rows) {
      const places = [...shown.matchAll(/`([^`]+\.spec\.ts)`: "([^"]+)"/g)];
      expect(places.length, item).toBeGreaterThan(0);
      for (const [, file = "", name = ""] of places) {
        const text = readFileSync(path.resolve(import.meta.dirname, "..", file), "utf8");
        expect(text.includes(name), `${item}: ${file} has no '${name}'`).toBe(true);
      }
    }
  });

  function range(section: number, items: number): string[] {
    return Array.from({ length: items }, (_, index) => `${section}.${index + 1}`);
  }
});

function certificateNobodyTrusts() {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const now = Date.now();
  const cert = selfSignedCertificate({
    ...{ privateKey, commonName: "127.0.0.1", serial: randomBytes(16) },
    ...{ validFromMs: now - 60_000, validUntilMs: now + 3_600_000 },
  });
  return { cert, key: privateKey.export({ type: "pkcs8", format: "pem" }) };
}
