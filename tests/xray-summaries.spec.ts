import { execFile } from "node:child_process";
import { promisify } from "node:util";
import {
  CreateGroupCommand,
  GetTraceSummariesCommand,
  type GetTraceSummariesCommandInput,
  PutTraceSegmentsCommand,
  paginateGetTraceSummaries,
  type TraceSummary,
  XRayClient,
} from "@aws-sdk/client-xray";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type RunningDosimeter, startDosimeter } from "./start-dosimeter.js";
import { tracedPurchase } from "./traced-purchase.js";

/** Numbers in brackets are those of the facts that the reference lists. */
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
const traceIdAt = (seconds: number) => `1-${Math.floor(seconds).toString(16).padStart(8, "0")}-${hex(24)}`;

/** Each call gives ten minutes in which nothing else happens, some hours ago. */
let lastQuietSeconds = nowSeconds() - 12 * 3600;
function quietSeconds(): number {
  lastQuietSeconds += 600;
  return lastQuietSeconds;
}

/** A complete segment of a second, in a trace of its own. */
function segment(startSeconds: number, more: Record<string, unknown> = {}) {
  return {
    id: hex(16),
    trace_id: traceIdAt(startSeconds),
    name: "shop",
    start_time: startSeconds,
    end_time: startSeconds + 1,
    ...more,
  };
}

async function put(...documents: unknown[]): Promise<void> {
  for (let index = 0; index < documents.length; index += 50) {
    const TraceSegmentDocuments = documents.slice(index, index + 50).map((document) => JSON.stringify(document));
    const answer = await xray.send(new PutTraceSegmentsCommand({ TraceSegmentDocuments }));
    expect(answer.UnprocessedTraceSegments).toEqual([]);
  }
}

const range = (fromSeconds: number, untilSeconds: number) => ({
  StartTime: new Date(fromSeconds * 1000),
  EndTime: new Date(untilSeconds * 1000),
});
type Range = ReturnType<typeof range>;

async function pages(input: Range & Partial<GetTraceSummariesCommandInput>) {
  const all = [];
  // The SDK's paginator writes its token into what it is given.
  for await (const page of paginateGetTraceSummaries({ client: xray }, { ...input })) all.push(page);
  return all;
}

async function summaries(input: Range & Partial<GetTraceSummariesCommandInput>): Promise<TraceSummary[]> {
  return (await pages(input)).flatMap((page) => page.TraceSummaries!);
}

/** Waits until the index shows that many traces of the range. */
const indexed = (count: number, input: Range & Partial<GetTraceSummariesCommandInput>) =>
  vi.waitFor(
    async () => {
      const found = await summaries(input);
      expect(found).toHaveLength(count);
      return found;
    },
    { timeout: 120_000, interval: 100 },
  );

async function putAndFind(document: ReturnType<typeof segment>, ...more: unknown[]): Promise<TraceSummary> {
  await put(document, ...more);
  const [found] = await indexed(1, range(document.start_time, document.start_time + 60));
  return found!;
}

const refused = (name: string, message: string | RegExp) => ({ name, message: expect.stringMatching(message) });

describe("a purchase whose payment failed behind the shop", () => {
  const start = nowSeconds() - 20 * 3600;
  const purchase = tracedPurchase(start);
  const asked = range(start, start + 1);

  beforeAll(async () => {
    await put(...purchase.documents);
    await indexed(1, asked);
  });

  it("has a summary with every member [64-72]", async () => {
    const shop = { Name: "shop", Names: ["shop"], Type: "AWS::EC2::Instance" };
    const [summary] = await summaries(asked);
    expect(summary).toEqual({
      Id: purchase.traceId,
      StartTime: new Date(start * 1000),
      Duration: 0.3,
      ResponseTime: 0.3,
      HasFault: false,
      HasError: false,
      HasThrottle: false,
      IsPartial: false,
      Http: {
        HttpURL: "http://shop.example.com/buy",
        HttpStatus: 200,
        HttpMethod: "POST",
        UserAgent: "t/1",
        ClientIp: "203.0.113.9",
      },
      Annotations: {
        cart: [{ AnnotationValue: { StringValue: "c1" }, ServiceIds: [shop] }],
        items: [{ AnnotationValue: { NumberValue: 13 }, ServiceIds: [shop] }],
        beta: [{ AnnotationValue: { BooleanValue: true }, ServiceIds: [shop] }],
        "aws.local.operation": [{ AnnotationValue: { StringValue: "x" }, ServiceIds: [shop] }],
      },
      Users: [{ UserName: "u-100", ServiceIds: [shop] }],
      ServiceIds: expect.arrayContaining([
        shop,
        { Name: "pay", Names: ["pay"] },
        { Name: "carts", Names: ["carts"], Type: "AWS::DynamoDB::Table" },
        { Name: "shop", Names: ["shop"], Type: "client" },
      ]),
      ResourceARNs: [],
      InstanceIds: [],
      AvailabilityZones: [],
      EntryPoint: shop,
      FaultRootCauses: [
        {
          ClientImpacting: false,
          Services: [
            {
              ...shop,
              Inferred: false,
              EntityPath: [
                { Name: "shop", Exceptions: [], Remote: false },
                { Name: "pay.example.com", Exceptions: [], Remote: true },
              ],
            },
            expect.objectContaining({
              Name: "pay",
              Names: ["pay"],
              Inferred: false,
              EntityPath: [
                { Name: "pay", Exceptions: [{ Name: "Timeout", Message: "bank did not answer" }], Remote: false },
              ],
            }),
          ],
        },
      ],
      ErrorRootCauses: [],
      ResponseTimeRootCauses: [],
      Revision: expect.any(Number),
    });
    expect(summary!.ServiceIds).toHaveLength(4);
  });

  const matches = async (FilterExpression: string) => (await summaries({ ...asked, FilterExpression })).length === 1;

  it.each([
    "ok", // 81
    "!fault",
    "OK", // 82
    "!Fault",
    "RESPONSETIME > 0",
    'service("pay") { fault }', // 83
    'edge("shop", "pay") { fault }', // 84
    "service() { fault = true }", // 85
    "service() { fault }",
    'service(id(name: "carts", type: "AWS::DynamoDB::Table"))', // 86
    'service(id(type: "client"))', // 87
    'annotation.cart = "c1"', // 88
    'annotation[cart] = "c1"',
    "annotation.cart",
    "annotation.items > 12",
    "annotation.beta",
    "annotation.beta = true",
    "!annotation.other",
    'annotation[aws.local.operation] = "x"', // 89
    'user = "u-100"', // 90
    'user CONTAINS ""',
    'http.url BEGINSWITH "http://shop" AND http.method = "POST"', // 91
    'http.url BEGINSWITH "http://shop" http.method = "POST"',
    "http.status < 300", // 92
    "duration >= 0.2 AND duration <= 0.5", // 93
    '!service("nosuch")', // 94
    'service("shop") {root = true}', // 95
    'rootcause.fault.service { name = "pay" }', // 96
    'rootcause.fault.exception { message = "bank did not answer" }', // 97
    'rootcause.fault.exception { message CONTAINS "bank" }',
    "(ok OR fault) AND !throttle", // 98
    "inferred", // 100
    'http.clientip = "203.0.113.9" AND http.useragent CONTAINS "t/"',
  ])("meets %s", async (expression) => {
    expect(await matches(expression)).toBe(true);
  });

  it.each([
    "fault", // 81
    "error",
    "throttle",
    "partial", // 100
    'service("shop") { fault }', // 83
    'edge("pay", "shop")', // 84
    'service(id(name: "carts", type: "AWS::S3::Bucket"))', // 86
    "!annotation.cart", // 88
    "annotation.other",
    "http.status != 200", // 92
    'service("pay") {root = true}', // 95
    'annotation.cart = "c2"',
    'user = "u-1"',
  ])("does not meet %s", async (expression) => {
    expect(await matches(expression)).toBe(false);
  });

  it("meets a group's expression by the group's name [99]", async () => {
    const groups = { paid: 'service("pay") { fault }', unpaid: 'service("pay") { ok }' };
    for (const [GroupName, FilterExpression] of Object.entries(groups))
      await xray.send(new CreateGroupCommand({ GroupName, FilterExpression }));
    expect(await matches('group.name = "paid"')).toBe(true);
    expect(await matches('group.name = "unpaid"')).toBe(false);
    expect(await matches('group.name = "paid" AND user = "u-100"')).toBe(true);
    const unknown = summaries({ ...asked, FilterExpression: 'group.name = "nosuch"' });
    await expect(unknown).rejects.toMatchObject(refused("InvalidRequestException", /nosuch/));
  });

  it.each(['service("x"', "ok AND", "responsetime >", 'nosuch = "x"', "\u0000", "(".repeat(10_000), "annotation."])(
    "is not asked by %s, which is no expression [76]",
    async (FilterExpression) => {
      const call = summaries({ ...asked, FilterExpression });
      await expect(call).rejects.toMatchObject({ name: "InvalidRequestException" });
    },
  );

  it("is found by an empty expression as by none [75]", async () => {
    expect(await summaries({ ...asked, FilterExpression: "" })).toEqual(await summaries(asked));
  });
});

describe("a summary", () => {
  it("goes by the root for fault and error, by any segment for throttling [64-66]", async () => {
    const fault = segment(quietSeconds(), { fault: true, http: { response: { status: 500 } } });
    expect(await putAndFind(fault)).toMatchObject({ HasFault: true, HasError: false, HasThrottle: false });

    const root = segment(quietSeconds());
    const below = { trace_id: root.trace_id, parent_id: root.id };
    const behind = [
      segment(root.start_time, { ...below, name: "a", fault: true }),
      segment(root.start_time, {
        ...below,
        name: "b",
        error: true,
        throttle: true,
        http: { response: { status: 429 } },
      }),
    ];
    expect(await putAndFind(root, ...behind)).toMatchObject({ HasFault: false, HasError: false, HasThrottle: true });
    const asked = range(root.start_time, root.start_time + 60);
    expect(await summaries({ ...asked, FilterExpression: "service() { fault }" })).toHaveLength(1);
    expect(await summaries({ ...asked, FilterExpression: "fault" })).toEqual([]);
  });

  it("tells the root's length from what went on after it [67]", async () => {
    const root = segment(quietSeconds());
    const later = segment(root.start_time, {
      trace_id: root.trace_id,
      parent_id: root.id,
      end_time: root.end_time + 4,
    });
    expect(await putAndFind(root, later)).toMatchObject({ ResponseTime: 1, Duration: 5 });
  });

  it("has empty lists and objects for what is not known [68, 72]", async () => {
    expect(await putAndFind(segment(quietSeconds()))).toMatchObject({
      Http: {},
      Users: [],
      Annotations: {},
      FaultRootCauses: [],
      ErrorRootCauses: [],
      ResponseTimeRootCauses: [],
    });
  });

  it("keeps texts of any kind", async () => {
    const odd = '"\\ \u0007 é 😀 \u2028 </script> \\u0041';
    const annotations = { __proto_: odd, constructor: odd };
    const found = await putAndFind(segment(quietSeconds(), { user: odd, annotations }));
    expect(found.Users).toMatchObject([{ UserName: odd }]);
    expect(found.Annotations!["constructor"]).toMatchObject([{ AnnotationValue: { StringValue: odd } }]);
  });

  it("does not go back in revision when late data arrives [73]", async () => {
    const document = segment(quietSeconds());
    const { Revision: first } = await putAndFind(document);
    expect(first).toBeGreaterThanOrEqual(1);
    await put(segment(document.start_time, { trace_id: document.trace_id, parent_id: document.id, name: "late" }));
    const asked = range(document.start_time, document.start_time + 60);
    const [later] = await indexed(1, { ...asked, FilterExpression: 'service("late")' });
    expect(later!.Revision).toBeGreaterThan(first!);
  });

  it("grows with its trace: complete at last, and partial until then", async () => {
    const { end_time, ...begun } = segment(quietSeconds());
    await put({ ...begun, in_progress: true });
    const asked = range(begun.start_time, begun.start_time + 60);
    const [partial] = await indexed(1, { ...asked, FilterExpression: "partial" });
    expect(partial).not.toHaveProperty("ResponseTime");
    await put({ ...begun, end_time });
    const [complete] = await indexed(1, { ...asked, FilterExpression: "!partial" });
    expect(complete).toMatchObject({ ResponseTime: 1, IsPartial: false });
    expect(await summaries(asked)).toHaveLength(1);
  });
});

describe("a range", () => {
  it("has its first moment and not its last [62]", async () => {
    const document = segment(quietSeconds());
    await putAndFind(document);
    const { start_time } = document;
    expect(await summaries(range(start_time, start_time + 1))).toHaveLength(1);
    expect(await summaries(range(start_time - 10, start_time))).toEqual([]);
    expect(await summaries(range(start_time + 1, start_time + 10))).toEqual([]);
  });

  it("goes by the start where the time in the id means nothing", async () => {
    await putAndFind(segment(quietSeconds(), { trace_id: `1-4efaaf4d-${hex(24)}` }));
  });

  it("goes by activity (Event) and by ends (Service), and says which time matched [77]", async () => {
    const start = quietSeconds();
    quietSeconds(); // it lasts into the next ten minutes
    const document = segment(start, { end_time: start + 500 });
    await putAndFind(document);
    const inside = range(start + 100, start + 200);
    const atEnd = range(start + 400, start + 600);
    expect(await summaries(inside)).toEqual([]);
    expect(await summaries({ ...inside, TimeRangeType: "Service" })).toEqual([]);
    const [active] = await summaries({ ...inside, TimeRangeType: "Event" });
    expect(active!.Id).toBe(document.trace_id);
    expect(active!.MatchedEventTime!.getTime()).toBeGreaterThanOrEqual(inside.StartTime.getTime());
    expect(active!.MatchedEventTime!.getTime()).toBeLessThan(inside.EndTime.getTime());
    for (const TimeRangeType of ["Event", "Service"] as const)
      expect(await summaries({ ...atEnd, TimeRangeType })).toMatchObject([
        { Id: document.trace_id, MatchedEventTime: new Date((start + 500) * 1000) },
      ]);
    expect((await summaries(range(start, start + 1)))[0]).not.toHaveProperty("MatchedEventTime");
    const filtered = { ...inside, TimeRangeType: "Event", FilterExpression: "fault" } as const;
    expect(await summaries(filtered)).toEqual([]);
  });
});

describe("pages", () => {
  const start = nowSeconds() - 16 * 3600;
  const count = 1203;
  const asked = range(start, start + 1000);
  const rare = 3;

  beforeAll(async () => {
    const documents = Array.from({ length: count }, (_, index) =>
      segment(start + (index % 400), { annotations: { rare: index % 401 === 0 } }),
    );
    await put(...documents);
    await indexed(count, asked);
  });

  it("give each trace once, newest first, and end without a token [74]", async () => {
    const found = await pages(asked);
    expect(found.length).toBeGreaterThan(1);
    expect(found.every((page) => page.NextToken !== "")).toBe(true);
    const ids = found.flatMap((page) => page.TraceSummaries!.map(({ Id }) => Id!));
    expect(ids).toHaveLength(count);
    expect(new Set(ids).size).toBe(count);
    expect(ids).toEqual([...ids].sort().reverse());
    // Each page says from when on it shows, going back to the start of the range.
    const times = found.map((page) => page.ApproximateTime!.getTime());
    expect(times).toEqual([...times].sort((a, b) => b - a));
    expect(times.at(-1)).toBe(asked.StartTime.getTime());
    expect(found.reduce((sum, page) => sum + page.TracesProcessedCount!, 0)).toBe(count);
  });

  it("count what was looked at, whether it matched or not [63]", async () => {
    const found = await pages({ ...asked, FilterExpression: "annotation.rare = true" });
    expect(found.flatMap((page) => page.TraceSummaries!)).toHaveLength(rare);
    expect(found.reduce((sum, page) => sum + page.TracesProcessedCount!, 0)).toBe(count);
  });

  it("continue the request they came from and no other", async () => {
    const { NextToken } = await xray.send(new GetTraceSummariesCommand(asked));
    expect(NextToken).toBeDefined();
    const others = [
      { ...asked, EndTime: new Date(asked.EndTime.getTime() + 1) },
      { ...asked, FilterExpression: "ok" },
      { ...asked, TimeRangeType: "Event" as const },
    ];
    for (const other of others)
      await expect(xray.send(new GetTraceSummariesCommand({ ...other, NextToken }))).rejects.toMatchObject(
        refused("InvalidRequestException", /^Invalid NextToken$/),
      );
  });

  it("may go on with another rate of sampling", async () => {
    const sampled = (Value: number) => ({
      ...asked,
      Sampling: true,
      SamplingStrategy: { Name: "FixedRate" as const, Value },
    });
    const { NextToken } = await xray.send(new GetTraceSummariesCommand(sampled(1)));
    const rest = await xray.send(new GetTraceSummariesCommand({ ...sampled(0.5), NextToken }));
    expect(rest.TraceSummaries!.length).toBeLessThan(count - 1000);
  });

  it("give a share of the traces, the same ones each time [79]", async () => {
    const sampled = (Value: number) =>
      summaries({ ...asked, Sampling: true, SamplingStrategy: { Name: "FixedRate", Value } });
    expect(await sampled(0)).toEqual([]);
    expect(await sampled(1)).toHaveLength(count);
    const half = await sampled(0.5);
    expect(half.length).toBeGreaterThan(count * 0.4);
    expect(half.length).toBeLessThan(count * 0.6);
    expect(await sampled(0.5)).toEqual(half);
  });

  it("give the newest part of the range", async () => {
    const scanned = (Value: number) =>
      summaries({ ...asked, Sampling: true, SamplingStrategy: { Name: "PartialScan", Value } });
    expect(await scanned(100)).toHaveLength(count);
    const part = await scanned(80);
    expect(part.map(({ Id }) => Id)).toEqual((await summaries(range(start + 200, start + 1000))).map(({ Id }) => Id));
    expect(await scanned(0.8)).toEqual(part);
  });
});

describe("GetTraceSummaries refuses", () => {
  it.each([
    ["a start after the end [80]", range(2, 1), "InvalidRequestException", /StartTime must be before EndTime/],
    ["a range of more than 24 hours", range(0, 86_401), "InvalidRequestException", /cannot be longer than 24 hours/],
    ["an unknown TimeRangeType [78]", { TimeRangeType: "Foo" }, "ValidationException", /timeRangeType/],
    ["a foreign token", { NextToken: "x" }, "InvalidRequestException", /Invalid NextToken/],
    [
      "a rate over 1",
      { Sampling: true, SamplingStrategy: { Name: "FixedRate", Value: 1.1 } },
      "InvalidRequestException",
      /FixedRate/,
    ],
  ])("%s", async (_, input, name, message) => {
    const call = xray.send(new GetTraceSummariesCommand({ ...range(0, 10), ...(input as object) }));
    await expect(call).rejects.toMatchObject(refused(name, message));
  });
});

describe("aws xray", async () => {
  const cli = await promisify(execFile)("aws", ["--version"]).then(
    () => true,
    () => false,
  );

  it.skipIf(!cli)(
    `get-trace-summaries takes an expression${cli ? "" : " (the AWS CLI is not installed)"}`,
    async () => {
      const start = quietSeconds();
      const purchase = tracedPurchase(start);
      await put(...purchase.documents);
      await indexed(1, range(start, start + 60));
      const aws = async (...words: string[]) => {
        const options = { env: service.cliEnvironment(), timeout: 120_000 };
        return JSON.parse((await promisify(execFile)("aws", ["xray", ...words, "--output", "json"], options)).stdout);
      };
      const asked = ["--start-time", String(start), "--end-time", String(start + 60)];
      const expression = 'edge("shop", "pay") { fault } AND annotation.items > 12';
      const found = await aws("get-trace-summaries", ...asked, "--filter-expression", expression);
      expect(found.TraceSummaries).toMatchObject([{ Id: purchase.traceId, HasFault: false, Duration: 0.3 }]);
      expect(await aws("get-trace-summaries", ...asked, "--filter-expression", "fault")).toMatchObject({
        TraceSummaries: [],
        TracesProcessedCount: 1,
      });
    },
    120_000,
  );
});
