import { execFile } from "node:child_process";
import { promisify } from "node:util";
import {
  CreateGroupCommand,
  GetServiceGraphCommand,
  GetTimeSeriesServiceStatisticsCommand,
  type GetTimeSeriesServiceStatisticsCommandInput,
  PutTraceSegmentsCommand,
  paginateGetTimeSeriesServiceStatistics,
  type TimeSeriesServiceStatistics,
  UpdateGroupCommand,
  XRayClient,
} from "@aws-sdk/client-xray";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type RunningDosimeter, startDosimeter } from "./start-dosimeter.js";
import { tracedPurchase } from "./traced-purchase.js";

/** Numbers in brackets are those of the facts that the reference lists. */
let service: RunningDosimeter;
let xray: XRayClient;

const minute = 60;
const hour = 3600;
/** Midnight of this hour, as it were: everything happens in the hours before. */
const base = Math.floor(Date.now() / 1000 / hour) * hour - 4 * hour;
/** Purchases in each minute from `base` on; nothing happens in the third. */
const purchases = [3, 1, 0, 4, 2];

type Input = Omit<GetTimeSeriesServiceStatisticsCommandInput, "StartTime" | "EndTime">;

beforeAll(async () => {
  service = await startDosimeter();
  xray = service.client(XRayClient);
  await xray.send(new CreateGroupCommand({ GroupName: "paid", FilterExpression: 'service("pay")' }));
  await xray.send(new CreateGroupCommand({ GroupName: "other", FilterExpression: 'service("nosuch")' }));
  await put(
    ...purchases.flatMap((count, index) =>
      Array.from({ length: count }, (_, n) => tracedPurchase(base + index * minute + 5 * n).documents).flat(),
    ),
  );
  await vi.waitFor(
    async () => {
      const items = await series(asked);
      expect(items.map((item) => item.EdgeSummaryStatistics!.TotalCount)).toEqual([3, 1, 4, 2]);
    },
    { timeout: 120_000, interval: 100 },
  );
});
afterAll(async () => {
  xray?.destroy();
  await service?.stop();
});

const range = (fromSeconds: number, untilSeconds: number) => ({
  StartTime: new Date(fromSeconds * 1000),
  EndTime: new Date(untilSeconds * 1000),
});
type Range = ReturnType<typeof range>;
const asked = range(base, base + 10 * minute);

async function put(...documents: unknown[]): Promise<void> {
  for (let index = 0; index < documents.length; index += 50) {
    const TraceSegmentDocuments = documents.slice(index, index + 50).map((document) => JSON.stringify(document));
    await xray.send(new PutTraceSegmentsCommand({ TraceSegmentDocuments }));
  }
}

async function series(input: Range & Input): Promise<TimeSeriesServiceStatistics[]> {
  const items: TimeSeriesServiceStatistics[] = [];
  for await (const page of paginateGetTimeSeriesServiceStatistics({ client: xray }, { ...input }))
    items.push(...page.TimeSeriesServiceStatistics!);
  return items;
}

const seconds = (index: number) => new Date((base + index * minute) * 1000);
const countOf = (entries: readonly { Count?: number }[] | undefined) =>
  entries!.reduce((sum, { Count }) => sum + Count!, 0);

describe("a time series", () => {
  it("has one item a minute in which something ended, oldest first [115]", async () => {
    const items = await series({ ...asked, Period: 60 });
    expect(items.map(({ Timestamp }) => Timestamp)).toEqual([0, 1, 3, 4].map(seconds));
    for (const item of items) expect(countOf(item.ResponseTimeHistogram)).toBe(item.EdgeSummaryStatistics!.TotalCount);
  });

  it("goes by the minute, if not told otherwise", async () => {
    expect(await series(asked)).toEqual(await series({ ...asked, Period: 60 }));
  });

  it("adds up to the graph of the same range [115]", async () => {
    const { Services } = await xray.send(new GetServiceGraphCommand(asked));
    const shop = Services!.find(({ Name, Type }) => Name === "shop" && Type === "AWS::EC2::Instance")!;
    const items = await series({ ...asked, EntitySelectorExpression: 'id(name: "shop", type: "AWS::EC2::Instance")' });
    const total = items.reduce((sum, item) => sum + item.ServiceSummaryStatistics!.TotalCount!, 0);
    expect(total).toBe(shop.SummaryStatistics!.TotalCount);
    const client = Services!.find(({ Type }) => Type === "client")!;
    const asClients = await series(asked);
    expect(asClients.reduce((sum, item) => sum + item.EdgeSummaryStatistics!.TotalCount!, 0)).toBe(
      client.Edges![0]!.SummaryStatistics!.TotalCount,
    );
  });

  it("has longer periods at their multiples", async () => {
    const items = await series({ ...asked, Period: 300 });
    expect(items.map((item) => item.Timestamp!.getTime() % 300_000)).toEqual([0]);
    expect(items[0]).toMatchObject({ Timestamp: seconds(0), EdgeSummaryStatistics: { TotalCount: 10, OkCount: 10 } });
  });

  it("counts what ended in the range, where that cuts a period", async () => {
    const items = await series({ ...range(base + 4, base + 3 * minute + 1) });
    expect(items.map((item) => item.EdgeSummaryStatistics!.TotalCount)).toEqual([2, 1, 1]);
  });

  it("tells of edges without a selector: what clients asked of roots [116]", async () => {
    for (const item of await series(asked)) {
      expect(item).not.toHaveProperty("ServiceSummaryStatistics");
      expect(item).not.toHaveProperty("ServiceForecastStatistics");
      const count = item.EdgeSummaryStatistics!.TotalCount!;
      expect(item.EdgeSummaryStatistics).toEqual({
        OkCount: count,
        ErrorStatistics: { ThrottleCount: 0, OtherCount: 0, TotalCount: 0 },
        FaultStatistics: { OtherCount: 0, TotalCount: 0 },
        TotalCount: count,
        TotalResponseTime: expect.closeTo(0.3 * count, 6),
      });
      expect(item.ResponseTimeHistogram).toEqual([{ Value: 0.3, Count: count }]);
    }
  });

  it("tells of services with service and id, of edges with edge [117]", async () => {
    const [shop] = await series({ ...asked, EntitySelectorExpression: 'service("shop")' });
    expect(shop).not.toHaveProperty("EdgeSummaryStatistics");
    expect(shop!.ServiceSummaryStatistics).toMatchObject({ TotalCount: 3, OkCount: 3 });
    const [pay] = await series({ ...asked, EntitySelectorExpression: 'id(name: "pay")' });
    expect(pay!.ServiceSummaryStatistics).toMatchObject({
      FaultStatistics: { OtherCount: 3, TotalCount: 3 },
      TotalResponseTime: expect.closeTo(0.54, 6),
    });
    const [edge] = await series({ ...asked, EntitySelectorExpression: 'edge("shop","pay")' });
    expect(edge).not.toHaveProperty("ServiceSummaryStatistics");
    expect(edge!.EdgeSummaryStatistics).toMatchObject({
      FaultStatistics: { TotalCount: 3 },
      TotalResponseTime: expect.closeTo(0.6, 6),
    });
    expect(await series({ ...asked, EntitySelectorExpression: 'service("nosuch")' })).toEqual([]);
    expect(await series({ ...asked, EntitySelectorExpression: 'edge("pay", "shop")' })).toEqual([]);
  });

  it("may be of a group, by name or ARN", async () => {
    const all = await series(asked);
    const { Group } = await xray.send(new CreateGroupCommand({ GroupName: "later", FilterExpression: "ok" }));
    expect(await series({ ...asked, GroupName: "paid" })).toEqual(all);
    expect(await series({ ...asked, GroupName: "other" })).toEqual([]);
    expect(await series({ ...asked, GroupName: "Default" })).toEqual(all);
    // Its traces were stored before it was.
    expect(await series({ ...asked, GroupARN: Group!.GroupARN })).toEqual([]);
  });

  it("says whether a group's filter changed within the range [111]", async () => {
    const now = Math.floor(Date.now() / 1000);
    const contains = async (GroupName: string, input: Range) =>
      (await xray.send(new GetTimeSeriesServiceStatisticsCommand({ ...input, GroupName }))).ContainsOldGroupVersions;
    const around = range(now - hour, now + hour);
    expect(await contains("other", around)).toBe(false);
    await xray.send(new UpdateGroupCommand({ GroupName: "other", FilterExpression: 'service("none")' }));
    expect(await contains("other", around)).toBe(true);
    expect(await contains("other", range(now - 2 * hour, now - hour))).toBe(false);
    expect(await contains("Default", around)).toBe(false);
  });
});

describe("a forecast", () => {
  /** Twenty minutes of 100 requests with one fault each, then one with 60 faults, of a service of its own. */
  const start = base + hour;
  const minutes = Array.from({ length: 21 }, (_, index) => ({ index, faults: index < 20 ? 1 : 60 }));
  const selector = 'id(name: "steady")';
  const segment = (at: number, fault: boolean) => {
    const id = Math.random().toString(16).slice(2).padEnd(16, "0").slice(0, 16);
    const trace_id = `1-${Math.floor(at).toString(16)}-00000000${id}`;
    return { id, trace_id, name: "steady", start_time: at, end_time: at + 0.1, ...(fault && { fault }) };
  };
  const asked = { ...range(start, start + 30 * minute), EntitySelectorExpression: selector, ForecastStatistics: true };

  beforeAll(async () => {
    await put(
      ...minutes.flatMap(({ index, faults }) =>
        Array.from({ length: 100 }, (_, n) => segment(start + index * minute + n / 2, n < faults)),
      ),
    );
    await vi.waitFor(
      async () => {
        const items = await series(asked);
        expect(items.map((item) => item.ServiceSummaryStatistics!.TotalCount)).toEqual(minutes.map(() => 100));
      },
      { timeout: 120_000, interval: 200 },
    );
  });

  it("says nothing while there is little history, and then what is normal", async () => {
    const items = await series(asked);
    const bands = items.map((item) => item.ServiceForecastStatistics!);
    expect(bands[0]).toEqual({ FaultCountLow: 0, FaultCountHigh: 100 });
    expect(bands[20]!.FaultCountHigh).toBeLessThan(10);
    expect(items[20]!.ServiceSummaryStatistics!.FaultStatistics!.TotalCount).toBeGreaterThan(
      bands[20]!.FaultCountHigh!,
    );
    for (const [index, item] of items.slice(15, 20).entries()) {
      const faults = item.ServiceSummaryStatistics!.FaultStatistics!.TotalCount!;
      expect(faults).toBeGreaterThanOrEqual(bands[15 + index]!.FaultCountLow!);
      expect(faults).toBeLessThanOrEqual(bands[15 + index]!.FaultCountHigh!);
    }
  });

  it("is made from what came before the range", async () => {
    const [last] = await series({ ...asked, ...range(start + 20 * minute, start + 21 * minute) });
    expect(last).toEqual((await series(asked))[20]);
  });

  it("is of services only", async () => {
    for (const EntitySelectorExpression of [undefined, 'edge("a", "b")'])
      await expect(series({ ...asked, EntitySelectorExpression })).rejects.toMatchObject({
        name: "InvalidRequestException",
        message: expect.stringMatching(/ForecastStatistics/),
      });
  });
});

describe("GetTimeSeriesServiceStatistics refuses", () => {
  it.each([
    ["an empty selector [116]", { EntitySelectorExpression: "" }, "ValidationException", /entitySelectorExpression/],
    ["a selector that is none", { EntitySelectorExpression: "fault" }, "InvalidRequestException", /Selector/],
    ["braces in a selector", { EntitySelectorExpression: 'service("a") { fault }' }, "InvalidRequestException", /./],
    ["an unknown group [114]", { GroupName: "nosuch" }, "InvalidRequestException", /Group not found/],
    ["name and ARN of different groups", { GroupName: "paid", GroupARN: "x" }, "InvalidRequestException", /not found/],
    ["an empty name of a group", { GroupName: "" }, "ValidationException", /groupName/],
    ["half a minute", { Period: 30 }, "InvalidRequestException", /Period/],
    ["no multiple of a minute", { Period: 90 }, "InvalidRequestException", /Period/],
    ["a start after the end", range(2, 1), "InvalidRequestException", /StartTime must be before EndTime/],
    ["more than a day", range(0, 86_401), "InvalidRequestException", /cannot be longer than 24 hours/],
    ["a foreign token", { NextToken: "x" }, "InvalidRequestException", /Invalid NextToken/],
  ])("%s", async (_, input, name, message) => {
    await expect(series({ ...asked, ...(input as Input) })).rejects.toMatchObject({
      name,
      message: expect.stringMatching(message),
    });
  });
});

describe("aws xray", async () => {
  const cli = await promisify(execFile)("aws", ["--version"]).then(
    () => true,
    () => false,
  );

  it.skipIf(!cli)(
    `get-time-series-service-statistics takes a selector${cli ? "" : " (the AWS CLI is not installed)"}`,
    async () => {
      const words = ["--start-time", String(base), "--end-time", String(base + 10 * minute), "--period", "60"];
      const selector = ["--entity-selector-expression", 'edge("shop", "pay")'];
      const { stdout } = await promisify(execFile)(
        "aws",
        ["xray", "get-time-series-service-statistics", ...words, ...selector, "--output", "json"],
        { env: service.cliEnvironment(), timeout: 120_000 },
      );
      const items = JSON.parse(stdout).TimeSeriesServiceStatistics;
      expect(items.map((item: TimeSeriesServiceStatistics) => item.EdgeSummaryStatistics!.TotalCount)).toEqual([
        3, 1, 4, 2,
      ]);
    },
    120_000,
  );
});
