import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyDocuments, compile, hexId, segment, subsegment, T, traceId } from "./compiled-traces.fixture.js";
import { factsOf } from "./facts.js";
import { linkedSegmentIn, linksElsewhere } from "./links.js";
import { indexedSummaryOf } from "./summary.js";

const facts = (...documents: readonly unknown[]) => factsOf(compile(...documents));
const node = (name: string, type = "", accountId = "") => ({ name, type, accountId });
const at = (seconds: number) => Math.round((T + seconds) * 1e6);

describe("the calls of a trace", () => {
  it("are seen by the caller: its subsegment's times, outcome and status", () => {
    const call = subsegment(2, {
      namespace: "remote",
      fault: true,
      http: { request: { method: "GET", url: "http://pay/" }, response: { status: 503 } },
    });
    const { calls, segments } = facts(
      segment(1, { name: "shop", subsegments: [call] }),
      segment(3, { name: "pay", parent_id: hexId(2), start_time: T + 0.3, end_time: T + 0.4 }),
    );
    expect(calls).toEqual([
      expect.objectContaining({ source: node("shop", "client"), target: node("shop"), endUs: at(1), fault: false }),
      {
        source: node("shop"),
        target: node("pay"),
        link: false,
        eventAgeUs: 0,
        startUs: at(0.25),
        endUs: at(0.5),
        fault: true,
        error: false,
        throttle: false,
        httpStatus: 503,
        httpUrl: "http://pay/",
        httpMethod: "GET",
      },
    ]);
    expect(segments[1]).toMatchObject({ node: node("pay"), startUs: at(0.3), endUs: at(0.4), fault: false });
  });

  it("are seen by the called segment where it hangs under a segment, each on its own", () => {
    const child = (id: number) => segment(id, { name: "function", parent_id: hexId(1), end_time: T + id });
    const { calls } = facts(segment(1, { name: "lambda" }), child(2), child(3));
    expect(calls.slice(1)).toMatchObject([
      { source: node("lambda"), target: node("function"), endUs: at(2) },
      { source: node("lambda"), target: node("function"), endUs: at(3) },
    ]);
  });

  it("of one subsegment to one service are one, however many segments answered", () => {
    const call = subsegment(2, { namespace: "remote" });
    const child = (id: number) => segment(id, { name: "pay", parent_id: hexId(2) });
    const { calls } = facts(segment(1, { subsegments: [call] }), child(3), child(4));
    expect(calls).toHaveLength(2);
  });

  it("lead from an event's source to its receivers", () => {
    const named = (name: string, aws: object) => ({ name, namespace: "aws", aws });
    const { calls } = facts(
      segment(1, {
        name: "shop",
        subsegments: [
          subsegment(2, named("SNS", { topic_arn: "arn:aws:sns:x:1:t" })),
          subsegment(3, named("S3", { bucket_name: "b" })),
        ],
      }),
      segment(4, { name: "mailer", parent_id: hexId(2) }),
      segment(5, { name: "resizer", parent_id: hexId(3) }),
    );
    expect(calls.map(({ source, target }) => [source.name, target.name]).sort()).toEqual([
      ["SNS", "mailer"],
      ["shop", "SNS"],
      ["shop", "b"],
      ["shop", "resizer"],
      ["shop", "shop"],
    ]);
  });

  it("in progress have no end", () => {
    const { calls } = facts(segment(1, { end_time: undefined, in_progress: true }));
    expect(calls).toMatchObject([{ source: { type: "client" }, endUs: undefined }]);
  });

  it("may be a service's own, and may go in a ring", () => {
    const { calls, segments } = facts(segment(1, { parent_id: hexId(2) }), segment(2, { parent_id: hexId(1) }));
    expect(calls.map(({ source, target }) => [source.type, source.name, target.name])).toEqual([
      ["client", "service-1", "service-1"],
      ["", "service-2", "service-1"],
      ["", "service-1", "service-2"],
    ]);
    expect(segments.map(({ root }) => root)).toEqual([true, false]);
    expect(facts(segment(1, { parent_id: hexId(1) })).calls).toHaveLength(2);
  });
});

describe("the nodes of a trace", () => {
  it("are its services and a client for each part that nothing in it called", () => {
    const { nodes, segments } = facts(
      segment(1, { name: "shop", origin: "AWS::EC2::Instance", aws: { account_id: "1" } }),
      segment(2, { name: "pay", parent_id: hexId(99) }),
    );
    expect(nodes).toEqual([
      node("shop", "AWS::EC2::Instance", "1"),
      node("pay"),
      node("shop", "client"),
      node("pay", "client"),
    ]);
    expect(segments.map(({ root }) => root)).toEqual([true, true]);
  });

  it("do not hold subsegments that wait for their parent, but what those called", () => {
    const waiting = { ...subsegment(2, { namespace: "remote" }), trace_id: traceId, type: "subsegment" };
    const { nodes, segments, calls, startUs, endUs, partial } = facts({ ...waiting, parent_id: hexId(9) });
    expect(nodes).toEqual([node("call-2", "remote")]);
    expect(segments).toMatchObject([{ inferred: true, root: false }]);
    expect(calls).toEqual([]);
    expect({ startUs, endUs, partial }).toEqual({ startUs: at(0.25), endUs: at(0.5), partial: true });
  });

  it("are those of the summary", () => {
    fc.assert(
      fc.property(anyDocuments, (documents) => {
        const trace = compile(...documents);
        const summary = JSON.parse(indexedSummaryOf(trace));
        const { nodes, calls, segments } = factsOf(trace);
        const named = summary.ServiceIds.map((service: { Name: string; Type?: string; AccountId?: string }) =>
          node(service.Name, service.Type, service.AccountId),
        );
        expect(named).toEqual(expect.arrayContaining([...nodes]));
        expect(nodes).toHaveLength(named.length);
        for (const { source, target } of calls) expect(nodes).toEqual(expect.arrayContaining([source, target]));
        for (const each of segments) expect(nodes).toContainEqual(each.node);
      }),
    );
  });
});

describe("links", () => {
  const other = "1-69000000-0000000000000000000000ff";
  const linking = segment(1, {
    name: "worker",
    start_time: T + 5,
    end_time: T + 6,
    links: [{ trace_id: other, id: "AB".repeat(8) }],
  });

  it("lead from the segment they point at, with the age of the event", () => {
    const trace = compile(linking);
    expect(linksElsewhere(trace)).toEqual([{ traceId: other, segmentId: "ab".repeat(8) }]);
    const linked = () => ({ node: node("queue", "AWS::SQS::Queue"), endUs: at(2) });
    expect(factsOf(trace, { linked }).calls[1]).toMatchObject({
      source: node("queue", "AWS::SQS::Queue"),
      target: node("worker"),
      link: true,
      eventAgeUs: 3_000_000,
      startUs: at(5),
      endUs: at(6),
    });
    expect(factsOf(trace, { linked: () => ({ ...linked(), endUs: at(9) }) }).calls[1]).toMatchObject({ eventAgeUs: 0 });
    expect(factsOf(trace, { linked: () => undefined }).calls).toHaveLength(1);
    expect(factsOf(trace).calls).toHaveLength(1);
  });

  it("may point into the same trace, at a subsegment too, and in W3C's form", () => {
    const sender = segment(2, { name: "shop", subsegments: [subsegment(3)] });
    const trace = compile(sender, {
      ...linking,
      links: [{ trace_id: traceId.replaceAll("-", "").slice(1), id: hexId(3) }],
    });
    expect(linkedSegmentIn(trace, hexId(3))).toEqual({ node: node("shop"), endUs: at(0.5) });
    expect(linksElsewhere(trace)).toEqual([]);
    expect(factsOf(trace).calls.find(({ link }) => link)).toMatchObject({
      source: node("shop"),
      eventAgeUs: 4_500_000,
    });
  });

  it("are a hundred a trace at most, and what is none is left out", () => {
    const links = Array.from({ length: 20 }, () => ({ trace_id: other, id: hexId(7) }));
    const segments = Array.from({ length: 7 }, (_, index) => segment(index + 1, { links }));
    expect(linksElsewhere(compile(...segments))).toHaveLength(100);
    expect(linksElsewhere(compile(segment(1, { links: [{}, { trace_id: 5, id: "x" }, { trace_id: other }] })))).toEqual(
      [],
    );
  });
});

describe("the facts of a trace", () => {
  it("tell of its root, and whether anything was throttled", () => {
    const throttled = subsegment(2, { error: true, throttle: true });
    const request = { method: "POST", url: "http://shop/", user_agent: "t/1", client_ip: "203.0.113.9" };
    const http = { request, response: { status: 200 } };
    expect(facts(segment(1, { http, subsegments: [throttled] }))).toMatchObject({
      ok: true,
      fault: false,
      error: false,
      throttle: true,
      partial: false,
      responseMs: 1000,
      durationMs: 1000,
      httpStatus: 200,
      httpUrl: "http://shop/",
      httpMethod: "POST",
      httpUserAgent: "t/1",
      httpClientIp: "203.0.113.9",
    });
    expect(facts(segment(1, { http: { response: { status: 429 } } }))).toMatchObject({
      ok: false,
      error: true,
      throttle: true,
    });
    expect(facts(segment(1, { http: { response: { status: 1e12 } } }))).toMatchObject({
      ok: false,
      fault: true,
      httpStatus: 0,
    });
    expect(facts(segment(1, { end_time: undefined, in_progress: true }))).toMatchObject({
      responseMs: undefined,
      partial: true,
    });
  });

  it.each([
    ["in the trace id", 60, T - 60],
    ["in the trace id, 5 minutes after the start at most", -300, T + 300],
    ["of the first segment, where the id's is later", -301, T],
    ["in the trace id, 30 days before the start at most", 30 * 86400, T - 30 * 86400],
    ["of the first segment, where the id's is earlier", 30 * 86400 + 1, T],
  ])("place it at the time %s", (_, agoSeconds, expected) => {
    const id = `1-${(T - agoSeconds).toString(16)}-${"0".repeat(24)}`;
    expect(factsOf({ ...compile(segment(1)), traceId: id }).timeMs).toBe(expected * 1000);
  });

  it("place it where its first segment is, whatever its subsegments say", () => {
    const { timeMs, startUs } = facts(segment(1, { subsegments: [subsegment(2, { start_time: 1, end_time: 2 })] }));
    expect(timeMs).toBeGreaterThan(1_700_000_000_000);
    expect(startUs).toBe(1_000_000);
  });

  it("have as many annotations as are indexed, each value once, wherever they are", () => {
    const annotations = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`k${index}`, index]));
    expect(facts(segment(1, { annotations })).annotations).toHaveLength(50);
    const twice = facts(
      segment(1, { annotations: { a: 1 }, subsegments: [subsegment(2, { annotations: { a: 1, b: "1" } })] }),
    );
    expect(twice.annotations).toEqual([
      { key: "a", value: 1 },
      { key: "b", value: "1" },
    ]);
  });

  it("are the same, and so is the trace, in whatever order and however often its documents came", () => {
    const arrivals = anyDocuments.chain((documents) =>
      fc.record({
        documents: fc.constant(documents),
        again: fc.shuffledSubarray(documents),
        order: fc.shuffledSubarray(documents, { minLength: documents.length }),
      }),
    );
    fc.assert(
      fc.property(arrivals, ({ documents, again, order }) => {
        const once = compile(...documents);
        const otherwise = compile(...again, ...order, ...again);
        expect(JSON.parse(JSON.stringify(otherwise.segments))).toEqual(JSON.parse(JSON.stringify(once.segments)));
        expect(factsOf(otherwise)).toEqual(factsOf(once));
        expect(JSON.parse(indexedSummaryOf(otherwise))).toEqual(JSON.parse(indexedSummaryOf(once)));
      }),
      { numRuns: 300 },
    );
  });
});
