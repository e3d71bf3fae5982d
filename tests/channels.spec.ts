import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  CloudTrailClient,
  CreateChannelCommand,
  DeleteChannelCommand,
  DeleteEventDataStoreCommand,
  GetChannelCommand,
  PutResourcePolicyCommand,
} from "@aws-sdk/client-cloudtrail";
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sign } from "../src/gateway/testing/signed-request.js";
import { ask, commandsOf, countOf, makeStore } from "./log-bucket.js";
import { eventually, type RunningDosimeter, startDosimeter, type TestCredentials } from "./start-dosimeter.js";

const run = promisify(execFile);
const cli = await run("aws", ["--version"]).then(
  () => true,
  () => false,
);

let service: RunningDosimeter;
let lake: CloudTrailClient;
let store: string;
let channel: string;
beforeAll(async () => {
  service = await startDosimeter();
  lake = service.client(CloudTrailClient);
  store = await makeAuditStore("applications");
  channel = await makeChannel("applications", [store]);
});
afterAll(() => service.stop());

const makeAuditStore = (name: string, target = service) =>
  makeStore(target, name, {
    MultiRegionEnabled: false,
    StartIngestion: undefined,
    AdvancedEventSelectors: [{ FieldSelectors: [{ Field: "eventCategory", Equals: ["ActivityAuditLog"] }] }],
  });

async function makeChannel(Name: string, stores: string[], target = service): Promise<string> {
  const Destinations = stores.map((Location) => ({ Type: "EVENT_DATA_STORE" as const, Location }));
  const { ChannelArn } = await target
    .client(CloudTrailClient)
    .send(new CreateChannelCommand({ Name, Source: "Custom", Destinations }));
  return ChannelArn as string;
}

const eventData = (UID: string, more: object = {}) =>
  JSON.stringify({
    version: "1.0",
    userIdentity: { type: "employee", principalId: "alice", details: { team: "web" } },
    userAgent: "shop/1.0",
    eventSource: "shop.example.com",
    eventName: "CancelOrder",
    eventTime: `${new Date().toISOString().slice(0, 19)}Z`,
    UID,
    requestParameters: { order: "4711" },
    recipientAccountId: service.accountId,
    ...more,
  });

const checksum = (text: string) => createHash("sha256").update(text).digest("base64");

interface Sent {
  readonly status: number;
  readonly code: string | null;
  readonly body: {
    readonly successful: { readonly id: string; readonly eventID: string }[];
    readonly failed: { readonly id: string; readonly errorCode: string; readonly errorMessage: string }[];
    readonly message?: string;
  };
}

async function put(
  auditEvents: unknown,
  more: { to?: string; externalId?: string; key?: TestCredentials; region?: string; service?: RunningDosimeter } = {},
): Promise<Sent> {
  const query = new URLSearchParams({
    channelArn: more.to ?? channel,
    ...(more.externalId !== undefined && { externalId: more.externalId }),
  });
  const target = more.service ?? service;
  const answer = await sign({
    endpoint: target.endpoint,
    service: "cloudtrail-data",
    region: more.region ?? target.region,
    path: "/PutAuditEvents",
    query: query.toString(),
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ auditEvents }),
    key: more.key ?? target.root,
  });
  return {
    status: answer.status,
    code: answer.headers.get("x-amzn-errortype"),
    body: (await answer.json()) as Sent["body"],
  };
}

describe("PutAuditEvents", () => {
  it("takes what is right and says of each of the others what is wrong (fact 94)", async () => {
    const good = eventData("fact-94");
    const { status, body } = await put([
      { id: "good", eventData: good, eventDataChecksum: checksum(good) },
      { id: "bad", eventData: eventData("fact-94-bad"), eventDataChecksum: checksum("something else") },
    ]);
    expect(status).toBe(200);
    expect(body).toEqual({
      successful: [{ id: "good", eventID: expect.stringMatching(/^[a-f0-9-]{36}$/) }],
      failed: [{ id: "bad", errorCode: "InvalidChecksum", errorMessage: expect.any(String) }],
    });
  });

  it("refuses a request in which an id stands twice, with all its events (fact 95)", async () => {
    const events = ["one", "two", "one"].map((id) => ({ id, eventData: eventData("fact-95") }));
    expect(await put(events)).toMatchObject({ status: 400, code: "DuplicatedAuditEventId" });
    expect(await ask(service, store, "SELECT eventid FROM $store WHERE eventdata.uid = 'fact-95'")).toEqual([]);
  });

  it("makes of an event a record that SQL finds at once", async () => {
    const sent = await put([{ id: "1", eventData: eventData("found") }]);
    const [row] = await ask(
      service,
      store,
      `SELECT eventid, eventcategory, eventtype, recipientaccountid, metadata.channelarn AS channel,
         eventdata.useridentity.principalid AS who, eventdata.eventname AS what,
         element_at(eventdata.requestparameters, 'order') AS which, eventjson
       FROM $store WHERE eventdata.uid = 'found'`,
    );
    expect(row).toMatchObject({
      eventid: sent.body.successful[0]?.eventID,
      eventcategory: "ActivityAuditLog",
      eventtype: "ActivityLog",
      recipientaccountid: service.accountId,
      channel,
      who: "alice",
      what: "CancelOrder",
      which: "4711",
    });
    expect(Object.keys(JSON.parse(row?.["eventjson"] ?? ""))).toEqual([
      "eventVersion",
      "eventCategory",
      "eventType",
      "eventID",
      "eventTime",
      "awsRegion",
      "recipientAccountId",
      "metadata",
      "eventData",
    ]);
  });

  it("stores a UID that comes again as another event", async () => {
    const events = ["1", "2"].map((id) => ({ id, eventData: eventData("again") }));
    expect((await put(events)).body.successful).toHaveLength(2);
    const rows = await ask(service, store, "SELECT eventid FROM $store WHERE eventdata.uid = 'again'");
    expect(new Set(rows.map((row) => row["eventid"])).size).toBe(2);
  });

  it("puts events into every store of the channel", async () => {
    const second = await makeAuditStore("second");
    const both = await makeChannel("both", [store, second]);
    const sent = await put([{ id: "1", eventData: eventData("both") }], { to: both });
    const wanted = [{ eventid: sent.body.successful[0]?.eventID }];
    for (const each of [store, second])
      expect(await ask(service, each, "SELECT eventid FROM $store WHERE eventdata.uid = 'both'")).toEqual(wanted);
  });

  it("refuses an event that its store would not keep", async () => {
    const { body } = await put([
      { id: "old", eventData: eventData("old", { eventTime: "2001-01-01T00:00:00Z" }) },
      { id: "far", eventData: eventData("far", { eventTime: "2399-01-01T00:00:00Z" }) },
      { id: "stranger", eventData: eventData("stranger", { recipientAccountId: "444455556666" }) },
    ]);
    expect(body.failed.map(({ id, errorCode }) => [id, errorCode])).toEqual([
      ["old", "InvalidData"],
      ["far", "InvalidData"],
      ["stranger", "InvalidRecipient"],
    ]);
  });

  it.each([
    ["no event", () => []],
    ["101 events", () => Array.from({ length: 101 }, (_, id) => ({ id: String(id), eventData: eventData("many") }))],
    ["more than 1 MB", () => ["1", "2", "3", "4", "5"].map((id) => ({ id, eventData: "x".repeat(220 * 1024) }))],
    ["an id with a space", () => [{ id: "a b", eventData: eventData("id") }]],
    ["an event without data", () => [{ id: "1" }]],
  ])("refuses a request of %s, and keeps what it says out of the message", async (_, events) => {
    const { status, code, body } = await put(events());
    expect({ status, code }).toEqual({ status: 400, code: "ValidationException" });
    expect(body.message).not.toMatch(/alice|xxxx/);
  });

  it("takes 100 events at once", async () => {
    const events = Array.from({ length: 100 }, (_, id) => ({ id: String(id), eventData: eventData("hundred") }));
    expect((await put(events)).body.successful).toHaveLength(100);
  });

  it("finds the channel by ARN or id, in its region, and no other", async () => {
    const events = [{ id: "1", eventData: eventData("where") }];
    expect(await put(events, { to: channel.split("/")[1] as string })).toMatchObject({ status: 200 });
    expect(await put(events, { to: channel.replace(/.$/, "z") })).toMatchObject({ code: "InvalidChannelARN" });
    expect(await put(events, { to: "no-channel" })).toMatchObject({ code: "InvalidChannelARN" });
    expect(await put(events, { to: "11111111-2222-3333-4444-555555555555" })).toMatchObject({
      status: 400,
      code: "ChannelNotFound",
    });
    expect(await put(events, { region: "eu-west-2" })).toMatchObject({ code: "ChannelNotFound" });
  });

  it("keeps the promise over kill -9: what was successful is there, each once", async () => {
    const dataFolder = await mkdtemp(join(tmpdir(), "dosimeter-channel-"));
    let victim = await startDosimeter({ dataFolder });
    try {
      const held = await makeAuditStore("held", victim);
      const to = await makeChannel("held", [held], victim);
      const acknowledged: string[] = [];
      const send = async () => {
        for (;;) {
          const sent = await put([{ id: "1", eventData: eventData("held") }], { to, service: victim }).catch(
            () => null,
          );
          if (sent === null) return;
          acknowledged.push(...sent.body.successful.map(({ eventID }) => eventID));
        }
      };
      const senders = [send(), send(), send(), send()];
      await eventually(async () => acknowledged.length >= 20, "20 events");
      await victim.stop("SIGKILL");
      await Promise.all(senders);

      victim = await startDosimeter({ dataFolder });
      const { events, different } = await countOf(victim, held);
      expect(events).toBe(different);
      const rows = await ask(victim, held, "SELECT eventid FROM $store");
      expect(rows.map((row) => row["eventid"])).toEqual(expect.arrayContaining(acknowledged));
    } finally {
      await victim.stop();
      await rm(dataFolder, { recursive: true, force: true });
    }
  });
});

const allow = (Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });

async function makeUser(UserName: string, Statement: object[]): Promise<TestCredentials> {
  const iam = service.client(IAMClient);
  await iam.send(new CreateUserCommand({ UserName }));
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: "all", PolicyDocument: allow(Statement) }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  return {
    accessKeyId: AccessKey!.AccessKeyId as string,
    secretAccessKey: AccessKey!.SecretAccessKey as string,
  };
}

describe("who may send events", () => {
  const Action = "cloudtrail-data:PutAuditEvents";
  const send = (key: TestCredentials, to: string, externalId?: string) =>
    put([{ id: "1", eventData: eventData("who") }], { key, to, ...(externalId !== undefined && { externalId }) });

  it("is whom their own policies let, on this channel", async () => {
    const other = await makeChannel("other", [store]);
    const shop = await makeUser("shop", [{ Effect: "Allow", Action, Resource: channel }]);
    expect(await send(shop, channel)).toMatchObject({ status: 200 });
    expect(await send(shop, other)).toMatchObject({ status: 403, code: "AccessDeniedException" });
  });

  it("is whom the channel's policy lets, and nobody whom it denies", async () => {
    const guarded = await makeChannel("guarded", [store]);
    const [let_, denied] = [
      await makeUser("let", [{ Effect: "Allow", Action: "sts:GetCallerIdentity", Resource: "*" }]),
      await makeUser("denied", [{ Effect: "Allow", Action, Resource: "*" }]),
    ];
    const of = (name: string) => ({ AWS: `arn:aws:iam::${service.accountId}:user/${name}` });
    const ResourcePolicy = allow([
      { Effect: "Allow", Principal: of("let"), Action, Resource: guarded },
      { Effect: "Deny", Principal: of("denied"), Action, Resource: guarded },
    ]);
    await lake.send(new PutResourcePolicyCommand({ ResourceArn: guarded, ResourcePolicy }));
    expect(await send(let_, guarded)).toMatchObject({ status: 200 });
    expect(await send(denied, guarded)).toMatchObject({ status: 403, code: "AccessDeniedException" });
    // The owner needs no policy.
    expect(await send(service.root, guarded)).toMatchObject({ status: 200 });
  });

  it("is nobody without the external id that the channel's policy asks for (fact 96)", async () => {
    const shared = await makeChannel("shared", [store]);
    const ResourcePolicy = allow([
      {
        Effect: "Allow",
        Principal: { AWS: `arn:aws:iam::${service.accountId}:root` },
        Action,
        Resource: shared,
        Condition: { StringEquals: { "cloudtrail:ExternalId": "a-word-both-know" } },
      },
    ]);
    await lake.send(new PutResourcePolicyCommand({ ResourceArn: shared, ResourcePolicy }));
    expect(await send(service.root, shared)).toMatchObject({ status: 400, code: "ChannelInsufficientPermission" });
    expect(await send(service.root, shared, "another")).toMatchObject({ code: "ChannelInsufficientPermission" });
    expect(await send(service.root, shared, "a-word-both-know")).toMatchObject({ status: 200 });
  });
});

describe("a channel", () => {
  it("holds its event data store: ChannelExistsForEDSException (fact 97)", async () => {
    const EventDataStore = await makeAuditStore("kept");
    const Channel = await makeChannel("kept", [EventDataStore]);
    await expect(lake.send(new DeleteEventDataStoreCommand({ EventDataStore }))).rejects.toMatchObject({
      name: "ChannelExistsForEDSException",
    });
    await lake.send(new DeleteChannelCommand({ Channel }));
    await lake.send(new DeleteEventDataStoreCommand({ EventDataStore }));
  });

  it("tells when events came last, and what was wrong last", async () => {
    const Channel = await makeChannel("status", [store]);
    expect((await lake.send(new GetChannelCommand({ Channel }))).IngestionStatus).toEqual({});
    const good = await put([{ id: "1", eventData: eventData("status") }], { to: Channel });
    await put([{ id: "1", eventData: "{}" }], { to: Channel });
    const { IngestionStatus: status } = await lake.send(new GetChannelCommand({ Channel }));
    expect(status).toMatchObject({
      LatestIngestionSuccessEventID: good.body.successful[0]?.eventID,
      LatestIngestionErrorCode: "FieldNotFound",
    });
    expect(status?.LatestIngestionAttemptEventID).not.toBe(status?.LatestIngestionSuccessEventID);
    expect(status?.LatestIngestionAttemptTime).toBeInstanceOf(Date);
  });

  it("leaves a data event of each call in the record, without what the application said", async () => {
    const audit = await makeStore(service, "calls", {
      StartIngestion: undefined,
      AdvancedEventSelectors: [
        {
          FieldSelectors: [
            { Field: "eventCategory", Equals: ["Data"] },
            { Field: "resources.type", Equals: ["AWS::CloudTrail::Channel"] },
            { Field: "resources.ARN", Equals: [channel] },
          ],
        },
      ],
    });
    await put([{ id: "call-1", eventData: eventData("recorded") }]);
    const [row] = await eventually(async () => {
      const rows = await ask(service, audit, "SELECT eventjson FROM $store WHERE eventname = 'PutAuditEvents'");
      return rows.length > 0 && rows;
    }, "the record of the call");
    const record = JSON.parse(row?.["eventjson"] ?? "");
    expect(record).toMatchObject({
      eventSource: "cloudtrail-data.amazonaws.com",
      eventCategory: "Data",
      managementEvent: false,
      readOnly: false,
      apiVersion: "2021-08-11",
      requestParameters: {
        channelArn: channel,
        auditEvents: [{ id: "call-1", eventData: "HIDDEN_DUE_TO_SECURITY_REASONS" }],
      },
      responseElements: { successful: [{ id: "call-1" }], failed: [] },
      resources: [{ accountId: service.accountId, type: "AWS::CloudTrail::Channel", ARN: channel }],
    });
    expect(row?.["eventjson"]).not.toMatch(/alice|CancelOrder/);
  });
});

describe.skipIf(!cli)("the AWS CLI", () => {
  it("sends events with put-audit-events", async () => {
    const data = eventData("by-cli");
    const { stdout } = await run(
      "aws",
      [
        "cloudtrail-data",
        "put-audit-events",
        "--channel-arn",
        channel,
        "--audit-events",
        JSON.stringify([{ id: "1", eventData: data, eventDataChecksum: checksum(data) }]),
        "--output",
        "json",
      ],
      { env: service.cliEnvironment() },
    );
    const answer = JSON.parse(stdout) as Sent["body"];
    expect(answer).toEqual({ successful: [{ id: "1", eventID: expect.any(String) }], failed: [] });
    expect(await ask(service, store, "SELECT eventid FROM $store WHERE eventdata.uid = 'by-cli'")).toEqual([
      { eventid: answer.successful[0]?.eventID },
    ]);
  });

  it("does what the guide to channels says", async () => {
    const { stdout } = await run("bash", ["-e", "-c", await commandsOf("channels.md")], {
      env: service.cliEnvironment(),
    });
    expect(stdout).toMatch(/"failed": \[\],\s*"successful": \[\s*\{/);
  });

  it("is told the name of an error", async () => {
    const twice = JSON.stringify([1, 2].map(() => ({ id: "1", eventData: "{}" })));
    const failed = run(
      "aws",
      ["cloudtrail-data", "put-audit-events", "--channel-arn", channel, "--audit-events", twice],
      { env: service.cliEnvironment() },
    );
    await expect(failed).rejects.toThrow(/DuplicatedAuditEventId/);
  });
});
