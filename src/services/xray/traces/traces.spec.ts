import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  BatchGetTracesCommand,
  GetTraceSummariesCommand,
  PutTraceSegmentsCommand,
  XRayClient,
} from "@aws-sdk/client-xray";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { systemEnvironment } from "../../../environment.js";
import { type GatewayFixture, startGateway } from "../../../gateway/testing/gateway-fixture.js";
import { openVault } from "../../../identity/open-vault.js";
import { type Facts, openFacts } from "../../../storage/facts/open-facts.js";
import { openSettings } from "../../../storage/settings/open-settings.js";
import type { SettingsStore } from "../../../storage/settings-store.js";
import { RejectionLog } from "../../../tracing/rejections.js";
import { xrayService } from "../service.js";

let folder: string;
let settings: SettingsStore;
let facts: Facts;
let fixture: GatewayFixture;
let xray: XRayClient;
let allowed = true;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "dosimeter-xray-"));
  const environment = systemEnvironment;
  settings = await openSettings({ dataFolder: folder, environment });
  facts = await openFacts({
    dataFolder: folder,
    environment,
    retention: { traceRetentionDays: 30, eventRetentionDays: 90 },
  });
  fixture = await startGateway({
    services: [
      xrayService({
        traces: facts.traces,
        index: facts.index,
        exposure: facts.exposure,
        settings,
        environment,
        rejections: new RejectionLog(settings),
        vault: await openVault({ dataFolder: folder, environment }),
      }),
    ],
    limits: { bodyBytesMax: 8 * 1024 * 1024 },
    transact: (work) => settings.transact(work),
    allows: () => allowed,
  });
  xray = new XRayClient(fixture.client);
});

afterAll(async () => {
  xray?.destroy();
  await fixture?.close();
  await facts?.close();
  await settings?.close();
  rmSync(folder, { recursive: true });
});

beforeEach(() => {
  allowed = true;
  fixture.events.length = 0;
});

let made = 0;
const seconds = Math.floor(Date.now() / 1000);
const newTraceId = () => `1-${seconds.toString(16)}-${(++made).toString(16).padStart(24, "0")}`;
const segment = (more: Record<string, unknown> = {}) => ({
  id: (++made).toString(16).padStart(16, "0"),
  trace_id: newTraceId(),
  name: "shop",
  start_time: seconds - 2,
  end_time: seconds - 1,
  ...more,
});

const put = (...documents: unknown[]) =>
  xray.send(
    new PutTraceSegmentsCommand({
      TraceSegmentDocuments: documents.map((document) =>
        typeof document === "string" ? document : JSON.stringify(document),
      ),
    }),
  );

const recordedDocuments = () => {
  const records = fixture.records();
  expect(records).toHaveLength(1);
  return (records[0] as { requestParameters: { traceSegmentDocuments: string[] } }).requestParameters
    .traceSegmentDocuments;
};

describe("the record of PutTraceSegments", () => {
  it("names the trace of each document, in order and repeated, and nothing else of it", async () => {
    const one = segment({ user: "secret-user" });
    const bad = segment({ name: "secret*", id: "secret-id" });
    const old = segment({ trace_id: one.trace_id, metadata: { secret: true } });
    const array = [
      segment({ type: "subsegment", parent_id: one.id }),
      segment({ type: "subsegment", parent_id: one.id }),
    ];
    await put(one, bad, "secret", old, array, '{"trace_id":"secret"}');
    expect(recordedDocuments()).toEqual([
      `trace_id:${one.trace_id}`,
      `trace_id:${bad.trace_id}`,
      "trace_id:unknown",
      `trace_id:${one.trace_id}`,
      `trace_id:${array[0]!.trace_id},${array[1]!.trace_id}`,
      "trace_id:unknown",
    ]);
    expect(fixture.records()[0]).toMatchObject({
      eventName: "PutTraceSegments",
      eventSource: "xray.amazonaws.com",
      eventCategory: "Data",
      managementEvent: false,
      readOnly: false,
      resources: [{ type: "AWS::XRay::Trace" }],
      responseElements: {
        unprocessedTraceSegments: [
          { errorCode: "InvalidId", message: "Invalid segment. ErrorCode: InvalidId" },
          { errorCode: "ParseError" },
          { errorCode: "MissingId" },
        ],
      },
    });
    expect(JSON.stringify(fixture.records())).not.toContain("secret");
  });

  it("has an empty list of unprocessed documents where there is none", async () => {
    await put(segment());
    expect(fixture.records()[0]).toMatchObject({ responseElements: { unprocessedTraceSegments: [] } });
  });

  it("names the traces of a call that was refused, of which nothing is stored", async () => {
    allowed = false;
    const document = segment();
    await expect(put(document)).rejects.toMatchObject({ name: "AccessDeniedException" });
    expect(recordedDocuments()).toEqual([`trace_id:${document.trace_id}`]);
    expect(fixture.records()[0]).toMatchObject({ errorCode: "AccessDenied", responseElements: null });
    allowed = true;
    const { Traces } = await xray.send(new BatchGetTracesCommand({ TraceIds: [document.trace_id] }));
    expect(Traces).toEqual([]);
  });

  it("of too many documents names the first and counts the others", async () => {
    const documents = Array.from({ length: 60 }, () => segment());
    await expect(put(...documents)).rejects.toMatchObject({ name: "InvalidRequestException" });
    expect(recordedDocuments()).toHaveLength(51);
    expect(recordedDocuments().slice(49)).toEqual([`trace_id:${documents[49]!.trace_id}`, "(10 more documents)"]);
  });
});

describe("the record of a read", () => {
  it("says which traces were asked for, and keeps no answer", async () => {
    const document = segment();
    await put(document);
    fixture.events.length = 0;
    await xray.send(new BatchGetTracesCommand({ TraceIds: [document.trace_id] }));
    await xray.send(
      new GetTraceSummariesCommand({
        StartTime: new Date((seconds - 60) * 1000),
        EndTime: new Date((seconds + 60) * 1000),
      }),
    );
    expect(fixture.records()).toMatchObject([
      {
        eventName: "BatchGetTraces",
        readOnly: true,
        eventCategory: "Data",
        resources: [{ type: "AWS::XRay::Trace" }],
        requestParameters: { traceIds: [document.trace_id] },
        responseElements: null,
      },
      {
        eventName: "GetTraceSummaries",
        readOnly: true,
        eventCategory: "Data",
        requestParameters: { startTime: new Date((seconds - 60) * 1000).toISOString().replace(".000", "") },
        responseElements: null,
      },
    ]);
  });
});
