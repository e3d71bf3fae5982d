import { CloudTrailClient, LookupEventsCommand, type LookupEventsCommandInput } from "@aws-sdk/client-cloudtrail";
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient } from "@aws-sdk/client-iam";
import { BatchGetTracesCommand, CreateGroupCommand, PutTraceSegmentsCommand, XRayClient } from "@aws-sdk/client-xray";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sign } from "../src/gateway/testing/signed-request.js";
import { eventually, type RunningDosimeter, startDosimeter } from "./start-dosimeter.js";

let service: RunningDosimeter;
let trails: CloudTrailClient;
const traceId = `1-${Math.floor(Date.now() / 1000).toString(16)}-0123456789abcdef01234567`;

beforeAll(async () => {
  service = await startDosimeter();
  trails = service.client(CloudTrailClient);
  const xray = service.client(XRayClient);
  for (let index = 0; index < 55; index++)
    await xray.send(new CreateGroupCommand({ GroupName: `g${index}` })).catch(() => {});
  const seconds = Date.now() / 1000;
  const segment = { name: "shop", id: "70de5b6f19ff9a0a", trace_id: traceId, start_time: seconds, end_time: seconds };
  await xray.send(new PutTraceSegmentsCommand({ TraceSegmentDocuments: [JSON.stringify(segment)] }));
  await xray.send(new BatchGetTracesCommand({ TraceIds: [traceId] }));
  await eventually(async () => (await lookup({})).Events?.length === 50, "a full page of history");
});
afterAll(() => service?.stop());

const lookup = (input: LookupEventsCommandInput) => trails.send(new LookupEventsCommand(input));
const nameOf = (asked: Promise<unknown>) =>
  asked.then(
    () => undefined,
    (reason: Error) => reason.name,
  );
const attribute = (AttributeKey: "EventName" | "ReadOnly" | "EventSource", AttributeValue: string) => ({
  AttributeKey,
  AttributeValue,
});

describe("event history", () => {
  it("is newest first, 50 events a page at most, each with its record as text (fact 53)", async () => {
    const { Events = [], NextToken } = await lookup({});
    expect(Events).toHaveLength(50);
    expect(NextToken).toBeTruthy();
    const times = Events.map((event) => event.EventTime?.getTime() as number);
    expect(times).toEqual([...times].sort((one, another) => another - one));
    for (const event of Events)
      expect(JSON.parse(event.CloudTrailEvent as string)).toMatchObject({ eventID: event.EventId });
  });

  it("takes one attribute at most (fact 54)", async () => {
    const LookupAttributes = [attribute("EventName", "CreateGroup"), attribute("ReadOnly", "false")];
    expect(await nameOf(lookup({ LookupAttributes }))).toBe("InvalidLookupAttributesException");
  });

  it("refuses a start after the end (fact 55)", async () => {
    const range = { StartTime: new Date(2000), EndTime: new Date(1000) };
    expect(await nameOf(lookup(range))).toBe("InvalidTimeRangeException");
  });

  it("tells writes from reads (fact 56)", async () => {
    const { Events: writes = [] } = await lookup({ LookupAttributes: [attribute("ReadOnly", "false")] });
    expect(new Set(writes.map((event) => event.ReadOnly))).toEqual(new Set(["false"]));
    const { Events: reads = [] } = await lookup({ LookupAttributes: [attribute("ReadOnly", "true")] });
    expect(new Set(reads.map((event) => event.ReadOnly))).toEqual(new Set(["true"]));
  });

  it("refuses a token with another attribute, and goes on with the same (fact 57)", async () => {
    const LookupAttributes = [attribute("EventName", "CreateGroup")];
    const first = await lookup({ LookupAttributes, MaxResults: 1 });
    const { NextToken } = first;
    const other = [attribute("EventName", "DeleteGroup")];
    expect(await nameOf(lookup({ LookupAttributes: other, MaxResults: 1, NextToken }))).toBe(
      "InvalidNextTokenException",
    );
    const second = await lookup({ LookupAttributes, MaxResults: 1, NextToken });
    expect(second.Events?.[0]?.EventId).not.toBe(first.Events?.[0]?.EventId);
  });

  it("has no data events (fact 58)", async () => {
    for (const name of ["PutTraceSegments", "BatchGetTraces"])
      expect((await lookup({ LookupAttributes: [attribute("EventName", name)] })).Events).toEqual([]);
  });

  it("needs no trail (fact 59)", async () => {
    const { Events = [] } = await lookup({ LookupAttributes: [attribute("EventName", "CreateGroup")] });
    expect(Events.length).toBeGreaterThan(0);
  });
});

describe("SearchEvents", () => {
  async function search(input: object, key = service.root) {
    const answer = await sign({
      endpoint: service.endpoint,
      region: service.region,
      service: "cloudtrail",
      path: "/dosimeter/SearchEvents",
      key,
      body: JSON.stringify(input),
    });
    // biome-ignore lint/suspicious/noExplicitAny: answers and errors.
    return (await answer.json()) as any;
  }
  const by = (...pairs: [string, string][]) => ({
    SearchAttributes: pairs.map(([AttributeKey, AttributeValue]) => ({ AttributeKey, AttributeValue })),
  });

  it("finds data events too, by any combination of attributes", async () => {
    const { Events } = await search(by(["EventCategory", "Data"], ["TraceId", traceId]));
    expect(Events.map((event: { EventName: string }) => event.EventName)).toEqual([
      "BatchGetTraces",
      "PutTraceSegments",
    ]);
    expect(Events[0]).toMatchObject({ EventCategory: "Data", Username: "root", EventTime: expect.any(Number) });
    const arn = `arn:aws:iam::${service.accountId}:root`;
    const both = await search(by(["TraceId", traceId], ["EventName", "PutTraceSegments"], ["UserIdentityArn", arn]));
    expect(both.Events).toHaveLength(1);
    const none = await search(by(["TraceId", traceId], ["UserIdentityArn", `${arn}x`]));
    expect(none).toEqual({ Events: [] });
    expect((await search(by(["Text", '"groupName":"g7"']))).Events).toHaveLength(1);
    expect((await search(by(["ErrorCode", "TrailNotFoundException"]))).Events).toEqual([]);
  });

  it("pages newest first without gaps or repeats", async () => {
    const wanted = by(["EventName", "CreateGroup"]);
    const pages: string[] = [];
    let NextToken: string | undefined;
    do {
      const page = await search({ ...wanted, MaxResults: 20, ...(NextToken && { NextToken }) });
      pages.push(...page.Events.map((event: { EventId: string }) => event.EventId));
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    expect(pages).toHaveLength(55);
    expect(new Set(pages).size).toBe(55);
    const page = await search({ ...wanted, MaxResults: 1 });
    expect(page.Events[0].EventId).toBe(pages[0]);
    expect(await search({ ...by(["EventName", "X"]), NextToken: page.NextToken })).toMatchObject({
      __type: "InvalidNextTokenException",
    });
  });

  it("keeps to its bounds of time", async () => {
    expect(await search({ EndTime: 1000 })).toEqual({ Events: [] });
    expect((await search({ StartTime: Date.now() / 1000 - 600, MaxResults: 1 })).Events).toHaveLength(1);
    expect(await search({ StartTime: 2, EndTime: 1 })).toMatchObject({ __type: "InvalidTimeRangeException" });
  });

  it.each([
    ["a list that is none", { SearchAttributes: "x" }, "InvalidLookupAttributesException"],
    ["an attribute that is none", { SearchAttributes: [null] }, "InvalidLookupAttributesException"],
    ["an unknown key", by(["Record", "x"]), "InvalidLookupAttributesException"],
    ["eleven attributes", by(...Array(11).fill(["Text", "x"])), "InvalidLookupAttributesException"],
    ["an empty value", by(["Text", ""]), "InvalidLookupAttributesException"],
    ["no trace id", by(["TraceId", "1-2-3"]), "InvalidLookupAttributesException"],
    ["another category", by(["EventCategory", "Aggregated"]), "InvalidEventCategoryException"],
    ["51 results", { MaxResults: 51 }, "InvalidMaxResultsException"],
    ["a time that is none", { StartTime: "yesterday" }, "InvalidParameterException"],
    ["a token that is none", { NextToken: "x" }, "InvalidNextTokenException"],
  ])("refuses %s", async (_, input, __type) => {
    expect(await search(input)).toMatchObject({ __type });
  });

  it("needs cloudtrail:SearchEvents, and is recorded with what was asked, also where it was refused", async () => {
    const iam = service.client(IAMClient);
    await iam.send(new CreateUserCommand({ UserName: "curious" }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: "curious" }));
    const key = {
      accessKeyId: AccessKey?.AccessKeyId as string,
      secretAccessKey: AccessKey?.SecretAccessKey as string,
    };
    expect(await search(by(["Text", "secret"]), key)).toMatchObject({ __type: "AccessDeniedException" });
    const refused = await eventually(async () => {
      const { Events } = await search(by(["EventName", "SearchEvents"], ["ErrorCode", "AccessDenied"]));
      return Events.length === 1 && Events[0];
    }, "the record of the refusal");
    expect(refused).toMatchObject({ Username: "curious", EventCategory: "Management", ErrorCode: "AccessDenied" });
    expect(JSON.parse(refused.CloudTrailEvent).requestParameters).toEqual({
      searchAttributes: [{ attributeKey: "Text", attributeValue: "secret" }],
    });
  });
});
