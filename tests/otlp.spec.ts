import { createHmac } from "node:crypto";
import { createSocket } from "node:dgram";
import { gzipSync } from "node:zlib";
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from "@aws-sdk/client-iam";
import {
  BatchGetTracesCommand,
  GetTraceSummariesCommand,
  PutTraceSegmentsCommand,
  XRayClient,
} from "@aws-sdk/client-xray";
import { Metadata } from "@grpc/grpc-js";
import { type Link, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { OTLPTraceExporter as GrpcExporter } from "@opentelemetry/exporter-trace-otlp-grpc";
import { OTLPTraceExporter as JsonExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtoExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { AWSXRayIdGenerator } from "@opentelemetry/id-generator-aws-xray";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BasicTracerProvider, SimpleSpanProcessor, type SpanExporter } from "@opentelemetry/sdk-trace-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, type RunningDosimeter, startDosimeter } from "./start-dosimeter.js";

let dosimeter: RunningDosimeter;
let xray: XRayClient;

beforeAll(async () => {
  dosimeter = await startDosimeter();
  xray = dosimeter.client(XRayClient);
});

afterAll(async () => {
  xray.destroy();
  await dosimeter.stop();
});

/** A request of a shop that calls a database, with the SDK and the exporter given. @returns the X-Ray trace id. */
async function sendTrace(exporter: SpanExporter): Promise<string> {
  const provider = new BasicTracerProvider({
    idGenerator: new AWSXRayIdGenerator(),
    resource: resourceFromAttributes({ "service.name": "shop", "service.version": "1.2.3" }),
    spanProcessors: [new SimpleSpanProcessor(exporter)],
  });
  const tracer = provider.getTracer("test");
  const server = tracer.startSpan("GET /cart", {
    kind: SpanKind.SERVER,
    attributes: {
      "http.method": "GET",
      "http.url": "http://shop.example.com/cart",
      "http.status_code": 200,
      cart: "c1",
    },
  });
  const context = trace.setSpan((await import("@opentelemetry/api")).ROOT_CONTEXT, server);
  const links: Link[] = [{ context: { traceId: "a".repeat(32), spanId: "b".repeat(16), traceFlags: 1 } }];
  const query = tracer.startSpan(
    "SELECT carts",
    { kind: SpanKind.CLIENT, attributes: { "db.system": "postgresql", "db.name": "carts" }, links },
    context,
  );
  query.recordException(new Error("deadlock"));
  query.setStatus({ code: SpanStatusCode.ERROR, message: "deadlock" });
  query.end();
  server.setAttribute("aws.xray.annotations", ["cart"]);
  server.end();
  await provider.forceFlush();
  await provider.shutdown();
  const { traceId } = server.spanContext();
  return `1-${traceId.slice(0, 8)}-${traceId.slice(8)}`;
}

async function readTrace(traceId: string) {
  const { Traces } = await xray.send(new BatchGetTracesCommand({ TraceIds: [traceId] }));
  return (Traces?.[0]?.Segments ?? []).map(({ Document }) => JSON.parse(Document!));
}

const url = () => `${dosimeter.otlpHttp}/v1/traces`;

describe("the OpenTelemetry SDK", () => {
  // Facts 159, 160, 162-165.
  it.each([
    ["http/json", () => new JsonExporter({ url: url() })],
    // biome-ignore lint/suspicious/noExplicitAny: the name of the compression is an enum that the package does not export.
    ["http/protobuf and gzip", () => new ProtoExporter({ url: url(), compression: "gzip" as any })],
    ["grpc", () => new GrpcExporter({ url: dosimeter.otlpGrpc })],
  ])("sends traces by %s without being told anything", async (_name, exporter) => {
    const traceId = await sendTrace(exporter());
    // The SDK's processor may return from its flush while the last span is on its way.
    const shop = await eventually(
      async () => (await readTrace(traceId)).find(({ name, subsegments }) => name === "shop" && subsegments),
      "the spans",
    );
    expect(shop).toMatchObject({
      trace_id: traceId,
      http: { request: { method: "GET", url: "http://shop.example.com/cart" }, response: { status: 200 } },
      annotations: { cart: "c1" },
      service: { version: "1.2.3" },
      metadata: { default: { "otel.resource.service.name": "shop" } },
      error: false,
      fault: false,
      throttle: false,
    });
    expect(shop.subsegments).toMatchObject([
      {
        name: "carts",
        namespace: "remote",
        fault: true,
        sql: { database_type: "postgresql", url: "SELECT carts", connection_string: "localhost/carts" },
        cause: { exceptions: [{ type: "Error", message: "deadlock", remote: true }] },
      },
    ]);
  });

  it("makes a summary of them", async () => {
    const traceId = await sendTrace(new ProtoExporter({ url: url() }));
    const now = Date.now() / 1000;
    const summary = await eventually(async () => {
      const { TraceSummaries } = await xray.send(
        new GetTraceSummariesCommand({ StartTime: new Date((now - 600) * 1000), EndTime: new Date((now + 60) * 1000) }),
      );
      return TraceSummaries?.find(({ Id, EntryPoint }) => Id === traceId && EntryPoint);
    }, "the summary");
    expect(summary).toMatchObject({ EntryPoint: { Name: "shop" }, Annotations: { cart: [{}] } });
  });
});

/** One span in OTLP's JSON. */
function request(span: Record<string, unknown> = {}, traceId = freshTraceId()) {
  const now = Date.now();
  return {
    traceId: `1-${traceId.slice(0, 8)}-${traceId.slice(8)}`,
    body: {
      resourceSpans: [
        {
          resource: { attributes: [{ key: "service.name", value: { stringValue: "shop" } }] },
          scopeSpans: [
            {
              spans: [
                {
                  traceId,
                  spanId: "00000000000000a1",
                  name: "GET /",
                  kind: 2,
                  startTimeUnixNano: `${now}000000`,
                  endTimeUnixNano: `${now + 5}000000`,
                  ...span,
                },
              ],
            },
          ],
        },
      ],
    },
  };
}

let traces = 0;
function freshTraceId(): string {
  traces++;
  return `${Math.floor(Date.now() / 1000).toString(16)}${process.pid.toString(16).padStart(12, "0")}${traces.toString(16).padStart(12, "0")}`;
}

function post(contentType: string, body: string | Uint8Array, headers: Record<string, string>, to = url()) {
  return fetch(to, { method: "POST", headers: { "content-type": contentType, ...headers }, body: body as string });
}

describe("OTLP over HTTP", () => {
  it("says which spans were not stored and why, and stores the others", async () => {
    const { traceId, body } = request();
    const spans = body.resourceSpans[0]!.scopeSpans[0]!.spans;
    spans.push({ ...spans[0]!, spanId: "00000000000000a2", endTimeUnixNano: "1000" });
    spans.push({ ...spans[0]!, spanId: "zz" });
    const response = await post("application/json", JSON.stringify(body), {});
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      partialSuccess: { rejectedSpans: "2", errorMessage: expect.stringMatching(/span id.*InvalidEndTime/) },
    });
    expect(await readTrace(traceId)).toMatchObject([{ id: "00000000000000a1" }]);
  });

  it("keeps a span above 64 KB whole, and refuses one above 256 KiB by name", async () => {
    const large = (length: number) => ({
      attributes: [{ key: "text", value: { stringValue: "x".repeat(length) } }],
    });
    const kept = request(large(100_000));
    expect(await (await post("application/json", JSON.stringify(kept.body), {})).json()).toEqual({});
    const [segment] = await readTrace(kept.traceId);
    expect(segment.metadata.default.text).toHaveLength(100_000);
    const refused = request(large(300_000));
    expect(await (await post("application/json", JSON.stringify(refused.body), {})).json()).toMatchObject({
      partialSuccess: { rejectedSpans: "1", errorMessage: expect.stringContaining("InvalidSegment") },
    });
  });

  // Fact 165.
  it.each([
    ["bytes that are no message", "application/x-protobuf", new Uint8Array([0xff, 0xff, 0xff]), {}, 400],
    ["broken JSON", "application/json", "{", {}, 400],
    ["a list", "application/json", "[]", {}, 400],
    ["another content type", "text/plain", "x", {}, 415],
    ["broken gzip", "application/json", "{}", { "content-encoding": "gzip" }, 400],
    ["a bomb", "application/json", gzipSync(Buffer.alloc(20 * 1024 * 1024)), { "content-encoding": "gzip" }, 413],
    ["a body beyond the limit", "application/json", "x".repeat(9 * 1024 * 1024), {}, 413],
  ])("refuses %s", async (_what, contentType, body, headers, status) => {
    const response = await post(contentType, body, headers as Record<string, string>);
    expect(response.status).toBe(status);
    if (contentType === "application/json") expect(await response.json()).toMatchObject({ code: expect.any(Number) });
    else await response.arrayBuffer();
  });

  it("answers an empty request, in the encoding of the request", async () => {
    const json = await post("application/json; charset=utf-8", "{}", {});
    expect([json.status, await json.json()]).toEqual([200, {}]);
    const protobuf = await post("application/x-protobuf", new Uint8Array(), {});
    expect([protobuf.status, (await protobuf.arrayBuffer()).byteLength]).toEqual([200, 0]);
    expect(protobuf.headers.get("content-type")).toBe("application/x-protobuf");
  });

  it("has nothing but traces", async () => {
    expect((await post("application/json", "{}", {}, `${dosimeter.otlpHttp}/v1/metrics`)).status).toBe(404);
    expect((await fetch(url())).status).toBe(405);
  });
});

describe("who sends", () => {
  const token = (id: string, secret: string) =>
    `dosimeter.${id}.${createHmac("sha256", secret).update("dosimeter bearer token for traces, version 1").digest("hex")}`;

  it("is whose key the bearer token was made from, at the main port and over gRPC too", async () => {
    const { accessKeyId, secretAccessKey } = dosimeter.root;
    const authorization = `Bearer ${token(accessKeyId, secretAccessKey)}`;
    for (const to of [url(), `${dosimeter.endpoint}/v1/traces`]) {
      const { traceId, body } = request();
      const response = await post("application/json", JSON.stringify(body), { authorization }, to);
      expect(response.status).toBe(200);
      expect(await readTrace(traceId)).toHaveLength(1);
    }
    const metadata = new Metadata();
    metadata.set("authorization", authorization);
    const traceId = await sendTrace(new GrpcExporter({ url: dosimeter.otlpGrpc, metadata }));
    expect(await readTrace(traceId)).not.toHaveLength(0);
  });

  it("is nobody with a wrong token, and nobody without one at the main port", async () => {
    const { accessKeyId } = dosimeter.root;
    const { body } = request();
    for (const authorization of [`Bearer ${token(accessKeyId, "wrong")}`, "Bearer abc", "Basic eDp5"]) {
      const response = await post("application/json", JSON.stringify(body), { authorization });
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect(response.status).toBeLessThan(404);
    }
    const main = await post("application/json", JSON.stringify(body), {}, `${dosimeter.endpoint}/v1/traces`);
    expect(main.status).toBe(403);
  });

  it("opens nothing else with the token", async () => {
    const { accessKeyId, secretAccessKey } = dosimeter.root;
    const response = await fetch(`${dosimeter.endpoint}/Groups`, {
      method: "POST",
      headers: { authorization: `Bearer ${token(accessKeyId, secretAccessKey)}` },
    });
    expect(response.status).toBe(400);
  });

  it("needs the permission to put segments, and the refusal is on record", async () => {
    const iam = dosimeter.client(IAMClient);
    await iam.send(new CreateUserCommand({ UserName: "exporter" }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: "exporter" }));
    const authorization = `Bearer ${token(AccessKey!.AccessKeyId!, AccessKey!.SecretAccessKey!)}`;
    const { body } = request();
    const denied = await post("application/json", JSON.stringify(body), { authorization });
    expect(denied.status).toBe(403);
    expect(await denied.json()).toMatchObject({ code: 7, message: expect.stringContaining("xray:PutTraceSegments") });
    const PolicyDocument = JSON.stringify({
      Version: "2012-10-17",
      Statement: { Effect: "Allow", Action: "xray:PutTraceSegments", Resource: "*" },
    });
    await iam.send(new PutUserPolicyCommand({ UserName: "exporter", PolicyName: "put", PolicyDocument }));
    await eventually(
      async () => (await post("application/json", JSON.stringify(body), { authorization })).status === 200,
      "the policy to be in force",
    );
    iam.destroy();
  });
});

/** Fields of a protobuf message: number and text, bytes, or 64-bit integer. */
function message(...fields: readonly (readonly [number, string | Buffer | bigint])[]): Buffer {
  return Buffer.concat(
    fields.map(([field, value]) => {
      if (typeof value === "bigint") {
        const bytes = Buffer.alloc(9);
        bytes[0] = (field << 3) | 1;
        bytes.writeBigUInt64LE(value, 1);
        return bytes;
      }
      const bytes = Buffer.from(value);
      return Buffer.concat([Buffer.from([(field << 3) | 2, (bytes.length & 0x7f) | 0x80, bytes.length >> 7]), bytes]);
    }),
  );
}

describe("spans in place of documents", () => {
  // Facts 41 and 158.
  const encoded = (traceId: string) => {
    const now = BigInt(Date.now()) * 1_000_000n;
    const span = message(
      [1, Buffer.from(traceId, "hex")],
      [2, Buffer.from("00000000000000a1", "hex")],
      [5, "GET /"],
      [7, now],
      [8, now + 5_000_000n],
    );
    return `T1S${message([1, message([2, message([2, span])])]).toString("base64")}`;
  };

  it("are stored by PutTraceSegments and by the daemon port", async () => {
    const first = freshTraceId();
    const answer = await xray.send(
      new PutTraceSegmentsCommand({ TraceSegmentDocuments: [encoded(first), "T1UCgA=", "M1abc", "T1S////"] }),
    );
    expect(answer.UnprocessedTraceSegments).toMatchObject([{ ErrorCode: "ParseError" }]);
    expect(await readTrace(`1-${first.slice(0, 8)}-${first.slice(8)}`)).toMatchObject([{ name: "GET /" }]);

    const second = freshTraceId();
    const socket = createSocket("udp4");
    const [host, port] = dosimeter.daemonAddress.split(":");
    socket.send(`{"format":"json","version":1}\n${encoded(second)}`, Number(port), host);
    await eventually(
      async () => (await readTrace(`1-${second.slice(0, 8)}-${second.slice(8)}`)).length > 0,
      "the span of the datagram",
    );
    socket.close();
  });
});

it("refuses who proves nothing where the setting says so", async () => {
  const strict = await startDosimeter({ env: { DOSIMETER_OTLP_WITHOUT_CREDENTIALS: "never" } });
  try {
    const { body } = request();
    const response = await post("application/json", JSON.stringify(body), {}, `${strict.otlpHttp}/v1/traces`);
    expect(response.status).toBe(403);
    const exporter = new GrpcExporter({ url: strict.otlpGrpc });
    await expect(sendTrace(exporter)).rejects.toBeDefined();
  } finally {
    await strict.stop();
  }
});
