import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import {
  CloudTrailClient,
  CreateTrailCommand,
  ListInsightsDataCommand,
  ListInsightsMetricDataCommand,
  type ListInsightsMetricDataCommandInput,
  LookupEventsCommand,
  PutEventSelectorsCommand,
  PutInsightSelectorsCommand,
  StartLoggingCommand,
} from "@aws-sdk/client-cloudtrail";
import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { CreateGroupCommand, GetGroupsCommand, TagResourceCommand, XRayClient } from "@aws-sdk/client-xray";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compose, type RunningService } from "../src/compose.js";
import { readConfig } from "../src/config.js";
import { type Environment, systemEnvironment } from "../src/environment.js";
import { chromiumPath, openConsole } from "./console/open-console.js";
import { eventually, type RunningDosimeter, startDosimeter } from "./start-dosimeter.js";
import { keysOf, makeTrailBucket, makeTrailLogGroup, objectOf } from "./trail-destinations.js";

const minuteMs = 60_000;
const burstCalls = 2_000;
const atOnce = 25;

/**
 * The service with a clock that is moved, within the quarter of an hour by which clocks may differ:
 *
 *     -14 min            -3            +1.5                      +14
 *     |-- little happens --|-- burst --|-------- calm ------------|
 *                          Start                              End
 */
describe("Insights over the wire", () => {
  let offsetMs = -14.5 * minuteMs;
  const nowMs = () => Date.now() + offsetMs;
  const environment: Environment = { ...systemEnvironment, clock: { ...systemEnvironment.clock, nowMs } };
  const root = { accessKeyId: "AKIAROOTFORTESTS0001", secretAccessKey: "root-secret-for-tests" };
  let folder: string;
  let running: RunningService;
  let service: RunningDosimeter;
  let trails: CloudTrailClient;
  let xray: XRayClient;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "dosimeter-insights-"));
    const config = readConfig({
      flags: {},
      environment: {
        DOSIMETER_DATA: folder,
        DOSIMETER_PORT: "0",
        DOSIMETER_DAEMON_PORT: "off",
        DOSIMETER_OTLP_HTTP_PORT: "off",
        DOSIMETER_OTLP_GRPC_PORT: "off",
        DOSIMETER_DELIVERY_SECONDS: "1",
        DOSIMETER_ROOT_ACCESS_KEY_ID: root.accessKeyId,
        DOSIMETER_ROOT_SECRET_ACCESS_KEY: root.secretAccessKey,
      },
    });
    running = await compose(config, { environment });
    const client = <Client>(Class: new (configuration: object) => Client) =>
      new Class({
        endpoint: running.endpoint,
        region: config.region,
        credentials: root,
        maxAttempts: 1,
        forcePathStyle: true,
      });
    service = { client, accountId: config.account, region: config.region } as unknown as RunningDosimeter;
    trails = client(CloudTrailClient);
    xray = client(XRayClient);
    await makeTrailBucket(service, "audit-logs");
    const logs = await makeTrailLogGroup(service, "audit");
    await trails.send(new CreateTrailCommand({ Name: "audit", S3BucketName: "audit-logs", ...logs }));
    await trails.send(
      new PutEventSelectorsCommand({
        TrailName: "audit",
        EventSelectors: [{ DataResources: [{ Type: "AWS::S3::Object", Values: ["arn:aws:s3"] }] }],
      }),
    );
    await trails.send(
      new PutInsightSelectorsCommand({
        TrailName: "audit",
        InsightSelectors: [{ InsightType: "ApiCallRateInsight" }, { InsightType: "ApiErrorRateInsight" }],
      }),
    );
    await trails.send(new StartLoggingCommand({ Name: "audit" }));
  });
  afterAll(async () => {
    await running?.close().catch(() => {});
    await rm(folder, { recursive: true, force: true });
  });

  interface InsightRecord {
    readonly eventID: string;
    readonly sharedEventID: string;
    readonly eventTime: string;
    readonly eventCategory: string;
    readonly insightDetails: {
      readonly state: string;
      readonly eventName: string;
      readonly insightType: string;
      readonly errorCode?: string;
      readonly insightContext: {
        readonly statistics: Record<string, unknown>;
        readonly attributions: readonly { attribute: string; insight: { value: string; average: number }[] }[];
        readonly explanation: Record<string, unknown>;
      };
    };
  }

  async function recordsInHistory(eventName: string): Promise<InsightRecord[]> {
    const { Events = [] } = await trails.send(
      new LookupEventsCommand({
        EventCategory: "insight",
        LookupAttributes: [{ AttributeKey: "EventName", AttributeValue: eventName }],
      }),
    );
    return Events.map((event) => JSON.parse(event.CloudTrailEvent as string) as InsightRecord);
  }

  async function recordsInBucket(): Promise<InsightRecord[]> {
    const records: InsightRecord[] = [];
    for (const key of await keysOf(service, "audit-logs", "/CloudTrail-Insight/")) {
      const { bytes } = await objectOf(service, "audit-logs", key);
      records.push(...(JSON.parse(gunzipSync(bytes).toString()) as { Records: InsightRecord[] }).Records);
    }
    return records;
  }

  const ofState = (records: readonly InsightRecord[], state: string, insightType = "ApiCallRateInsight") =>
    records.find(({ insightDetails }) => insightDetails.state === state && insightDetails.insightType === insightType);

  it("tell of a burst when it begins and when it has ended, in history, bucket and log group (facts 77, 78, 79)", async () => {
    const { Group } = await xray.send(new CreateGroupCommand({ GroupName: "prices" }));
    const tag = (Value: string) =>
      xray.send(new TagResourceCommand({ ResourceARN: Group?.GroupARN, Tags: [{ Key: "price", Value }] }));
    await tag("0");

    offsetMs = -3 * minuteMs;
    await burst(tag);
    offsetMs += 1.5 * minuteMs;
    const start = await eventually(
      async () => ofState(await recordsInHistory("TagResource"), "Start"),
      "the beginning of the burst in history",
      120_000,
    );
    expect(start).toMatchObject({
      eventVersion: "1.09",
      eventType: "AwsCloudTrailInsight",
      eventCategory: "Insight",
      recipientAccountId: service.accountId,
      insightDetails: {
        eventSource: "xray.amazonaws.com",
        eventName: "TagResource",
        sourceEventCategory: "Management",
        insightContext: {
          explanation: { direction: "rise", text: expect.stringMatching(/^\d+ calls of TagResource in/) },
        },
      },
    });
    // Fact 78.
    for (const member of ["userIdentity", "eventSource", "eventName"]) expect(start).not.toHaveProperty(member);
    expect(start.eventTime).toMatch(/:00Z$/);
    const { statistics, attributions } = start.insightDetails.insightContext;
    const average = (statistics as { insight: { average: number } }).insight.average;
    expect(average).toBeGreaterThan(200);
    expect(attributions.map(({ attribute }) => attribute)).toEqual(["userIdentityArn", "userAgent", "errorCode"]);
    expect(attributions[0]?.insight).toEqual([{ value: `arn:aws:iam::${service.accountId}:root`, average }]);
    // Fact 79.
    expect(attributions[2]?.insight).toEqual([{ value: "null", average }]);

    offsetMs = 14.5 * minuteMs;
    // Fact 77.
    const records = await eventually(
      async () => {
        const found = (await recordsInBucket()).filter((record) => record.insightDetails.eventName === "TagResource");
        return ofState(found, "End") && found;
      },
      "the end of the burst in the bucket",
      120_000,
    );
    const end = ofState(records, "End")!;
    expect(ofState(records, "Start")).toEqual(start);
    expect(records).toHaveLength(2);
    expect(end.sharedEventID).toBe(start.sharedEventID);
    expect(end.eventID).not.toBe(start.eventID);
    expect(end.eventTime > start.eventTime).toBe(true);
    const [key = ""] = await keysOf(service, "audit-logs", "/CloudTrail-Insight/");
    expect(key).toMatch(
      /^AWSLogs\/\d{12}\/CloudTrail-Insight\/us-east-1\/\d{4}\/\d\d\/\d\d\/\d{12}_CloudTrail-Insight_us-east-1_\d{8}T\d{4}Z_[A-Za-z0-9]{16}\.json\.gz$/,
    );

    await eventually(async () => {
      const { events = [] } = await (service.client(CloudWatchLogsClient) as CloudWatchLogsClient).send(
        new FilterLogEventsCommand({ logGroupName: "audit", filterPattern: '{ $.eventCategory = "Insight" }' }),
      );
      return events.some((event) => JSON.parse(event.message as string).eventID === end.eventID);
    }, "the end of the burst in the log group");
  }, 240_000);

  it("are in history only where they are asked for (fact 60)", async () => {
    const { Events = [] } = await trails.send(new LookupEventsCommand({}));
    expect(Events.length).toBeGreaterThan(0);
    for (const event of Events) expect(JSON.parse(event.CloudTrailEvent as string).eventCategory).toBe("Management");
    const insights = await trails.send(new LookupEventsCommand({ EventCategory: "insight" }));
    expect(insights.Events?.length).toBeGreaterThan(0);
    for (const event of insights.Events ?? [])
      expect(JSON.parse(event.CloudTrailEvent as string).eventCategory).toBe("Insight");
  });

  it("of data events are told by ListInsightsData, of which this trail has none", async () => {
    const InsightSource = `arn:aws:cloudtrail:us-east-1:${service.accountId}:trail/audit`;
    const list = (more: object = {}) =>
      trails.send(new ListInsightsDataCommand({ InsightSource, DataType: "InsightsEvents", ...more }));
    expect((await list()).Events).toEqual([]);
    const invalid = { name: "InvalidParameterException" };
    await expect(list({ InsightSource: `${InsightSource}-else` })).rejects.toMatchObject(invalid);
    await expect(list({ DataType: "Else" })).rejects.toMatchObject(invalid);
    await expect(list({ MaxResults: 51 })).rejects.toMatchObject(invalid);
    await expect(list({ Dimensions: { EventId: "a", EventName: "b" } })).rejects.toMatchObject(invalid);
  });

  it("have their counts told by ListInsightsMetricData (fact 80)", async () => {
    const query: ListInsightsMetricDataCommandInput = {
      EventSource: "xray.amazonaws.com",
      EventName: "TagResource",
      InsightType: "ApiCallRateInsight",
      Period: 60,
    };
    const list = (more: object = {}) => trails.send(new ListInsightsMetricDataCommand({ ...query, ...more }));
    const { Timestamps = [], Values = [] } = await list();
    expect(Timestamps).toHaveLength(Values.length);
    expect(Values.reduce((sum, value) => sum + value, 0)).toBe(burstCalls + 1);
    const filled = await list({ DataType: "FillWithZeros", StartTime: new Date(nowMs() - 20 * minuteMs) });
    expect(filled.Timestamps).toHaveLength(filled.Values?.length ?? 0);
    expect(filled.Values?.length).toBeGreaterThanOrEqual(20);
    expect(filled.Values).toContain(0);
    const first = await list({ MaxResults: 1 });
    const rest = await list({ NextToken: first.NextToken });
    expect([...(first.Values ?? []), ...(rest.Values ?? [])]).toEqual(Values);
    const hourly = await list({ Period: undefined });
    expect(hourly.Values?.reduce((sum, value) => sum + value, 0)).toBe(burstCalls + 1);

    const invalid = { name: "InvalidParameterException" };
    await expect(list({ Period: 120 })).rejects.toMatchObject(invalid);
    await expect(list({ InsightType: "ApiErrorRateInsight" })).rejects.toMatchObject(invalid);
    await expect(list({ InsightType: "Else" })).rejects.toMatchObject(invalid);
    await expect(list({ NextToken: first.NextToken, Period: 300 })).rejects.toMatchObject(invalid);
  });

  it.skipIf(chromiumPath === undefined)("are drawn in the console, with what was usual and who it was", async () => {
    await running.close();
    // The process as it is started, without the moved clock: all of it has happened by now.
    const process = await startDosimeter({ dataFolder: folder });
    try {
      const { page, go, expectAccessible, picture, close } = await openConsole(process);
      await go("/anomalies");
      await page
        .getByRole("row", { name: /TagResource/ })
        .getByText(/^Ended after/)
        .waitFor();
      await page.getByRole("heading", { name: /^TagResource \(xray\.amazonaws\.com\): calls, from / }).waitFor();
      await page.getByText(/^\d+ calls of TagResource in .* would have been usual/).waitFor();
      await page
        .getByRole("table", { name: "Who and what it was" })
        .getByText(/:root$/)
        .waitFor();
      await page.getByLabel("Calls of TagResource a minute").waitFor();
      await expectAccessible();
      await picture("unusual-rates");
      await close();
    } finally {
      await process.stop();
    }
  });

  async function burst(call: (value: string) => Promise<unknown>): Promise<void> {
    let next = 1;
    const worker = async () => {
      while (next <= burstCalls) await call(String(next++));
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    await xray.send(new GetGroupsCommand({}));
  }
});
