import { createSocket } from "node:dgram";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudTrailClient, LookupEventsCommand } from "@aws-sdk/client-cloudtrail";
import {
  CloudWatchLogsClient,
  FilterLogEventsCommand,
  PutResourcePolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient } from "@aws-sdk/client-iam";
import {
  BatchGetTracesCommand,
  GetTraceSegmentDestinationCommand,
  GetTraceSummariesCommand,
  PutTraceSegmentsCommand,
  UpdateIndexingRuleCommand,
  UpdateTraceSegmentDestinationCommand,
  XRayClient,
} from "@aws-sdk/client-xray";
import { SpanKind } from "@opentelemetry/api";
import { OTLPTraceExporter as GrpcExporter } from "@opentelemetry/exporter-trace-otlp-grpc";
import { OTLPTraceExporter as ProtoExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { AWSXRayIdGenerator } from "@opentelemetry/id-generator-aws-xray";
import { BasicTracerProvider, SimpleSpanProcessor, type SpanExporter } from "@opentelemetry/sdk-trace-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callExtension } from "./call-extension.js";
import { eventually, type RunningDosimeter, startDosimeter, type TestCredentials } from "./start-dosimeter.js";
import { placesOfTexts } from "./stored-text.js";

let dataFolder: string;
let dosimeter: RunningDosimeter;
let xray: XRayClient;

beforeAll(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), "dosimeter-masking-"));
  dosimeter = await startDosimeter({ dataFolder });
  xray = dosimeter.client(XRayClient);
});

afterAll(async () => {
  xray?.destroy();
  await dosimeter?.stop();
  await rm(dataFolder, { recursive: true, force: true });
});

const call = (name: string, input: object = {}, credentials?: TestCredentials) =>
  callExtension(dosimeter, "xray", name, input, credentials);

/** What must be nowhere, each where a rule looks for it. */
const secrets = {
  annotation: "customer-7f3a91",
  metadata: "plain-5b20cc",
  parameter: "query-90ab17",
  header: "header-c4d5e6",
  address: "alice.8810@example.com",
  card: "5555 5555 5555 4444",
};

const newTraceId = () =>
  `1-${Math.floor(Date.now() / 1000).toString(16)}-${[...Array(24)].map(() => Math.floor(Math.random() * 16).toString(16)).join("")}`;

function documentOf(traceId: string, more: object = {}): string {
  const end_time = Date.now() / 1000;
  return JSON.stringify({
    trace_id: traceId,
    id: traceId.slice(-16),
    name: "shop",
    start_time: end_time - 1,
    end_time,
    user: secrets.address,
    http: {
      request: { method: "GET", url: `https://shop/?secret_id=${secrets.parameter}&page=2` },
      response: { status: 200 },
    },
    annotations: { customer: secrets.annotation, plan: "gold" },
    metadata: {
      default: {
        deep: { private: secrets.metadata },
        headers: { "x-api-key": secrets.header },
        text: `paid with ${secrets.card} by ${secrets.address}`,
      },
    },
    ...more,
  });
}

async function sendSpan(exporter: SpanExporter): Promise<string> {
  const provider = new BasicTracerProvider({
    idGenerator: new AWSXRayIdGenerator(),
    spanProcessors: [new SimpleSpanProcessor(exporter)],
  });
  const span = provider.getTracer("test").startSpan("GET /", {
    kind: SpanKind.SERVER,
    attributes: {
      "http.method": "GET",
      "http.url": `https://shop/?secret_id=${secrets.parameter}`,
      "http.request.header.x-api-key": [secrets.header],
      "enduser.id": secrets.address,
      note: `card ${secrets.card}`,
      customer: secrets.annotation,
      "aws.xray.annotations": ["customer"],
    },
  });
  span.end();
  await provider.shutdown();
  const { traceId } = span.spanContext();
  return `1-${traceId.slice(0, 8)}-${traceId.slice(8)}`;
}

const read = (traceId: string) =>
  eventually(async () => {
    const { Traces } = await xray.send(new BatchGetTracesCommand({ TraceIds: [traceId] }));
    return Traces?.[0]?.Segments?.map(({ Document }) => Document).join("\n");
  }, `trace ${traceId}`);

describe("masking rules", () => {
  it("mask values before they are stored, through every door, so that they are nowhere afterwards", async () => {
    const rules = [
      { RuleName: "customer", AnnotationKeys: ["customer"], Replacement: "HASH" },
      { RuleName: "private", MetadataPaths: [["**", "private"]] },
      { RuleName: "secrets", QueryParameters: ["secret_*"], Headers: ["x-api-key"] },
      { RuleName: "data", Detectors: ["EMAIL", "CARD_NUMBER"], Replacement: "LAST4" },
    ];
    for (const rule of rules)
      expect((await call("PutMaskingRule", rule)).MaskingRule).toMatchObject({ Replacement: "MARK", ...rule });
    expect((await call("GetMaskingRules")).MaskingRules.map((rule: { RuleName: string }) => rule.RuleName)).toEqual([
      "customer",
      "data",
      "private",
      "secrets",
    ]);

    // Spans go to their log group, too.
    const logs = dosimeter.client(CloudWatchLogsClient);
    const policyDocument = JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        { Effect: "Allow", Principal: { Service: "xray.amazonaws.com" }, Action: "logs:PutLogEvents", Resource: "*" },
      ],
    });
    await logs.send(new PutResourcePolicyCommand({ policyName: "spans", policyDocument }));
    const Rule = { Probabilistic: { DesiredSamplingPercentage: 100 } };
    await xray.send(new UpdateIndexingRuleCommand({ Name: "Default", Rule }));
    await xray.send(new UpdateTraceSegmentDestinationCommand({ Destination: "CloudWatchLogs" }));
    await eventually(async () => {
      const { Status } = await xray.send(new GetTraceSegmentDestinationCommand({}));
      return Status === "ACTIVE";
    }, "the destination");

    const called = newTraceId();
    const broken = [
      documentOf(called, { name: undefined }),
      `${documentOf(called)}}`,
      documentOf(called, { id: secrets.address }),
      `T1S${Buffer.from(secrets.address).toString("base64")}`,
    ];
    const escaped = documentOf(newTraceId()).replaceAll("@", "\\u0040");
    const twice = `{"user":"${secrets.address}",${documentOf(newTraceId()).slice(1)}`;
    const { UnprocessedTraceSegments } = await xray.send(
      new PutTraceSegmentsCommand({ TraceSegmentDocuments: [documentOf(called), ...broken, escaped, twice] }),
    );
    expect(UnprocessedTraceSegments).toHaveLength(broken.length);

    const [host, port] = dosimeter.daemonAddress.split(":");
    const datagram = newTraceId();
    const socket = createSocket("udp4");
    socket.send(`{"format": "json", "version": 1}\n${documentOf(datagram)}`, Number(port), host, () => socket.close());
    const http = await sendSpan(new ProtoExporter({ url: `${dosimeter.otlpHttp}/v1/traces` }));
    const grpc = await sendSpan(new GrpcExporter({ url: dosimeter.otlpGrpc }));

    const documents = await Promise.all([called, datagram, http, grpc].map(read));
    for (const text of documents) {
      expect(text).toMatch(/secret_id=MASKED/);
      expect(text).toMatch(/"customer":"MASKED-[0-9a-f]{24}"/);
      expect(text).toContain("MASKED-4444");
      expect(text).toMatch(/x-api-key":(\["MASKED"\]|"MASKED")/);
    }
    // Equal values are found as one, whatever door they came through.
    const customers = documents.map((text) => /"customer":"(MASKED-[0-9a-f]+)"/.exec(text)![1]!);
    expect(new Set(customers).size).toBe(1);
    const ids = await eventually(async () => {
      const { TraceSummaries } = await xray.send(
        new GetTraceSummariesCommand({
          StartTime: new Date(Date.now() - 600_000),
          EndTime: new Date(),
          FilterExpression: `annotation.customer = "${customers[0]}"`,
        }),
      );
      const found = TraceSummaries!.map(({ Id }) => Id!);
      return [called, datagram, http, grpc].every((id) => found.includes(id)) && found;
    }, "the traces of the customer");
    expect(ids).toHaveLength(6);

    const spans = await logs.send(new FilterLogEventsCommand({ logGroupName: "aws/spans" }));
    expect(spans.events!.length).toBeGreaterThanOrEqual(6);
    logs.destroy();
    const { RejectedSegments } = await call("GetRejectedSegments");
    const samples = RejectedSegments.map(({ Sample }: { Sample: string }) => Sample).join("\n");
    expect(samples).toContain("MASKED");
    expect(samples).toContain("not kept");
    const answers = JSON.stringify([documents, spans.events, RejectedSegments]);
    for (const secret of Object.values(secrets)) expect(answers).not.toContain(secret);

    await dosimeter.stop("SIGKILL");
    expect(dosimeter.standardError()).not.toMatch(new RegExp(Object.values(secrets).join("|")));
    expect(await placesOfTexts(dataFolder, Object.values(secrets))).toEqual([]);
    // The look is worth something: what is not masked is found.
    expect((await placesOfTexts(dataFolder, ["gold"])).join()).toContain("table segments");
    dosimeter = await startDosimeter({ dataFolder });
    xray.destroy();
    xray = dosimeter.client(XRayClient);
    expect(await read(called)).toContain("MASKED-4444");
  });

  it("are in force until they are deleted; each change is recorded as what it was", async () => {
    expect(await call("DeleteMaskingRule", { RuleName: "customer" })).toEqual({});
    const traceId = newTraceId();
    await xray.send(new PutTraceSegmentsCommand({ TraceSegmentDocuments: [documentOf(traceId)] }));
    expect(await read(traceId)).toContain(`"customer":"${secrets.annotation}"`);
    const trail = dosimeter.client(CloudTrailClient);
    const { Events } = await trail.send(
      new LookupEventsCommand({ LookupAttributes: [{ AttributeKey: "EventName", AttributeValue: "PutMaskingRule" }] }),
    );
    trail.destroy();
    const records = Events!.map((event) => JSON.parse(event.CloudTrailEvent!));
    expect(records).toHaveLength(4);
    expect(records.find(({ requestParameters }) => requestParameters.ruleName === "customer")).toMatchObject({
      readOnly: false,
      managementEvent: true,
      eventCategory: "Management",
      requestParameters: { ruleName: "customer", annotationKeys: ["customer"], replacement: "HASH" },
    });
  });

  it("are refused where they are wrong", async () => {
    for (const input of [
      {},
      { RuleName: "a b", AnnotationKeys: ["x"] },
      { RuleName: "a" },
      { RuleName: "a", AnnotationKeys: "x" },
      { RuleName: "a", AnnotationKey: ["x"] },
      { RuleName: "a", MetadataPaths: ["x"] },
      { RuleName: "a", Members: [["id"]] },
      { RuleName: "a", Detectors: ["PHONE"] },
      { RuleName: "a", AnnotationKeys: ["x"], Replacement: "ROT13" },
    ])
      expect(await call("PutMaskingRule", input)).toMatchObject({ __type: "InvalidRequestException" });
    expect(await call("DeleteMaskingRule", { RuleName: "missing" })).toMatchObject({
      __type: "InvalidRequestException",
    });
  });

  it("need their permissions", async () => {
    const iam = dosimeter.client(IAMClient);
    await iam.send(new CreateUserCommand({ UserName: "curious" }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: "curious" }));
    iam.destroy();
    const key = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
    for (const name of ["PutMaskingRule", "GetMaskingRules", "DeleteMaskingRule"]) {
      const refusal = await call(name, { RuleName: "a", Headers: ["b"] }, key);
      expect(refusal).toMatchObject({ __type: "AccessDeniedException" });
      expect(refusal.message).toContain(`xray:${name}`);
    }
  });
});
