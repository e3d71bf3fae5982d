import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DeleteMetricFilterCommand,
  DescribeLogGroupsCommand,
  DescribeMetricFiltersCommand,
  PutLogEventsCommand,
  PutMetricFilterCommand,
  type PutMetricFilterCommandInput,
} from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sign } from "../src/gateway/testing/signed-request.js";
import { type RunningDosimeter, startDosimeter } from "./start-dosimeter.js";

/** Controls 1, 3, 5 and 7 of the CIS benchmark, as people put them on the log group of a trail. */
const controls: Readonly<Record<string, string>> = {
  UnauthorizedCalls: '{ ($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*") }',
  RootUsage:
    '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }',
  TrailChanges: "{ ($.eventName = CreateTrail) || ($.eventName = StopLogging) || ($.eventName = DeleteTrail) }",
  KeyDisabled:
    "{ ($.eventSource = kms.amazonaws.com) && (($.eventName = DisableKey) || ($.eventName = ScheduleKeyDeletion)) }",
};

const user = { type: "IAMUser", userName: "ada" };
const records = [
  { eventSource: "xray.amazonaws.com", eventName: "GetGroups", errorCode: "AccessDenied", userIdentity: user },
  { eventSource: "cloudtrail.amazonaws.com", eventName: "StopLogging", userIdentity: { type: "Root" } },
  { eventSource: "kms.amazonaws.com", eventName: "DisableKey", userIdentity: user },
  { eventSource: "xray.amazonaws.com", eventName: "GetGroups", errorCode: "AccessDenied", userIdentity: user },
].map((record) => ({ ...record, eventType: "AwsApiCall" }));

describe("metric filters over the wire", () => {
  let service: RunningDosimeter;
  let logs: CloudWatchLogsClient;
  const logGroupName = "audit";
  const minute = Math.floor(Date.now() / 60_000) * 60_000 - 120_000;

  beforeAll(async () => {
    service = await startDosimeter();
    logs = service.client(CloudWatchLogsClient);
    await logs.send(new CreateLogGroupCommand({ logGroupName }));
    await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName: "s" }));
  });
  afterAll(async () => {
    logs?.destroy();
    await service?.stop();
  });

  const filter = (filterName: string, change: Partial<PutMetricFilterCommandInput> = {}) =>
    new PutMetricFilterCommand({
      logGroupName,
      filterName,
      filterPattern: controls[filterName] ?? "",
      metricTransformations: [{ metricNamespace: "CISBenchmark", metricName: filterName, metricValue: "1" }],
      ...change,
    });

  async function statistics(input: object) {
    const answer = await sign({
      endpoint: service.endpoint,
      service: "logs",
      region: service.region,
      path: "/dosimeter/GetMetricFilterStatistics",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ MetricNamespace: "CISBenchmark", ...input }),
      key: service.root,
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  }

  it("count what is delivered after they were put, minute by minute", async () => {
    const put = (atMs: number) =>
      logs.send(
        new PutLogEventsCommand({
          logGroupName,
          logStreamName: "s",
          logEvents: records.map((record) => ({ timestamp: atMs, message: JSON.stringify(record) })),
        }),
      );
    await put(minute);
    for (const name of Object.keys(controls)) await logs.send(filter(name));
    await put(minute);
    await put(minute + 60_000);
    const counts: Record<string, unknown> = {};
    for (const MetricName of Object.keys(controls)) {
      const { body } = await statistics({ MetricName });
      counts[MetricName] = (body["Datapoints"] as { Sum: number }[]).map((point) => point.Sum);
    }
    expect(counts).toEqual({ UnauthorizedCalls: [2, 2], RootUsage: [1, 1], TrailChanges: [1, 1], KeyDisabled: [1, 1] });
    const { body } = await statistics({ MetricName: "UnauthorizedCalls", Period: 300, StartTime: minute / 1000 - 600 });
    const sums = (body["Datapoints"] as { Sum: number }[]).map((point) => point.Sum);
    expect(sums.reduce((sum, value) => sum + value)).toBe(4);
  });

  it("are described by group, prefix and metric, in pages, and deleted", async () => {
    const all = await logs.send(new DescribeMetricFiltersCommand({ logGroupName, limit: 3 }));
    expect(all.metricFilters?.map((each) => each.filterName)).toEqual(["KeyDisabled", "RootUsage", "TrailChanges"]);
    const rest = await logs.send(
      new DescribeMetricFiltersCommand({ logGroupName, limit: 3, nextToken: all.nextToken }),
    );
    expect(rest.metricFilters?.map((each) => each.filterName)).toEqual(["UnauthorizedCalls"]);
    expect(rest.nextToken).toBeUndefined();
    const { logGroups } = await logs.send(new DescribeLogGroupsCommand({}));
    expect(logGroups).toMatchObject([{ logGroupName, metricFilterCount: 4 }]);
    const byMetric = new DescribeMetricFiltersCommand({ metricNamespace: "CISBenchmark", metricName: "RootUsage" });
    expect((await logs.send(byMetric)).metricFilters).toMatchObject([
      { filterName: "RootUsage", logGroupName, metricTransformations: [{ metricValue: "1" }] },
    ]);
    await logs.send(new DeleteMetricFilterCommand({ logGroupName, filterName: "RootUsage" }));
    await expect(
      logs.send(new DeleteMetricFilterCommand({ logGroupName, filterName: "RootUsage" })),
    ).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });

  it("are refused where they could never count", async () => {
    const transformation = { metricNamespace: "N", metricName: "M", metricValue: "1" };
    const wrong: Partial<PutMetricFilterCommandInput>[] = [
      { filterPattern: "{ $.a = }" },
      { metricTransformations: [{ ...transformation, metricValue: "$.latency" }] },
      { metricTransformations: [{ ...transformation, dimensions: { A: "$.a" } }] },
      { metricTransformations: [transformation, transformation] },
      { metricTransformations: [{ ...transformation, metricName: "a:b" }] },
      {
        filterPattern: "{ $.a = * }",
        metricTransformations: [{ ...transformation, dimensions: { A: "$.a" }, defaultValue: 0 }],
      },
    ];
    for (const change of wrong)
      await expect(logs.send(filter("wrong", change))).rejects.toMatchObject({ name: "InvalidParameterException" });
    await expect(logs.send(filter("wrong", { logGroupName: "nosuch" }))).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
    const range = { MetricName: "M", StartTime: 0, EndTime: 86_400 * 30, Period: 60 };
    expect(await statistics(range)).toMatchObject({ status: 400, body: { __type: "InvalidParameterException" } });
  });

  it("go with their group", async () => {
    await logs.send(new DeleteLogGroupCommand({ logGroupName }));
    expect((await logs.send(new DescribeMetricFiltersCommand({}))).metricFilters).toEqual([]);
  });
});
