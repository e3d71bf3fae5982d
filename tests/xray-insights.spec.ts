import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from "@aws-sdk/client-iam";
import { ConfirmSubscriptionCommand, CreateTopicCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import {
  CreateGroupCommand,
  GetInsightCommand,
  GetInsightEventsCommand,
  GetInsightImpactGraphCommand,
  GetInsightSummariesCommand,
  GetServiceGraphCommand,
  type InsightSummary,
  PutTraceSegmentsCommand,
  UpdateGroupCommand,
  XRayClient,
} from "@aws-sdk/client-xray";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, type RunningDosimeter, startDosimeter } from "./start-dosimeter.js";

const minuteMs = 60_000;
const requestsPerMinute = 20;
const unknownId = "11111111-2222-4333-8444-555555555555";

/**
 * Traces of the last 75 minutes, and what is found in them over the wire:
 *
 *     shop → orders → Items (a table)    fails since 9 minutes, because of the table       Default, ACTIVE
 *     mail                               failed from 45 to 38 minutes ago                  Default, CLOSED
 *     gate → pricing                     is slow since 9 minutes, because of `pricing`     a group of its own
 */
describe("Insights over the wire", () => {
  const nowMs = Date.now();
  const range = { StartTime: new Date(nowMs - 2 * 3_600_000), EndTime: new Date(nowMs + 3_600_000) };
  let service: RunningDosimeter;
  let xray: XRayClient;
  let sns: SNSClient;
  const received: { Type: string; Message: string; Token?: string }[] = [];
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

  beforeAll(async () => {
    await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
    service = await startDosimeter({ env: { DOSIMETER_NOTIFICATION_NETWORKS: "127.0.0.0/8" } });
    xray = service.client(XRayClient);
    sns = service.client(SNSClient);
    await listen();
    await xray.send(new CreateGroupCommand({ GroupName: "prices", FilterExpression: 'service("gate")' }));
    await putTraces(xray, nowMs);
    await eventually(
      async () => {
        const StartTime = new Date(minute(nowMs, -75));
        const { Services } = await xray.send(new GetServiceGraphCommand({ StartTime, EndTime: new Date(nowMs) }));
        const total = (name: string) =>
          Services?.find((each) => each.Name === name && each.Type !== "client")?.SummaryStatistics?.TotalCount;
        return (
          total("mail") === 72 * requestsPerMinute &&
          total("shop") === 47 * requestsPerMinute &&
          total("gate") === 47 * requestsPerMinute
        );
      },
      "the traces to be indexed",
      120_000,
    );
    const InsightsConfiguration = { InsightsEnabled: true, NotificationsEnabled: true };
    for (const GroupName of ["Default", "prices"])
      await xray.send(new UpdateGroupCommand({ GroupName, InsightsConfiguration }));
  });
  afterAll(async () => {
    xray?.destroy();
    sns?.destroy();
    await service?.stop();
    receiver.close();
  });

  const summariesOf = async (GroupName: string, more: Partial<{ States: ("ACTIVE" | "CLOSED")[] }> = {}) => {
    const answer = await xray.send(new GetInsightSummariesCommand({ GroupName, ...range, ...more }));
    return answer.InsightSummaries!;
  };
  const insightOf = (GroupName: string, rootCause: string): Promise<InsightSummary> =>
    eventually(
      async () => (await summariesOf(GroupName)).find((each) => each.RootCauseServiceId?.Name === rootCause),
      `the insight of ${rootCause}`,
      120_000,
    );

  it("name the table that is not instrumented, and count clients' requests", async () => {
    const insight = await insightOf("Default", "Items");
    expect(insight).toMatchObject({
      GroupName: "Default",
      GroupARN: `arn:aws:xray:${service.region}:${service.accountId}:group/Default`,
      Categories: ["FAULT"],
      State: "ACTIVE",
      StartTime: new Date(minute(nowMs, -9)),
      RootCauseServiceId: { Name: "Items", Names: ["Items"], Type: "AWS::DynamoDB::Table" },
      Summary:
        'Service "Items" (AWS::DynamoDB::Table) has an elevated fault rate. 50% of requests failed. 2 other services are affected.',
    });
    expect(insight.EndTime).toBeUndefined();
    expect(insight.LastUpdateTime!.getTime()).toBeLessThanOrEqual(Date.now());
    const { FaultCount, OkCount, TotalCount } = insight.ClientRequestImpactStatistics!;
    expect([FaultCount! * 2, FaultCount! + OkCount!]).toEqual([TotalCount, TotalCount]);
    expect(TotalCount! % requestsPerMinute).toBe(0);
    expect(insight.RootCauseServiceRequestImpactStatistics).toEqual(insight.ClientRequestImpactStatistics);
    expect(insight.TopAnomalousServices!.map(({ ServiceId }) => ServiceId!.Name).sort()).toEqual([
      "Items",
      "orders",
      "shop",
    ]);
    const { LastUpdateTime: _, ...rest } = insight;
    const { Insight } = await xray.send(new GetInsightCommand({ InsightId: insight.InsightId! }));
    expect(Insight).toMatchObject({ InsightId: rest.InsightId, State: "ACTIVE", Categories: ["FAULT"] });
    expect(Insight).not.toHaveProperty("LastUpdateTime");
  });

  it("of the past are closed, each in the list of its state", async () => {
    const closed = await insightOf("Default", "mail");
    expect(closed).toMatchObject({
      State: "CLOSED",
      StartTime: new Date(minute(nowMs, -45)),
      EndTime: new Date(minute(nowMs, -38)),
    });
    expect(closed.Summary).toMatch(/^Service "mail" had an elevated fault rate\. 40% of requests failed\.$/);
    const roots = (list: InsightSummary[]) => list.map((each) => each.RootCauseServiceId!.Name);
    expect(roots(await summariesOf("Default", { States: ["ACTIVE"] }))).not.toContain("mail");
    expect(roots(await summariesOf("Default", { States: ["CLOSED"] }))).toEqual(["mail"]);

    const { InsightEvents } = await xray.send(new GetInsightEventsCommand({ InsightId: closed.InsightId! }));
    expect(InsightEvents![0]!.Summary).toBe(closed.Summary);
    expect(InsightEvents!.at(-1)!.Summary).toMatch(/^Service "mail" has an elevated fault rate\./);
    const times = InsightEvents!.map(({ EventTime }) => EventTime!.getTime());
    expect(times).toEqual([...times].sort((left, right) => right - left));
  });

  it("come in pages, which fit one request alone", async () => {
    await insightOf("Default", "Items");
    const all = (await summariesOf("Default")).map(({ InsightId }) => InsightId);
    const seen: (string | undefined)[] = [];
    let NextToken: string | undefined;
    do {
      const request = { GroupName: "Default", ...range, MaxResults: 1, ...(NextToken !== undefined && { NextToken }) };
      const page = await xray.send(new GetInsightSummariesCommand(request));
      expect(page.InsightSummaries!.length).toBeLessThanOrEqual(1);
      seen.push(...page.InsightSummaries!.map(({ InsightId }) => InsightId));
      if (page.NextToken !== undefined) {
        const elsewhere = new GetInsightSummariesCommand({
          ...request,
          GroupName: "prices",
          NextToken: page.NextToken,
        });
        await expect(xray.send(elsewhere)).rejects.toMatchObject({ name: "InvalidRequestException" });
      }
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    expect(seen).toEqual(all);
    const InsightId = all.at(-1)!;
    const { InsightEvents } = await xray.send(new GetInsightEventsCommand({ InsightId }));
    const first = await xray.send(new GetInsightEventsCommand({ InsightId, MaxResults: 1 }));
    expect(first.InsightEvents).toEqual(InsightEvents!.slice(0, 1));
    const second = await xray.send(new GetInsightEventsCommand({ InsightId, NextToken: first.NextToken! }));
    expect(second.InsightEvents).toEqual(InsightEvents!.slice(1));
    expect(second.NextToken).toBeUndefined();
  });

  it("find a service that responds slowly, in a group by its filter", async () => {
    const insight = await insightOf("prices", "pricing");
    expect(insight).toMatchObject({
      State: "ACTIVE",
      Categories: ["FAULT"],
      StartTime: new Date(minute(nowMs, -9)),
      ClientRequestImpactStatistics: { FaultCount: 0 },
    });
    expect(insight.Summary).toMatch(
      /^Service "pricing" \(AWS::EC2::Instance\) has elevated response times\. 100% of requests took \d+ ms or longer\. 1 other service is affected\.$/,
    );
    expect(await summariesOf("prices")).toHaveLength(1);
  });

  it("have an impact graph of who is concerned, without figures", async () => {
    const { InsightId } = await insightOf("Default", "Items");
    const times = { StartTime: new Date(nowMs - 30 * minuteMs), EndTime: new Date(nowMs) };
    const answer = await xray.send(new GetInsightImpactGraphCommand({ InsightId: InsightId!, ...times }));
    expect(answer).toMatchObject({ InsightId, ...times, ServiceGraphStartTime: times.StartTime });
    const byId = new Map(answer.Services!.map((each) => [each.ReferenceId, each]));
    const calls = answer.Services!.map(({ Name, Type, Edges }) => [
      `${Name} ${Type ?? ""}`,
      Edges!.map(({ ReferenceId }) => byId.get(ReferenceId)!.Name),
    ]);
    expect(Object.fromEntries(calls)).toEqual({
      "Items AWS::DynamoDB::Table": [],
      "orders AWS::EC2::Instance": ["Items"],
      "shop AWS::EC2::Instance": ["orders"],
      "shop client": ["shop"],
    });
    expect(answer.Services!.every((each) => !("SummaryStatistics" in each))).toBe(true);
  });

  it("are not there for who may not see the whole group", async () => {
    const [ofPrices, ofAll] = [await insightOf("prices", "pricing"), await insightOf("Default", "Items")];
    const times = { StartTime: new Date(nowMs - 30 * minuteMs), EndTime: new Date(nowMs) };
    const readers = [
      { UserName: "of-prices", Condition: { StringEquals: { "xray:GroupName": "prices" } }, sees: [ofPrices] },
      { UserName: "of-a-tenant", Condition: { StringEquals: { "xray:Annotation/tenant": "a" } }, sees: [] },
    ];
    const iam = service.client(IAMClient);
    for (const { UserName, Condition, sees } of readers) {
      await iam.send(new CreateUserCommand({ UserName }));
      const Statement = [{ Effect: "Allow", Action: "xray:Get*", Resource: "*", Condition }];
      const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
      await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: "reads", PolicyDocument }));
      const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
      const { AccessKeyId: accessKeyId = "", SecretAccessKey: secretAccessKey = "" } = AccessKey!;
      const reader = service.client(XRayClient, { accessKeyId, secretAccessKey });
      for (const { InsightId } of [ofPrices, ofAll]) {
        const answers = await Promise.allSettled([
          reader.send(new GetInsightCommand({ InsightId })),
          reader.send(new GetInsightEventsCommand({ InsightId })),
          reader.send(new GetInsightImpactGraphCommand({ InsightId, ...times })),
        ]);
        const isSeen = sees.some((insight) => insight.InsightId === InsightId);
        expect(answers.map(({ status }) => status)).toEqual(answers.map(() => (isSeen ? "fulfilled" : "rejected")));
        for (const answer of answers)
          if (answer.status === "rejected") expect(answer.reason.message).toBe(`Insight not found: ${InsightId}`);
      }
      reader.destroy();
    }
    iam.destroy();
  });

  it("are told to the topic as EventBridge events", async () => {
    await insightOf("Default", "Items");
    const told = await eventually(
      async () =>
        received
          .filter(({ Type }) => Type === "Notification")
          .map(({ Message }) => JSON.parse(Message))
          .find(({ detail }) => detail.RootCauseServiceId.Name === "Items" && detail.State === "ACTIVE"),
      "the event of the insight",
      120_000,
    );
    expect(told).toMatchObject({
      version: "0",
      source: "aws.xray",
      "detail-type": "AWS X-Ray Insight Update",
      account: service.accountId,
      region: service.region,
      detail: { GroupName: "Default", Category: "FAULT", StartTime: minute(nowMs, -9) / 1000 },
    });
  });

  // Facts 152 and 153 of the acceptance list.
  it.each([
    ["a malformed id", new GetInsightCommand({ InsightId: "no-uuid" }), "ValidationException"],
    ["an unknown id", new GetInsightCommand({ InsightId: unknownId }), "InvalidRequestException"],
    ["summaries of no group", new GetInsightSummariesCommand(range), "InvalidRequestException"],
    [
      "summaries of an unknown group",
      new GetInsightSummariesCommand({ GroupName: "nobody", ...range }),
      "InvalidRequestException",
    ],
    [
      "two states",
      new GetInsightSummariesCommand({ GroupName: "Default", States: ["ACTIVE", "CLOSED"], ...range }),
      "ValidationException",
    ],
    [
      "times of 31 days ago",
      new GetInsightSummariesCommand({
        GroupName: "Default",
        ...range,
        StartTime: new Date(nowMs - 31 * 24 * 60 * minuteMs),
      }),
      "InvalidRequestException",
    ],
    [
      "an impact graph of 7 hours",
      new GetInsightImpactGraphCommand({
        InsightId: unknownId,
        StartTime: new Date(nowMs - 7 * 60 * minuteMs),
        EndTime: new Date(nowMs),
      }),
      "InvalidRequestException",
    ],
    ["51 events", new GetInsightEventsCommand({ InsightId: unknownId, MaxResults: 51 }), "ValidationException"],
    ["events of an unknown id", new GetInsightEventsCommand({ InsightId: unknownId }), "InvalidRequestException"],
  ])("are refused with 400: %s (152, 153)", async (_what, command, name) => {
    // biome-ignore lint/suspicious/noExplicitAny: commands of several types.
    await expect(xray.send(command as any)).rejects.toMatchObject({ name, $metadata: { httpStatusCode: 400 } });
  });

  /** A topic of the name that insights go to, which lets EventBridge's principal publish, and a subscriber. */
  async function listen(): Promise<void> {
    const arn = `arn:aws:sns:${service.region}:${service.accountId}:xray-insights`;
    const statement = { Effect: "Allow", Principal: { Service: "events.amazonaws.com" }, Action: "sns:Publish" };
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [{ ...statement, Resource: arn }] });
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: "xray-insights", Attributes: { Policy } }));
    const Endpoint = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: "http", Endpoint }));
    const { Token } = await eventually(
      async () => received.find(({ Type }) => Type === "SubscriptionConfirmation"),
      "the confirmation of the subscription",
    );
    await sns.send(new ConfirmSubscriptionCommand({ TopicArn, Token }));
  }
});

/** Start of a minute before or after now. */
function minute(nowMs: number, number: number): number {
  return Math.floor(nowMs / minuteMs) * minuteMs + number * minuteMs;
}

async function putTraces(xray: XRayClient, nowMs: number): Promise<void> {
  const documents: string[] = [];
  for (let number = -75; number < -3; number++)
    for (let request = 0; request < requestsPerMinute; request++) {
      const start = minute(nowMs, number) / 1000 + request * 2.9;
      const mailFails = number >= -45 && number < -38 && request % 5 < 2;
      documents.push(JSON.stringify(segment(start, { name: "mail", origin: undefined, fault: mailFails })));
      if (number < -50) continue;
      const bad = number >= -9;
      documents.push(
        ...chain(start, { services: ["shop", "orders"], fault: bad && request % 2 === 0, table: "Items" }),
      );
      documents.push(...chain(start, { services: ["gate", "pricing"], fault: false, seconds: bad ? 0.9 : 0.05 }));
    }
  for (let from = 0; from < documents.length; from += 50) {
    const TraceSegmentDocuments = documents.slice(from, from + 50);
    const { UnprocessedTraceSegments } = await xray.send(new PutTraceSegmentsCommand({ TraceSegmentDocuments }));
    expect(UnprocessedTraceSegments).toEqual([]);
  }
}

/** A service that calls another, which may call a table. */
function chain(
  start: number,
  given: { services: [string, string]; fault: boolean; seconds?: number; table?: string },
): string[] {
  const { services, fault, seconds = 0.05, table } = given;
  const first = segment(start, { name: services[0], fault, seconds: seconds + 0.02 });
  const call = {
    ...{
      id: hex(8),
      name: services[1],
      namespace: "remote",
      start_time: start + 0.01,
      end_time: start + 0.01 + seconds,
    },
    ...(fault && { fault }),
  };
  const second = {
    ...segment(start + 0.01, { name: services[1], fault, seconds }),
    ...{ trace_id: first.trace_id, parent_id: call.id },
  };
  const query = {
    ...{ id: hex(8), name: "DynamoDB", namespace: "aws", start_time: start + 0.02, end_time: start + 0.03 },
    ...{ aws: { table_name: table, operation: "GetItem" }, ...(fault && { fault }) },
  };
  return [
    JSON.stringify({ ...first, subsegments: [call] }),
    JSON.stringify({ ...second, ...(table !== undefined && { subsegments: [query] }) }),
  ];
}

function segment(
  start: number,
  given: { name: string; origin?: string | undefined; fault: boolean; seconds?: number },
) {
  const { name, fault, seconds = 0.05 } = given;
  const origin = "origin" in given ? given.origin : "AWS::EC2::Instance";
  return {
    ...{ name, id: hex(8), trace_id: `1-${Math.floor(start).toString(16)}-${hex(12)}` },
    ...{ start_time: start, end_time: start + seconds, ...(origin !== undefined && { origin }) },
    ...(fault && { fault }),
  };
}

function hex(bytes: number): string {
  return randomBytes(bytes).toString("hex");
}
