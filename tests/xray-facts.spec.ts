import { createSocket } from "node:dgram";
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  IAMClient,
} from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Answer, sign } from "../src/gateway/testing/signed-request.js";
import { readModel } from "./conformance/model.js";
import { eventually, type RunningDosimeter, startDosimeter } from "./start-dosimeter.js";
import { tracedPurchase } from "./traced-purchase.js";

/**
 * Facts of the acceptance list that are about the bytes of a call and its answer: signed requests of our own, and nothing
 * that would mend an answer before it is looked at. Numbers in brackets are the facts'.
 */
let service: RunningDosimeter;
beforeAll(async () => {
  service = await startDosimeter();
});
afterAll(async () => {
  await service?.stop();
});

const { operations } = readModel("xray");

interface Sent {
  readonly key?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly to?: RunningDosimeter;
}

function post(path: string, body?: string, { to = service, key = to.root, ...more }: Sent = {}): Promise<Answer> {
  return sign({
    ...{ endpoint: to.endpoint, region: to.region, service: "xray", path, key },
    ...(body !== undefined && { body }),
    ...more,
  });
}

/** The status, the code in the header that clients read first, and the body. */
async function answerOf(sent: Promise<Answer>) {
  const answer = await sent;
  const text = await answer.text();
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape.
  const body: any = text === "" ? undefined : JSON.parse(text);
  return { status: answer.status, error: answer.headers.get("x-amzn-errortype"), headers: answer.headers, text, body };
}

const call = (operation: string, input: object = {}, more?: Sent) =>
  answerOf(post(operations[operation]!.http.requestUri, JSON.stringify(input), more));

/** What the call answers. It has to succeed. */
async function called(operation: string, input: object = {}, more?: Sent) {
  const { status, text, body } = await call(operation, input, more);
  expect({ status, text }).toMatchObject({ status: 200, text });
  return body;
}

async function refusal(operation: string, input: object, more?: Sent) {
  const { status, error, body } = await call(operation, input, more);
  return { status, error, message: body.Message ?? body.message };
}

const nowSeconds = () => Math.floor(Date.now() / 1000);
let made = 0;
const hex = (length: number) => (++made).toString(16).padStart(length, "0");
const newTraceId = () => `1-${nowSeconds().toString(16)}-${hex(24)}`;
const segment = (more: object = {}) => {
  const start = nowSeconds() - 2;
  return { id: hex(16), trace_id: newTraceId(), name: "shop", start_time: start, end_time: start + 1, ...more };
};
const putText = (...documents: unknown[]) =>
  call("PutTraceSegments", { TraceSegmentDocuments: documents.map((document) => JSON.stringify(document)) });
const put = async (...documents: unknown[]) => (await putText(...documents)).body.UnprocessedTraceSegments;
const documentsOf = async (traceId: string) =>
  (await called("BatchGetTraces", { TraceIds: [traceId] })).Traces.flatMap(
    (trace: { Segments: { Document: string }[] }) => trace.Segments.map(({ Document }) => JSON.parse(Document)),
  );

/** A field of a protobuf message that holds bytes: a text, or another message. */
function field(number: number, ...parts: readonly Buffer[]): Buffer {
  const bytes = Buffer.concat(parts);
  const tag = Buffer.from([(number << 3) | 2, (bytes.length & 0x7f) | 0x80, bytes.length >> 7]);
  return Buffer.concat([tag, bytes]);
}

function fixed64(number: number, value: bigint): Buffer {
  const bytes = Buffer.alloc(9);
  bytes[0] = (number << 3) | 1;
  bytes.writeBigUInt64LE(value, 1);
  return bytes;
}

describe("the protocol", () => {
  it.each(Object.entries(operations).map(([name, { http }]) => [name, http.requestUri]))(
    "has no GET of %s [1]",
    async (_, path) => {
      const { status, error } = await answerOf(post(path, undefined, { method: "GET" }));
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
      expect(error).toMatch(/^\w+$/);
    },
  );

  it("refuses unknown paths, and paths in other letters [2]", async () => {
    for (const path of ["/Unknown", "/traces", "/Traces/", "/"])
      expect(await answerOf(post(path, "{}"))).toMatchObject({ status: 404, error: "UnknownOperationException" });
  });

  it("answers JSON with a request id [3], which is 400 in AWS's words for 7 hours of a graph [4], and not for 6 [5]", async () => {
    const EndTime = nowSeconds();
    const long = await call("GetServiceGraph", { StartTime: EndTime - 7 * 3600, EndTime });
    expect(long).toMatchObject({ status: 400, error: "InvalidRequestException" });
    expect(long.body.Message).toBe("Time range cannot be longer than 6 hours");
    const { status, headers } = await call("GetServiceGraph", { StartTime: EndTime - 6 * 3600, EndTime });
    expect(status).toBe(200);
    expect(headers.get("content-type")).toBe("application/json");
    expect(headers.get("x-amzn-requestid")).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each([
    "GetSamplingRules",
    "GetEncryptionConfig",
    "GetGroups",
    "GetIndexingRules",
    "GetSamplingStatisticSummaries",
    "GetTraceSegmentDestination",
    "ListResourcePolicies",
  ])("takes %s without a body or content type as with {} [6] [7] [8]", async (operation) => {
    const bare = await answerOf(post(operations[operation]!.http.requestUri));
    expect(bare.status).toBe(200);
    expect(bare.body).toEqual(await called(operation));
  });

  it.each(["{", "nonsense", "[1]", '"x"', "\u0000", '{"TraceIds":["x"],}'])(
    "refuses the body %j with 400 [9]",
    async (body) => {
      expect(await answerOf(post("/Traces", body))).toMatchObject({ status: 400, error: "SerializationException" });
    },
  );

  it("says that a required member is missing [10], and ignores what it does not know [11]", async () => {
    const missing = await call("BatchGetTraces", { Unknown: 1 });
    expect(missing).toMatchObject({ status: 400, error: "ValidationException" });
    expect(missing.body.message).toMatch(
      /Value null at 'traceIds' failed to satisfy constraint: Member must not be null/,
    );
    expect(await called("BatchGetTraces", { TraceIds: [], Unknown: { deep: [{}] } })).toEqual({
      Traces: [],
      UnprocessedTraceIds: [],
    });
  });

  it("reads times as integers, decimals and with an exponent alike [12]", async () => {
    const texts = await Promise.all(
      ["1761607680", "1761607680.0", "1.76160768E9"].map(async (time) => {
        const { status, text } = await answerOf(post("/ServiceGraph", `{"StartTime":${time},"EndTime":1761607740}`));
        expect(status).toBe(200);
        return text;
      }),
    );
    expect(new Set(texts).size).toBe(1);
    expect(JSON.parse(texts[0]!)).toMatchObject({ StartTime: 1761607680, EndTime: 1761607740 });
  });

  it("takes an empty page token as none where AWS's model allows it", async () => {
    const NextToken = "";
    const range = { StartTime: 1, EndTime: 2 };
    for (const [operation, input] of [
      ["BatchGetTraces", { TraceIds: [] }],
      ["GetIndexingRules", {}],
      ["GetSamplingRules", {}],
      ["GetSamplingStatisticSummaries", {}],
      ["GetServiceGraph", range],
      ["GetTimeSeriesServiceStatistics", range],
      ["GetTraceGraph", { TraceIds: [] }],
      ["GetTraceSummaries", range],
      ["ListTagsForResource", { ResourceARN: `arn:aws:xray:${service.region}:${service.accountId}:group/Default` }],
    ] as const)
      expect(await called(operation, { ...input, NextToken })).not.toHaveProperty("NextToken");
    expect(await refusal("GetGroups", { NextToken })).toMatchObject({ error: "ValidationException" });
    for (const operation of ["GetGroups", "GetIndexingRules", "GetSamplingRules", "ListResourcePolicies"])
      expect(await refusal(operation, { NextToken: "x" })).toEqual({
        status: 400,
        error: "InvalidRequestException",
        message: "Invalid NextToken",
      });
  });

  it("deletes a group with an empty answer [15]", async () => {
    await called("CreateGroup", { GroupName: "gone" });
    expect(await call("DeleteGroup", { GroupName: "gone" })).toMatchObject({ status: 200, text: "{}" });
  });

  it("refuses a wrong signature [16], an unknown key, and what no policy allows [17]", async () => {
    const wrong = { key: { ...service.root, secretAccessKey: "wrong" } };
    expect(await refusal("GetGroups", {}, wrong)).toMatchObject({ status: 403, error: "InvalidSignatureException" });
    const unknown = { key: { ...service.root, accessKeyId: "AKIANOBODY0000000000" } };
    expect(await refusal("GetGroups", {}, unknown)).toEqual({
      status: 403,
      error: "UnrecognizedClientException",
      message: "The security token included in the request is invalid.",
    });

    const iam = service.client(IAMClient);
    const user = { UserName: "nobody" };
    await iam.send(new CreateUserCommand(user));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand(user));
    const key = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
    for (const operation of ["GetTraceSummaries", "PutTraceSegments", "CreateGroup"]) {
      const input = { TraceSegmentDocuments: [], GroupName: "g", StartTime: 1, EndTime: 2 };
      const { status, error, message } = await refusal(operation, input, { key });
      expect({ status, error }).toEqual({ status: 403, error: "AccessDeniedException" });
      expect(message).toContain(
        `User: arn:aws:iam::${service.accountId}:user/nobody is not authorized to perform: xray:${operation}`,
      );
    }
    await iam.send(new DeleteAccessKeyCommand({ ...user, AccessKeyId: key.accessKeyId }));
    await iam.send(new DeleteUserCommand(user));
    iam.destroy();
  });

  it("throttles with 429 and X-Ray's own name for it [18]", async () => {
    const slow = await startDosimeter({ env: { DOSIMETER_CALLS_PER_SECOND_MAX: "1" } });
    try {
      const answers = await Promise.all(Array.from({ length: 10 }, () => call("GetGroups", {}, { to: slow })));
      const throttled = answers.filter(({ status }) => status !== 200);
      expect(throttled.length).toBeGreaterThan(0);
      for (const answer of throttled) expect(answer).toMatchObject({ status: 429, error: "ThrottledException" });
    } finally {
      await slow.stop();
    }
  });
});

describe("answers", () => {
  /** One answer of each operation that has something to tell. Those of insights are looked at in `xray-insights.spec.ts`. */
  const answers = new Map<string, { body: object; text: string }>();

  beforeAll(async () => {
    const tell = async (operation: string, input: object = {}) => {
      const { status, body, text } = await call(operation, input);
      expect({ operation, status, text }).toMatchObject({ status: 200 });
      answers.set(operation, { body, text });
      return body;
    };
    const start = nowSeconds() - 10;
    const purchase = tracedPurchase(start);
    const range = { StartTime: start - 100, EndTime: start + 100 };
    const documents = [...purchase.documents, { ...segment(), end_time: undefined, in_progress: true }];
    await tell("PutTraceSegments", { TraceSegmentDocuments: [...documents.map((each) => JSON.stringify(each)), "[]"] });
    await tell("PutTelemetryRecords", { TelemetryRecords: [{ Timestamp: start }] });
    const { Group } = await tell("CreateGroup", { GroupName: "told", Tags: [{ Key: "k", Value: "" }] });
    await tell("GetGroup", { GroupName: "told" });
    await tell("GetGroups");
    await tell("UpdateGroup", { GroupName: "told", FilterExpression: "ok" });
    await tell("TagResource", { ResourceARN: Group.GroupARN, Tags: [{ Key: "l", Value: "m" }] });
    await tell("UntagResource", { ResourceARN: Group.GroupARN, TagKeys: ["l"] });
    await tell("ListTagsForResource", { ResourceARN: Group.GroupARN });
    await tell("DeleteGroup", { GroupName: "told" });
    const any = { ServiceName: "*", ServiceType: "*", Host: "*", HTTPMethod: "*", URLPath: "*", ResourceARN: "*" };
    const SamplingRule = { RuleName: "told", Priority: 1, FixedRate: 0, ReservoirSize: 0, Version: 1, ...any };
    await tell("CreateSamplingRule", { SamplingRule });
    await tell("UpdateSamplingRule", { SamplingRuleUpdate: { RuleName: "told", Host: "h" } });
    await tell("GetSamplingRules");
    const counts = { RequestCount: 0, SampledCount: 0, BorrowCount: 0, Timestamp: nowSeconds() };
    await tell("GetSamplingTargets", {
      SamplingStatisticsDocuments: ["told", "gone"].map((RuleName) => ({
        ...{ RuleName, ClientID: "0".repeat(24) },
        ...counts,
      })),
    });
    await tell("GetSamplingStatisticSummaries");
    await tell("DeleteSamplingRule", { RuleName: "told" });
    const grant = { Effect: "Allow", Principal: { Service: "sns.amazonaws.com" }, Action: "xray:*", Resource: "*" };
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [grant] });
    await tell("PutResourcePolicy", { PolicyName: "told", PolicyDocument });
    await tell("ListResourcePolicies");
    await tell("DeleteResourcePolicy", { PolicyName: "told" });
    await tell("PutEncryptionConfig", { Type: "NONE" });
    await tell("GetEncryptionConfig");
    await tell("UpdateIndexingRule", { Name: "Default", Rule: { Probabilistic: { DesiredSamplingPercentage: 2 } } });
    await tell("GetIndexingRules");
    await tell("GetTraceSegmentDestination");
    await tell("GetInsightSummaries", { GroupName: "Default", ...range });
    await eventually(
      async () => (await tell("GetTraceSummaries", range)).TraceSummaries.length >= 2,
      "the traces to be indexed",
    );
    await tell("GetServiceGraph", range);
    await tell("GetTimeSeriesServiceStatistics", range);
    await tell("GetTraceGraph", { TraceIds: [purchase.traceId] });
    await tell("BatchGetTraces", { TraceIds: [purchase.traceId, newTraceId()] });
    const { RetrievalToken } = await tell("StartTraceRetrieval", { TraceIds: [purchase.traceId], ...range });
    await eventually(
      async () => (await tell("ListRetrievedTraces", { RetrievalToken })).RetrievalStatus === "COMPLETE",
      "the retrieval",
    );
    await tell("GetRetrievedTracesGraph", { RetrievalToken });
    await tell("CancelTraceRetrieval", { RetrievalToken });
  });

  it("are of every operation but three of insights and the one that changes the destination", () => {
    const left = Object.keys(operations).filter((name) => !answers.has(name));
    expect(left.sort()).toEqual([
      "GetInsight",
      "GetInsightEvents",
      "GetInsightImpactGraph",
      "UpdateTraceSegmentDestination",
    ]);
  });

  it("have times as seconds [13], and neither nulls nor empty tokens [14]", () => {
    let times = 0;
    const walk = (name: string, value: unknown): void => {
      expect(value, name).not.toBeNull();
      if (/(Time|Timestamp|At|TTL|LastRuleModification)$/.test(name) && !/ResponseTime$/.test(name)) {
        times += 1;
        expect(value, name).toBeTypeOf("number");
        expect(value, name).toBeLessThan(1e11);
      }
      if (typeof value === "object")
        for (const [member, each] of Object.entries(value as object)) walk(`${name}.${member}`, each);
    };
    for (const [operation, { body, text }] of answers) {
      walk(operation, body);
      expect(text).not.toContain('"NextToken":""');
    }
    expect(times).toBeGreaterThan(40);
  });

  it("have the members that clients read without looking, and {} where there are none", () => {
    expect(answers.get("PutTraceSegments")!.text).toBe(
      '{"UnprocessedTraceSegments":[{"ErrorCode":"MissingId","Message":"Invalid segment. ErrorCode: MissingId"}]}',
    );
    for (const name of [
      "DeleteGroup",
      "DeleteResourcePolicy",
      "TagResource",
      "UntagResource",
      "PutTelemetryRecords",
      "CancelTraceRetrieval",
    ])
      expect(answers.get(name)!.text, name).toBe("{}");
    const { TraceSummaries } = answers.get("GetTraceSummaries")!.body as { TraceSummaries: Record<string, unknown>[] };
    for (const summary of TraceSummaries)
      expect(summary).toMatchObject({
        Http: expect.any(Object),
        Users: expect.any(Array),
        Annotations: expect.any(Object),
        FaultRootCauses: expect.any(Array),
        ErrorRootCauses: expect.any(Array),
        ResponseTimeRootCauses: expect.any(Array),
        Revision: expect.any(Number),
      });
    // Zeros of the model's plain numbers are told.
    expect(answers.get("GetSamplingStatisticSummaries")!.body).toMatchObject({
      SamplingStatisticSummaries: [{ RequestCount: 0, BorrowCount: 0, SampledCount: 0 }],
    });
    expect(answers.get("GetSamplingTargets")!.body).toMatchObject({
      SamplingTargetDocuments: [{ RuleName: "told", FixedRate: 0, ReservoirQuota: 0 }],
      UnprocessedStatistics: [{ RuleName: "gone", ErrorCode: "400", Message: "Unknown rule" }],
      UnprocessedBoostStatistics: [],
    });
    expect(answers.get("GetServiceGraph")!.body).toHaveProperty("ContainsOldGroupVersions", false);
    expect(answers.get("GetTraceGraph")!.body).not.toHaveProperty("ContainsOldGroupVersions");
  });
});

describe("PutTraceSegments", () => {
  const unprocessed = (
    id: string | undefined,
    errorCode: string,
    message = `Invalid segment. ErrorCode: ${errorCode}`,
  ) => [{ ...(id !== undefined && { Id: id }), ErrorCode: errorCode, Message: message }];

  it("answers one good segment with an empty list [19]", async () => {
    expect((await putText(segment())).text).toBe('{"UnprocessedTraceSegments":[]}');
  });

  it("names what is missing [20] [21] [22] [23]", async () => {
    expect(await put({ ...segment(), id: undefined })).toEqual(unprocessed(undefined, "MissingId"));
    expect(await put([])).toEqual(unprocessed(undefined, "MissingId"));
    const endless = { ...segment(), end_time: undefined };
    expect(await put(endless)).toEqual(unprocessed(endless.id, "MissingEndTime"));
    const inside = { id: hex(16), name: "inside", start_time: nowSeconds() };
    const outside = segment({ subsegments: [inside] });
    expect(await put(outside)).toEqual(
      unprocessed(outside.id, "MissingEndTime", "Invalid subsegment. ErrorCode: MissingEndTime, Cause: null"),
    );
  });

  it.each(["a*", "a?", "a!", "x".repeat(201)])("refuses the name %j [24] [25]", async (name) => {
    const named = segment({ name });
    expect(await put(named)).toEqual(unprocessed(named.id, "InvalidName"));
  });

  it.each(["x".repeat(200), "_.:/%&#=+\\-@ and spaces", "größe 東京 мир"])(
    "takes the name %j [25] [26]",
    async (name) => {
      const named = segment({ name });
      expect(await put(named)).toEqual([]);
      expect(await documentsOf(named.trace_id)).toMatchObject([{ name }]);
    },
  );

  it("refuses a trace id of 23 digits in its second part [27]", async () => {
    const short = segment({ trace_id: "1-5f84c7a1-e7d1852db8c4fd35d88bf49" });
    expect(await put(short)).toEqual(unprocessed(short.id, "InvalidTraceId"));
  });

  it("takes spans in place of a document [41]", async () => {
    const traceId = newTraceId();
    const startNs = BigInt(Date.now()) * 1_000_000n;
    const spans = ["00000000000000e1", "00000000000000e2"].map((id) =>
      field(
        2,
        field(1, Buffer.from(traceId.replaceAll("-", "").slice(1), "hex")),
        field(2, Buffer.from(id, "hex")),
        field(5, Buffer.from(`GET /${id}`)),
        fixed64(7, startNs),
        fixed64(8, startNs + 5_000_000n),
      ),
    );
    const item = `T1S${field(1, field(2, ...spans)).toString("base64")}`;
    expect((await call("PutTraceSegments", { TraceSegmentDocuments: [item] })).body).toEqual({
      UnprocessedTraceSegments: [],
    });
    const ids = (await documentsOf(traceId)).map(({ id }: { id: string }) => id);
    expect(ids.sort()).toEqual(["00000000000000e1", "00000000000000e2"]);
  });

  it("gives times back as numbers that are equal [39], and a segment of a chosen time", async () => {
    const timed = segment({ start_time: 1761607680.123456, end_time: 1761607681.654321 });
    expect(await put(timed)).toEqual([]);
    expect(await documentsOf(timed.trace_id)).toEqual([timed]);
  });
});

describe("configuration", () => {
  it("refuses tags of what is not there [142]", async () => {
    const ResourceARN = `arn:aws:xray:${service.region}:${service.accountId}:group/none/A`;
    for (const [operation, more] of [
      ["TagResource", { Tags: [{ Key: "k", Value: "v" }] }],
      ["UntagResource", { TagKeys: ["k"] }],
      ["ListTagsForResource", {}],
    ] as const) {
      const { status, error, body } = await call(operation, { ResourceARN, ...more });
      expect({ status, error }).toEqual({ status: 404, error: "ResourceNotFoundException" });
      expect(body).toMatchObject({ Message: expect.any(String), ResourceName: ResourceARN });
    }
    expect(await refusal("ListTagsForResource", { ResourceARN: "nonsense" })).toMatchObject({
      status: 400,
      error: "InvalidRequestException",
    });
  });

  it("says that a rule or a group is not there, or there already, in the words that tools look for [120] [125] [137] [138]", async () => {
    const any = { ServiceName: "*", ServiceType: "*", Host: "*", HTTPMethod: "*", URLPath: "*", ResourceARN: "*" };
    const SamplingRule = { RuleName: "twice", Priority: 1, FixedRate: 0, ReservoirSize: 0, Version: 1, ...any };
    const invalid = (text: string) => ({
      status: 400,
      error: "InvalidRequestException",
      message: expect.stringContaining(text),
    });
    await called("CreateSamplingRule", { SamplingRule });
    expect(await refusal("CreateSamplingRule", { SamplingRule })).toEqual(invalid("exists"));
    await called("DeleteSamplingRule", { RuleName: "twice" });
    expect(await refusal("DeleteSamplingRule", { RuleName: "twice" })).toEqual(invalid("does not exist"));
    const SamplingRuleUpdate = { RuleName: "twice", FixedRate: 0.5 };
    expect(await refusal("UpdateSamplingRule", { SamplingRuleUpdate })).toEqual(invalid("does not exist"));
    await called("CreateGroup", { GroupName: "twice" });
    expect(await refusal("CreateGroup", { GroupName: "twice" })).toEqual(invalid("already exist"));
    for (const operation of ["GetGroup", "UpdateGroup", "DeleteGroup"])
      expect(await refusal(operation, { GroupName: "Twice" })).toEqual(invalid("Group not found"));
    await called("DeleteGroup", { GroupName: "twice" });
  });

  it("words broken constraints as AWS does [121] [122]", async () => {
    const { error, message } = await refusal("CreateSamplingRule", {
      SamplingRule: {
        ...{ ServiceName: "*", ServiceType: "*", Host: "*", HTTPMethod: "*", URLPath: "*", ResourceARN: "*" },
        ...{ RuleName: "x".repeat(33), Priority: 0, FixedRate: 0, ReservoirSize: 0, Version: 1 },
      },
    });
    expect(error).toBe("ValidationException");
    expect(message).toBe(
      `2 validation errors detected: Value '${"x".repeat(33)}' at 'samplingRule.ruleName' failed to satisfy constraint: Member must have length less than or equal to 32; Value '0' at 'samplingRule.priority' failed to satisfy constraint: Member must have value greater than or equal to 1`,
    );
  });

  it("takes telemetry that says nothing of its sender, and none without a time [154]", async () => {
    const Unknown = { EC2InstanceId: "", Hostname: "", ResourceARN: "" };
    const record = { SegmentsReceivedCount: 1, BackendConnectionErrors: { OtherCount: 0 } };
    expect(
      await call("PutTelemetryRecords", { TelemetryRecords: [{ ...record, Timestamp: nowSeconds() }], ...Unknown }),
    ).toMatchObject({ status: 200, text: "{}" });
    expect(await refusal("PutTelemetryRecords", { TelemetryRecords: [record], ...Unknown })).toMatchObject({
      status: 400,
      error: "ValidationException",
    });
  });
});

describe("a retrieval", () => {
  it("tells at most 100 links of a service, as AWS's model has it", async () => {
    const hub = () => {
      const trace_id = newTraceId();
      const links = () => Array.from({ length: 20 }, () => ({ trace_id: newTraceId(), id: hex(16) }));
      const root = segment({ trace_id, name: "hub", links: links() });
      const more = [1, 2].map(() => segment({ trace_id, name: "hub", parent_id: root.id, links: links() }));
      return [root, ...more];
    };
    const hubs = [...hub(), ...hub()];
    expect(await put(...hubs)).toEqual([]);
    const { RetrievalToken } = await called("StartTraceRetrieval", {
      ...{ StartTime: nowSeconds() - 100, EndTime: nowSeconds() + 100 },
      TraceIds: [...new Set(hubs.map(({ trace_id }) => trace_id))],
    });
    const services = await eventually(async () => {
      const { RetrievalStatus, Services } = await called("GetRetrievedTracesGraph", { RetrievalToken });
      return RetrievalStatus === "COMPLETE" && Services;
    }, "the retrieval");
    const links = services.map(({ Links }: { Links: unknown[] }) => Links.length);
    expect(links.sort()).toEqual([0, 100]);
  });
});

describe("the daemon's port", () => {
  const datagram = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const socket = createSocket("udp4");
      const [host, port] = service.daemonAddress.split(":");
      socket.send(text, Number(port), host, (problem) => {
        socket.close();
        if (problem) reject(problem);
        else resolve();
      });
    });

  it("drops what has another version or no newline, and takes the next [155] [156]", async () => {
    const [good, wrongVersion, oneLine] = [segment(), segment(), segment()];
    await datagram(`{"format": "json", "version": 2}\n${JSON.stringify(wrongVersion)}`);
    await datagram(`{"format": "json", "version": 1}${JSON.stringify(oneLine)}`);
    await datagram(`{"format": "json", "version": 1}\n${JSON.stringify(good)}`);
    await eventually(async () => (await documentsOf(good.trace_id)).length === 1, "the trace of the good datagram");
    expect(await documentsOf(wrongVersion.trace_id)).toEqual([]);
    expect(await documentsOf(oneLine.trace_id)).toEqual([]);
  });

  it("passes on any path, whose answer is the API's own [157]", async () => {
    const unsigned = (path: string, body: string) =>
      fetch(`http://${service.daemonAddress}${path}`, { method: "POST", body });
    const records = JSON.stringify({ TelemetryRecords: [{ Timestamp: nowSeconds() }] });
    expect((await unsigned("/TelemetryRecords", records)).status).toBe(200);
    expect((await unsigned("/SamplingStatisticSummaries", "{}")).status).toBe(200);
    // The daemon's role has AWS's own permissions for daemons, which read no traces.
    const denied = await unsigned("/Groups", "{}");
    expect([denied.status, denied.headers.get("x-amzn-errortype")]).toEqual([403, "AccessDeniedException"]);
  });
});

describe("OpenTelemetry's spans", () => {
  const attribute = (key: string, value: string | number | boolean | readonly string[]) => ({
    key,
    value: Array.isArray(value)
      ? { arrayValue: { values: value.map((each) => ({ stringValue: each })) } }
      : typeof value === "number"
        ? { intValue: `${value}` }
        : { stringValue: value },
  });
  const attributes = (given: Record<string, string | number | readonly string[]>) =>
    Object.entries(given).map(([key, value]) => attribute(key, value));
  const startMs = Date.now();
  const span = (traceId: string, spanId: string, more: object) => ({
    ...{ traceId, spanId, kind: 2, name: "GET /" },
    ...{ startTimeUnixNano: `${startMs}000000`, endTimeUnixNano: `${startMs + 5}000000` },
    ...more,
  });

  async function exported(spans: (traceId: string) => object[]) {
    const traceId = newTraceId();
    const resource = { attributes: attributes({ "service.name": "shop", "host.kind": "metal" }) };
    const scopeSpans = [{ spans: spans(traceId.replaceAll("-", "").slice(1)) }];
    const response = await fetch(`${service.otlpHttp}/v1/traces`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ resourceSpans: [{ resource, scopeSpans }] }),
    });
    expect([response.status, await response.json()]).toEqual([200, {}]);
    return documentsOf(traceId);
  }

  it("become segments with nested calls [159] [160] [162], annotations [163] and causes [164]", async () => {
    const parentSpanId = "00000000000000b1";
    const event = { name: "exception", timeUnixNano: `${startMs}000000` };
    const [shop] = (
      await exported((traceId) => [
        span(traceId, parentSpanId, {
          attributes: attributes({ "aws.xray.annotations": ["cart"], cart: "c1", other: "o" }),
          events: [{ ...event, attributes: attributes({ "exception.type": "Gone", "exception.message": "m" }) }],
        }),
        span(traceId, "00000000000000b2", {
          ...{ parentSpanId, kind: 3, name: "SELECT carts" },
          attributes: attributes({ "db.system": "postgresql", "db.name": "carts" }),
        }),
        span(traceId, "00000000000000b3", {
          ...{ parentSpanId, kind: 3, name: "S3.GetObject" },
          attributes: attributes({ "rpc.system": "aws-api", "rpc.service": "S3", "rpc.method": "GetObject" }),
        }),
      ])
    ).filter(({ inferred }: { inferred?: boolean }) => !inferred);
    expect(shop).toMatchObject({
      ...{ id: parentSpanId, name: "shop" },
      annotations: { cart: "c1" },
      metadata: {
        default: { other: "o", "otel.resource.service.name": "shop", "otel.resource.host.kind": "metal" },
      },
      cause: { exceptions: [{ type: "Gone", message: "m" }] },
    });
    expect(shop.annotations).not.toHaveProperty("other");
    expect(shop.subsegments).toEqual([
      expect.objectContaining({
        id: "00000000000000b2",
        namespace: "remote",
        sql: expect.objectContaining({ database_type: "postgresql", url: "SELECT carts" }),
      }),
      expect.objectContaining({ id: "00000000000000b3", namespace: "aws" }),
    ]);
  });

  it.each([
    [429, undefined, { error: true, throttle: true, fault: false }],
    [503, undefined, { error: false, throttle: false, fault: true }],
    [200, { code: 2 }, { error: false, throttle: false, fault: true }],
  ])("with HTTP status %d and status %j have the flags [161]", async (code, status, flags) => {
    const spans = await exported((traceId) => [
      span(traceId, "00000000000000c1", { status, attributes: attributes({ "http.status_code": code }) }),
    ]);
    expect(spans).toMatchObject([flags]);
  });

  it("are two documents for a local root that calls [166]", async () => {
    const documents = await exported((traceId) => [
      span(traceId, "00000000000000d1", {
        kind: 3,
        attributes: attributes({
          ...{ "aws.span.kind": "LOCAL_ROOT", "aws.local.service": "worker", "aws.remote.service": "bank" },
        }),
      }),
    ]);
    const worker = documents.find(
      ({ name, inferred }: { name: string; inferred?: boolean }) => name === "worker" && !inferred,
    );
    expect(worker.subsegments).toMatchObject([{ id: "00000000000000d1", name: "bank", namespace: "remote" }]);
  });
});
