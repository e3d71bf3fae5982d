import { afterAll, beforeAll } from "vitest";
import { sign } from "../../src/gateway/testing/signed-request.js";
import { type RunningDosimeter, startDosimeter } from "../start-dosimeter.js";
import { conformance } from "./conformance.js";
import { readModel } from "./model.js";

const model = readModel("xray");

/** X-Ray says it of its own for some constraints. */
const refusal = (code: string) => code === "InvalidRequestException";

const now = Math.floor(Date.now() / 1000);
const range = { StartTime: now - 600, EndTime: now };
const traceId = `1-${now.toString(16)}-${"0".repeat(23)}1`;
const insightId = "11111111-2222-4333-8444-555555555555";
const clientId = "0123456789abcdef01234567";
const groupArn = "arn:aws:xray:us-east-1:000000000000:group/conformance/ABC";

/** A valid input of each operation. What it names need not exist: not found is an answer, too. */
const inputs: Readonly<Record<string, Record<string, unknown>>> = {
  BatchGetTraces: { TraceIds: [traceId] },
  CancelTraceRetrieval: { RetrievalToken: "none" },
  CreateGroup: {
    GroupName: "conformance",
    FilterExpression: "fault",
    InsightsConfiguration: { InsightsEnabled: true, NotificationsEnabled: true },
    Tags: [{ Key: "k", Value: "v" }],
  },
  CreateSamplingRule: {
    SamplingRule: {
      RuleName: "conformance",
      ResourceARN: "*",
      Priority: 100,
      FixedRate: 0.1,
      ReservoirSize: 1,
      ServiceName: "*",
      ServiceType: "*",
      Host: "*",
      HTTPMethod: "*",
      URLPath: "*",
      Version: 1,
      Attributes: { key: "value" },
      SamplingRateBoost: { MaxRate: 0.5, CooldownWindowMinutes: 10 },
    },
    Tags: [{ Key: "k", Value: "v" }],
  },
  DeleteGroup: { GroupName: "nosuch" },
  DeleteResourcePolicy: { PolicyName: "nosuch" },
  DeleteSamplingRule: { RuleName: "nosuch" },
  GetEncryptionConfig: {},
  GetGroup: { GroupName: "Default" },
  GetGroups: {},
  GetIndexingRules: {},
  GetInsight: { InsightId: insightId },
  GetInsightEvents: { InsightId: insightId, MaxResults: 10 },
  GetInsightImpactGraph: { InsightId: insightId, ...range },
  GetInsightSummaries: { GroupName: "Default", States: ["ACTIVE"], MaxResults: 10, ...range },
  GetRetrievedTracesGraph: { RetrievalToken: "none" },
  GetSamplingRules: {},
  GetSamplingStatisticSummaries: {},
  GetSamplingTargets: {
    SamplingStatisticsDocuments: [
      { RuleName: "Default", ClientID: clientId, Timestamp: now, RequestCount: 1, SampledCount: 1, BorrowCount: 0 },
    ],
    SamplingBoostStatisticsDocuments: [
      { RuleName: "Default", ServiceName: "s", Timestamp: now, AnomalyCount: 0, TotalCount: 1, SampledAnomalyCount: 0 },
    ],
  },
  GetServiceGraph: { ...range },
  GetTimeSeriesServiceStatistics: { ...range, Period: 60 },
  GetTraceGraph: { TraceIds: [traceId] },
  GetTraceSegmentDestination: {},
  GetTraceSummaries: { ...range, Sampling: false, TimeRangeType: "TraceId" },
  ListResourcePolicies: {},
  ListRetrievedTraces: { RetrievalToken: "none" },
  ListTagsForResource: { ResourceARN: groupArn },
  PutEncryptionConfig: { Type: "NONE" },
  PutResourcePolicy: {
    PolicyName: "conformance",
    PolicyDocument: JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: "sns.amazonaws.com" },
          Action: "xray:PutTraceSegments",
          Resource: "*",
        },
      ],
    }),
  },
  PutTelemetryRecords: {
    TelemetryRecords: [{ Timestamp: now, SegmentsReceivedCount: 1 }],
    EC2InstanceId: "i-1",
    Hostname: "h",
    ResourceARN: "arn",
  },
  PutTraceSegments: {
    TraceSegmentDocuments: [
      JSON.stringify({
        id: "00000000000000a1",
        trace_id: traceId,
        name: "shop",
        start_time: now - 10,
        end_time: now - 9,
      }),
    ],
  },
  StartTraceRetrieval: { TraceIds: [traceId], ...range },
  TagResource: { ResourceARN: groupArn, Tags: [{ Key: "k", Value: "v" }] },
  UntagResource: { ResourceARN: groupArn, TagKeys: ["k"] },
  UpdateGroup: { GroupName: "nosuch", FilterExpression: "fault", InsightsConfiguration: { InsightsEnabled: false } },
  UpdateIndexingRule: { Name: "Default", Rule: { Probabilistic: { DesiredSamplingPercentage: 50 } } },
  UpdateSamplingRule: { SamplingRuleUpdate: { RuleName: "nosuch", Priority: 5, FixedRate: 0.5 } },
  UpdateTraceSegmentDestination: { Destination: "XRay" },
};

let dosimeter: RunningDosimeter;

beforeAll(async () => {
  dosimeter = await startDosimeter();
});

afterAll(async () => {
  await dosimeter.stop();
});

async function call(name: string, input: unknown) {
  const answer = await sign({
    endpoint: dosimeter.endpoint,
    service: "xray",
    region: dosimeter.region,
    path: model.operations[name]!.http.requestUri,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(input),
    key: dosimeter.root,
  });
  const body = (await answer.json()) as Record<string, unknown>;
  return { status: answer.status, code: answer.headers.get("x-amzn-errortype"), body };
}

conformance({ title: "the X-Ray API and its model", model, inputs, call, refusal });
