import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { promisify } from "node:util";
import {
  CreateGroupCommand,
  type Edge,
  GetServiceGraphCommand,
  type GetServiceGraphCommandInput,
  GetTraceGraphCommand,
  PutTraceSegmentsCommand,
  paginateGetServiceGraph,
  paginateGetTraceGraph,
  type Service,
  UpdateGroupCommand,
  XRayClient,
} from "@aws-sdk/client-xray";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type RunningDosimeter, startDosimeter } from "./start-dosimeter.js";
import { tracedPurchase } from "./traced-purchase.js";

/** Numbers in brackets are those of the facts that the reference lists. */
let service: RunningDosimeter;
const clients: XRayClient[] = [];

beforeAll(async () => {
  service = await startDosimeter();
});
afterAll(async () => {
  for (const client of clients) client.destroy();
  await service?.stop();
});

/** A client of a region of its own: what is stored there is in no other graph. */
function newRegion(): XRayClient {
  const client = service.client(XRayClient, undefined, { region: `test-graphs-${clients.length + 1}` });
  clients.push(client);
  return client;
}

const nowSeconds = () => Date.now() / 1000;
const newId = () => randomBytes(8).toString("hex");
const newTraceId = () => `1-${Math.floor(nowSeconds()).toString(16)}-${randomBytes(12).toString("hex")}`;

function segment(more: Record<string, unknown> = {}) {
  const end = Math.floor(nowSeconds()) - 1;
  return { id: newId(), trace_id: newTraceId(), name: "shop", start_time: end - 1, end_time: end, ...more };
}

async function put(xray: XRayClient, ...documents: unknown[]) {
  const TraceSegmentDocuments = documents.map((document) => JSON.stringify(document));
  const { UnprocessedTraceSegments } = await xray.send(new PutTraceSegmentsCommand({ TraceSegmentDocuments }));
  expect(UnprocessedTraceSegments).toEqual([]);
}

const lastMinutes = () => ({ StartTime: new Date(Date.now() - 600_000), EndTime: new Date(Date.now() + 60_000) });

const serviceGraph = (xray: XRayClient, more: Partial<GetServiceGraphCommandInput> = {}) =>
  xray.send(new GetServiceGraphCommand({ ...lastMinutes(), ...more }));

async function traceGraph(xray: XRayClient, ...TraceIds: string[]): Promise<Service[]> {
  return (await xray.send(new GetTraceGraphCommand({ TraceIds }))).Services!;
}

/** Once what was put is in the index. */
async function eventualGraph(xray: XRayClient, check: (services: Service[]) => void): Promise<Service[]> {
  let found: Service[] = [];
  await vi.waitFor(
    async () => {
      found = (await serviceGraph(xray)).Services!;
      check(found);
    },
    { timeout: 120_000, interval: 100 },
  );
  return found;
}

const find = (services: readonly Service[], name: string, type?: string) =>
  services.find((each) => each.Name === name && each.Type === type)!;

function edge(services: readonly Service[], source: Service, target: Service): Edge {
  expect(services).toContain(target);
  return source.Edges!.find(({ ReferenceId }) => ReferenceId === target.ReferenceId)!;
}

describe("the graph of one purchase", () => {
  let xray: XRayClient;
  let services: Service[];
  let traceId: string;
  const shop = () => find(services, "shop", "AWS::EC2::Instance");
  const client = () => find(services, "shop", "client");
  const pay = () => find(services, "pay");
  const carts = () => find(services, "carts", "AWS::DynamoDB::Table");

  beforeAll(async () => {
    xray = newRegion();
    const purchase = tracedPurchase(Math.floor(nowSeconds()) - 10);
    traceId = purchase.traceId;
    await put(xray, ...purchase.documents);
    services = await eventualGraph(xray, (found) => expect(found).toHaveLength(4));
  });

  it("has a client without statistics, with an edge to the root [101]", () => {
    expect(client()).toMatchObject({ State: "unknown", Names: ["shop"] });
    expect(client()).not.toHaveProperty("SummaryStatistics");
    expect(client()).not.toHaveProperty("ResponseTimeHistogram");
    expect(client().Edges!.map(({ ReferenceId }) => ReferenceId)).toEqual([shop().ReferenceId]);
    expect(edge(services, client(), shop()).SummaryStatistics).toMatchObject({ OkCount: 1, TotalResponseTime: 0.3 });
  });

  it("has a root that says so, and says so of no other [102]", () => {
    expect(services.filter((each) => "Root" in each)).toEqual([shop()]);
    expect(shop()).toMatchObject({ Root: true, State: "active" });
  });

  it("has no type where there is no origin [103], and the table where there was a call of it [104]", () => {
    expect(pay()).not.toHaveProperty("Type");
    expect(pay().State).toBe("active");
    expect(carts().State).toBe("unknown");
  });

  it("has calls as their callers saw them, and services as they saw themselves [105]", () => {
    const call = edge(services, shop(), pay());
    expect(call.SummaryStatistics).toMatchObject({ FaultStatistics: { OtherCount: 1, TotalCount: 1 } });
    expect(call.SummaryStatistics!.TotalResponseTime).toBe(0.2);
    expect(pay().SummaryStatistics!.TotalResponseTime).toBe(0.18);
    expect(edge(services, shop(), carts()).SummaryStatistics!.TotalResponseTime).toBe(0.05);
  });

  it("adds up [106] [107], has every list [108], and no edge to nowhere [109]", () => {
    const ids = services.map(({ ReferenceId }) => ReferenceId!);
    expect(ids.toSorted()).toEqual([0, 1, 2, 3]);
    for (const each of services) {
      expect(Array.isArray(each.Edges)).toBe(true);
      for (const of of [each, ...each.Edges!]) {
        if (of.SummaryStatistics === undefined) continue;
        const { OkCount, ErrorStatistics: error, FaultStatistics: fault, TotalCount } = of.SummaryStatistics;
        expect(TotalCount).toBe(OkCount! + error!.TotalCount! + fault!.TotalCount!);
        expect(error!.TotalCount).toBe(error!.ThrottleCount! + error!.OtherCount!);
        expect(of.ResponseTimeHistogram!.reduce((sum, { Count }) => sum + Count!, 0)).toBe(TotalCount);
        for (const { Value } of of.ResponseTimeHistogram!) expect(Number(Value!.toFixed(3))).toBe(Value);
      }
      for (const { ReferenceId, Aliases } of each.Edges!) {
        expect(ids).toContain(ReferenceId);
        expect(Aliases).toEqual([]);
      }
    }
  });

  it("is that of its trace, by either form of its id [110]", async () => {
    expect(await traceGraph(xray, traceId)).toEqual(services);
    expect(await traceGraph(xray, traceId.replaceAll("-", "").slice(1), traceId)).toEqual(services);
  });

  it("has whole seconds as times", () => {
    for (const { StartTime, EndTime } of services.flatMap((each) => [each, ...each.Edges!])) {
      expect(StartTime!.getTime() % 1000).toBe(0);
      expect(EndTime!.getTime() % 1000).toBe(0);
    }
  });
});

describe("a service graph", () => {
  it("has a remote call that nobody reported as a node of type remote [113]", async () => {
    const xray = newRegion();
    const call = segment({ name: "bank.example.com", namespace: "remote" });
    await put(xray, segment({ subsegments: [call] }));
    const services = await eventualGraph(xray, (found) => expect(found).toHaveLength(3));
    expect(find(services, "bank.example.com", "remote")).toMatchObject({ State: "unknown", Edges: [] });
  });

  it("counts what ended in its range, and echoes it", async () => {
    const xray = newRegion();
    const ended = Math.floor(nowSeconds()) - 20;
    await put(xray, segment({ start_time: ended - 100, end_time: ended }));
    await eventualGraph(xray, (found) => expect(found).toHaveLength(2));
    const of = (from: number, until: number) =>
      serviceGraph(xray, { StartTime: new Date(from * 1000), EndTime: new Date(until * 1000) });
    const counted = await of(ended, ended + 1);
    expect(counted.StartTime).toEqual(new Date(ended * 1000));
    expect(counted.EndTime).toEqual(new Date((ended + 1) * 1000));
    expect(counted.ContainsOldGroupVersions).toBe(false);
    expect(counted.Services).toHaveLength(2);
    expect((await of(ended - 50, ended)).Services).toEqual([]);
    expect((await of(ended - 101, ended - 1)).Services).toEqual([]);
  });

  it("grows with its traces: in progress, then complete, then with a service more", async () => {
    const xray = newRegion();
    const { end_time, ...root } = segment();
    await put(xray, { ...root, in_progress: true });
    expect(await traceGraph(xray, root.trace_id)).toMatchObject([
      { State: "active", SummaryStatistics: { TotalCount: 0 } },
      { Type: "client" },
    ]);
    await put(xray, { ...root, end_time });
    await eventualGraph(xray, (found) =>
      expect(find(found, "shop")).toMatchObject({ SummaryStatistics: { TotalCount: 1 } }),
    );
    await put(xray, segment({ trace_id: root.trace_id, parent_id: root.id, name: "late" }));
    const services = await eventualGraph(xray, (found) => expect(found).toHaveLength(3));
    expect(edge(services, find(services, "shop"), find(services, "late"))).toBeDefined();
  });

  it("comes in pages whose services are numbered across them", async () => {
    const xray = newRegion();
    const roots = Array.from({ length: 6 }, (_, n) =>
      segment({
        subsegments: Array.from({ length: 200 }, (_, index) =>
          segment({ name: `host-${200 * n + index}`, namespace: "remote" }),
        ).map(({ trace_id: _, ...call }) => call),
      }),
    );
    await put(xray, ...roots);
    const whole = async () => {
      const pages: Service[][] = [];
      for await (const { Services } of paginateGetServiceGraph({ client: xray }, lastMinutes())) pages.push(Services!);
      return pages;
    };
    await vi.waitFor(async () => expect((await whole()).map((page) => page.length)).toEqual([1000, 202]), {
      timeout: 120_000,
      interval: 100,
    });
    const TraceIds = roots.map(({ trace_id }) => trace_id);
    const pages: Service[][] = [];
    for await (const { Services } of paginateGetTraceGraph({ client: xray }, { TraceIds })) pages.push(Services!);
    for (const services of [(await whole()).flat(), pages.flat()]) {
      const names = new Map(services.map(({ ReferenceId, Name }) => [ReferenceId, Name]));
      expect(names.size).toBe(1202);
      const called = find(services, "shop").Edges!.map(({ ReferenceId }) => names.get(ReferenceId));
      expect(new Set(called).size).toBe(1200);
    }
    const { NextToken } = await xray.send(new GetTraceGraphCommand({ TraceIds }));
    await expect(xray.send(new GetTraceGraphCommand({ TraceIds: TraceIds.slice(1), NextToken }))).rejects.toMatchObject(
      {
        name: "InvalidRequestException",
        message: "Invalid NextToken",
      },
    );
  });

  it.each([
    ["of more than 6 hours", 0, 6 * 3600 + 1, {}, "Time range cannot be longer than 6 hours"],
    ["that ends before it starts", 10, 0, {}, "StartTime must be before EndTime"],
    ["of no time", 10, 10, {}, "StartTime must be before EndTime"],
    ["of an unknown group [114]", 0, 10, { GroupName: "nosuch" }, "Group not found: nosuch"],
    ["of an unknown group's ARN", 0, 10, { GroupARN: "arn:aws:xray:x:1:group/nosuch/1" }, "Group not found"],
    ["with a token that is none", 0, 10, { NextToken: "x" }, "Invalid NextToken"],
  ])("%s is refused", async (_, from, until, more, message) => {
    const ended = Math.floor(nowSeconds());
    const StartTime = new Date((ended + from) * 1000);
    const EndTime = new Date((ended + until) * 1000);
    await expect(serviceGraph(newRegion(), { StartTime, EndTime, ...more })).rejects.toMatchObject({
      name: "InvalidRequestException",
      message: expect.stringContaining(message),
      $metadata: { httpStatusCode: 400 },
    });
  });

  it("of exactly 6 hours is answered", async () => {
    const EndTime = new Date();
    const { Services, NextToken } = await serviceGraph(newRegion(), {
      StartTime: new Date(EndTime.getTime() - 6 * 3_600_000),
      EndTime,
    });
    expect(Services).toEqual([]);
    expect(NextToken).toBeUndefined();
  });
});

describe("the graph of a group", () => {
  it("counts traces that met its filter when they were stored, whatever it is now [112]", async () => {
    const xray = newRegion();
    const { Group } = await xray.send(
      new CreateGroupCommand({ GroupName: "shops", FilterExpression: 'service("shop")' }),
    );
    await put(xray, segment(), segment({ name: "other" }));
    await eventualGraph(xray, (found) => expect(found).toHaveLength(4));
    const names = async (by: Partial<GetServiceGraphCommandInput>) =>
      (await serviceGraph(xray, by)).Services!.map(({ Name }) => Name);
    expect(await names({ GroupName: "shops" })).toEqual(["shop", "shop"]);
    expect(await names({ GroupARN: Group!.GroupARN })).toEqual(["shop", "shop"]);
    expect(await names({ GroupName: "Default" })).toHaveLength(4);

    expect(await serviceGraph(xray, { GroupName: "shops" })).toMatchObject({ ContainsOldGroupVersions: false });
    await xray.send(new UpdateGroupCommand({ GroupName: "shops", FilterExpression: 'service("other")' }));
    expect(await names({ GroupName: "shops" })).toEqual(["shop", "shop"]);
  });

  it("may hold traces of an old filter if that changed within the range [111]", async () => {
    const xray = newRegion();
    await xray.send(new CreateGroupCommand({ GroupName: "g", FilterExpression: "fault" }));
    const isOld = async (more: Partial<GetServiceGraphCommandInput> = {}) =>
      (await serviceGraph(xray, { GroupName: "g", ...more })).ContainsOldGroupVersions;
    expect(await isOld()).toBe(false);
    await xray.send(new UpdateGroupCommand({ GroupName: "g", FilterExpression: "error" }));
    expect(await isOld()).toBe(true);
    expect(await isOld({ StartTime: new Date(Date.now() + 60_000), EndTime: new Date(Date.now() + 120_000) })).toBe(
      false,
    );
    expect(await isOld({ GroupName: "Default" })).toBe(false);
  });
});

describe("the graph of traces", () => {
  it("follows links from one of them to another", async () => {
    const xray = newRegion();
    const sender = segment({ name: "sender" });
    const worker = segment({
      name: "worker",
      start_time: sender.end_time,
      links: [{ trace_id: sender.trace_id, id: sender.id }],
    });
    await put(xray, sender, { ...worker, start_time: sender.end_time + 0.25, end_time: sender.end_time + 0.5 });
    const check = (services: readonly Service[]) => {
      const link = edge(services, find(services, "sender"), find(services, "worker"));
      expect(link).toMatchObject({ EdgeType: "link", ReceivedEventAgeHistogram: [{ Value: 0.25, Count: 1 }] });
      expect(link).not.toHaveProperty("ResponseTimeHistogram");
    };
    check(await traceGraph(xray, sender.trace_id, worker.trace_id));
    expect(find(await traceGraph(xray, sender.trace_id), "sender").Edges).toEqual([]);
    await eventualGraph(xray, check);
  });

  it("has nothing of ids that are unknown, or no ids", async () => {
    expect(await traceGraph(newRegion(), newTraceId(), "nonsense")).toEqual([]);
    expect(await traceGraph(newRegion())).toEqual([]);
  });

  it("has those of the caller's region only", async () => {
    const root = segment();
    await put(newRegion(), root);
    expect(await traceGraph(newRegion(), root.trace_id)).toEqual([]);
  });

  it("is refused for more than 25 ids, and for ids that are too long", async () => {
    const ids = (count: number) => Array.from({ length: count }, newTraceId);
    expect(await traceGraph(newRegion(), ...ids(25))).toEqual([]);
    await expect(traceGraph(newRegion(), ...ids(26))).rejects.toMatchObject({
      name: "InvalidRequestException",
      message: "Exceeding maximum query size: 25",
    });
    await expect(traceGraph(newRegion(), "x".repeat(36))).rejects.toMatchObject({ name: "ValidationException" });
  });
});

describe("aws xray", async () => {
  const cli = await promisify(execFile)("aws", ["--version"]).then(
    () => true,
    () => false,
  );

  it.skipIf(!cli)(
    `get-service-graph and get-trace-graph print services${cli ? "" : " (the AWS CLI is not installed)"}`,
    async () => {
      const xray = newRegion();
      const root = segment();
      await put(xray, root);
      await eventualGraph(xray, (found) => expect(found).toHaveLength(2));
      const region = await xray.config.region();
      const print = async (...words: string[]) => {
        const { stdout } = await promisify(execFile)(
          "aws",
          ["xray", ...words, "--region", region, "--output", "json"],
          {
            env: service.cliEnvironment(),
            timeout: 120_000,
          },
        );
        return JSON.parse(stdout).Services;
      };
      const seconds = (time: Date) => String(Math.floor(time.getTime() / 1000));
      const { StartTime, EndTime } = lastMinutes();
      const times = ["--start-time", seconds(StartTime), "--end-time", seconds(EndTime)];
      const services = await print("get-service-graph", ...times);
      expect(services).toHaveLength(2);
      expect(await print("get-trace-graph", "--trace-ids", root.trace_id)).toEqual(services);
    },
    120_000,
  );
});
