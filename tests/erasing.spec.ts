import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
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
  ListRetrievedTracesCommand,
  PutEncryptionConfigCommand,
  PutTraceSegmentsCommand,
  StartTraceRetrievalCommand,
  UpdateIndexingRuleCommand,
  UpdateTraceSegmentDestinationCommand,
  XRayClient,
} from "@aws-sdk/client-xray";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FactDatabase } from "../src/storage/facts/fact-database.js";
import { runVerify } from "../src/verify/run-verify.js";
import { callExtension } from "./call-extension.js";
import { eventually, type RunningDosimeter, startDosimeter, type TestCredentials } from "./start-dosimeter.js";
import { placesOfTexts } from "./stored-text.js";

const program = path.resolve(import.meta.dirname, "../bin/dosimeter.cjs");

let dataFolder: string;
let dosimeter: RunningDosimeter;
let xray: XRayClient;

async function start(): Promise<void> {
  dosimeter = await startDosimeter({ dataFolder });
  xray = dosimeter.client(XRayClient);
}

async function stop(signal?: "SIGKILL"): Promise<void> {
  xray?.destroy();
  await dosimeter?.stop(signal);
}

beforeAll(async () => {
  dataFolder = await mkdtemp(path.join(tmpdir(), "dosimeter-erasing-"));
  await start();
  await stop();
  // Else the engine keeps the files of replaced parts for eight minutes.
  const database = await FactDatabase.embedded(path.join(dataFolder, "facts"), "dosimeter");
  for (const table of ["segments", "traces", "log_events"])
    await database.command(`ALTER TABLE ${table} MODIFY SETTING old_parts_lifetime = 1`);
  await database.close();
  await start();
});

afterAll(async () => {
  await stop();
  await rm(dataFolder, { recursive: true, force: true });
});

/** Where documents are encrypted. */
const sealedRegion = "eu-central-1";

const call = (name: string, input: object = {}, credentials?: TestCredentials) =>
  callExtension(dosimeter, "xray", name, input, credentials);

const hex = (length: number) => [...Array(length)].map(() => Math.floor(Math.random() * 16).toString(16)).join("");

/** Whom an erasure is about, and what else their traces hold. */
const person = `person-${hex(12)}`;
const secret = `secret-${hex(12)}`;
const other = `other-${hex(12)}`;

const newTraceId = () => `1-${Math.floor(Date.now() / 1000).toString(16)}-${hex(24)}`;

function documentOf(traceId: string, customer: string, more: object = {}): string {
  const end_time = Date.now() / 1000;
  const metadata = { default: { note: customer === person ? secret : other } };
  return JSON.stringify({
    ...{ trace_id: traceId, id: hex(16), name: "shop", start_time: end_time - 1, end_time },
    ...{ annotations: { customer }, metadata },
    ...more,
  });
}

async function put(...TraceSegmentDocuments: string[]) {
  return (await xray.send(new PutTraceSegmentsCommand({ TraceSegmentDocuments }))).UnprocessedTraceSegments!;
}

async function readable(...TraceIds: string[]): Promise<string[]> {
  const { Traces } = await xray.send(new BatchGetTracesCommand({ TraceIds }));
  return Traces!.map(({ Id }) => Id!);
}

/** The ciphertexts of a service that has ended, by the number of the traces' rows that point into each. */
async function ciphertexts(): Promise<Map<number, string[]>> {
  const database = await FactDatabase.embedded(path.join(dataFolder, "facts"), "dosimeter");
  try {
    const rows = await database.query<{ rows: string; ciphertexts: string[] }>(
      "tests.ciphertexts",
      `SELECT countIf(batch_id != '') AS rows, groupArrayIf(document, batch_id = '') AS ciphertexts
       FROM segments WHERE region = '${sealedRegion}' GROUP BY if(batch_id = '', trace_id, batch_id)`,
      {},
    );
    return new Map(rows.map((row) => [Number(row.rows), row.ciphertexts]));
  } finally {
    await database.close();
  }
}

async function listed(): Promise<string[]> {
  const times = { StartTime: new Date(Date.now() - 3_600_000), EndTime: new Date(Date.now() + 60_000) };
  const { TraceSummaries } = await xray.send(new GetTraceSummariesCommand(times));
  return TraceSummaries!.map(({ Id }) => Id!);
}

const ended = (ErasureId: string) =>
  eventually(
    async () => {
      const erasure = await call("GetTraceErasure", { ErasureId });
      return erasure.EndedAt !== undefined && erasure;
    },
    "the end of an erasure",
    120_000,
  );

// biome-ignore lint/suspicious/noExplicitAny: records.
async function records(name: string): Promise<any[]> {
  const trail = dosimeter.client(CloudTrailClient);
  const { Events } = await trail.send(
    new LookupEventsCommand({ LookupAttributes: [{ AttributeKey: "EventName", AttributeValue: name }] }),
  );
  trail.destroy();
  return Events!.map((event) => JSON.parse(event.CloudTrailEvent!));
}

describe("erasing", () => {
  const [first, second, kept, named, spanned, keptSpan] = Array.from({ length: 6 }, newTraceId) as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];

  it("begins with traces everywhere: indexed, left out of the index, as spans, retrieved, as refused examples", async () => {
    await put(
      documentOf(first, person),
      documentOf(second, person),
      documentOf(second, other),
      documentOf(kept, other),
      documentOf(named, other),
    );
    expect(await put(documentOf(first, person, { name: undefined }))).toHaveLength(1);
    const logs = dosimeter.client(CloudWatchLogsClient);
    const Principal = { Service: "xray.amazonaws.com" };
    const Statement = [{ Effect: "Allow", Principal, Action: "logs:PutLogEvents", Resource: "*" }];
    const policyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
    await logs.send(new PutResourcePolicyCommand({ policyName: "spans", policyDocument }));
    const Rule = { Probabilistic: { DesiredSamplingPercentage: 0 } };
    await xray.send(new UpdateIndexingRuleCommand({ Name: "Default", Rule }));
    await xray.send(new UpdateTraceSegmentDestinationCommand({ Destination: "CloudWatchLogs" }));
    await eventually(async () => {
      const { Status } = await xray.send(new GetTraceSegmentDestinationCommand({}));
      return Status === "ACTIVE";
    }, "the destination");
    await put(documentOf(spanned, person), documentOf(keptSpan, other));
    const spans = await logs.send(new FilterLogEventsCommand({ logGroupName: "aws/spans" }));
    expect(spans.events).toHaveLength(2);
    logs.destroy();
    expect(JSON.stringify(await call("GetRejectedSegments"))).toContain(secret);
    await eventually(async () => (await listed()).length === 4, "the index");
  });

  it("counts without erasing, on a dry run", async () => {
    const { ErasureId } = await call("StartTraceErasure", {
      Annotation: { Key: "customer", Value: person },
      Reason: "what would it be",
      DryRun: true,
    });
    expect(await ended(ErasureId)).toMatchObject({
      Status: "COMPLETE",
      DryRun: true,
      TraceCount: 3,
      DocumentCount: 4,
      TraceIdsSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(await readable(first, second)).toHaveLength(2);
    expect(await put(documentOf(first, person))).toEqual([]);
  });

  it("removes all there is of a person's traces, though the process is killed meanwhile, and keeps every proof", async () => {
    const { RetrievalToken } = await xray.send(
      new StartTraceRetrievalCommand({
        TraceIds: [first, spanned, kept],
        StartTime: new Date(Date.now() - 3_600_000),
        EndTime: new Date(Date.now() + 3_600_000),
      }),
    );
    const [eventId] = (await records("UpdateIndexingRule")).map(({ eventID }) => eventID as string);
    const proof = path.join(dataFolder, "before.proof");
    const key = path.join(dataFolder, "tree.key");
    const env = { ...dosimeter.cliEnvironment() };
    const prove = (...args: string[]) => promisify(execFile)(process.execPath, [program, "prove", ...args], { env });
    await prove("--key", "--out", key);
    await prove("--event-id", eventId!, "--out", proof);

    const byAnnotation = await call("StartTraceErasure", {
      Annotation: { Key: "customer", Value: person },
      Reason: "asked by the person",
      Reference: "ticket 17",
    });
    const byIds = await call("StartTraceErasure", { TraceIds: [named, newTraceId()], Reason: "sent by mistake" });
    await eventually(async () => {
      const erasure = await call("GetTraceErasure", { ErasureId: byIds.ErasureId });
      return erasure.ErasedAt !== undefined;
    }, "the first pass");
    await stop("SIGKILL");
    await start();
    // At once, as what is refused survives too.
    expect(await put(documentOf(named, other))).toMatchObject([{ ErrorCode: "TraceErased" }]);
    expect(await ended(byAnnotation.ErasureId)).toMatchObject({
      Status: "COMPLETE",
      DryRun: false,
      Reason: "asked by the person",
      Reference: "ticket 17",
      RequestedBy: `arn:aws:iam::${dosimeter.accountId}:root`,
      TraceCount: 3,
      DocumentCount: 5,
    });
    expect(await ended(byIds.ErasureId)).toMatchObject({ Status: "COMPLETE", TraceCount: 1, DocumentCount: 1 });

    expect(await readable(first, second, kept, named)).toEqual([kept]);
    expect(await listed()).toEqual([kept]);
    const retrieved = await xray.send(new ListRetrievedTracesCommand({ RetrievalToken }));
    expect(retrieved.Traces!.map(({ Id }) => Id)).toEqual([kept]);
    const logs = dosimeter.client(CloudWatchLogsClient);
    const spans = await logs.send(new FilterLogEventsCommand({ logGroupName: "aws/spans" }));
    logs.destroy();
    expect(spans.events!.map(({ message }) => JSON.parse(message!).traceId)).toEqual([
      keptSpan.slice(2).replace("-", ""),
    ]);
    const { RejectedSegments } = await call("GetRejectedSegments");
    expect(RejectedSegments.length).toBeGreaterThan(0);
    expect(JSON.stringify(RejectedSegments)).not.toContain(secret);

    const verified = await runVerify(["--proof", proof, "--key", key], { out: () => {}, error: () => {} });
    expect(verified).toBe(0);
    const after = path.join(dataFolder, "after.proof");
    env["AWS_ENDPOINT_URL"] = dosimeter.endpoint;
    await prove("--event-id", eventId!, "--out", after);
    expect(await runVerify(["--proof", after, "--key", key], { out: () => {}, error: () => {} })).toBe(0);
  });

  it("takes encrypted documents out of the ciphertexts they share with others, which stay readable", async () => {
    const { endpoint, root: credentials } = dosimeter;
    const there = new XRayClient({ endpoint, credentials, region: sealedRegion, maxAttempts: 1 });
    const callThere = (name: string, input: object) =>
      callExtension({ ...dosimeter, region: sealedRegion }, "xray", name, input);
    await there.send(new PutEncryptionConfigCommand({ Type: "KMS", KeyId: "alias/aws/xray" }));
    // What cannot be compressed, so that lengths tell how much there is.
    const filled = (traceId: string, customer: string, more = {}) =>
      documentOf(traceId, customer, { user: hex(2000), ...more });
    const putThere = (...TraceSegmentDocuments: string[]) =>
      there.send(new PutTraceSegmentsCommand({ TraceSegmentDocuments }));
    const [gone, ...others] = Array.from({ length: 4 }, newTraceId) as [string, ...string[]];
    const id = hex(16);
    const beside = newTraceId();
    // The second document of the segment replaces the first, which shares a ciphertext with another trace.
    await putThere(filled(gone, person, { id, in_progress: true, end_time: undefined }), filled(beside, other));
    await putThere(filled(gone, person, { id }), ...others.map((traceId) => filled(traceId, other)));
    const { ErasureId } = await callThere("StartTraceErasure", { TraceIds: [gone], Reason: "asked by the person" });
    await eventually(
      async () => (await callThere("GetTraceErasure", { ErasureId })).EndedAt !== undefined,
      "the erasure",
      120_000,
    );
    const read = async () => {
      const { Traces } = await there.send(new BatchGetTracesCommand({ TraceIds: [gone, beside, ...others] }));
      for (const { Segments } of Traces!) expect(Segments![0]!.Document).toContain(other);
      return Traces!.map(({ Id }) => Id!).sort();
    };
    expect(await read()).toEqual([beside, ...others].sort());
    const late = [newTraceId(), newTraceId()];
    await putThere(...late.map((traceId) => filled(traceId, other)));
    there.destroy();
    await stop("SIGKILL");
    const stored = await ciphertexts();
    // Which the engine may have or not have yet.
    stored.delete(late.length);
    await start();
    const afterwards = new XRayClient({
      endpoint: dosimeter.endpoint,
      credentials,
      region: sealedRegion,
      maxAttempts: 1,
    });
    const { Traces } = await afterwards.send(new BatchGetTracesCommand({ TraceIds: late }));
    afterwards.destroy();
    expect(Traces!.map(({ Id }) => Id).sort()).toEqual(late.sort());
    // One each, of as many documents as there are rows that point at it.
    expect([...stored.keys()].sort()).toEqual([1, 3]);
    const [[small], [large]] = [stored.get(1)!, stored.get(3)!] as [[string], [string]];
    expect(stored.get(1)).toHaveLength(1);
    expect(stored.get(3)).toHaveLength(1);
    const times = large.length / small.length;
    expect(times).toBeGreaterThan(2.2);
    expect(times).toBeLessThan(3.3);
  });

  it("is a command, too", async () => {
    const erase = async (...args: string[]) =>
      promisify(execFile)(process.execPath, [program, "erase", ...args], { env: dosimeter.cliEnvironment() }).then(
        ({ stdout }) => ({ text: stdout, status: 0 }),
        (reason: { stderr: string; code: number }) => ({ text: reason.stderr, status: reason.code }),
      );
    const counted = await erase("--trace", kept, "--reason", "how many", "--dry-run");
    expect(counted).toMatchObject({
      status: 0,
      text: expect.stringContaining("would erase 1 traces with 1 documents"),
    });
    expect(await erase("--trace", "x", "--reason", "r")).toMatchObject({ status: 1 });
    expect(await erase("--trace", kept)).toMatchObject({ status: 2, text: expect.stringContaining("--reason") });
    expect(await readable(kept)).toEqual([kept]);
  });

  it("refuses what comes later of an erased trace, and takes the others of the call", async () => {
    const fresh = newTraceId();
    const refused = await put(documentOf(spanned, person), documentOf(fresh, other), documentOf(second, other));
    expect(refused).toMatchObject([{ ErrorCode: "TraceErased" }, { ErrorCode: "TraceErased" }]);
    const now = Date.now() * 1_000_000;
    const span = { name: "GET", kind: 2, startTimeUnixNano: `${now}`, endTimeUnixNano: `${now}`, spanId: hex(16) };
    const answer = await fetch(`${dosimeter.otlpHttp}/v1/traces`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        resourceSpans: [{ scopeSpans: [{ spans: [{ ...span, traceId: first.slice(2).replace("-", "") }] }] }],
      }),
    });
    expect(await answer.json()).toMatchObject({ partialSuccess: { rejectedSpans: "1" } });
    expect(await readable(first, second)).toEqual([]);
  });

  it("stays in the record: who asked, why, and what was erased, but not whom it was about", async () => {
    const started = await records("StartTraceErasure");
    expect(started.find(({ requestParameters: { reference } }) => reference === "ticket 17")).toMatchObject({
      readOnly: false,
      managementEvent: true,
      requestParameters: {
        annotation: { key: "customer", value: "HIDDEN_DUE_TO_SECURITY_REASONS" },
        reason: "asked by the person",
      },
    });
    const erased = await records("EraseTraces");
    expect(erased).toHaveLength(4);
    expect(erased.find(({ requestParameters: { reference } }) => reference === "ticket 17")).toMatchObject({
      eventSource: "xray.amazonaws.com",
      requestParameters: {
        requestedBy: `arn:aws:iam::${dosimeter.accountId}:root`,
        annotation: { key: "customer", valueHash: expect.stringMatching(/^[0-9a-f]{24}$/) },
      },
      responseElements: { status: "COMPLETE", traceCount: 3, documentCount: 5 },
    });
    const { Erasures } = await call("ListTraceErasures");
    expect(Erasures).toHaveLength(4);
    const paged = [];
    for (let page = await call("ListTraceErasures", { MaxResults: 1 }); ; ) {
      paged.push(...page.Erasures);
      if (page.NextToken === undefined) break;
      page = await call("ListTraceErasures", { MaxResults: 1, NextToken: page.NextToken });
    }
    expect(paged).toEqual(Erasures);
    expect(JSON.stringify([started, erased, Erasures])).not.toContain(person);
  });

  it("leaves nothing on the disk once the engine's old files are gone", async () => {
    await eventually(
      async () => {
        const { Erasures } = await call("ListTraceErasures");
        return Erasures.filter((erasure: { FilesGoneAt?: number }) => erasure.FilesGoneAt !== undefined).length === 2;
      },
      "the files to be gone",
      120_000,
    );
    await stop();
    expect(await placesOfTexts(dataFolder, [person, secret])).toEqual([]);
    expect((await placesOfTexts(dataFolder, [other])).join()).toContain("table segments");
    await start();
  });

  it("is refused where it is wrong, and needs its permission", async () => {
    const TraceIds = [first];
    for (const input of [
      {},
      { TraceIds },
      { TraceIds, Reason: "" },
      { TraceIds: [], Reason: "r" },
      { TraceIds: ["x"], Reason: "r" },
      { TraceIds, Annotation: { Key: "a", Value: "b" }, Reason: "r" },
      { Annotation: { Key: "a" }, Reason: "r" },
      { TraceIds, Reason: "r", DryRun: "yes" },
      { TraceIds, Reason: "r", Dryrun: true },
    ])
      expect(await call("StartTraceErasure", input)).toMatchObject({ __type: "InvalidRequestException" });
    expect(await call("GetTraceErasure", { ErasureId: "x" })).toMatchObject({ __type: "InvalidRequestException" });
    const iam = dosimeter.client(IAMClient);
    await iam.send(new CreateUserCommand({ UserName: "curious" }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: "curious" }));
    iam.destroy();
    const key = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
    for (const name of ["StartTraceErasure", "GetTraceErasure", "ListTraceErasures"])
      expect((await call(name, { TraceIds, Reason: "r" }, key)).message).toContain(`xray:${name}`);
  });
});
