import { Readable } from "node:stream";
import { GetObjectCommand, PutBucketPolicyCommand, S3Client } from "@aws-sdk/client-s3";
import { afterEach, describe, expect, it } from "vitest";
import { management } from "../audit/event.js";
import { noRow } from "../identity/row-condition.js";
import { type Call, operation } from "../services/operation.js";
import { ServiceError } from "../services/service-error.js";
import type { EventRow } from "../storage/event-store.js";
import type { SettingsTransaction } from "../storage/settings-store.js";
import { StoreBusy, StoreUnavailable } from "../storage/store-error.js";
import { type FixtureOptions, type GatewayFixture, startGateway, testCaller } from "./testing/gateway-fixture.js";
import { sign } from "./testing/signed-request.js";
import { answering, cloudtrailService, objectOperations, s3Service, xrayService } from "./testing/test-services.js";

const open: GatewayFixture[] = [];
const start = async (services: FixtureOptions["services"], options: Partial<FixtureOptions> = {}) => {
  const fixture = await startGateway({ services, ...options });
  open.push(fixture);
  return fixture;
};
afterEach(async () => {
  for (const fixture of open.splice(0)) await fixture.close();
});

const group = { service: "xray", path: "/GetGroup", body: '{"GroupName":"mine"}' };
const trails = (name: string, body: unknown = {}) => ({
  service: "cloudtrail",
  path: "/",
  body: JSON.stringify(body),
  headers: { "x-amz-target": `CloudTrail_20131101.${name}` },
});
const fails = (error: unknown) => () => {
  throw error;
};

describe("every way out of a call leaves one record", () => {
  it("of an answered read: who, what and when, and no output", async () => {
    const fixture = await start([xrayService([answering("GetGroup", () => ({ Group: { GroupName: "mine" } }))])]);
    const answer = await sign({ endpoint: fixture.endpoint, ...group });
    const [record, ...others] = fixture.records();
    expect(others).toEqual([]);
    expect(record).toMatchObject({
      userIdentity: { type: "Root", accountId: "111122223333" },
      eventSource: "xray.amazonaws.com",
      eventName: "GetGroup",
      awsRegion: "eu-west-1",
      requestParameters: { groupName: "mine" },
      responseElements: null,
      readOnly: true,
      requestID: answer.headers.get("x-amzn-requestid"),
      recipientAccountId: "111122223333",
    });
  });

  it("of an answered write, with its output, notes and resources", async () => {
    const createTrail = operation<Record<string, unknown>, unknown>({
      name: "CreateTrail",
      readOnly: false,
      event: management,
      access: () => [],
      execute: async (_input, call) => {
        call.note({ noted: 1 });
        return { Name: "t" };
      },
      resources: (input) => [{ type: "AWS::CloudTrail::Trail", name: String(input["Name"]) }],
    });
    const fixture = await start([cloudtrailService([createTrail])]);
    await sign({ endpoint: fixture.endpoint, ...trails("CreateTrail", { Name: "t", S3BucketName: "b" }) });
    expect(fixture.records()).toMatchObject([
      {
        requestParameters: { name: "t", s3BucketName: "b" },
        responseElements: { name: "t" },
        additionalEventData: { noted: 1 },
      },
    ]);
    expect(fixture.events[0]?.resources).toEqual([{ type: "AWS::CloudTrail::Trail", name: "t" }]);
  });

  const ways: [way: string, error: unknown, status: number, wire: string, recorded: string][] = [
    [
      "an error of the API",
      new ServiceError("InvalidRequestException", "no"),
      400,
      "InvalidRequestException",
      "InvalidRequestException",
    ],
    [
      "an error recorded under another name",
      new ServiceError("AccessDeniedException", "no", { httpStatus: 403, recordedCode: "AccessDenied" }),
      403,
      "AccessDeniedException",
      "AccessDenied",
    ],
    ["a full queue", new StoreBusy("full"), 429, "ThrottledException", "ThrottledException"],
    ["a store that is away", new StoreUnavailable("away"), 503, "ServiceUnavailable", "ServiceUnavailable"],
    ["our own bug", new TypeError("secret detail"), 500, "InternalFailure", "InternalFailure"],
    ["something thrown that is no error", "secret detail", 500, "InternalFailure", "InternalFailure"],
  ];
  it.each(ways)("of a call that ends with %s", async (_way, error, status, wire, recorded) => {
    const fixture = await start([xrayService([answering("GetGroup", fails(error))])]);
    const answer = await sign({ endpoint: fixture.endpoint, ...group });
    expect([answer.status, answer.headers.get("x-amzn-errortype")]).toEqual([status, wire]);
    expect(await answer.text()).not.toContain("secret detail");
    expect(fixture.records()).toMatchObject([
      {
        errorCode: recorded,
        requestParameters: { groupName: "mine" },
        responseElements: null,
        userIdentity: { type: "Root" },
      },
    ]);
    if (status >= 500) expect(fixture.logged).toHaveLength(1);
  });

  it("of a refused one, with what it asked for, and without having been executed", async () => {
    let executed = false;
    const fixture = await start([xrayService([answering("GetGroup", () => (executed = true))])], {
      allows: () => false,
    });
    expect((await sign({ endpoint: fixture.endpoint, ...group })).status).toBe(403);
    expect(executed).toBe(false);
    expect(fixture.records()).toMatchObject([
      {
        errorCode: "AccessDenied",
        errorMessage: expect.stringContaining("test:GetGroup"),
        requestParameters: { groupName: "mine" },
      },
    ]);
  });

  it("of a malformed one, an unknown key and one without credentials", async () => {
    const fixture = await start([xrayService([answering("GetGroup", () => ({}))])]);
    const { endpoint } = fixture;
    await sign({ endpoint, ...group, body: "{" });
    await sign({
      endpoint,
      ...group,
      alter: ({ headers }) => {
        headers["authorization"] = String(headers["authorization"]).replace("AKIDEXAMPLE", "AKIDOTHER");
      },
    });
    await fetch(`${endpoint}/GetGroup`, { method: "POST", body: "{}" });
    expect(fixture.records()).toMatchObject([
      { errorCode: "SerializationException", requestParameters: null, userIdentity: { type: "Root" } },
      {
        errorCode: "UnrecognizedClientException",
        additionalEventData: { claimedAccessKeyId: "AKIDOTHER" },
        recipientAccountId: "000000000000",
      },
      { eventName: "GetGroup", errorCode: "MissingAuthenticationTokenException", awsRegion: "us-east-1" },
    ]);
  });

  it("of an operation whose own description of the record fails: refused, and recorded without it", async () => {
    const fixture = await start([
      xrayService([answering("GetGroup", () => ({ Group: {} }), { recordedRequest: fails(new Error("bug")) })]),
    ]);
    expect((await sign({ endpoint: fixture.endpoint, ...group })).status).toBe(500);
    expect(fixture.records()).toMatchObject([
      { eventName: "GetGroup", errorCode: "InternalFailure", requestParameters: null },
    ]);
  });

  it("of an output that cannot be written", async () => {
    const fixture = await start([
      cloudtrailService([answering("GetTrailStatus", () => ({ StartLoggingTime: "not a date" }))]),
    ]);
    expect((await sign({ endpoint: fixture.endpoint, ...trails("GetTrailStatus", { Name: "t" }) })).status).toBe(500);
    expect(fixture.records()).toMatchObject([{ errorCode: "InternalFailure" }]);
  });
});

describe("what was not recorded is not said", () => {
  it.each([
    [new StoreUnavailable("away"), 503],
    [new StoreBusy("full"), 503],
    [new Error("unknown"), 500],
  ])("when the record fails with %s", async (error, status) => {
    const fixture = await start([xrayService([answering("GetGroup", () => ({ Group: { GroupName: "secret" } }))])], {
      record: () => Promise.reject(error),
    });
    const answer = await sign({ endpoint: fixture.endpoint, ...group });
    expect(answer.status).toBe(status);
    expect(await answer.text()).not.toContain("secret");
  });

  it("and the body of an object is not sent", async () => {
    const body = Readable.from(["secret"]);
    const fixture = await start([s3Service([answering("GetObject", () => ({ Body: body, ContentLength: 6 }))])], {
      record: () => Promise.reject(new StoreUnavailable("away")),
    });
    const s3 = new S3Client({ ...fixture.client, forcePathStyle: true });
    await expect(s3.send(new GetObjectCommand({ Bucket: "b", Key: "k" }))).rejects.toMatchObject({
      name: "ServiceUnavailable",
    });
    expect(body.destroyed).toBe(true);
  });
});

describe("a caller who may see some rows only", () => {
  const reading = (execute: (call: Call) => unknown) =>
    xrayService([
      answering("GetGroup", () => undefined, {
        execute: async (_input, call) => execute(call),
        access: () => [{ action: "xray:GetGroup", resource: "*", rows: "read" }],
      }),
    ]);

  it("gets an answer made for them", async () => {
    const Group = (call: Call) => ({ GroupName: call.visibleRows() === noRow ? "none" : "all" });
    const fixture = await start([reading((call) => ({ Group: Group(call) }))], { visible: noRow });
    expect(await (await sign({ endpoint: fixture.endpoint, ...group })).json()).toEqual({
      Group: { GroupName: "none" },
    });
  });

  it("gets none from an operation that never asked what they may see", async () => {
    const services = [reading(() => ({ Group: { GroupName: "secret" } }))];
    const fixture = await start(services, { visible: noRow });
    const answer = await sign({ endpoint: fixture.endpoint, ...group });
    expect([answer.status, await answer.text()]).toEqual([500, expect.not.stringContaining("secret")]);
    expect(fixture.records()).toMatchObject([{ errorCode: "InternalFailure" }]);
    const unlimited = await start(services);
    expect((await sign({ endpoint: unlimited.endpoint, ...group })).status).toBe(200);
  });
});

describe("a change of settings and its record", () => {
  const committing = (after: () => unknown, times = 1) =>
    operation<unknown, unknown>({
      name: "StartLogging",
      readOnly: false,
      event: management,
      access: () => [],
      async execute(_input, call) {
        for (let time = 0; time < times; time++) await call.commit(async () => ({}));
        return after();
      },
    });

  it("go into one transaction, once, even if it is run again", async () => {
    const inTransaction: EventRow[][] = [];
    let current: EventRow[] = [];
    const fixture = await start([cloudtrailService([committing(() => ({}))])], {
      transact: async (work) => {
        for (let run = 0; run < 2; run++) {
          current = [];
          inTransaction.push(current);
          if (run === 0) await work({} as SettingsTransaction);
        }
        return work({} as SettingsTransaction);
      },
      record: async (event) => void current.push(event),
    });
    expect((await sign({ endpoint: fixture.endpoint, ...trails("StartLogging", { Name: "t" }) })).status).toBe(200);
    expect(inTransaction.map((events) => events.length)).toEqual([1, 1]);
    expect(inTransaction[0]?.[0]?.eventId).toBe(inTransaction[1]?.[0]?.eventId);
  });

  it("stay one when the operation fails afterwards, and none of both when the transaction fails", async () => {
    const late = await start([cloudtrailService([committing(fails(new Error("bug")))])]);
    expect((await sign({ endpoint: late.endpoint, ...trails("StartLogging", { Name: "t" }) })).status).toBe(500);
    expect(late.records()).toMatchObject([{ eventName: "StartLogging" }]);
    expect(late.records()[0]).not.toHaveProperty("errorCode");

    const failed = await start([cloudtrailService([committing(() => ({}))])], {
      transact: () => Promise.reject(new StoreUnavailable("away")),
    });
    expect((await sign({ endpoint: failed.endpoint, ...trails("StartLogging", { Name: "t" }) })).status).toBe(503);
    expect(failed.records()).toMatchObject([{ errorCode: "ServiceUnavailable" }]);
  });

  it("cannot be two changes", async () => {
    const fixture = await start([cloudtrailService([committing(() => ({}), 2)])]);
    expect((await sign({ endpoint: fixture.endpoint, ...trails("StartLogging", { Name: "t" }) })).status).toBe(500);
    expect(fixture.records()).toHaveLength(1);
  });
});

describe("callers without a name", () => {
  it("may only call what is open to them, and what they read is always recorded", async () => {
    const objects = new Map([["b/k", Buffer.from("public")]]);
    const [, , getObject] = objectOperations(objects);
    const services = [s3Service([{ ...getObject!, anonymousAllowed: true }, answering("HeadObject", () => ({}))])];
    const fixture = await start(services, { limits: { unauthenticatedRecordsPerMinuteMax: 0 } });
    expect(await (await fetch(`${fixture.endpoint}/b/k`)).text()).toBe("public");
    expect((await fetch(`${fixture.endpoint}/b/k`, { method: "HEAD" })).status).toBe(403);
    expect(fixture.records()).toMatchObject([{ eventName: "GetObject", responseElements: null }]);
    await fixture.gateway.close();
    expect(fixture.records().at(-1)).toMatchObject({ eventName: "UnauthenticatedCallsNotRecordedSingly" });
  });

  it("are recorded one by one up to a limit, and counted beyond it", async () => {
    const fixture = await start([xrayService([answering("GetGroup", () => ({}))])], {
      limits: { unauthenticatedRecordsPerMinuteMax: 2 },
      nowMs: () => Date.parse("2026-03-01T12:00:00Z"),
    });
    for (let call = 0; call < 5; call++)
      expect((await fetch(`${fixture.endpoint}/GetGroup`, { method: "POST" })).status).toBe(403);
    expect(fixture.records()).toHaveLength(2);
    await fixture.gateway.close();
    expect(fixture.records()[2]).toMatchObject({
      eventName: "UnauthenticatedCallsNotRecordedSingly",
      additionalEventData: { count: 3, fromTime: "2026-03-01T12:00:00.000Z", untilTime: "2026-03-01T12:00:00.000Z" },
    });
    await fixture.gateway.close();
    expect(fixture.records()).toHaveLength(3);
  });

  it("cannot use up the share of a key they only claim", async () => {
    const fixture = await start([xrayService([answering("GetGroup", () => ({}))])], {
      limits: { callsPerSecondMax: 1 },
    });
    const { endpoint } = fixture;
    const forged = () => sign({ endpoint, ...group, alter: (request) => (request.body = Buffer.from("{}")) });
    const refusals: (string | null)[] = [];
    for (let call = 0; call < 4; call++) refusals.push((await forged()).headers.get("x-amzn-errortype"));
    expect(refusals.slice(0, 2)).toEqual(["InvalidSignatureException", "InvalidSignatureException"]);
    expect(refusals).toContain("ThrottledException");
    expect((await sign({ endpoint, ...group })).status).toBe(200);
  });
});

describe("a caller over the rate", () => {
  it("is throttled as the API does it, and recorded", async () => {
    const fixture = await start([xrayService([answering("GetGroup", () => ({}))])], {
      limits: { callsPerSecondMax: 1 },
    });
    const answers = [];
    for (let call = 0; call < 4; call++) answers.push(await sign({ endpoint: fixture.endpoint, ...group }));
    const throttled = answers.filter(({ status }) => status === 429);
    expect(throttled.length).toBeGreaterThan(0);
    expect(throttled[0]?.headers.get("x-amzn-errortype")).toBe("ThrottledException");
    expect(fixture.records()).toHaveLength(4);
    expect(fixture.records()).toContainEqual(expect.objectContaining({ errorCode: "ThrottledException" }));
  });
});

describe("a door that vouches for its caller", () => {
  it("needs no signature, but is authorised and recorded like any other", async () => {
    const fixture = await start([xrayService([answering("GetGroup", () => ({}))])], {
      allows: ({ action }) => action === "test:GetGroup",
    });
    const request = (rawPath: string) => ({
      method: "POST",
      rawPath,
      rawQuery: "",
      headers: {},
      body: Readable.from([Buffer.from("{}")]),
      remoteAddress: "127.0.0.1",
      vouched: { caller: testCaller, region: "ap-south-1" },
    });
    expect((await fixture.gateway.serve(request("/GetGroup"))).status).toBe(200);
    expect((await fixture.gateway.serve(request("/other"))).status).toBe(404);
    expect(fixture.records()).toMatchObject([
      { eventName: "GetGroup", awsRegion: "ap-south-1", userIdentity: { type: "Root" } },
      { eventName: "Unknown" },
    ]);
  });
});

describe("the table of operations", () => {
  it("must be whole before anything is served", async () => {
    const service = xrayService([answering("GetGroup", () => ({}))]);
    const { GetGroups: _, ...notOffered } = service.notOffered;
    await expect(startGateway({ services: [{ ...service, notOffered }] })).rejects.toThrow(
      "xray GetGroups is neither implemented nor listed as not offered",
    );
    await expect(
      startGateway({
        services: [{ ...service, notOffered: { ...service.notOffered, GetGroup: "twice", Other: "?" } }],
      }),
    ).rejects.toThrow(/xray Other is not in the SDK package; xray GetGroup is implemented and listed/);
  });
});

describe("S3's bucket policy by an SDK that sends checksums of documents", () => {
  it("reads the document whole", async () => {
    const fixture = await start([s3Service([answering("PutBucketPolicy", () => ({}))])]);
    const s3 = new S3Client({ ...fixture.client, forcePathStyle: true });
    await s3.send(new PutBucketPolicyCommand({ Bucket: "b", Policy: "{}" }));
    expect(fixture.records()).toMatchObject([{ requestParameters: { bucket: "b", policy: "{}" } }]);
  });
});
