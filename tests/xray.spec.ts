import { createSocket } from "node:dgram";
import { createRequire } from "node:module";
import { Readable } from "node:stream";
import {
  BatchGetTracesCommand,
  GetTraceSummariesCommand,
  PutTraceSegmentsCommand,
  paginateGetTraceSummaries,
  type TraceSummary,
  XRayClient,
} from "@aws-sdk/client-xray";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, type RunningDosimeter, startDosimeter } from "./start-dosimeter.js";

/** The X-Ray API over the wire, against the real process, with AWS's own SDK. */
let service: RunningDosimeter;
let xray: XRayClient;

beforeAll(async () => {
  service = await startDosimeter();
  xray = service.client(XRayClient);
});
afterAll(async () => {
  xray?.destroy();
  await service?.stop();
});

let made = 0;
const hex = (length: number) => (++made).toString(16).padStart(length, "0");
const nowSeconds = () => Math.floor(Date.now() / 1000);

/** A trace id born now. */
const newTraceId = () => `1-${nowSeconds().toString(16).padStart(8, "0")}-${hex(24)}`;
const newId = () => hex(16);

/** A minimal complete segment of a trace of its own. */
function segment(more: Record<string, unknown> = {}) {
  const start = nowSeconds() - 2;
  return { id: newId(), trace_id: newTraceId(), name: "shop", start_time: start, end_time: start + 1, ...more };
}
type Segment = ReturnType<typeof segment>;

const sub = (more: Record<string, unknown> = {}) => {
  const start = nowSeconds() - 2;
  return { id: newId(), name: "inside", start_time: start + 0.1, end_time: start + 0.2, ...more };
};

const put = (...documents: unknown[]) =>
  xray.send(
    new PutTraceSegmentsCommand({
      TraceSegmentDocuments: documents.map((document) =>
        typeof document === "string" ? document : JSON.stringify(document),
      ),
    }),
  );

async function get(traceId: string) {
  const { Traces, UnprocessedTraceIds } = await xray.send(new BatchGetTracesCommand({ TraceIds: [traceId] }));
  expect(UnprocessedTraceIds).toEqual([]);
  const trace = Traces![0]!;
  const documents = trace.Segments!.map(({ Id, Document }) => {
    const document = JSON.parse(Document!);
    expect(document.id).toBe(Id);
    return document;
  });
  return { trace, documents, inferred: documents.filter(({ inferred }) => inferred) };
}

/** Stores the segment and reads its trace. */
async function putAndGet(more: Record<string, unknown>) {
  const document = segment(more);
  expect((await put(document)).UnprocessedTraceSegments).toEqual([]);
  return { document, ...(await get(document.trace_id)) };
}

const range = (fromSeconds: number, untilSeconds: number) => ({
  StartTime: new Date(fromSeconds * 1000),
  EndTime: new Date(untilSeconds * 1000),
});

async function summaries(): Promise<TraceSummary[]> {
  const found: TraceSummary[] = [];
  const asked = range(nowSeconds() - 3600, nowSeconds() + 60);
  for await (const page of paginateGetTraceSummaries({ client: xray }, asked)) found.push(...page.TraceSummaries!);
  return found;
}

async function summaryOf({ trace_id }: Segment) {
  const found = (await summaries()).filter(({ Id }) => Id === trace_id);
  expect(found.length).toBeLessThanOrEqual(1);
  return found[0];
}

const refused = (name: string, message: string | RegExp) => ({ name, message: expect.stringMatching(message) });

describe("PutTraceSegments", () => {
  it("stores a minimal segment", async () => {
    expect((await put(segment())).UnprocessedTraceSegments).toEqual([]);
    expect((await put()).UnprocessedTraceSegments).toEqual([]);
  });

  it("stores the good one of two and lists the bad one", async () => {
    const good = segment();
    const bad = segment({ name: "a*" });
    expect((await put(bad, good)).UnprocessedTraceSegments).toEqual([
      { Id: bad.id, ErrorCode: "InvalidName", Message: "Invalid segment. ErrorCode: InvalidName" },
    ]);
    expect((await get(good.trace_id)).documents).toEqual([good]);
  });

  it("answers the partial success of the reference", async () => {
    const text =
      '{"id":"5555555555555555","trace_id":"1-69000000-000000000000000000000002","name":"a","start_time":1761607680.1,"end_time":1761607681.8,"subsegments":[{"id":"6666666666666666","name":"b","start_time":1761607680.2}]}';
    expect((await put(text, "[]")).UnprocessedTraceSegments).toEqual([
      {
        Id: "5555555555555555",
        ErrorCode: "MissingEndTime",
        Message: "Invalid subsegment. ErrorCode: MissingEndTime, Cause: null",
      },
      { ErrorCode: "MissingId", Message: "Invalid segment. ErrorCode: MissingId" },
    ]);
  });

  it("stores 50 documents and refuses 51, naming the limit", async () => {
    const documents = Array.from({ length: 51 }, () => segment());
    await expect(put(...documents)).rejects.toMatchObject(refused("InvalidRequestException", /at most 50/));
    expect((await put(...documents.slice(1))).UnprocessedTraceSegments).toEqual([]);
    const last = documents.slice(-5).map(({ trace_id }) => trace_id);
    const { Traces } = await xray.send(new BatchGetTracesCommand({ TraceIds: last }));
    expect(Traces!.map(({ Id }) => Id).sort()).toEqual(last.sort());
  });

  it("lists a document over 64 KB and keeps nothing of it", async () => {
    const large = segment({ metadata: { default: { text: "x".repeat(65_536) } } });
    expect((await put(large)).UnprocessedTraceSegments).toMatchObject([{ ErrorCode: "InvalidSegment" }]);
    const { UnprocessedTraceIds } = await xray.send(new BatchGetTracesCommand({ TraceIds: [large.trace_id] }));
    expect(UnprocessedTraceIds).toEqual([large.trace_id]);
  });

  it("replaces a segment in progress, and never a complete one by it", async () => {
    const complete = segment();
    const begun = { ...complete, end_time: undefined, in_progress: true };
    await put(begun);
    expect((await get(complete.trace_id)).documents).toEqual([{ ...begun, end_time: undefined }]);
    await eventually(async () => (await summaryOf(complete))?.IsPartial, "the summary of a segment in progress");
    await put(complete);
    await put(begun);
    expect((await get(complete.trace_id)).documents).toEqual([complete]);
    const finished = async () => (await summaryOf(complete))?.IsPartial === false;
    await eventually(finished, "the summary of the complete segment");
  });

  it("attaches detached subsegments of two levels, sent before their parents, one by one or as an array", async () => {
    const parent = segment();
    const detached = (parent_id: string) => ({ ...sub(), trace_id: parent.trace_id, type: "subsegment", parent_id });
    const child = detached(parent.id);
    const grandchild = detached(child.id);
    const others = [detached(parent.id), detached(parent.id)];
    await put(grandchild);
    await put(child);
    await put(parent, others);
    const { documents } = await get(parent.trace_id);
    const bare = ({ trace_id: _, type: __, parent_id: ___, ...rest }: typeof child) => rest;
    expect(documents).toHaveLength(1);
    expect(documents[0].subsegments).toHaveLength(3);
    expect(documents[0].subsegments).toEqual(
      expect.arrayContaining([{ ...bare(child), subsegments: [bare(grandchild)] }, ...others.map(bare)]),
    );
  });

  it("gives back what the schema knows and drops the rest", async () => {
    const start = nowSeconds() + 0.123456;
    const { documents } = await putAndGet({
      Dummy: false,
      start_time: start,
      end_time: start + 1,
      annotations: { text: "a", number: 1, yes: true, object: {}, list: [1] },
      metadata: { ns: { deep: [{ a: { b: null } }] } },
      fault: false,
      cause: { exceptions: [{ id: "aaaaaaaaaaaaaaaa", message: "m", type: "T" }] },
    });
    expect(documents[0]).toMatchObject({
      start_time: start,
      annotations: { text: "a", number: 1, yes: true },
      metadata: { ns: { deep: [{ a: { b: null } }] } },
      fault: false,
      cause: { exceptions: [{ message: "m", type: "T" }] },
    });
    expect(documents[0]).not.toHaveProperty("Dummy");
    expect(documents[0]).not.toHaveProperty("error");
    expect(Object.keys(documents[0].annotations)).toHaveLength(3);
    expect(documents[0].cause.exceptions[0]).not.toHaveProperty("id");
  });

  it("accepts a W3C-born trace id, which is then found in either form", async () => {
    const w3c = `4efaaf4d${newTraceId().slice(11)}`;
    const trace_id = `1-${w3c.slice(0, 8)}-${w3c.slice(8)}`;
    await put(segment({ trace_id: trace_id.toUpperCase() }));
    expect((await get(w3c)).trace.Id).toBe(trace_id);
    expect((await get(trace_id)).trace.Id).toBe(trace_id);
  });

  it("lists a payload of OpenTelemetry's encoding as unprocessed", async () => {
    expect((await put("T1Sww==")).UnprocessedTraceSegments).toMatchObject([{ ErrorCode: "ParseError" }]);
  });
});

describe("BatchGetTraces", () => {
  it("takes five ids", async () => {
    const call = xray.send(new BatchGetTracesCommand({ TraceIds: Array.from({ length: 6 }, newTraceId) }));
    await expect(call).rejects.toMatchObject(refused("InvalidRequestException", /^Exceeding maximum query size: 5$/));
  });

  it("takes no token, and no id longer than 35", async () => {
    const token = xray.send(new BatchGetTracesCommand({ TraceIds: [newTraceId()], NextToken: "x" }));
    await expect(token).rejects.toMatchObject(
      refused("InvalidRequestException", "NextToken is currently not supported"),
    );
    const long = xray.send(new BatchGetTracesCommand({ TraceIds: ["x".repeat(36)] }));
    await expect(long).rejects.toMatchObject(refused("ValidationException", /less than or equal to 35/));
  });

  it("lists what it does not find", async () => {
    const unknown = [newTraceId(), "nonsense"];
    const answer = await xray.send(new BatchGetTracesCommand({ TraceIds: unknown }));
    expect(answer).toMatchObject({ Traces: [], UnprocessedTraceIds: unknown });
  });

  it("has the trace's length and that nothing was cut", async () => {
    const start = nowSeconds();
    const { trace } = await putAndGet({
      start_time: start,
      end_time: start + 1,
      subsegments: [sub({ start_time: start, end_time: start + 1.23449 })],
    });
    expect(trace).toMatchObject({ Duration: 1.234, LimitExceeded: false });
  });

  it("says so when a trace has outgrown what is read of it", async () => {
    const trace_id = newTraceId();
    const large = () => segment({ trace_id, metadata: { default: { text: "x".repeat(60_000) } } });
    await put(...Array.from({ length: 12 }, large));
    const { trace, documents } = await get(trace_id);
    expect(trace.LimitExceeded).toBe(true);
    expect(documents.length).toBeLessThan(12);
  });

  it("infers one segment for a call of a table, with the table's name, the same at every reading", async () => {
    const call = sub({ name: "DynamoDB", namespace: "aws", aws: { table_name: "t" } });
    const { document, documents, inferred } = await putAndGet({ subsegments: [call] });
    expect(inferred).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f]{16}$/),
        name: "DynamoDB",
        start_time: call.start_time,
        end_time: call.end_time,
        trace_id: document.trace_id,
        parent_id: call.id,
        inferred: true,
        origin: "AWS::DynamoDB::Table",
        aws: { table_name: "t", resource_names: ["t"] },
      },
    ]);
    expect(documents.find(({ id }) => id === document.id).subsegments[0].aws.resource_names).toEqual(["t"]);
    expect((await get(document.trace_id)).inferred).toEqual(inferred);
  });

  it("infers what was called from what is known of the call [51-54, 56, 60, 61]", async () => {
    const aws = (name: string, more: object, rest: object = {}) => sub({ name, namespace: "aws", aws: more, ...rest });
    const exceptions = [{ id: newId(), type: "Timeout", message: "no answer" }];
    const { inferred, documents } = await putAndGet({
      subsegments: [
        aws("S3", { bucket_name: "b" }),
        aws("SQS", { queue_url: "https://sqs.us-east-1.amazonaws.com/123456789012/q" }),
        aws("SNS", { topic_arn: "arn:aws:sns:us-east-1:123456789012:t" }),
        aws("rekognition", { operation: "DetectText" }),
        aws("Lambda", { function_name: "arn:aws:lambda:us-east-1:123456789012:function:resize" }),
        sub({ name: "db", namespace: "remote", sql: { url: "postgres://db" } }),
        sub({ name: "api", namespace: "remote", http: { request: { url: "https://api", method: "GET" } } }),
        sub({
          name: "failing",
          namespace: "remote",
          fault: true,
          error: true,
          http: { response: { status: 400 } },
          cause: { exceptions },
        }),
        sub({ name: "local" }),
      ],
    });
    const of = (name: string) => inferred.find((document) => document.name === name);
    expect(inferred).toHaveLength(8);
    expect(of("S3").origin).toBe("AWS::S3::Bucket");
    expect(of("SQS")).toMatchObject({ origin: "AWS::SQS::Queue", subsegments: [{ name: "QueueTime" }] });
    expect(of("SNS").origin).toBe("AWS::SNS");
    expect(of("rekognition").origin).toBe("AWS::rekognition");
    expect(JSON.stringify(documents)).not.toMatch(/"resource_names":\["rekognition/);
    expect(of("rekognition").aws).not.toHaveProperty("resource_names");
    expect(of("Lambda").aws).toMatchObject({ resource_names: ["resize"], account_id: "123456789012" });
    expect(of("db").origin).toBe("Database::SQL");
    expect(of("api")).not.toHaveProperty("origin");
    expect(of("failing")).toMatchObject({ error: true, cause: { message: "no answer" } });
    expect(of("failing").fault).not.toBe(true);
  });

  it("claims no flag that was not sent, and drops the ids of exceptions [58, 59]", async () => {
    const exceptions = [{ id: newId(), type: "Timeout", message: "no answer" }];
    const sent = segment({ fault: false, cause: { working_directory: "/", exceptions } });
    await put(sent);
    const [document] = (await get(sent.trace_id)).documents;
    expect(document.fault).toBe(false);
    expect(document).not.toHaveProperty("error");
    expect(document).not.toHaveProperty("throttle");
    expect(document.cause.exceptions).toEqual([{ type: "Timeout", message: "no answer" }]);
  });

  it("gives each trace once, however often and in whatever form it is asked for", async () => {
    const document = segment();
    await put(document);
    const bare = document.trace_id.replaceAll("-", "").slice(1);
    const unknown = newTraceId();
    const TraceIds = [document.trace_id, bare, document.trace_id.toUpperCase(), unknown];
    const answer = await xray.send(new BatchGetTracesCommand({ TraceIds }));
    expect(answer.Traces!.map(({ Id }) => Id)).toEqual([document.trace_id]);
    expect(answer.UnprocessedTraceIds).toEqual([unknown]);
    expect(answer).not.toHaveProperty("NextToken");
  });

  it("infers none where the called side sent a segment", async () => {
    const call = sub({ namespace: "remote" });
    const document = segment({ subsegments: [call] });
    await put(document, segment({ trace_id: document.trace_id, parent_id: call.id, name: "callee" }));
    expect((await get(document.trace_id)).inferred).toEqual([]);
  });
});

/** Raw requests, through the daemon's port: nothing between the test and the wire. */
describe("the wire", () => {
  async function send(path: string, body?: string, method = "POST") {
    const response = await fetch(`http://${service.daemonAddress}${path}`, { method, body });
    const { status, headers } = response;
    return { status, headers, error: headers.get("x-amzn-errortype"), text: await response.text() };
  }

  /** The daemon may not read. This is GetTraceSummaries, signed by the SDK over a body that is ours, and its raw answer. */
  async function sendSigned(body: string): Promise<string> {
    const command = new GetTraceSummariesCommand(range(0, 1));
    let answer = "";
    command.middlewareStack.add(
      (next) => (call) => {
        const request = call.request as { body: string; headers: Record<string, string> };
        request.body = body;
        request.headers["content-length"] = String(Buffer.byteLength(body));
        return next(call);
      },
      { step: "build", priority: "low" },
    );
    command.middlewareStack.add(
      (next) => async (call) => {
        const result = await next(call);
        const response = result.response as { body: AsyncIterable<Uint8Array> };
        const chunks: Uint8Array[] = [];
        for await (const chunk of response.body) chunks.push(chunk);
        answer = Buffer.concat(chunks).toString("utf8");
        response.body = Readable.from([Buffer.from(answer)]);
        return result;
      },
      { step: "deserialize", priority: "low" },
    );
    await xray.send(command);
    return answer;
  }

  it("answers JSON with a request id", async () => {
    const { status, headers } = await send("/GetSamplingRules", "{}");
    expect(status).toBe(200);
    expect(headers.get("content-type")).toBe("application/json");
    expect(headers.get("x-amzn-requestid")).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("takes an operation without members with an empty body as with {}", async () => {
    expect((await send("/GetSamplingRules")).text).toBe((await send("/GetSamplingRules", "{}")).text);
  });

  it.each([
    ["another method", "/Traces", undefined, "GET"],
    ["an unknown path", "/Unknown", "{}", "POST"],
    ["a body that is no JSON", "/Traces", "{", "POST"],
    ["a missing member", "/Traces", "{}", "POST"],
    ["a member of another type", "/Traces", '{"TraceIds":"x"}', "POST"],
  ])("refuses %s with a 4xx that names the error", async (_, path, body, method) => {
    const { status, error } = await send(path, body, method);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(error).toMatch(/^\w+$/);
  });

  it("ignores unknown members, reads times in every notation, and answers in seconds without nulls", async () => {
    const born = nowSeconds() - 20_000; // a second of its own
    const document = segment({ trace_id: `1-${born.toString(16)}-${hex(24)}`, start_time: born, end_time: born + 1 });
    await put(document);
    const indexed = async () =>
      (await sendSigned(`{"StartTime":${born},"EndTime":${born + 1}}`)).includes(document.trace_id);
    await eventually(indexed, "the summary of the trace");
    const times = [`${born}`, `${born}.0`, `${born / 1e9}E9`];
    const answers = await Promise.all(
      times.map((time) => sendSigned(`{"StartTime":${time},"EndTime":${born + 1},"Unknown":{"a":1}}`)),
    );
    for (const text of answers) {
      expect(text).toBe(answers[0]);
      const { TraceSummaries, ApproximateTime } = JSON.parse(text);
      expect(TraceSummaries).toMatchObject([{ Id: document.trace_id, StartTime: born, Http: {}, Users: [] }]);
      expect(ApproximateTime).toBeLessThan(1e11);
      expect(text).not.toMatch(/null|NextToken/);
    }
  });
});

describe("the daemon's port", () => {
  const port = () => Number(service.daemonAddress.split(":").at(-1));

  it("makes the trace of a datagram readable, and outlives bad ones", async () => {
    const document = segment();
    const socket = createSocket("udp4");
    socket.send(`{"format": "json", "version": 2}\n${JSON.stringify(segment())}`, port(), "127.0.0.1");
    socket.send(`{"format": "json", "version": 1}\n${JSON.stringify(document)}`, port(), "127.0.0.1");
    const found = await eventually(async () => {
      const { Traces } = await xray.send(new BatchGetTracesCommand({ TraceIds: [document.trace_id] }));
      return Traces!.length > 0 && Traces;
    }, "the trace of a datagram");
    expect(JSON.parse(found[0]!.Segments![0]!.Document!)).toEqual(document);
    socket.close();
  });

  it("answers unsigned calls", async () => {
    const post = async (path: string, body?: string) => {
      const response = await fetch(`http://${service.daemonAddress}${path}`, { method: "POST", body });
      return { status: response.status, answer: await response.json() };
    };
    expect(await post("/GetSamplingRules")).toMatchObject({
      status: 200,
      answer: { SamplingRuleRecords: [{ SamplingRule: { RuleName: "Default" }, CreatedAt: 0 }] },
    });
    const statistics = {
      RuleName: "Default",
      ClientID: "00112233445566778899aabb",
      Timestamp: nowSeconds(),
      RequestCount: 1,
      SampledCount: 1,
      BorrowCount: 1,
    };
    expect(await post("/SamplingTargets", JSON.stringify({ SamplingStatisticsDocuments: [statistics] }))).toMatchObject(
      {
        status: 200,
        answer: {
          SamplingTargetDocuments: [{ FixedRate: 0.05, Interval: 10 }],
          LastRuleModification: 0,
          UnprocessedStatistics: [],
        },
      },
    );
    expect(
      await post("/TraceSegments", JSON.stringify({ TraceSegmentDocuments: [JSON.stringify(segment())] })),
    ).toEqual({
      status: 200,
      answer: { UnprocessedTraceSegments: [] },
    });
  });

  it("takes what the X-Ray SDK sends", async () => {
    const sdk = createRequire(import.meta.url)("aws-xray-sdk") as typeof import("aws-xray-sdk");
    sdk.setDaemonAddress(service.daemonAddress);
    const root = new sdk.Segment("instrumented");
    const call = root.addNewSubsegment("DynamoDB");
    call.namespace = "aws";
    call.addAttribute("aws", { operation: "GetItem", table_name: "carts" });
    call.addError(new Error("no such table"));
    call.close();
    root.addAnnotation("cart", "c1");
    root.close();
    const summary = await eventually(
      async () => (await summaries()).find(({ Id }) => Id === root.trace_id),
      "the SDK's trace",
    );
    expect(summary).toMatchObject({
      EntryPoint: { Name: "instrumented" },
      Annotations: { cart: [{ AnnotationValue: { StringValue: "c1" } }] },
      IsPartial: false,
    });
    expect(summary.ServiceIds).toContainEqual(expect.objectContaining({ Name: "carts", Type: "AWS::DynamoDB::Table" }));
  });
});
