import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { entityOfDocument } from "../document.js";
import type { AcceptedSegment, RejectedSegment, SegmentSink } from "../segment.js";
import { exportDocuments, readEncodedItem } from "./exported-documents.js";
import { ExportRequestError, readExportRequest } from "./read-export-request.js";
import { indexNothing, segmentsOfSpan } from "./segments-of-span.js";
import type { AttributeValue, OtelSpan } from "./span.js";
import { spansOfSegment } from "./spans-of-segment.js";

const traceId = "69000000000000000000000000000001";
const noResource = new Map<string, AttributeValue>();

type Given = Partial<Omit<OtelSpan, "attributes">> & { attributes?: Record<string, AttributeValue> };

function span({ attributes = {}, ...given }: Given = {}): OtelSpan {
  return {
    traceId,
    spanId: "00000000000000a1",
    parentSpanId: "",
    name: "GET /cart",
    kind: "SERVER",
    startSeconds: 1761607680.000001,
    endSeconds: 1761607680.3,
    attributes: new Map(Object.entries(attributes)),
    events: [],
    links: [],
    status: { code: "UNSET", message: "" },
    ...given,
  };
}

// biome-ignore lint/suspicious/noExplicitAny: documents are open.
function documents(given: Given, resource: Record<string, AttributeValue> = {}, indexing = indexNothing): any[] {
  return segmentsOfSpan(span(given), new Map(Object.entries(resource)), indexing);
}

const parent = { parentSpanId: "00000000000000b2" };

describe("a span as a segment", () => {
  it("maps ids and times, and is a segment if it is SERVER or has no parent (fact 159)", () => {
    expect(documents({}, { "service.name": "shop" })).toMatchObject([
      {
        id: "00000000000000a1",
        trace_id: "1-69000000-000000000000000000000001",
        name: "shop",
        start_time: 1761607680.000001,
        end_time: 1761607680.3,
      },
    ]);
    expect(documents({ kind: "INTERNAL" })[0]).not.toHaveProperty("type");
    expect(documents({ kind: "SERVER", ...parent })[0]).toMatchObject({ parent_id: parent.parentSpanId });
    expect(documents({ kind: "INTERNAL", ...parent })[0]).toMatchObject({ type: "subsegment" });
  });

  it("has the namespace of what it calls (fact 160)", () => {
    const of = (kind: OtelSpan["kind"], attributes: Record<string, AttributeValue> = {}) =>
      documents({ kind, ...parent, attributes })[0].namespace;
    expect(of("CLIENT")).toBe("remote");
    expect(of("CLIENT", { "rpc.system": "aws-api" })).toBe("aws");
    expect(of("INTERNAL", { "aws.service": "S3" })).toBe("aws");
    expect(of("INTERNAL")).toBeUndefined();
    expect(of("PRODUCER", { "aws.remote.service": "queue" })).toBe("remote");
  });

  it.each<[Given, string]>([
    [{ attributes: { "aws.local.service": "local", "peer.service": "p" } }, "local"],
    [{ kind: "CLIENT", attributes: { "aws.remote.service": "AWS::DynamoDB", "rpc.system": "aws-api" } }, "DynamoDB"],
    [{ kind: "CLIENT", attributes: { "aws.remote.service": "AWS::DynamoDB" } }, "AWS::DynamoDB"],
    [{ attributes: { "peer.service": "peer", "aws.service": "S3" } }, "peer"],
    [{ kind: "CLIENT", attributes: { "aws.service": "S3", "db.name": "d" } }, "S3"],
    [
      { kind: "CLIENT", attributes: { "db.name": "d", "db.connection_string": "jdbc:mysql://db.example.com:3306" } },
      "d@db.example.com",
    ],
    [{ kind: "CLIENT", attributes: { "rpc.service": "Cart", "http.host": "h" } }, "Cart"],
    [{ kind: "CLIENT", attributes: { "http.host": "h", "net.peer.name": "n" } }, "h"],
    [{ kind: "CLIENT", attributes: { "net.peer.name": "n" } }, "n"],
    [{ kind: "INTERNAL", name: "a<b>*c" }, "abc"],
    [{ kind: "INTERNAL", name: "<>" }, "span"],
    [{ kind: "INTERNAL", name: "x".repeat(300) }, "x".repeat(200)],
  ])("is named by the first attribute that tells: %j", (given, name) => {
    expect(documents(given)[0].name).toBe(name);
  });

  it.each([
    [{ attributes: { "http.status_code": 429 } }, true, false, true],
    [{ attributes: { "http.response.status_code": 404 } }, true, false, false],
    [{ attributes: { "http.status_code": 503 } }, false, true, false],
    [{ attributes: { "http.status_code": 200 }, status: { code: "ERROR", message: "" } }, false, true, false],
    [{}, false, false, false],
  ] as const)("has its flags (fact 161): %j", (given, error, fault, throttle) => {
    expect(documents(given as Given)[0]).toMatchObject({ error, fault, throttle });
  });

  it("tells of its query (fact 162)", () => {
    const attributes = { "db.system": "postgresql", "db.name": "carts", "db.user": "u", "db.statement": "SELECT 1" };
    expect(documents({ kind: "CLIENT", name: "SELECT carts", ...parent, attributes })[0].sql).toEqual({
      url: "SELECT carts",
      connection_string: "localhost/carts",
      database_type: "postgresql",
      user: "u",
      sanitized_query: "SELECT 1",
    });
  });

  it("has annotations and metadata (fact 163)", () => {
    const attributes = {
      "aws.xray.annotations": ["cart", "item-count", "list"],
      cart: "c1",
      "item-count": 3,
      list: [1],
      other: { deep: true },
      "aws.xray.metadata.own": '{"a":1}',
      "aws.xray.metadata.broken": "{",
    };
    expect(documents({ attributes }, { "service.name": "shop" })[0]).toMatchObject({
      annotations: { cart: "c1", item_count: 3 },
      metadata: {
        default: {
          list: [1],
          other: { deep: true },
          "otel.resource.service.name": "shop",
          "aws.xray.metadata.broken": "{",
        },
        own: { a: 1 },
      },
    });
  });

  it("has an exception for each exception event (fact 164), with its stack", () => {
    const stacktrace = "Error: gone\n    at buy (/srv/shop.js:12:5)\n    at /srv/main.js:3:1";
    const events = [
      {
        name: "exception",
        timeSeconds: 1,
        attributes: new Map([
          ["exception.type", "Error"],
          ["exception.message", "gone"],
          ["exception.stacktrace", stacktrace],
        ]),
      },
    ];
    expect(documents({ events }, { "telemetry.sdk.language": "nodejs" })[0].cause).toEqual({
      exceptions: [
        {
          type: "Error",
          message: "gone",
          remote: false,
          stack: [
            { path: "/srv/shop.js", line: 12, label: "buy" },
            { path: "/srv/main.js", line: 3 },
          ],
        },
      ],
    });
    expect(documents({ status: { code: "ERROR", message: "no luck" } })[0].cause).toEqual({
      exceptions: [{ message: "no luck", remote: false }],
    });
  });

  it("is two documents for a local root that calls (fact 166)", () => {
    const attributes = {
      "aws.span.kind": "LOCAL_ROOT",
      "aws.local.service": "shop",
      "aws.remote.service": "AWS::SQS",
      "aws.queue_url": "https://sqs/q",
      "http.url": "https://sqs/q",
    };
    const [call, segment] = documents({ kind: "CLIENT", ...parent, attributes }, { "service.name": "x" });
    expect(call).toMatchObject({ type: "subsegment", parent_id: segment.id, name: "SQS", namespace: "remote" });
    expect(call.aws.queue_url).toBe("https://sqs/q");
    expect(segment).toMatchObject({ name: "shop", parent_id: parent.parentSpanId, aws: {} });
    expect(segment).not.toHaveProperty("http");
    expect(segment).not.toHaveProperty("type");
    expect(segment.metadata).toEqual({ default: { "otel.resource.service.name": "x" } });
    expect(documents({ kind: "CLIENT", ...parent, attributes })[1].id).toBe(segment.id);
  });

  it("tells where it ran, unless that is another cloud", () => {
    const resource = { "cloud.platform": "aws_ec2", "host.id": "i-1", "cloud.availability_zone": "eu-west-1a" };
    expect(documents({}, resource)[0]).toMatchObject({
      origin: "AWS::EC2::Instance",
      aws: { ec2: { instance_id: "i-1", availability_zone: "eu-west-1a" } },
    });
    const elsewhere = documents({}, { ...resource, "cloud.provider": "gcp" })[0];
    expect(elsewhere).not.toHaveProperty("origin");
    expect(elsewhere).not.toHaveProperty("aws");
  });

  it("assembles its URL", () => {
    const attributes = { "http.scheme": "https", "server.address": "a.example", "server.port": 8443, "url.path": "/x" };
    expect(documents({ attributes })[0].http.request.url).toBe("https://a.example:8443/x");
  });

  it("keeps what is documented to be kept, there and back", () => {
    const attributes = {
      "http.request.method": "GET",
      "url.full": "http://shop/",
      "http.response.status_code": 200,
      "enduser.id": "u",
      cart: "c1",
      "aws.xray.annotations": ["cart"],
      note: "n",
    };
    const [document] = documents({ attributes }, { "service.name": "shop" });
    const [back] = spansOfSegment(entityOfDocument(JSON.stringify(document)));
    expect(back).toMatchObject({
      traceId,
      spanId: "00000000000000a1",
      name: "shop",
      kind: "SERVER",
      startTimeUnixNano: 1761607680000001000,
      endTimeUnixNano: 1761607680300000000,
      attributes,
    });
  });
});

class Sink implements SegmentSink {
  readonly accepted: AcceptedSegment[] = [];
  readonly rejected: RejectedSegment[] = [];
  accept(segment: AcceptedSegment): void {
    this.accepted.push(segment);
  }
  reject(segment: RejectedSegment): void {
    this.rejected.push(segment);
  }
}

describe("an export request", () => {
  const json = (value: unknown) => readExportRequest(Buffer.from(JSON.stringify(value)), "json");

  it("takes both spellings of 64-bit integers and of enums, and knows no unknown member", () => {
    const spanOf = (more: object) => ({
      resourceSpans: [{ unknown: 1, scopeSpans: [{ spans: [{ traceId, spanId: "00000000000000A1", ...more }] }] }],
    });
    const one = json(
      spanOf({ kind: 2, startTimeUnixNano: 1761607680000000000, endTimeUnixNano: "1761607680300000000" }),
    );
    const other = json(
      spanOf({
        kind: "SPAN_KIND_SERVER",
        startTimeUnixNano: "1761607680000000000",
        endTimeUnixNano: 1761607680300000000,
      }),
    );
    expect(one).toEqual(other);
    expect(one.resources[0]?.spans[0]).toMatchObject({ spanId: "00000000000000a1", kind: "SERVER", parentSpanId: "" });
  });

  it("is bounded in depth and count", () => {
    let value: unknown = { stringValue: "x" };
    for (let level = 0; level < 40; level++) value = { arrayValue: { values: [value] } };
    const attributes = [{ key: "deep", value }];
    const spans = [{ traceId, spanId: "00000000000000a1", attributes }];
    expect(() => json({ resourceSpans: [{ scopeSpans: [{ spans }] }] })).toThrow(ExportRequestError);
    const many = Array.from({ length: 10_001 }, () => ({}));
    expect(() => json({ resourceSpans: [{ scopeSpans: [{ spans: many }] }] })).toThrow(/More than 10000/);
  });

  it("makes no trouble with hostile names", () => {
    const attributes = ["__proto__", "constructor", "toString"].map((key) => ({ key, value: { stringValue: "x" } }));
    const times = { startTimeUnixNano: "1761607680000000000", endTimeUnixNano: "1761607680300000000" };
    const spans = [{ traceId, spanId: "00000000000000a1", attributes, ...times }];
    const sink = new Sink();
    exportDocuments(json({ resourceSpans: [{ scopeSpans: [{ spans }] }] }), sink);
    const document = JSON.parse(sink.accepted[0]!.document);
    expect(Object.keys(document.metadata.default)).toEqual(["__proto__", "constructor", "toString"]);
  });

  it("throws nothing but its own error, whatever the bytes", () => {
    const attempt = (bytes: Uint8Array, encoding: "protobuf" | "json") => {
      try {
        exportDocuments(readExportRequest(bytes, encoding), new Sink());
      } catch (problem) {
        expect(problem).toBeInstanceOf(ExportRequestError);
      }
    };
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => attempt(bytes, "protobuf")),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(fc.json(), (text) => attempt(Buffer.from(text), "json")),
      { numRuns: 500 },
    );
    const anySpan = fc.record({
      traceId: fc.anything(),
      spanId: fc.anything(),
      attributes: fc.anything(),
      kind: fc.anything(),
    });
    fc.assert(
      fc.property(fc.array(anySpan), (spans) => {
        const text = JSON.stringify({ resourceSpans: [{ resource: noResource, scopeSpans: [{ spans }] }] });
        if (text !== undefined) attempt(Buffer.from(text), "json");
      }),
    );
  });
});

describe("an encoded item of PutTraceSegments", () => {
  it("is refused if it cannot be decoded, and not kept if it was not sampled", () => {
    const sink = new Sink();
    readEncodedItem("T1S////", sink);
    expect(sink.rejected).toMatchObject([{ errorCode: "ParseError" }]);
    readEncodedItem("T1UCgA=", sink);
    readEncodedItem("M1abc", sink);
    expect(sink.rejected).toHaveLength(1);
    readEncodedItem(`T1S${"A".repeat(2 * 1024 * 1024)}`, sink);
    expect(sink.rejected[1]).toMatchObject({ errorCode: "InvalidSegment" });
  });
});
