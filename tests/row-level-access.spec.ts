// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables are spelled like this.
import { CloudTrailClient, LookupEventsCommand } from "@aws-sdk/client-cloudtrail";
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from "@aws-sdk/client-iam";
import * as sdk from "@aws-sdk/client-xray";
import { XRayClient } from "@aws-sdk/client-xray";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sign } from "../src/gateway/testing/signed-request.js";
import { eventually, type RunningDosimeter, startDosimeter, type TestCredentials } from "./start-dosimeter.js";

/**
 * Two tenants, and three readers that policies limit: `alice` to traces with a value of tenant a, `bob` to those of his
 * tag's tenant alone, `carol` to a group. What each reads in the region of all traces is compared, operation by operation,
 * with what root reads in a region that holds but the traces that the reader may see.
 *
 *     a1 … a6     tenant a       shop → checkout → vault
 *     b1 … b4     tenant b       shop → billing
 *     both        a and b        shop → checkout
 *     none        no tenant      shop
 */
const seconds = Math.floor(Date.now() / 1000);
const names = ["a1", "a2", "a3", "a4", "a5", "a6", "b1", "b2", "b3", "b4", "both", "none"] as const;
type Name = (typeof names)[number];
const hex = (number: number, length: number) => number.toString(16).padStart(length, "0");
const idOf = (name: Name) => `1-${seconds.toString(16)}-${hex(names.indexOf(name) + 1, 24)}`;
const unknownId = `1-${seconds.toString(16)}-${hex(999, 24)}`;

function documentsOf(name: Name): string[] {
  const number = names.indexOf(name) + 1;
  const start_time = seconds - 300 + number;
  const segment = (service: number, more: object) => ({
    id: hex(number * 16 + service, 16),
    trace_id: idOf(name),
    start_time,
    end_time: start_time + number / 10,
    ...more,
  });
  const tenants = name === "both" ? ["a", "b"] : name === "none" ? [] : [name[0]!];
  const annotationsOf = (tenant: string | undefined) => tenant !== undefined && { annotations: { tenant } };
  const root = segment(1, { name: "shop", ...annotationsOf(tenants[0]), ...(number % 3 === 0 && { fault: true }) });
  const called = (service: number, callee: string, parent_id: string, tenant?: string) =>
    segment(service, { name: callee, parent_id, ...annotationsOf(tenant) });
  if (name === "none") return [root].map((each) => JSON.stringify(each));
  if (name[0] === "b" && name !== "both")
    return [root, called(2, "billing", root.id)].map((each) => JSON.stringify(each));
  const checkout = called(2, "checkout", root.id, tenants[1]);
  const all = name === "both" ? [root, checkout] : [root, checkout, called(3, "vault", checkout.id)];
  return all.map((each) => JSON.stringify(each));
}

const range = { StartTime: new Date((seconds - 600) * 1000), EndTime: new Date((seconds + 600) * 1000) };
/** Regions have names like those of AWS. */
const allTraces = "all-traces-1";
const group = { GroupName: "checkout", FilterExpression: 'service("checkout")' };

const readers = {
  alice: { tags: {}, condition: { StringEquals: { "xray:Annotation/tenant": "a" } } },
  bob: {
    tags: { tenant: "b" },
    condition: {
      "ForAllValues:StringEquals": { "xray:Annotation/tenant": "${aws:PrincipalTag/tenant}" },
      Null: { "xray:Annotation/tenant": "false" },
    },
  },
  carol: { tags: {}, condition: { StringEquals: { "xray:GroupName": "checkout" } } },
} as const;
type Reader = keyof typeof readers;
const visibleTo: Record<Reader, readonly Name[]> = {
  alice: ["a1", "a2", "a3", "a4", "a5", "a6", "both"],
  bob: ["b1", "b2", "b3", "b4"],
  carol: ["a1", "a2", "a3", "a4", "a5", "a6", "both"],
};

let service: RunningDosimeter;
let iam: IAMClient;
const credentials = {} as Record<Reader, TestCredentials>;
const clients: { destroy(): void }[] = [];

function client(region: string, of?: TestCredentials): XRayClient {
  const made = service.client(XRayClient, of, { region });
  clients.push(made);
  return made;
}
const read = (reader: Reader) => client(allTraces, credentials[reader]);
const alone = (reader: Reader) => client(`only-${reader}-1`);

async function newReader(
  UserName: string,
  policy: object,
  tags: Record<string, string> = {},
): Promise<TestCredentials> {
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  await iam.send(new CreateUserCommand({ UserName, Tags }));
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: "reads", PolicyDocument: JSON.stringify(policy) }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  return { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
}

const reads = ["xray:Get*", "xray:BatchGet*", "xray:List*", "xray:StartTraceRetrieval", "xray:CancelTraceRetrieval"];
const policyWith = (Condition: object, ...more: object[]) => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: reads, Resource: "*", Condition }, ...more],
});

beforeAll(async () => {
  service = await startDosimeter();
  iam = service.client(IAMClient);
  clients.push(iam);
  for (const [reader, { condition, tags }] of Object.entries(readers))
    credentials[reader as Reader] = await newReader(reader, policyWith(condition), tags);
  const regions: [string, readonly Name[]][] = [
    [allTraces, names],
    ...Object.entries(visibleTo).map(([reader, visible]): [string, readonly Name[]] => [`only-${reader}-1`, visible]),
  ];
  for (const [region, traces] of regions) {
    const xray = client(region);
    await xray.send(new sdk.CreateGroupCommand(group));
    const TraceSegmentDocuments = traces.flatMap(documentsOf);
    await xray.send(new sdk.PutTraceSegmentsCommand({ TraceSegmentDocuments }));
    await eventually(async () => {
      const { TraceSummaries } = await xray.send(new sdk.GetTraceSummariesCommand(range));
      return TraceSummaries!.length === traces.length;
    }, `the traces of ${region}`);
  }
});
afterAll(async () => {
  for (const each of clients) each.destroy();
  await service?.stop();
});

const allIds = [...names.map(idOf), unknownId];

/** Everything of an answer but what two calls never have in common, and the order of histograms. */
function told({ $metadata: _, ApproximateTime: __, RetrievalToken: ___, ...rest }: Record<string, unknown>): unknown {
  return JSON.parse(JSON.stringify(rest), (key, value) =>
    key.endsWith("Histogram")
      ? (value as { Value: number }[]).sort((one, other) => one.Value - other.Value)
      : (value as unknown),
  );
}

async function inFives(ask: (traceIds: string[]) => Promise<unknown>): Promise<unknown[]> {
  const answers = [];
  for (let at = 0; at < allIds.length; at += 5) answers.push(await ask(allIds.slice(at, at + 5)));
  return answers;
}

async function retrieved(xray: XRayClient): Promise<string> {
  const { RetrievalToken } = await xray.send(new sdk.StartTraceRetrievalCommand({ TraceIds: allIds, ...range }));
  await eventually(
    async () =>
      (await xray.send(new sdk.ListRetrievedTracesCommand({ RetrievalToken }))).RetrievalStatus === "COMPLETE",
    "the retrieval",
  );
  return RetrievalToken!;
}

async function allPages(xray: XRayClient, RetrievalToken: string, TraceFormat: "XRAY" | "OTEL"): Promise<unknown[]> {
  const pages = [];
  let NextToken: string | undefined;
  do {
    const page = await xray.send(new sdk.ListRetrievedTracesCommand({ RetrievalToken, TraceFormat, NextToken }));
    ({ NextToken } = page);
    const { NextToken: token, ...rest } = told({ ...page }) as { NextToken?: string };
    pages.push({ ...rest, more: token !== undefined });
  } while (NextToken !== undefined);
  return pages;
}

/** What an operation tells of traces, asked for in the ways in which it can be. */
const tellsOfTraces: Record<string, (xray: XRayClient) => Promise<unknown>> = {
  BatchGetTraces: (xray) =>
    inFives(async (TraceIds) => {
      const { Traces, UnprocessedTraceIds } = await xray.send(new sdk.BatchGetTracesCommand({ TraceIds }));
      return { Traces: Traces!.sort((one, other) => (one.Id! < other.Id! ? -1 : 1)), UnprocessedTraceIds };
    }),
  GetTraceSummaries: (xray) =>
    Promise.all(
      [
        ...(["TraceId", "Event", "Service"] as const).map((TimeRangeType) => ({ TimeRangeType })),
        ...['annotation.tenant = "b"', 'group.name = "checkout"', 'service("billing") OR fault'].map(
          (FilterExpression) => ({ FilterExpression }),
        ),
      ].map(async (more) => told({ ...(await xray.send(new sdk.GetTraceSummariesCommand({ ...range, ...more }))) })),
    ),
  GetTraceGraph: async (xray) => told({ ...(await xray.send(new sdk.GetTraceGraphCommand({ TraceIds: allIds }))) }),
  GetServiceGraph: (xray) =>
    Promise.all(
      [{}, { GroupName: "checkout" }].map(async (more) =>
        told({ ...(await xray.send(new sdk.GetServiceGraphCommand({ ...range, ...more }))) }),
      ),
    ),
  GetTimeSeriesServiceStatistics: (xray) =>
    Promise.all(
      [
        {},
        { GroupName: "checkout" },
        { EntitySelectorExpression: 'edge("shop", "billing")' },
        { EntitySelectorExpression: 'id(name: "shop")', ForecastStatistics: true },
      ].map(async (more) =>
        told({ ...(await xray.send(new sdk.GetTimeSeriesServiceStatisticsCommand({ ...range, ...more }))) }),
      ),
    ),
  ListRetrievedTraces: async (xray) => {
    const token = await retrieved(xray);
    return [await allPages(xray, token, "XRAY"), await allPages(xray, token, "OTEL")];
  },
  GetRetrievedTracesGraph: async (xray) => {
    const RetrievalToken = await retrieved(xray);
    return told({ ...(await xray.send(new sdk.GetRetrievedTracesGraphCommand({ RetrievalToken }))) });
  },
};

/** Of all traces of a group, or of nobody's: given as a whole or not at all. `tests/xray-insights.spec.ts` has insights. */
const toldWholeOrNot = [
  "GetInsight",
  "GetInsightEvents",
  "GetInsightImpactGraph",
  "GetInsightSummaries",
  "GetGroup",
  "GetGroups",
];
const tellsNothingOfTraces = [
  "CancelTraceRetrieval",
  "GetEncryptionConfig",
  "GetIndexingRules",
  "GetSamplingRules",
  "GetSamplingStatisticSummaries",
  "GetSamplingTargets",
  "GetTraceSegmentDestination",
  "ListResourcePolicies",
  "ListTagsForResource",
  "StartTraceRetrieval",
];
const writes = [
  "CreateGroup",
  "CreateSamplingRule",
  "DeleteGroup",
  "DeleteResourcePolicy",
  "DeleteSamplingRule",
  "PutEncryptionConfig",
  "PutResourcePolicy",
  "PutTelemetryRecords",
  "PutTraceSegments",
  "TagResource",
  "UntagResource",
  "UpdateGroup",
  "UpdateIndexingRule",
  "UpdateSamplingRule",
  "UpdateTraceSegmentDestination",
];

describe("readers whom policies limit to some traces", () => {
  it("are shown what each of X-Ray's operations tells of their traces: none is missing here", () => {
    const operations = Object.keys(sdk).flatMap((name) => /^([A-Z]\w+)Command$/.exec(name)?.[1] ?? []);
    const here = [...Object.keys(tellsOfTraces), ...toldWholeOrNot, ...tellsNothingOfTraces, ...writes];
    expect(here.sort()).toEqual(operations.sort());
    expect(here).toHaveLength(38);
  });

  it.each(Object.keys(tellsOfTraces))(
    "get from %s what there would be if there were no other traces",
    async (operation) => {
      const ask = tellsOfTraces[operation]!;
      const ofAll = await ask(client(allTraces));
      for (const reader of Object.keys(readers) as Reader[]) {
        const answer = await ask(read(reader));
        expect(answer, reader).toEqual(await ask(alone(reader)));
        expect(answer, reader).not.toEqual(ofAll);
      }
    },
    120_000,
  );

  it("cannot tell a trace of others from one that there never was", async () => {
    for (const TraceIds of [[idOf("b1")], [unknownId]]) {
      const xray = read("alice");
      expect(await xray.send(new sdk.BatchGetTracesCommand({ TraceIds }))).toMatchObject({
        Traces: [],
        UnprocessedTraceIds: TraceIds,
      });
      expect(await xray.send(new sdk.GetTraceGraphCommand({ TraceIds }))).toMatchObject({ Services: [] });
    }
  });

  it("see no more by what others asked for", async () => {
    const RetrievalToken = await retrieved(client(allTraces));
    const pages = await allPages(read("bob"), RetrievalToken, "XRAY");
    const ids = (pages as { Traces: { Id: string }[] }[]).flatMap(({ Traces }) => Traces.map(({ Id }) => Id));
    expect(ids).toEqual(visibleTo.bob.map(idOf));
    const first = await client(allTraces).send(new sdk.ListRetrievedTracesCommand({ RetrievalToken }));
    const { NextToken } = first;
    const next = await read("bob").send(new sdk.ListRetrievedTracesCommand({ RetrievalToken, NextToken }));
    expect(next.Traces).toEqual([]);
  });

  it("leave a record that names what they saw alone", async () => {
    const trail = service.client(CloudTrailClient, undefined, { region: allTraces });
    clients.push(trail);
    await retrieved(read("bob"));
    const LookupAttributes = [{ AttributeKey: "Username" as const, AttributeValue: "bob" }];
    const events = await eventually(async () => {
      const { Events } = await trail.send(new LookupEventsCommand({ LookupAttributes }));
      const of = Events!.filter(({ EventName }) => EventName === "ListRetrievedTraces");
      return of.length > 0 && of;
    }, "the record of the call");
    for (const { CloudTrailEvent } of events) {
      for (const name of ["a1", "both"] as const) expect(CloudTrailEvent).not.toContain(idOf(name));
    }
  });

  it("are refused what tells of all traces at once", async () => {
    const { endpoint, region } = service;
    const asked = { endpoint, region, service: "xray", path: "/dosimeter/GetRejectedSegments", body: "{}" };
    const answer = await sign({ ...asked, key: credentials.alice });
    expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining("tells of all traces")]);
    expect((await sign({ ...asked, key: service.root })).status).toBe(200);
  });

  it("hear of insights of groups that are theirs as a whole, and of no others", async () => {
    const summaries = (reader: Reader, GroupName: string) =>
      read(reader).send(new sdk.GetInsightSummariesCommand({ GroupName, ...range }));
    await expect(summaries("alice", "checkout")).rejects.toMatchObject({ name: "AccessDeniedException" });
    await expect(summaries("carol", "Default")).rejects.toMatchObject({ name: "AccessDeniedException" });
    expect(await summaries("carol", "checkout")).toMatchObject({ InsightSummaries: [] });
  });

  it("see the groups that they are limited to, if groups limit them", async () => {
    const groups = async (reader: Reader) =>
      (await read(reader).send(new sdk.GetGroupsCommand({}))).Groups!.map(({ GroupName }) => GroupName);
    expect(await groups("carol")).toEqual(["checkout"]);
    expect(await groups("alice")).toEqual([]);
    const get = (GroupName: string) => read("carol").send(new sdk.GetGroupCommand({ GroupName }));
    expect((await get("checkout")).Group).toMatchObject(group);
    await expect(get("Default")).rejects.toMatchObject({ name: "AccessDeniedException" });
  });

  it("lose what a Deny names, and get what a group's tag gives", async () => {
    const { Groups } = await client(allTraces).send(new sdk.GetGroupsCommand({}));
    const ResourceARN = Groups!.find(({ GroupName }) => GroupName === "checkout")!.GroupARN!;
    await client(allTraces).send(new sdk.TagResourceCommand({ ResourceARN, Tags: [{ Key: "Team", Value: "pay" }] }));
    const dave = await newReader(
      "dave",
      policyWith(
        { StringEquals: { "xray:GroupTag/Team": "pay" } },
        {
          Effect: "Deny",
          Action: reads,
          Resource: "*",
          Condition: { StringEquals: { "xray:Annotation/tenant": "b" } },
        },
      ),
    );
    const { TraceSummaries } = await client(allTraces, dave).send(new sdk.GetTraceSummariesCommand(range));
    expect(TraceSummaries!.map(({ Id }) => Id).sort()).toEqual(
      (["a1", "a2", "a3", "a4", "a5", "a6"] as const).map(idOf),
    );
  });

  it("need policies that can be told exactly: others are refused when they are attached", async () => {
    const attach = iam.send(
      new PutUserPolicyCommand({
        UserName: "alice",
        PolicyName: "numbers",
        PolicyDocument: JSON.stringify(policyWith({ NumericLessThan: { "xray:Annotation/amount": "5" } })),
      }),
    );
    await expect(attach).rejects.toMatchObject({ name: expect.stringContaining("MalformedPolicyDocument") });
  });
});
