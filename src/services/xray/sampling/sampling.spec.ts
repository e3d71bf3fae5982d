import {
  CreateSamplingRuleCommand,
  DeleteSamplingRuleCommand,
  GetSamplingRulesCommand,
  GetSamplingStatisticSummariesCommand,
  GetSamplingTargetsCommand,
  PutTelemetryRecordsCommand,
  type SamplingRule,
  UpdateSamplingRuleCommand,
} from "@aws-sdk/client-xray";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openSamplingBench, type SamplingBench } from "./sampling.fixture.js";

const clientId = (number: number) => number.toString(16).padStart(24, "0");

let bench: SamplingBench;

beforeEach(async () => {
  bench = await openSamplingBench();
});

afterEach(() => bench.close());

const statistics = (client: number, more: object = {}) => ({
  RuleName: "Default",
  ClientID: clientId(client),
  Timestamp: new Date(bench.now),
  RequestCount: 80,
  SampledCount: 17,
  BorrowCount: 10,
  ...more,
});

const makeRule = (more: Partial<SamplingRule>) =>
  bench.xray.send(
    new CreateSamplingRuleCommand({
      SamplingRule: {
        RuleName: "checkout",
        ResourceARN: "*",
        Priority: 100,
        FixedRate: 0.1,
        ReservoirSize: 4,
        ServiceName: "*",
        ServiceType: "*",
        Host: "*",
        HTTPMethod: "*",
        URLPath: "*",
        Version: 1,
        ...more,
      },
    }),
  );

const report = (...documents: ReturnType<typeof statistics>[]) =>
  bench.xray.send(new GetSamplingTargetsCommand({ SamplingStatisticsDocuments: documents }));

describe("GetSamplingRules", () => {
  it("lists exactly the Default rule on a fresh server", async () => {
    const { SamplingRuleRecords, NextToken } = await bench.xray.send(new GetSamplingRulesCommand({}));
    expect(NextToken).toBeUndefined();
    expect(SamplingRuleRecords).toEqual([
      {
        SamplingRule: {
          RuleName: "Default",
          RuleARN: "arn:aws:xray:eu-west-1:111122223333:sampling-rule/Default",
          ResourceARN: "*",
          ServiceName: "*",
          ServiceType: "*",
          Host: "*",
          HTTPMethod: "*",
          URLPath: "*",
          Attributes: {},
          Version: 1,
          Priority: 10000,
          ReservoirSize: 1,
          FixedRate: 0.05,
        },
        CreatedAt: new Date(0),
        ModifiedAt: new Date(0),
      },
    ]);
  });

  it("refuses a token, having given none", async () => {
    await expect(bench.xray.send(new GetSamplingRulesCommand({ NextToken: "x" }))).rejects.toMatchObject({
      name: "InvalidRequestException",
      message: "Invalid NextToken",
    });
  });

  it("is recorded as a management event, GetSamplingTargets as a data event", async () => {
    await bench.xray.send(new GetSamplingRulesCommand({}));
    await report(statistics(1));
    const [rules, targets] = bench.gateway.records();
    expect(rules).toMatchObject({ eventName: "GetSamplingRules", eventCategory: "Management", readOnly: true });
    expect(targets).toMatchObject({
      eventName: "GetSamplingTargets",
      eventCategory: "Data",
      readOnly: true,
      resources: [{ type: "AWS::XRay::Trace" }],
      requestParameters: {
        samplingStatisticsDocuments: [{ ruleName: "Default", clientID: clientId(1), requestCount: 80 }],
      },
      responseElements: null,
    });
  });
});

describe("GetSamplingTargets", () => {
  it("tells rate, quota, lifetime and interval of a known rule, and that another is unknown", async () => {
    const answer = await report(statistics(1), statistics(1, { RuleName: "gone" }));
    expect(answer.SamplingTargetDocuments).toEqual([
      {
        RuleName: "Default",
        FixedRate: 0.05,
        ReservoirQuota: 1,
        ReservoirQuotaTTL: new Date(Math.floor(bench.now + 300_000)),
        Interval: 10,
      },
    ]);
    expect(answer.UnprocessedStatistics).toEqual([{ RuleName: "gone", ErrorCode: "400", Message: "Unknown rule" }]);
    expect(answer.LastRuleModification).toEqual(new Date(0));
    expect(answer.UnprocessedBoostStatistics).toEqual([]);
  });

  it("gives the reservoir to one client at a time, and to the next once that one gave it up or is silent", async () => {
    const quotaOf = async (client: number) =>
      (await report(statistics(client))).SamplingTargetDocuments?.[0]?.ReservoirQuota;
    expect(await quotaOf(2)).toBe(1);
    expect(await quotaOf(3)).toBe(0);
    expect(await quotaOf(1)).toBe(0);
    expect(await quotaOf(2)).toBe(0);
    expect(await quotaOf(1)).toBe(1);
    bench.now += 30_001;
    expect(await quotaOf(3)).toBe(1);
  });

  it("shares among clients that report in one call, and once for a client that reports twice in it", async () => {
    await makeRule({ ReservoirSize: 10 });
    const of = (client: number) => statistics(client, { RuleName: "checkout" });
    const { SamplingTargetDocuments } = await report(of(1), of(2), of(3), of(1));
    expect(SamplingTargetDocuments?.map(({ ReservoirQuota }) => ReservoirQuota)).toEqual([4, 3, 3, 4]);
  });

  it("keeps what it shared out over a restart", async () => {
    await makeRule({ ReservoirSize: 10 });
    const quotaOf = async (client: number) =>
      (await report(statistics(client, { RuleName: "checkout" }))).SamplingTargetDocuments?.[0]?.ReservoirQuota;
    expect(await quotaOf(1)).toBe(10);
    await bench.restart();
    expect(await quotaOf(2)).toBe(0);
    expect(await quotaOf(1)).toBe(5);
    await bench.restart();
    expect(await quotaOf(2)).toBe(5);
  });

  it("goes by the rule as it is now, and knows it no more once it is deleted", async () => {
    await makeRule({ ReservoirSize: 10 });
    const target = async () =>
      (await report(statistics(1, { RuleName: "checkout" }))).SamplingTargetDocuments?.[0] ?? "unknown";
    expect(await target()).toMatchObject({ FixedRate: 0.1, ReservoirQuota: 10 });
    const changes = { RuleName: "checkout", ReservoirSize: 3, FixedRate: 0.7 };
    await bench.xray.send(new UpdateSamplingRuleCommand({ SamplingRuleUpdate: changes }));
    expect(await target()).toMatchObject({ FixedRate: 0.7, ReservoirQuota: 3 });
    await bench.xray.send(new DeleteSamplingRuleCommand({ RuleName: "checkout" }));
    expect(await target()).toBe("unknown");
  });

  it("shares a rule's reservoir among the first 1000 clients, and stores no more of them", async () => {
    await makeRule({ ReservoirSize: 2000 });
    const quotas = new Map<string, number>();
    for (const _ of [1, 2])
      for (let client = 0; client < 1010; client += 25) {
        const documents = Array.from({ length: 25 }, (_, index) =>
          statistics(client + index, { RuleName: "checkout" }),
        );
        const { SamplingTargetDocuments } = await report(...documents);
        for (const [index, { ReservoirQuota }] of SamplingTargetDocuments!.entries())
          quotas.set(clientId(client + index), ReservoirQuota!);
      }
    expect([...quotas.values()].filter((quota) => quota === 2)).toHaveLength(1000);
    expect([...quotas.values()].reduce((sum, quota) => sum + quota)).toBe(2000);
    const { count } = await bench.settings.read
      .selectFrom("xray_sampling_clients")
      .select(({ fn }) => fn.countAll<number>().as("count"))
      .executeTakeFirstOrThrow();
    expect(count).toBe(1000);
  });

  it("takes times in milliseconds, and none that are far from now", async () => {
    const inMilliseconds = await report(statistics(1, { Timestamp: new Date(bench.now * 1000) }));
    expect(inMilliseconds.SamplingTargetDocuments).toHaveLength(1);
    const old = await report(statistics(1, { Timestamp: new Date(bench.now - 300_001) }));
    expect(old.SamplingTargetDocuments).toEqual([]);
    expect(old.UnprocessedStatistics).toMatchObject([{ RuleName: "Default", ErrorCode: "400" }]);
  });

  it.each<[string, object, RegExp, string?]>([
    ["a client id of 23 characters", { ClientID: "0".repeat(23) }, /length greater than or equal to 24/],
    ["a client id of 25 characters", { ClientID: "0".repeat(25) }, /length less than or equal to 24/],
    ["a negative count", { RequestCount: -1 }, /value greater than or equal to 0/],
    ["a client id that cannot be shown", { ClientID: "\u0000".repeat(24) }, /printable/, "InvalidRequestException"],
    ["a count of 1.5", { RequestCount: 1.5 }, /Integer/, "SerializationException"],
    ["a count beyond 32 bits", { BorrowCount: 1e300 }, /Integer/, "SerializationException"],
    ["a rule name of 33 characters", { RuleName: "x".repeat(33) }, /length less than or equal to 32/],
  ])("refuses %s", async (_, more, message, name = "ValidationException") => {
    await expect(report(statistics(1, more))).rejects.toMatchObject({
      name,
      message: expect.stringMatching(message),
    });
  });

  it("refuses 26 documents and takes 25", async () => {
    const documents = Array.from({ length: 26 }, (_, index) => statistics(index));
    await expect(report(...documents)).rejects.toMatchObject({ name: "ValidationException" });
    expect((await report(...documents.slice(1))).SamplingTargetDocuments).toHaveLength(25);
  });

  it("lists boost statistics of an unknown rule", async () => {
    const boost = {
      ServiceName: "s",
      Timestamp: new Date(bench.now),
      AnomalyCount: 1,
      TotalCount: 1,
      SampledAnomalyCount: 0,
    };
    const answer = await bench.xray.send(
      new GetSamplingTargetsCommand({
        SamplingStatisticsDocuments: [],
        SamplingBoostStatisticsDocuments: [
          { ...boost, RuleName: "gone" },
          { ...boost, RuleName: "Default" },
        ],
      }),
    );
    expect(answer.UnprocessedBoostStatistics).toMatchObject([{ RuleName: "gone", Message: "Unknown rule" }]);
    expect(answer.SamplingTargetDocuments).toEqual([]);
  });
});

describe("GetSamplingStatisticSummaries", () => {
  const summaries = async () =>
    (await bench.xray.send(new GetSamplingStatisticSummariesCommand({}))).SamplingStatisticSummaries;

  it("adds up what clients reported within ten seconds", async () => {
    await report(statistics(1), statistics(2, { RequestCount: 1, SampledCount: 1, BorrowCount: undefined }));
    await report(statistics(3, { RequestCount: 5, SampledCount: 0, BorrowCount: 0 }));
    const window = new Date(Math.floor(bench.now / 10_000) * 10_000);
    expect(await summaries()).toEqual([
      { RuleName: "Default", Timestamp: window, RequestCount: 86, SampledCount: 18, BorrowCount: 10 },
    ]);
  });

  it("has the newest window last, and none older than half an hour", async () => {
    await report(statistics(1));
    bench.now += 10_000;
    await report(statistics(1, { RequestCount: 7 }));
    expect((await summaries())?.map(({ RequestCount }) => RequestCount)).toEqual([80, 7]);
    bench.now += 30 * 60_000;
    expect(await summaries()).toEqual([]);
  });

  it("refuses a token that is not its own", async () => {
    await expect(bench.xray.send(new GetSamplingStatisticSummariesCommand({ NextToken: "abc" }))).rejects.toMatchObject(
      {
        name: "InvalidRequestException",
      },
    );
  });
});

describe("PutTelemetryRecords", () => {
  const record = (seconds: number, received: number) => ({
    Timestamp: new Date(seconds * 1000),
    SegmentsReceivedCount: received,
    SegmentsSpilloverCount: 1,
  });
  const kept = () =>
    bench.settings.read.selectFrom("xray_telemetry").select(["hostname", "record"]).orderBy("hostname").execute();

  it("keeps the latest record of each sender", async () => {
    const from = (Hostname: string, ...TelemetryRecords: ReturnType<typeof record>[]) =>
      bench.xray.send(
        new PutTelemetryRecordsCommand({ TelemetryRecords, Hostname, EC2InstanceId: "", ResourceARN: "" }),
      );
    await from("a", record(1, 1), record(3, 3), record(2, 2));
    await from("b", record(1, 9));
    await from("b", record(2, 10));
    expect((await kept()).map(({ hostname, record }) => [hostname, JSON.parse(record)])).toMatchObject([
      ["a", { Timestamp: 3, SegmentsReceivedCount: 3, SegmentsSpilloverCount: 1 }],
      ["b", { Timestamp: 2, SegmentsReceivedCount: 10 }],
    ]);
    expect(bench.gateway.records()[0]).toMatchObject({
      eventName: "PutTelemetryRecords",
      eventCategory: "Data",
      readOnly: false,
      requestParameters: { hostname: "a", telemetryRecords: [{ segmentsReceivedCount: 1 }, {}, {}] },
      responseElements: null,
    });
  });

  it("refuses what is too long, and stores nothing of it", async () => {
    const call = bench.xray.send(
      new PutTelemetryRecordsCommand({
        TelemetryRecords: [record(1, 1)],
        Hostname: "h".repeat(256),
        EC2InstanceId: "i".repeat(21),
      }),
    );
    await expect(call).rejects.toMatchObject({
      name: "ValidationException",
      message: expect.stringMatching(/^2 validation errors detected/),
    });
    expect(await kept()).toEqual([]);
  });
});
