import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import {
  CloudTrailClient,
  CreateTrailCommand,
  PutEventSelectorsCommand,
  StopLoggingCommand,
} from "@aws-sdk/client-cloudtrail";
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from "@aws-sdk/client-iam";
import { CreateKeyCommand, DisableKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { CreateBucketCommand, PutBucketPolicyCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateTopicCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import {
  BatchGetTracesCommand,
  CreateGroupCommand,
  CreateSamplingRuleCommand,
  DeleteSamplingRuleCommand,
  GetGroupsCommand,
  PutEncryptionConfigCommand,
  PutResourcePolicyCommand,
  PutTraceSegmentsCommand,
  UpdateSamplingRuleCommand,
  XRayClient,
} from "@aws-sdk/client-xray";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callExtension } from "./call-extension.js";
import { startMailRelay } from "./mail-relay.js";
import { eventually, type RunningDosimeter, startDosimeter, type TestCredentials } from "./start-dosimeter.js";

// biome-ignore lint/suspicious/noExplicitAny: answers of our own operations are looked at as JSON.
type Json = any;

let dosimeter: RunningDosimeter;
let relay: Awaited<ReturnType<typeof startMailRelay>>;
const received: Json[] = [];
const receiver = createServer((request, response) => {
  let body = "";
  request.on("data", (chunk) => {
    body += chunk;
  });
  request.on("end", () => {
    received.push(JSON.parse(body));
    response.end();
  });
});

/** As the guide shows it. */
const call = (name: string, input: object = {}, credentials?: TestCredentials): Promise<Json> =>
  callExtension(dosimeter, "cloudtrail", name, input, credentials);

const findingOf = (RuleId: string, more: object = {}) =>
  eventually(
    async () => (await call("ListFindings", { RuleId, ...more })).Findings[0] as Json,
    `a finding of ${RuleId}`,
  );

async function invite(UserName: string, action = "*"): Promise<TestCredentials & { readonly arn: string }> {
  const iam = dosimeter.client(IAMClient);
  const { User } = await iam.send(new CreateUserCommand({ UserName }));
  const Statement = [{ Effect: "Allow", Action: action, Resource: "*" }];
  const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: "own", PolicyDocument }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  iam.destroy();
  return { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey!, arn: User!.Arn! };
}

const traceId = (number: number) => `1-5759e988-${number.toString(16).padStart(24, "0")}`;

async function read(credentials: TestCredentials, TraceIds: string[]): Promise<void> {
  const xray = dosimeter.client(XRayClient, credentials);
  await eventually(async () => {
    try {
      return (await xray.send(new BatchGetTracesCommand({ TraceIds }))) !== undefined;
    } catch (reason) {
      // A key made a moment ago may not be known yet.
      if ((reason as Error).name === "UnrecognizedClientException") return false;
      throw reason;
    }
  }, "the key to be known");
  xray.destroy();
}

const unlearned = (text: string) => text.replace("learn: 7d", "learn: 0s");

beforeAll(async () => {
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  relay = await startMailRelay();
  const mail = { DOSIMETER_SMTP_URL: relay.url, DOSIMETER_SMTP_FROM: "dosimeter@example.com" };
  dosimeter = await startDosimeter({ env: { DOSIMETER_NOTIFICATION_NETWORKS: "127.0.0.0/8", ...mail } });
});
afterAll(async () => {
  await dosimeter?.stop();
  receiver.close();
  await relay?.close();
});

describe("detection rules", () => {
  it("ship with the service, can be edited and switched off, and go back to what they were", async () => {
    const { DetectionRules } = await call("ListDetectionRules");
    expect(DetectionRules.map((rule: Json) => rule.RuleId)).toEqual(
      expect.arrayContaining(["reader-never-seen-before", "trail-stopped"]),
    );
    const RuleId = "key-disabled";
    const shipped = await call("GetDetectionRule", { RuleId });
    expect(shipped).toMatchObject({ Origin: "SHIPPED", Enabled: true, Severity: "high" });

    const RuleText = shipped.RuleText.replace("level: high", "level: low");
    expect(await call("PutDetectionRule", { RuleId, RuleText })).toMatchObject({
      Origin: "EDITED",
      Enabled: true,
      Severity: "low",
    });
    expect(await call("PutDetectionRule", { RuleId, Enabled: false })).toMatchObject({
      Enabled: false,
      Severity: "low",
    });
    expect(await call("GetDetectionRule", { RuleId })).toMatchObject({ RuleText, ShippedRuleText: shipped.RuleText });
    await call("DeleteDetectionRule", { RuleId });
    expect(await call("GetDetectionRule", { RuleId })).toEqual(shipped);
    expect(await call("DeleteDetectionRule", { RuleId })).toMatchObject({ __type: "InvalidParameterException" });
    // Who weakens detection is told of by it.
    expect(await findingOf("detection-weakened")).toMatchObject({
      Severity: "high",
      EventName: "PutDetectionRule",
      Caller: `arn:aws:iam::${dosimeter.accountId}:root`,
    });
  });

  it("are refused by name where they cannot be used", async () => {
    const put = (input: object) => call("PutDetectionRule", { RuleId: "own", ...input });
    const head = "title: t\nlogsource: {product: aws, service: cloudtrail}\n";
    expect(await put({ RuleText: `${head}detection: {a: {b|expand: '%c%'}, condition: a}` })).toMatchObject({
      __type: "InvalidDetectionRuleException",
      message:
        "The rule cannot be used: 'b|expand': 'expand' is not supported: write the values in place of the placeholder",
    });
    expect(await put({ RuleText: "title: [" })).toMatchObject({ __type: "InvalidDetectionRuleException" });
    expect(await put({ Enabled: true })).toMatchObject({ __type: "ResourceNotFoundException" });
    expect(await put({ RuleTxt: "x" })).toMatchObject({ __type: "InvalidParameterException" });
    expect(await call("PutDetectionRule", { RuleId: "No Id", Enabled: true })).toMatchObject({
      __type: "InvalidParameterException",
    });
    expect(await call("GetDetectionRule", { RuleId: "none" })).toMatchObject({ __type: "ResourceNotFoundException" });
  });

  it("need their permissions, by rule", async () => {
    const reader = await invite("curious", "cloudtrail:GetDetectionRule");
    const refusal = await eventually(async () => {
      const answer = await call("PutDetectionRule", { RuleId: "trail-stopped", Enabled: false }, reader);
      return answer.__type === "AccessDeniedException" && answer;
    }, "the key to be known");
    expect(refusal.message).toContain(
      `cloudtrail:PutDetectionRule on resource: arn:aws:cloudtrail:${dosimeter.region}:${dosimeter.accountId}:detection-rule/trail-stopped`,
    );
    expect(await call("GetDetectionRule", { RuleId: "trail-stopped" }, reader)).toMatchObject({ Enabled: true });
  });
});

describe("a reader never seen before", () => {
  it("reads a trace: a finding, and an alert at an HTTP endpoint and by e-mail; again, it is known", async () => {
    const sns = dosimeter.client(SNSClient);
    const { TopicArn } = await sns.send(
      new CreateTopicCommand({
        Name: "alerts",
        Attributes: {
          Policy: JSON.stringify({
            Version: "2012-10-17",
            Statement: [
              {
                Effect: "Allow",
                Principal: { Service: "cloudtrail.amazonaws.com" },
                Action: "sns:Publish",
                Resource: "*",
              },
            ],
          }),
        },
      }),
    );
    await sns.send(
      new SubscribeCommand({
        TopicArn,
        Protocol: "http",
        Endpoint: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`,
      }),
    );
    const { SubscribeURL } = await eventually(
      async () => received.find(({ Type }) => Type === "SubscriptionConfirmation"),
      "the confirmation",
    );
    await fetch(SubscribeURL);
    const address = "security@example.com";
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: "email", Endpoint: address }));
    const mailed = (subject: string) =>
      eventually(async () => relay.received.find(({ headers }) => headers["subject"] === subject), `mail '${subject}'`);
    await fetch(/^http:.*$/m.exec((await mailed("Confirm your subscription to alerts")).text)![0]);
    sns.destroy();
    const Topics = [{ TopicArn, MinimumSeverity: "medium" }];
    expect(await call("PutAlertConfiguration", { Topics, SuppressionSeconds: 600 })).toEqual({
      Topics,
      SuppressionSeconds: 600,
    });
    expect(await call("GetAlertConfiguration")).toMatchObject({ Topics, FailingAlerts: 0 });

    const RuleId = "reader-never-seen-before";
    const { RuleText, Learning } = await call("GetDetectionRule", { RuleId });
    expect(Learning).toBe(true);
    await call("PutDetectionRule", { RuleId, RuleText: unlearned(RuleText) });
    const ana = await invite("ana");
    await read(ana, [traceId(1)]);
    const finding = await findingOf(RuleId, { Caller: ana.arn });
    expect(finding).toMatchObject({
      Severity: "medium",
      Status: "OPEN",
      EventName: "BatchGetTraces",
      EventCount: 1,
      Detail: `${ana.arn} was never seen before`,
    });
    const alert = await eventually(
      async () =>
        received.find(
          (each) => each.Type === "Notification" && JSON.parse(each.Message).findingId === finding.FindingId,
        ),
      "the alert",
    );
    expect(alert.Subject).toBe("[medium] A reader never seen before");
    const mail = await mailed("[medium] A reader never seen before");
    expect(mail.to).toEqual([address]);
    expect(mail.text).toContain(alert.Message);
    expect(JSON.parse(alert.Message)).toMatchObject({ ruleId: RuleId, caller: ana.arn, eventIds: finding.EventIds });

    await read(ana, [traceId(2)]);
    const ben = await invite("ben");
    await read(ben, [traceId(1)]);
    await findingOf(RuleId, { Caller: ben.arn });
    expect((await call("ListFindings", { RuleId, Caller: ana.arn })).Findings).toEqual([finding]);

    const { FindingId } = finding;
    expect(await call("UpdateFinding", { FindingId, Status: "CLOSED", Note: "a new colleague" })).toMatchObject({
      Status: "CLOSED",
      Note: "a new colleague",
      UpdatedBy: expect.stringContaining(":root"),
    });
    expect((await call("ListFindings", { RuleId, Status: "OPEN" })).Findings).toMatchObject([{ Caller: ben.arn }]);
    expect(await call("UpdateFinding", { FindingId: "none", Status: "OPEN" })).toMatchObject({
      __type: "ResourceNotFoundException",
    });
  });
});

describe("our own activity", () => {
  it("is found: a trail stopped, refusals in a row, many distinct traces", async () => {
    const s3 = dosimeter.client(S3Client);
    await s3.send(new CreateBucketCommand({ Bucket: "trail-files" }));
    const Statement = [
      {
        Effect: "Allow",
        Principal: { Service: "cloudtrail.amazonaws.com" },
        Action: "s3:*",
        Resource: ["arn:aws:s3:::trail-files", "arn:aws:s3:::trail-files/*"],
      },
    ];
    await s3.send(
      new PutBucketPolicyCommand({
        Bucket: "trail-files",
        Policy: JSON.stringify({ Version: "2012-10-17", Statement }),
      }),
    );
    s3.destroy();
    const trails = dosimeter.client(CloudTrailClient);
    await trails.send(new CreateTrailCommand({ Name: "stopped", S3BucketName: "trail-files" }));
    const FieldSelectors = [
      { Field: "eventCategory", Equals: ["Management"] },
      { Field: "readOnly", Equals: ["false"] },
    ];
    await trails.send(
      new PutEventSelectorsCommand({ TrailName: "stopped", AdvancedEventSelectors: [{ FieldSelectors }] }),
    );
    await trails.send(new StopLoggingCommand({ Name: "stopped" }));
    trails.destroy();
    expect(await findingOf("trail-stopped")).toMatchObject({ Severity: "critical", EventName: "StopLogging" });
    expect(await findingOf("selectors-narrowed")).toMatchObject({ EventName: "PutEventSelectors" });

    const mallory = await invite("mallory", "xray:BatchGetTraces");
    await read(mallory, [traceId(1)]);
    const xray = dosimeter.client(XRayClient, mallory);
    for (let count = 0; count < 10; count++)
      await expect(xray.send(new GetGroupsCommand({}))).rejects.toMatchObject({ name: "AccessDeniedException" });
    expect(await findingOf("refusals-in-a-row")).toMatchObject({
      Caller: mallory.arn,
      Detail: "10 events within 5 min",
      EventCount: 10,
    });

    const all = Array.from({ length: 20 }, (_, number) => traceId(number));
    const times = { start_time: Date.now() / 1000 - 1, end_time: Date.now() / 1000 };
    const TraceSegmentDocuments = all.map((trace_id) =>
      JSON.stringify({ id: `f${trace_id.slice(-15)}`, trace_id, name: "shop", ...times }),
    );
    await dosimeter.client(XRayClient).send(new PutTraceSegmentsCommand({ TraceSegmentDocuments }));
    // 500 as it ships; fewer make a quicker test.
    const RuleId = "traces-read-in-bulk";
    const { RuleText } = await call("GetDetectionRule", { RuleId });
    await call("PutDetectionRule", { RuleId, RuleText: RuleText.replace("gte: 500", "gte: 20") });
    for (let first = 0; first < 15; first += 5)
      await read(
        mallory,
        [0, 1, 2, 3, 4].map((offset) => traceId(first + offset)),
      );
    await read(mallory, [0, 1, 2, 3, 4].map(traceId));
    // They are not there, so nobody has read them.
    await read(mallory, [101, 102, 103, 104, 105].map(traceId));
    await read(mallory, [15, 16, 17, 18].map(traceId));
    const other = await invite("other");
    await read(other, [19, 20, 21].map(traceId));
    await findingOf("reader-never-seen-before", { Caller: other.arn });
    expect((await call("ListFindings", { RuleId })).Findings).toEqual([]);
    await read(mallory, [traceId(19)]);
    expect(await findingOf(RuleId)).toMatchObject({ Caller: mallory.arn, Severity: "high" });
    xray.destroy();
  });
});

describe("changes of settings", () => {
  it("are found by what their records say: sampling, keys, groups out of hours, policies, encryption", async () => {
    // Working hours that are over, or not begun: this minute is not among them.
    const now = new Date();
    const From = now.getUTCHours() < 12 ? "20:00" : "01:00";
    const Until = now.getUTCHours() < 12 ? "21:00" : "02:00";
    const { Topics, SuppressionSeconds } = await call("GetAlertConfiguration");
    const Days = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"];
    const Hours = { TimeZone: "UTC", Days, From, Until };
    expect(await call("PutAlertConfiguration", { Topics, SuppressionSeconds, Hours })).toMatchObject({ Hours });
    for (const wrong of [{ TimeZone: "Mars" }, { From: "9" }, { From: "22:00" }, { Days: ["FOO"] }])
      expect(await call("PutAlertConfiguration", { Hours: { ...Hours, ...wrong } })).toMatchObject({
        __type: "InvalidParameterException",
      });

    const xray = dosimeter.client(XRayClient);
    const match = { Host: "*", HTTPMethod: "*", ResourceARN: "*", ServiceName: "*", ServiceType: "*", URLPath: "*" };
    const numbers = { FixedRate: 0.5, ReservoirSize: 1, Priority: 100, Version: 1 };
    await xray.send(new CreateSamplingRuleCommand({ SamplingRule: { RuleName: "all", ...match, ...numbers } }));
    await xray.send(new UpdateSamplingRuleCommand({ SamplingRuleUpdate: { RuleName: "all", FixedRate: 0.1 } }));
    expect(await findingOf("sampling-turned-down")).toMatchObject({ Detail: "0.1, after 0.5" });
    await xray.send(new DeleteSamplingRuleCommand({ RuleName: "all" }));
    expect(await findingOf("sampling-turned-off")).toMatchObject({ EventName: "DeleteSamplingRule" });
    await xray.send(new CreateGroupCommand({ GroupName: "at-night", FilterExpression: "fault" }));
    expect(await findingOf("access-changed-out-of-hours")).toBeDefined();
    const Statement = [{ Effect: "Allow", Principal: "*", Action: "xray:*", Resource: "*" }];
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
    await xray.send(new PutResourcePolicyCommand({ PolicyName: "all", PolicyDocument }));
    expect(await findingOf("traces-opened-to-all")).toBeDefined();
    await xray.send(new PutEncryptionConfigCommand({ Type: "NONE" }));
    expect(await findingOf("trace-encryption-ended")).toBeDefined();
    xray.destroy();
    const kms = dosimeter.client(KMSClient);
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    await kms.send(new DisableKeyCommand({ KeyId: KeyMetadata!.KeyId }));
    kms.destroy();
    expect(await findingOf("key-disabled")).toMatchObject({ EventName: "DisableKey" });
    expect(await findingOf("key-made-for-another")).toMatchObject({ EventName: "CreateAccessKey" });
    expect(await findingOf("root-changed-something")).toMatchObject({ Severity: "low" });
  });
});

describe("a replay", () => {
  it("tells what an edit would have found, and changes nothing", async () => {
    const RuleText = [
      "title: Groups looked at",
      "logsource: {product: aws, service: cloudtrail}",
      "detection:",
      "  selection: {eventName: GetGroups, errorCode|startswith: AccessDenied}",
      "  condition: selection",
    ].join("\n");
    const before = await call("ListFindings", { Severity: "medium" });
    const tested = await eventually(async () => {
      const answer = await call("TestDetectionRule", { RuleText });
      return answer.MatchedEvents === 10 && answer;
    }, "the record to have the calls");
    expect(tested).toMatchObject({
      Complete: true,
      FindingCount: 10,
      Findings: expect.arrayContaining([expect.objectContaining({ EventName: "GetGroups" })]),
    });
    const counting = `${RuleText} | count() by userIdentity.arn > 4\n  timeframe: 1h`;
    expect(await call("TestDetectionRule", { RuleText: counting })).toMatchObject({
      MatchedEvents: 10,
      FindingCount: 2,
    });
    expect(await call("TestDetectionRule", { RuleId: "refusals-in-a-row" })).toMatchObject({ FindingCount: 1 });
    expect(await call("TestDetectionRule", { RuleText, StartTime: 1000, EndTime: 2000 })).toMatchObject({
      ScannedEvents: 0,
    });
    expect(await call("TestDetectionRule", { RuleText, StartTime: 5, EndTime: 4 })).toMatchObject({
      __type: "InvalidTimeRangeException",
    });
    expect((await call("ListFindings", { Severity: "medium" })).Findings).toEqual(before.Findings);
  });
});

describe("findings", () => {
  it("are given in pages, newest first", async () => {
    const all = (await call("ListFindings")).Findings.map((finding: Json) => finding.FindingId);
    expect(all.length).toBeGreaterThan(3);
    const paged: string[] = [];
    let NextToken: string | undefined;
    do {
      const page = await call("ListFindings", { MaxResults: 2, NextToken });
      paged.push(...page.Findings.map((finding: Json) => finding.FindingId));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    expect(paged).toEqual(all);
    expect(await call("ListFindings", { NextToken: "x" })).toMatchObject({ __type: "InvalidNextTokenException" });
  });
});
