import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { promisify } from "node:util";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  PutLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from "@aws-sdk/client-iam";
import {
  BatchGetTracesCommand,
  GetRetrievedTracesGraphCommand,
  GetTraceGraphCommand,
  GetTraceSummariesCommand,
  ListRetrievedTracesCommand,
  PutTraceSegmentsCommand,
  StartTraceRetrievalCommand,
  XRayClient,
} from "@aws-sdk/client-xray";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CallRefused, extensionClient } from "../src/commands/extension-client.js";
import { eventually, type RunningDosimeter, startDosimeter, type TestCredentials } from "./start-dosimeter.js";

/** Who has seen which trace, over the wire. */
let service: RunningDosimeter;
let xray: XRayClient;
let root: string;
const startedSeconds = Date.now() / 1000;

beforeAll(async () => {
  service = await startDosimeter();
  xray = service.client(XRayClient);
  root = `arn:aws:iam::${service.accountId}:root`;
});
afterAll(async () => {
  xray?.destroy();
  await service?.stop();
});

// biome-ignore lint/suspicious/noExplicitAny: answers of our own operations have no types.
type Answer = any;

async function ask(operation: string, input: object, { accessKeyId, secretAccessKey }: TestCredentials = service.root) {
  // The client finds its credentials where the SDK's do.
  process.env["AWS_ACCESS_KEY_ID"] = accessKeyId;
  process.env["AWS_SECRET_ACCESS_KEY"] = secretAccessKey;
  const client = extensionClient(service.endpoint, service.region, XRayClient);
  try {
    return await client.call<Answer>(operation, input);
  } finally {
    client.close();
  }
}
const exposureOf = (TraceId: string, more: object = {}) => ask("GetTraceExposure", { TraceId, ...more });

let made = 0;
const hex = (length: number) => (++made).toString(16).padStart(length, "0");

/** A trace of one segment that ended a moment ago. */
async function newTrace(annotations: Record<string, string | number | boolean> = {}): Promise<string> {
  const end_time = Date.now() / 1000;
  const trace_id = `1-${Math.floor(end_time).toString(16)}-${hex(24)}`;
  const segment = { id: hex(16), trace_id, name: "shop", start_time: end_time - 0.1, end_time, annotations };
  await xray.send(new PutTraceSegmentsCommand({ TraceSegmentDocuments: [JSON.stringify(segment)] }));
  return trace_id;
}

async function newUser(UserName: string, ...actions: string[]) {
  const iam = service.client(IAMClient);
  const { User } = await iam.send(new CreateUserCommand({ UserName }));
  const PolicyDocument = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: actions, Resource: "*" }],
  });
  if (actions.length > 0) await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: "p", PolicyDocument }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  iam.destroy();
  const key = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
  return { arn: User!.Arn!, principalId: User!.UserId!, key };
}

const range = () => ({ StartTime: new Date(Date.now() - 600_000), EndTime: new Date(Date.now() + 60_000) });

async function searched(FilterExpression: string, count: number): Promise<string[]> {
  return eventually(async () => {
    const { TraceSummaries } = await xray.send(new GetTraceSummariesCommand({ ...range(), FilterExpression }));
    return TraceSummaries!.length === count && TraceSummaries!.map(({ Id }) => Id!);
  }, "the traces to be searchable");
}

describe("GetTraceExposure", () => {
  it("tells every way in which a trace was read, with the request, and nothing of what found nothing", async () => {
    const TraceIds = [await newTrace({ way: "all" })];
    const [traceId] = TraceIds as [string];
    await xray.send(new BatchGetTracesCommand({ TraceIds: [...TraceIds, "1-00000000-000000000000000000000000"] }));
    await xray.send(new GetTraceGraphCommand({ TraceIds }));
    const FilterExpression = 'annotation.way = "all"';
    await searched(FilterExpression, 1);
    const { RetrievalToken } = await xray.send(new StartTraceRetrievalCommand({ TraceIds, ...range() }));
    await eventually(async () => {
      const { RetrievalStatus } = await xray.send(new ListRetrievedTracesCommand({ RetrievalToken }));
      return RetrievalStatus === "COMPLETE";
    }, "the retrieval to end");
    await xray.send(new GetRetrievedTracesGraphCommand({ RetrievalToken }));

    const answer = await exposureOf(traceId);
    expect(answer).toMatchObject({ TraceId: traceId, ReaderCount: 1, RefusalCount: 0 });
    expect(answer.Accesses.map(({ Operation, Kind }: Answer) => [Operation, Kind])).toEqual([
      ["GetRetrievedTracesGraph", "GRAPH"],
      ["ListRetrievedTraces", "DOCUMENT"],
      ["GetTraceSummaries", "SUMMARY"],
      ["GetTraceGraph", "GRAPH"],
      ["BatchGetTraces", "DOCUMENT"],
    ]);
    expect(answer.ReadCount).toBe(5);
    for (const access of answer.Accesses)
      expect(access).toMatchObject({ Outcome: "READ", Caller: root, PrincipalId: service.accountId });
    const requests = answer.Accesses.map(({ Request }: Answer) => Request);
    expect(requests[1]).toMatchObject({ retrievalToken: RetrievalToken });
    expect(requests[2]).toMatchObject({ filterExpression: FilterExpression, startTime: expect.anything() });
    expect(requests[4].traceIds).toHaveLength(2);
    expect(answer.CompleteSince).toBeLessThanOrEqual(answer.FirstReadTime);
    expect(answer.CompleteSince).toBeGreaterThan(startedSeconds - 1);

    // Looking at exposure is recorded, and shows no trace.
    expect((await exposureOf(traceId)).ReadCount).toBe(5);
    const never = await exposureOf("1-00000000-000000000000000000000000");
    expect(never).toMatchObject({ ReadCount: 0, ReaderCount: 0, Accesses: [] });
  });

  it("tells who was refused, and what of", async () => {
    const traceId = await newTrace();
    const { arn, key } = await newUser("curious", "xray:PutTraceSegments");
    const curious = service.client(XRayClient, key);
    const denied = { name: "AccessDeniedException" };
    const TraceIds = [traceId.replaceAll("-", "").slice(1).toUpperCase(), "no trace id"];
    await eventually(
      () => curious.send(new BatchGetTracesCommand({ TraceIds })).catch(({ name }) => name === denied.name),
      "the key to be known",
    );
    await expect(curious.send(new StartTraceRetrievalCommand({ TraceIds, ...range() }))).rejects.toMatchObject(denied);
    await expect(curious.send(new GetTraceSummariesCommand(range()))).rejects.toMatchObject(denied);
    curious.destroy();

    const answer = await exposureOf(traceId);
    expect(answer).toMatchObject({ ReadCount: 0, ReaderCount: 0, RefusalCount: 2 });
    expect(answer.Accesses).toMatchObject([
      { Outcome: "REFUSED", ErrorCode: "AccessDenied", Caller: arn, Operation: "StartTraceRetrieval" },
      { Outcome: "REFUSED", ErrorCode: "AccessDenied", Caller: arn, Operation: "BatchGetTraces" },
    ]);
    const ofCaller = await ask("GetCallerExposure", { Caller: arn });
    expect(ofCaller).toMatchObject({ TraceCount: 0, CallCount: 0, RefusedCallCount: 3 });
    expect(ofCaller.Traces).toMatchObject([{ TraceId: traceId, ReadCount: 0, RefusalCount: 2 }]);
    expect(ofCaller.Refusals.map(({ Operation, TraceIds: ids }: Answer) => [Operation, ids])).toEqual([
      ["GetTraceSummaries", []],
      ["StartTraceRetrieval", [traceId]],
      ["BatchGetTraces", [traceId]],
    ]);
  });

  it("tells who read spans in the log group of spans", async () => {
    const traceId = await newTrace();
    const logs = service.client(CloudWatchLogsClient);
    const names = { logGroupName: "aws/spans", logStreamName: "default" };
    const span = JSON.stringify({ traceId: traceId.slice(2).replace("-", ""), spanId: "1", name: "shop" });
    await logs.send(new CreateLogGroupCommand(names));
    await logs.send(new CreateLogStreamCommand(names));
    const logEvents = [span, "no span"].map((message) => ({ message, timestamp: Date.now() }));
    await logs.send(new PutLogEventsCommand({ ...names, logEvents }));
    await logs.send(new GetLogEventsCommand(names));
    await logs.send(new FilterLogEventsCommand({ logGroupName: names.logGroupName, filterPattern: "shop" }));
    await logs.send(new FilterLogEventsCommand({ logGroupName: names.logGroupName, filterPattern: "nothing" }));
    logs.destroy();
    const { Accesses } = await exposureOf(traceId);
    expect(Accesses.map(({ Operation, Kind }: Answer) => [Operation, Kind])).toEqual([
      ["FilterLogEvents", "DOCUMENT"],
      ["GetLogEvents", "DOCUMENT"],
    ]);
  });

  it("gives calls, or callers, in pages that nothing new gets into", async () => {
    const traceId = await newTrace();
    const { arn, principalId, key } = await newUser("reader", "xray:BatchGetTraces");
    const reader = service.client(XRayClient, key);
    const read = (client: XRayClient) => client.send(new BatchGetTracesCommand({ TraceIds: [traceId] }));
    await eventually(() => read(reader).catch(() => undefined), "the key to be known");
    for (let time = 0; time < 3; time++) await read(xray);
    const all = await exposureOf(traceId);
    expect(all.NextToken).toBeUndefined();
    const first = await exposureOf(traceId, { MaxResults: 3 });
    await read(xray);
    const second = await exposureOf(traceId, { MaxResults: 3, NextToken: first.NextToken });
    expect([...first.Accesses, ...second.Accesses]).toEqual(all.Accesses);
    expect(second.NextToken).toBeUndefined();
    await expect(exposureOf(traceId, { StartTime: 5, NextToken: first.NextToken })).rejects.toMatchObject({
      code: "InvalidRequestException",
    });

    const callers = await exposureOf(traceId, { GroupBy: "CALLER", MaxResults: 1 });
    expect(callers).toMatchObject({ ReaderCount: 2, Callers: [{ Caller: root, ReadCount: 4, Kinds: ["DOCUMENT"] }] });
    const others = await exposureOf(traceId, { GroupBy: "CALLER", MaxResults: 1, NextToken: callers.NextToken });
    expect(others.Callers).toMatchObject([{ Caller: arn, PrincipalIds: [principalId] }]);
    const ofReader = await exposureOf(traceId, { Caller: arn });
    expect(ofReader.Accesses.length).toBe(others.Callers[0].ReadCount);
    reader.destroy();
  });
});

describe("the record of a search", () => {
  it("has how many traces it gave, the first of their ids, and a hash that the index answers to", async () => {
    const ids = await Promise.all([1, 2, 3].map(() => newTrace({ way: "hash" })));
    await searched('annotation.way = "hash"', 3);
    const [access] = (await exposureOf(ids[0]!)).Accesses;
    const { Events } = await askTrails("SearchEvents", {
      SearchAttributes: [{ AttributeKey: "EventId", AttributeValue: access.EventId }],
    });
    const { additionalEventData } = JSON.parse(Events[0].CloudTrailEvent);
    expect(additionalEventData).toEqual({
      traceCount: 3,
      traceIdsSha256: createHash("sha256")
        .update([...ids].sort().join("\n"))
        .digest("hex"),
      traceIds: [...ids].sort(),
    });
  });
});

/** Of CloudTrail. */
async function askTrails(operation: string, input: object) {
  const client = extensionClient(service.endpoint, service.region);
  try {
    return await client.call<Answer>(operation, input);
  } finally {
    client.close();
  }
}

describe("GetCallerExposure", () => {
  it("tells which traces somebody has read, how many, and over what time, in pages", async () => {
    const { arn, key } = await newUser("collector", "xray:BatchGetTraces");
    const ids = await Promise.all(Array.from({ length: 7 }, () => newTrace()));
    const collector = service.client(XRayClient, key);
    const read = (TraceIds: string[]) => collector.send(new BatchGetTracesCommand({ TraceIds }));
    await eventually(() => read(ids.slice(0, 1)).catch(() => undefined), "the key to be known");
    await read(ids.slice(0, 5));
    await read(ids.slice(4));
    collector.destroy();
    const found: Answer[] = [];
    let NextToken: string | undefined;
    do {
      const page = await ask("GetCallerExposure", { Caller: arn, MaxResults: 3, NextToken });
      expect(page).toMatchObject({ TraceCount: 7, CallCount: 3, RefusedCallCount: 0, Refusals: [] });
      expect(page.FirstReadTime).toBeLessThan(page.LastReadTime);
      found.push(...page.Traces);
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    expect(found.map(({ TraceId }) => TraceId)).toEqual([...ids].sort());
    expect(found.find(({ TraceId }) => TraceId === ids[4])).toMatchObject({ ReadCount: 2, Kinds: ["DOCUMENT"] });
  });
});

describe("GetAnnotationExposure", () => {
  it("tells everybody who has seen a trace of a customer, whatever type the annotation has", async () => {
    const ids = [
      await newTrace({ customer: 17 }),
      await newTrace({ customer: "17" }),
      await newTrace({ customer: "170" }),
    ];
    await searched("annotation.customer", 3);
    const { arn, key } = await newUser("support", "xray:BatchGetTraces");
    const support = service.client(XRayClient, key);
    await eventually(
      () => support.send(new BatchGetTracesCommand({ TraceIds: ids.slice(0, 1) })).catch(() => undefined),
      "the key to be known",
    );
    support.destroy();
    const answer = await ask("GetAnnotationExposure", { Key: "customer", Value: "17" });
    expect(answer).toMatchObject({ TraceCount: 2, CallerCount: 2, RefusalCount: 0 });
    expect(answer.Callers).toMatchObject([
      { Caller: root, TraceCount: 2, Kinds: ["SUMMARY"] },
      { Caller: arn, TraceCount: 1, ReadCount: 1, Kinds: ["DOCUMENT"] },
    ]);
    expect(answer.TracesSince).toBeLessThan(Date.now() / 1000);
    const asNumber = await ask("GetAnnotationExposure", { Key: "customer", Value: 17 });
    expect(asNumber.Callers).toMatchObject([{ TraceCount: 1 }, { TraceCount: 1 }]);
    expect(await ask("GetAnnotationExposure", { Key: "customer", Value: "1" })).toMatchObject({ Callers: [] });
  });
});

describe("questions about exposure", () => {
  it("are refused if they make no sense", async () => {
    const wrong: [string, object][] = [
      ["GetTraceExposure", {}],
      ["GetTraceExposure", { TraceId: "x" }],
      ["GetTraceExposure", { TraceId: `1-00000000-${"0".repeat(24)}`, GroupBy: "ROLE" }],
      ["GetTraceExposure", { TraceId: `1-00000000-${"0".repeat(24)}`, GroupBy: "CALLER", Caller: root }],
      ["GetTraceExposure", { TraceId: `1-00000000-${"0".repeat(24)}`, MaxResults: 1001 }],
      ["GetTraceExposure", { TraceId: `1-00000000-${"0".repeat(24)}`, NextToken: "x" }],
      ["GetCallerExposure", { Caller: "ada" }],
      ["GetCallerExposure", { Caller: root, StartTime: 5, EndTime: 5 }],
      ["GetCallerExposure", { Caller: root, StartTime: "now" }],
      ["GetAnnotationExposure", { Key: "customer" }],
      ["GetAnnotationExposure", { Key: "", Value: "x" }],
      ["GetAnnotationExposure", { Key: "customer", Value: "\0" }],
    ];
    for (const [operation, input] of wrong)
      await expect(ask(operation, input), JSON.stringify(input)).rejects.toMatchObject({
        code: "InvalidRequestException",
      });
  });

  it("need their permissions", async () => {
    const { key } = await newUser("nosy");
    const operations = ["GetTraceExposure", "GetCallerExposure", "GetAnnotationExposure"];
    for (const operation of operations) {
      const refusal = await eventually(
        () => ask(operation, {}, key).catch((reason: CallRefused) => /xray:/.test(reason.message) && reason),
        "the key to be known",
      );
      expect(refusal).toMatchObject({ code: "AccessDeniedException" });
      expect((refusal as CallRefused).message).toContain(`xray:${operation}`);
    }
  });
});

describe("dosimeter exposure", () => {
  const program = resolve(import.meta.dirname, "../bin/dosimeter.cjs");
  const run = (...args: string[]) =>
    promisify(execFile)(process.execPath, [program, "exposure", ...args], { env: service.cliEnvironment() }).then(
      ({ stdout }) => ({ stdout, stderr: "", code: 0 }),
      ({ stdout, stderr, code }) => ({ stdout, stderr, code }),
    );

  it("tells a person who has seen what, and a program all pages at once", async () => {
    const traceId = await newTrace({ order: "o-1" });
    await searched('annotation.order = "o-1"', 1);
    for (let time = 0; time < 3; time++) await xray.send(new BatchGetTracesCommand({ TraceIds: [traceId] }));
    const ofTrace = await run("--trace", traceId);
    expect(ofTrace.stdout).toContain(`Trace ${traceId}: read 4 times by 1 caller from `);
    expect(ofTrace.stdout).toContain(`  read  document  ${root}  BatchGetTraces {"traceIds":["${traceId}"]}\n`);
    const cut = await run("--trace", traceId, "--limit", "2");
    expect(cut.stdout.match(/ read {2}document /g)).toHaveLength(2);
    expect(cut.stdout).toContain("There is more");
    const json = JSON.parse((await run("--caller", root, "--limit", "0", "--json")).stdout);
    expect(json.Traces).toHaveLength(json.TraceCount);
    const ofOrder = await run("--annotation", "order=o-1");
    expect(ofOrder.stdout).toContain("Traces with order = o-1: 1 trace seen by 1 caller");
    expect(ofOrder.stdout).toContain(`${root}  1 trace, read 4 times (document, summary)`);
    expect((await run("--trace", traceId, "--by-caller", "--until", "2020-01-01")).stdout).toContain("read 0 times");
  });

  it("says when it is wrongly called, and when it is refused", async () => {
    for (const args of [
      [],
      ["--trace", "x", "--caller", "y"],
      ["--annotation", "x"],
      ["--caller", root, "--from", "x"],
    ])
      expect(await run(...args)).toMatchObject({ code: 2, stderr: expect.stringContaining("dosimeter exposure") });
    const refused = await run("--trace", "x");
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining("InvalidRequestException: TraceId") });
  });
});
