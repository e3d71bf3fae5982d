import {
  BatchGetTracesCommand,
  CreateGroupCommand,
  GetTraceGraphCommand,
  GetTraceSummariesCommand,
  type GetTraceSummariesCommandInput,
  PutTraceSegmentsCommand,
  paginateGetGroups,
  paginateGetInsightSummaries,
  paginateGetServiceGraph,
  paginateGetTimeSeriesServiceStatistics,
  paginateGetTraceSummaries,
  type Service,
  type TraceSummary,
  XRayClient,
} from "@aws-sdk/client-xray";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type RunningDosimeter, startDosimeter } from "./start-dosimeter.js";
import { tracedPurchase } from "./traced-purchase.js";

/**
 * What Grafana's data source for X-Ray asks, as it asks it, and what it needs of the answers: it follows pointers to
 * members without looking whether they are there. Source: grafana/x-ray-datasource, pkg/datasource.
 */
let service: RunningDosimeter;
let xray: XRayClient;

const start = Math.floor(Date.now() / 1000) - 1800;
const purchases = 12;
const slow = slowTrace(start + 100);
/** The time range of the dashboard. */
const shown = { StartTime: new Date((start - 600) * 1000), EndTime: new Date((start + 1500) * 1000) };

beforeAll(async () => {
  service = await startDosimeter();
  xray = service.client(XRayClient);
  await xray.send(new CreateGroupCommand({ GroupName: "failing", FilterExpression: 'service("pay") { fault }' }));
  const documents = Array.from({ length: purchases }, (_, n) => tracedPurchase(start + n * 20).documents).flat();
  for (const part of [documents.slice(0, 20), documents.slice(20), slow.documents])
    await xray.send(new PutTraceSegmentsCommand({ TraceSegmentDocuments: part.map((each) => JSON.stringify(each)) }));
  await vi.waitFor(async () => expect(await list({ ...shown })).toHaveLength(purchases + 1), {
    timeout: 120_000,
    interval: 100,
  });
});
afterAll(async () => {
  xray?.destroy();
  await service?.stop();
});

/** Three seconds, most of them in a call of a service that sends nothing itself, from a segment without an origin. */
function slowTrace(startSeconds: number) {
  const traceId = `1-${startSeconds.toString(16)}-5100000000000000000000aa`;
  const exceptions = [{ id: "51000000000000e1", message: "no type" }];
  const documents = [
    {
      id: "5100000000000001",
      trace_id: traceId,
      name: "report",
      start_time: startSeconds,
      end_time: startSeconds + 3,
      error: true,
      cause: { exceptions },
      subsegments: [
        {
          id: "5100000000000002",
          name: "archive.example.com",
          namespace: "remote",
          start_time: startSeconds + 0.1,
          end_time: startSeconds + 2.9,
          error: true,
          http: { request: { method: "GET", url: "https://archive.example.com/" }, response: { status: 404 } },
          cause: { exceptions },
        },
      ],
    },
  ];
  return { traceId, documents };
}

async function list(input: GetTraceSummariesCommandInput): Promise<TraceSummary[]> {
  const found: TraceSummary[] = [];
  for await (const page of paginateGetTraceSummaries({ client: xray }, { ...input })) {
    found.push(...page.TraceSummaries!);
    if (found.length >= 1000) break;
  }
  return found;
}

async function groups() {
  const found = [];
  for await (const page of paginateGetGroups({ client: xray }, {})) found.push(...page.Groups!);
  return found;
}

describe("Grafana", () => {
  it("tests the connection and lists groups: Default and others, with names, ARNs and filters", async () => {
    const found = await groups();
    expect(found.map(({ GroupName }) => GroupName)).toEqual(expect.arrayContaining(["Default", "failing"]));
    for (const { GroupARN } of found) expect(GroupARN).toMatch(/^arn:aws:xray:/);
  });

  it("lists traces: each has Http, annotations and a duration", async () => {
    for (const summary of await list(shown)) {
      expect(summary.Http).toBeTypeOf("object");
      expect(summary.Annotations).toBeTypeOf("object");
      expect(summary.Duration).toBeTypeOf("number");
    }
  });

  it("narrows the list by a group's filter, by a query, and by both", async () => {
    const { FilterExpression } = (await groups()).find(({ GroupName }) => GroupName === "failing")!;
    expect(await list({ ...shown, FilterExpression })).toHaveLength(purchases);
    const query = 'service(id(name: "shop", type: "AWS::EC2::Instance")) { ok = true }';
    expect(await list({ ...shown, FilterExpression: `${FilterExpression} AND ${query}` })).toHaveLength(purchases);
    expect(await list({ ...shown, FilterExpression: query })).toHaveLength(purchases);
  });

  it.each([
    ['service(id(name: "shop", type: "AWS::EC2::Instance"))', purchases],
    ['service(id(name: "shop", type: "AWS::EC2::Instance")) { fault = true }', 0],
    ['edge("shop", "pay") { fault = true }', purchases],
    ['service(id(name: "carts", type: "AWS::DynamoDB::Table")) { ok = true }', purchases],
    ['service(id(name: "report")) { error = true }', 1],
    ['service(id(account.id: "123456789012"))', 0],
    ['account.id = "123456789012"', 0],
  ])("asks for what is clicked in the map: %s", async (FilterExpression, count) => {
    expect(await list({ ...shown, FilterExpression })).toHaveLength(count);
  });

  it("shows a trace: its segments and its graph", async () => {
    const TraceIds = [slow.traceId];
    const { Traces } = await xray.send(new BatchGetTracesCommand({ TraceIds }));
    expect(Traces).toMatchObject([{ Id: slow.traceId, Duration: 3 }]);
    for (const { Document } of Traces![0]!.Segments!) expect(JSON.parse(Document!).start_time).toBeTypeOf("number");
    const { Services } = await xray.send(new GetTraceGraphCommand({ TraceIds }));
    expect(Services!.length).toBeGreaterThanOrEqual(3);
    for (const node of Services!) expectDrawable(node);
  });

  it("draws the map of a group, with every page", async () => {
    for (const GroupName of ["Default", "failing"]) {
      const nodes: Service[] = [];
      for await (const page of paginateGetServiceGraph({ client: xray }, { ...shown, GroupName }))
        nodes.push(...page.Services!);
      expect(nodes.map(({ Name }) => Name)).toEqual(expect.arrayContaining(["shop", "pay", "carts"]));
      expect(nodes.some(({ Name }) => Name === "report")).toBe(GroupName === "Default");
      for (const node of nodes) expectDrawable(node);
      const ids = new Set(nodes.map(({ ReferenceId }) => ReferenceId));
      for (const node of nodes) for (const edge of node.Edges!) expect(ids).toContain(edge.ReferenceId);
    }
  });

  it.each([undefined, 'service(id(name: "shop", type: "AWS::EC2::Instance"))', 'edge("shop", "pay")'])(
    "plots statistics of %s, at both resolutions",
    async (EntitySelectorExpression) => {
      for (const Period of [60, 300]) {
        const asked = { ...shown, Period, ...(EntitySelectorExpression && { EntitySelectorExpression }) };
        const items = [];
        for await (const page of paginateGetTimeSeriesServiceStatistics({ client: xray }, asked))
          items.push(...page.TimeSeriesServiceStatistics!);
        expect(items.length).toBeGreaterThan(0);
        for (const { Timestamp, EdgeSummaryStatistics, ServiceSummaryStatistics } of items) {
          expect(Timestamp).toBeInstanceOf(Date);
          expect(EdgeSummaryStatistics ?? ServiceSummaryStatistics).toMatchObject({
            ErrorStatistics: { ThrottleCount: expect.any(Number), TotalCount: expect.any(Number) },
            FaultStatistics: { TotalCount: expect.any(Number) },
            OkCount: expect.any(Number),
            TotalCount: expect.any(Number),
            TotalResponseTime: expect.any(Number),
          });
        }
      }
    },
  );

  it("lists insights of a group in a state", async () => {
    const asked = { ...shown, GroupName: "failing", States: ["ACTIVE" as const] };
    for await (const page of paginateGetInsightSummaries({ client: xray }, asked))
      for (const insight of page.InsightSummaries!) {
        expect(insight.RootCauseServiceId!.Name).toBeTypeOf("string");
        expect(insight.TopAnomalousServices!.length).toBeGreaterThan(0);
      }
  });
});

describe("Grafana's trace analytics", () => {
  /** It asks for four parts of the range at once, each page of all four before the next. */
  async function analyse(FilterExpression?: string): Promise<TraceSummary[]> {
    let rate = 1;
    if (FilterExpression === undefined) {
      let count = 0;
      const asked = { ...shown, Period: 60, GroupName: "Default" };
      for await (const page of paginateGetTimeSeriesServiceStatistics({ client: xray }, asked))
        for (const item of page.TimeSeriesServiceStatistics!)
          count += (item.ServiceSummaryStatistics ?? item.EdgeSummaryStatistics)!.TotalCount!;
      expect(count).toBe(purchases + 1);
      rate = Math.min(10_000 / count, 1);
    }
    const from = shown.StartTime.getTime();
    const quarter = (shown.EndTime.getTime() - from) / 4;
    const found: TraceSummary[] = [];
    let tokens: (string | undefined)[] = ["", "", "", ""];
    while (tokens.some((token) => token !== undefined)) {
      const answers = await Promise.all(
        tokens.map((token, part) =>
          token === undefined
            ? undefined
            : xray.send(
                new GetTraceSummariesCommand({
                  StartTime: new Date(from + part * quarter),
                  EndTime: new Date(from + (part + 1) * quarter),
                  TimeRangeType: "Event",
                  Sampling: true,
                  SamplingStrategy: { Name: "FixedRate", Value: rate },
                  ...(FilterExpression && { FilterExpression }),
                  ...(token && { NextToken: token }),
                }),
              ),
        ),
      );
      for (const answer of answers) found.push(...(answer?.TraceSummaries ?? []));
      tokens = answers.map((answer) => answer?.NextToken);
      rate /= 2; // as it does after ten thousand traces, with the tokens it has
    }
    return found;
  }

  it("finds the traces with their times, users, addresses and status codes", async () => {
    const found = await analyse();
    expect(new Set(found.map(({ Id }) => Id)).size).toBe(purchases + 1);
    for (const { MatchedEventTime } of found) expect(MatchedEventTime).toBeInstanceOf(Date);
    const bought = await analyse('user = "u-100"');
    expect(bought).toHaveLength(purchases);
    for (const { Users, Http } of bought) {
      expect(Users).toMatchObject([{ UserName: "u-100" }]);
      expect(Http).toMatchObject({ HttpURL: "http://shop.example.com/buy", HttpStatus: 200 });
    }
  });

  it("names the services and paths of root causes, which all have a name, a type and a path", async () => {
    const found = await analyse();
    const causes = found.flatMap((summary) => [
      ...summary.FaultRootCauses!,
      ...summary.ErrorRootCauses!,
      ...summary.ResponseTimeRootCauses!,
    ]);
    expect(causes.length).toBeGreaterThanOrEqual(purchases + 2);
    for (const { Services } of causes) {
      expect(Services!.length).toBeGreaterThan(0);
      for (const cause of Services!) {
        expect(cause.Name).toBeTypeOf("string");
        expect(cause.Type).toBeTypeOf("string");
        expect(cause.EntityPath!.length).toBeGreaterThan(0);
        for (const entity of cause.EntityPath!) {
          expect(entity.Name).toBeTypeOf("string");
          for (const exception of ("Exceptions" in entity && entity.Exceptions) || [])
            expect(exception.Name).toBeTypeOf("string");
        }
      }
    }
    const late = found.find(({ Id }) => Id === slow.traceId)!;
    expect(late.ResponseTimeRootCauses).toHaveLength(1);
    expect(late.ErrorRootCauses!.length).toBeGreaterThan(0);
  });
});

/** What its map reads of a node without asking whether it is there. */
function expectDrawable(node: Service): void {
  expect(node.Name).toBeTypeOf("string");
  expect(node.Names).toContain(node.Name);
  expect(node.Edges).toBeInstanceOf(Array);
  const statistics = node.SummaryStatistics ?? node.Edges![0]!.SummaryStatistics;
  expect(statistics).toMatchObject({ TotalCount: expect.any(Number), TotalResponseTime: expect.any(Number) });
  if (node.SummaryStatistics) expect(node.ResponseTimeHistogram).toBeInstanceOf(Array);
  for (const edge of node.Edges!) expect(edge.Aliases).toBeInstanceOf(Array);
}
