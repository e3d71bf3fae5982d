import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { CloudTrailClient, LookupEventsCommand } from "@aws-sdk/client-cloudtrail";
import {
  BatchGetTracesCommand,
  CancelTraceRetrievalCommand,
  GetRetrievedTracesGraphCommand,
  ListRetrievedTracesCommand,
  type ListRetrievedTracesCommandInput,
  PutTraceSegmentsCommand,
  type RetrievedTrace,
  StartTraceRetrievalCommand,
  type StartTraceRetrievalCommandInput,
  XRayClient,
} from "@aws-sdk/client-xray";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { eventually, type RunningDosimeter, startDosimeter } from "./start-dosimeter.js";

const run = promisify(execFile);

/** Retrievals of traces over the wire: acceptance facts 150 and 151 of the X-Ray reference. */
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
const seconds = Math.floor(Date.now() / 1000);

/** Each a second after the one before it, so that their order is known. */
function segment(more: Record<string, unknown> = {}) {
  const start_time = seconds - 600 + made;
  const trace_id = `1-${seconds.toString(16)}-${hex(24)}`;
  return { id: hex(16), trace_id, name: "shop", start_time, end_time: start_time + 1, ...more };
}
const put = (...documents: unknown[]) =>
  xray.send(
    new PutTraceSegmentsCommand({ TraceSegmentDocuments: documents.map((document) => JSON.stringify(document)) }),
  );
const start = async (TraceIds: string[], more: Partial<StartTraceRetrievalCommandInput> = {}) =>
  (
    await xray.send(
      new StartTraceRetrievalCommand({
        TraceIds,
        StartTime: new Date((seconds - 3600) * 1000),
        EndTime: new Date((seconds + 3600) * 1000),
        ...more,
      }),
    )
  ).RetrievalToken!;
const list = (RetrievalToken: string, more: Partial<ListRetrievedTracesCommandInput> = {}) =>
  xray.send(new ListRetrievedTracesCommand({ RetrievalToken, ...more }));
const graph = (RetrievalToken: string) => xray.send(new GetRetrievedTracesGraphCommand({ RetrievalToken }));
const complete = (token: string) =>
  vi.waitFor(async () => expect((await list(token)).RetrievalStatus).toBe("COMPLETE"), {
    timeout: 120_000,
    interval: 100,
  });

async function pages(token: string, more: Partial<ListRetrievedTracesCommandInput> = {}): Promise<RetrievedTrace[][]> {
  const found: RetrievedTrace[][] = [];
  let NextToken: string | undefined;
  do {
    const page = await list(token, { ...more, NextToken });
    found.push(page.Traces!);
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return found;
}

describe("a retrieval", () => {
  it("has a token, and is empty until it is complete; then it holds the traces that exist (150)", async () => {
    const [one, two] = [segment(), segment()];
    await put(one, two);
    const token = await start([two.trace_id, one.trace_id, segment().trace_id, "no id of a trace"]);
    expect(token).toMatch(/^[0-9a-f]{64}$/);
    for (;;) {
      const { RetrievalStatus, TraceFormat, Traces } = await list(token);
      expect(TraceFormat).toBe("XRAY");
      if (RetrievalStatus === "COMPLETE") break;
      expect(["SCHEDULED", "RUNNING"]).toContain(RetrievalStatus);
      expect(Traces).toEqual([]);
      const meanwhile = await graph(token);
      if (meanwhile.RetrievalStatus !== "COMPLETE") expect(meanwhile.Services).toEqual([]);
    }
    const { Traces, NextToken } = await list(token);
    expect(NextToken).toBeUndefined();
    const batch = await xray.send(new BatchGetTracesCommand({ TraceIds: [one.trace_id, two.trace_id] }));
    expect(Traces).toEqual(
      [one, two].map(({ trace_id }) => {
        const { Segments, Duration } = batch.Traces!.find(({ Id }) => Id === trace_id)!;
        return { Id: trace_id, Duration, Spans: Segments };
      }),
    );
  });

  it("finds only traces that meet its range, ends included", async () => {
    const document = segment();
    await put(document);
    const { start_time, end_time, trace_id } = document;
    const finds = async (from: number, until: number) => {
      const range = { StartTime: new Date(from * 1000), EndTime: new Date(until * 1000) };
      const token = await start([trace_id.replaceAll("-", "").slice(1)], range);
      await complete(token);
      return (await list(token)).Traces!.length;
    };
    expect(await finds(end_time, end_time + 10)).toBe(1);
    expect(await finds(start_time - 10, start_time)).toBe(1);
    expect(await finds(end_time + 1, end_time + 10)).toBe(0);
    await expect(finds(end_time, start_time)).rejects.toMatchObject({ name: "InvalidRequestException" });
  });

  it("tells OpenTelemetry's form if asked to (151)", async () => {
    const child = { id: hex(16), name: "inside", start_time: seconds - 600, end_time: seconds - 599.5 };
    const document = segment({ subsegments: [child] });
    await put(document);
    const token = await start([document.trace_id]);
    await complete(token);
    const { Traces, TraceFormat } = await list(token, { TraceFormat: "OTEL" });
    expect(TraceFormat).toBe("OTEL");
    const spans = Traces![0]!.Spans!.map(({ Id, Document }) => ({ Id, ...JSON.parse(Document!) }));
    const traceId = document.trace_id.replaceAll("-", "").slice(1);
    expect(traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(spans).toMatchObject([
      { Id: document.id, traceId, spanId: document.id, name: "shop", kind: "SERVER" },
      { Id: child.id, traceId, spanId: child.id, parentSpanId: document.id, name: "inside" },
    ]);
    await expect(list(token, { TraceFormat: "ZIPKIN" as "OTEL" })).rejects.toMatchObject({
      name: "ValidationException",
    });
  });

  it("comes in pages of 5 traces, and of 100 spans a trace, which then goes on with the next page", async () => {
    const documents = Array.from({ length: 7 }, () => segment());
    const subsegments = Array.from({ length: 250 }, () => ({
      id: hex(16),
      name: "many",
      start_time: seconds - 600,
      end_time: seconds - 599,
    }));
    const large = segment({ subsegments });
    await put(...documents, large);
    const token = await start([...documents, large].map(({ trace_id }) => trace_id));
    await complete(token);
    const inXray = await pages(token);
    expect(inXray.map((page) => page.length)).toEqual([5, 3]);
    const order = [...documents, large].sort((a, b) => a.start_time - b.start_time).map(({ trace_id }) => trace_id);
    expect(inXray.flat().map(({ Id }) => Id)).toEqual(order);
    const inOtel = await pages(token, { TraceFormat: "OTEL" });
    const ofLarge = inOtel.flat().filter(({ Id }) => Id === large.trace_id);
    expect(ofLarge.map(({ Spans }) => Spans!.length)).toEqual([100, 100, 51]);
    expect(new Set(ofLarge.flatMap(({ Spans }) => Spans!.map(({ Id }) => Id))).size).toBe(251);
    expect(new Set(inOtel.flat().map(({ Id }) => Id)).size).toBe(8);
    const { NextToken } = await list(token);
    for (const more of [{ NextToken: "x" }, { NextToken, TraceFormat: "OTEL" as const }])
      await expect(list(token, more)).rejects.toMatchObject({ message: "Invalid NextToken" });
  });

  it("tells the services of all its traces, and the links between these", async () => {
    const sender = segment({ name: "sender" });
    const receiver = segment({ name: "receiver", links: [{ trace_id: sender.trace_id, id: sender.id }] });
    await put(sender, receiver);
    const token = await start([sender.trace_id, receiver.trace_id]);
    await complete(token);
    const { RetrievalStatus, Services, NextToken } = await graph(token);
    expect(RetrievalStatus).toBe("COMPLETE");
    expect(NextToken).toBeUndefined();
    const named = (name: string) => Services!.find(({ Service }) => Service!.Name === name && !isClient(Service!))!;
    const isClient = ({ Type }: { Type?: string | undefined }) => Type === "client";
    expect(named("receiver").Links).toEqual([
      { ReferenceType: "link", SourceTraceId: sender.trace_id, DestinationTraceIds: [receiver.trace_id] },
    ]);
    expect(named("sender").Links).toEqual([]);
    expect(named("sender").Service!.SummaryStatistics).toMatchObject({ OkCount: 1, TotalCount: 1 });
    expect(named("sender").Service!.Edges).toMatchObject([
      { EdgeType: "link", ReferenceId: named("receiver").Service!.ReferenceId },
    ]);
  });

  it("can be cancelled, and stays what it was once it has ended (150)", async () => {
    const document = segment();
    await put(document);
    const cancelled = await vi.waitFor(
      async () => {
        const token = await start(Array.from({ length: 100 }, () => segment().trace_id));
        await xray.send(new CancelTraceRetrievalCommand({ RetrievalToken: token }));
        expect((await list(token)).RetrievalStatus).toBe("CANCELLED");
        return token;
      },
      { timeout: 120_000 },
    );
    expect(await list(cancelled)).toMatchObject({ RetrievalStatus: "CANCELLED", Traces: [] });
    expect(await graph(cancelled)).toMatchObject({ RetrievalStatus: "CANCELLED", Services: [] });
    const token = await start([document.trace_id]);
    await complete(token);
    await xray.send(new CancelTraceRetrievalCommand({ RetrievalToken: token }));
    expect((await list(token)).Traces).toHaveLength(1);
  });

  it("is not found by another token, nor from another region (150)", async () => {
    const token = await start([]);
    const unknown = { name: "ResourceNotFoundException", $metadata: { httpStatusCode: 404 } };
    for (const other of ["x", "", `${token}x`, "a\0b"]) {
      await expect(list(other)).rejects.toMatchObject(unknown);
      await expect(graph(other)).rejects.toMatchObject(unknown);
      await expect(xray.send(new CancelTraceRetrievalCommand({ RetrievalToken: other }))).rejects.toMatchObject(
        unknown,
      );
    }
    const elsewhere = service.client(XRayClient, undefined, { region: "eu-west-3" });
    await expect(elsewhere.send(new ListRetrievedTracesCommand({ RetrievalToken: token }))).rejects.toMatchObject(
      unknown,
    );
    elsewhere.destroy();
    await expect(list("x".repeat(1021))).rejects.toMatchObject({ name: "ValidationException" });
    await expect(start(Array.from({ length: 101 }, () => "1"))).rejects.toMatchObject({ name: "ValidationException" });
  });

  it("is recorded with the traces that were read", async () => {
    const document = segment();
    await put(document);
    const token = await start([document.trace_id]);
    await complete(token);
    const trail = service.client(CloudTrailClient);
    const lookUp = async (eventName: string) => {
      const { Events } = await trail.send(
        new LookupEventsCommand({ LookupAttributes: [{ AttributeKey: "EventName", AttributeValue: eventName }] }),
      );
      return Events!.map(({ CloudTrailEvent }) => JSON.parse(CloudTrailEvent!));
    };
    const started = await eventually(
      async () =>
        (await lookUp("StartTraceRetrieval")).find(({ requestParameters }) =>
          requestParameters.traceIds?.includes(document.trace_id),
        ),
      "the record of StartTraceRetrieval",
    );
    expect(started).toMatchObject({ eventCategory: "Management", readOnly: true });
    const read = await eventually(
      async () =>
        (await lookUp("ListRetrievedTraces")).find(
          ({ requestParameters, additionalEventData }) =>
            requestParameters.retrievalToken === token && additionalEventData !== undefined,
        ),
      "the record of ListRetrievedTraces",
    );
    expect(read.additionalEventData).toMatchObject({ traceIds: [document.trace_id] });
    trail.destroy();
  });
});

describe("aws xray", () => {
  it("starts a retrieval and lists what it found", async ({ skip }) => {
    const there = await run("aws", ["--version"]).then(
      () => true,
      () => false,
    );
    if (!there) skip("the AWS CLI is not installed");
    const aws = async (...words: string[]) => {
      const { stdout } = await run("aws", ["xray", ...words], { env: service.cliEnvironment() });
      return stdout === "" ? undefined : JSON.parse(stdout);
    };
    const document = segment();
    await put(document);
    const times = ["--start-time", String(seconds - 3600), "--end-time", String(seconds + 3600)];
    const { RetrievalToken } = await aws("start-trace-retrieval", "--trace-ids", document.trace_id, ...times);
    await complete(RetrievalToken);
    const found = await aws("list-retrieved-traces", "--retrieval-token", RetrievalToken);
    expect(found).toMatchObject({ RetrievalStatus: "COMPLETE", Traces: [{ Id: document.trace_id }] });
    await aws("cancel-trace-retrieval", "--retrieval-token", RetrievalToken);
  });
});
