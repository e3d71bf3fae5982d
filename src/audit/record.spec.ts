import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Caller } from "../identity/caller.js";
import type { CallFacts } from "./event.js";
import { eventOf, recordLimits } from "./record.js";

const user: Caller = {
  kind: "user",
  accountId: "111122223333",
  accessKeyId: "AKIAEXAMPLE000000001",
  userName: "reader",
  userId: "AIDAEXAMPLE0000000001",
  arn: "arn:aws:iam::111122223333:user/ops/reader",
};

const session: Caller = {
  kind: "role-session",
  accountId: "111122223333",
  accessKeyId: "ASIAEXAMPLE000000001",
  roleName: "ingest",
  roleId: "AROAEXAMPLE0000000001",
  roleArn: "arn:aws:iam::111122223333:role/ingest",
  sessionName: "ingest-7",
  arn: "arn:aws:sts::111122223333:assumed-role/ingest/ingest-7",
  sessionIssuedMs: Date.parse("2026-08-01T11:58:03.900Z"),
};

function facts(given: Partial<CallFacts> = {}): CallFacts {
  return {
    eventId: "3b7f1a52-2d3c-4a66-8d52-0f3f5b2a9c10",
    requestId: "0b5a3f0e-6a57-4d6f-9d0e-2f6c1d0a7e11",
    timeMs: Date.parse("2026-08-01T12:00:07.345Z"),
    eventSource: "xray.amazonaws.com",
    eventName: "CreateGroup",
    apiVersion: "2016-04-12",
    readOnly: false,
    event: { category: "Management" },
    accountId: "111122223333",
    region: "eu-west-1",
    caller: user,
    sourceIpAddress: "192.0.2.10",
    userAgent: "aws-cli/2.31.0",
    host: "localhost:4566",
    requestParameters: { groupName: "checkout" },
    responseElements: { group: { groupName: "checkout" } },
    resources: [],
    ...given,
  };
}

const recordOf = (given: Partial<CallFacts> = {}) => JSON.parse(eventOf(facts(given)).record);

describe("the record of a read of traces", () => {
  const ids = (count: number) =>
    Array.from({ length: count }, (_, place) => `1-69a42f40-${place.toString(16).padStart(24, "0")}`);
  const read = (traceIds: readonly string[], given: Partial<CallFacts> = {}) =>
    eventOf(facts({ exposure: { kind: "summary", traceIds }, requestParameters: { startTime: 1 }, ...given }));

  it("names the traces, at most 500 of them, with their number and the hash of all", () => {
    for (const count of [0, 1, 500, 501, 100_000]) {
      const event = read(ids(count));
      const sha256 = createHash("sha256").update(ids(count).join("\n")).digest("hex");
      expect(JSON.parse(event.record).additionalEventData).toEqual({
        traceCount: count,
        traceIdsSha256: sha256,
        traceIds: ids(Math.min(count, 500)),
      });
    }
  });

  it("gives the index all of them, with who asked what; and none of a search that found nothing", () => {
    expect(read(ids(1000)).traceRead).toEqual({
      kind: "summary",
      callerArn: user.arn,
      principalId: "AIDAEXAMPLE0000000001",
      selector: '{"startTime":1}',
      traceIds: ids(1000),
    });
    expect(read([]).traceRead).toBeUndefined();
    const { callerArn, principalId } = read(ids(1), { caller: session }).traceRead!;
    expect({ callerArn, principalId }).toEqual({
      callerArn: session.arn,
      principalId: "AROAEXAMPLE0000000001:ingest-7",
    });
  });

  it("says nothing of traces that were refused, but the index does, also of a search", () => {
    const refused = { errorCode: "AccessDenied", errorMessage: "no" };
    expect(JSON.parse(read(ids(2), refused).record).additionalEventData).toBeUndefined();
    expect(read(ids(2), refused).traceRead).toMatchObject({ traceIds: ids(2) });
    expect(read([], refused).traceRead).toMatchObject({ traceIds: [] });
  });

  it("keeps the head of a request that is very long, as JSON", () => {
    const { selector } = read(ids(1), { requestParameters: { text: "😀".repeat(100_000) } }).traceRead!;
    expect(Buffer.byteLength(selector)).toBeLessThan(100_000);
    expect(JSON.parse(selector)).toMatch(/^\{"text":"😀/);
  });
});

describe("the record of a call", () => {
  it("has CloudTrail's fields for a management write by a user", () => {
    expect(recordOf()).toEqual({
      eventVersion: "1.11",
      userIdentity: {
        type: "IAMUser",
        principalId: "AIDAEXAMPLE0000000001",
        arn: "arn:aws:iam::111122223333:user/ops/reader",
        accountId: "111122223333",
        accessKeyId: "AKIAEXAMPLE000000001",
        userName: "reader",
      },
      eventTime: "2026-08-01T12:00:07Z",
      eventSource: "xray.amazonaws.com",
      eventName: "CreateGroup",
      awsRegion: "eu-west-1",
      sourceIPAddress: "192.0.2.10",
      userAgent: "aws-cli/2.31.0",
      requestParameters: { groupName: "checkout" },
      responseElements: { group: { groupName: "checkout" } },
      requestID: "0b5a3f0e-6a57-4d6f-9d0e-2f6c1d0a7e11",
      eventID: "3b7f1a52-2d3c-4a66-8d52-0f3f5b2a9c10",
      readOnly: false,
      eventType: "AwsApiCall",
      apiVersion: "2016-04-12",
      managementEvent: true,
      recipientAccountId: "111122223333",
      eventCategory: "Management",
    });
  });

  it("begins with the fields that AWS writes first", () => {
    expect(Object.keys(recordOf()).slice(0, 5)).toEqual([
      "eventVersion",
      "userIdentity",
      "eventTime",
      "eventSource",
      "eventName",
    ]);
  });

  it("shows a role session with its issuer, its second of creation and mfaAuthenticated as a string", () => {
    expect(recordOf({ caller: session }).userIdentity).toEqual({
      type: "AssumedRole",
      principalId: "AROAEXAMPLE0000000001:ingest-7",
      arn: "arn:aws:sts::111122223333:assumed-role/ingest/ingest-7",
      accountId: "111122223333",
      accessKeyId: "ASIAEXAMPLE000000001",
      sessionContext: {
        sessionIssuer: {
          type: "Role",
          principalId: "AROAEXAMPLE0000000001",
          arn: "arn:aws:iam::111122223333:role/ingest",
          accountId: "111122223333",
          userName: "ingest",
        },
        attributes: { creationDate: "2026-08-01T11:58:03Z", mfaAuthenticated: "false" },
      },
    });
    expect(eventOf(facts({ caller: session })).username).toBe("ingest-7");
  });

  it("shows a service of ours by its name, also as its address and agent", () => {
    const record = recordOf({
      caller: { kind: "service", accountId: "111122223333", accessKeyId: "ASIA", service: "cloudtrail.amazonaws.com" },
    });
    expect(record).toMatchObject({
      userIdentity: { type: "AWSService", invokedBy: "cloudtrail.amazonaws.com" },
      sourceIPAddress: "cloudtrail.amazonaws.com",
      userAgent: "cloudtrail.amazonaws.com",
    });
  });

  it("tells somebody who claimed a key that did not hold from somebody who claimed nothing", () => {
    const claimed = recordOf({ caller: { kind: "anonymous" }, claimedAccessKeyId: "AKIASTOLEN" });
    expect(claimed.userIdentity).toEqual({ type: "Unknown" });
    expect(claimed.additionalEventData).toEqual({ claimedAccessKeyId: "AKIASTOLEN" });
    expect(recordOf({ caller: { kind: "anonymous" } }).userIdentity.accountId).toBe("anonymous");
  });

  it("names only the type of a trace, and the ARN and owner of what has one", () => {
    const trace = recordOf({ event: { category: "Data", resourceType: "AWS::XRay::Trace" } });
    expect(trace).toMatchObject({
      resources: [{ type: "AWS::XRay::Trace" }],
      managementEvent: false,
      eventCategory: "Data",
    });
    const object = recordOf({ resources: [{ type: "AWS::S3::Object", arn: "arn:aws:s3:::logs/a" }] });
    expect(object.resources).toEqual([
      { accountId: "111122223333", type: "AWS::S3::Object", ARN: "arn:aws:s3:::logs/a" },
    ]);
    expect(recordOf()).not.toHaveProperty("resources");
  });

  it("shows a sign-in as CloudTrail does, and never what was typed for a name that is nobody's", () => {
    const failure = {
      eventSource: "signin.amazonaws.com",
      eventName: "ConsoleLogin",
      caller: { kind: "anonymous" },
      requestParameters: null,
      responseElements: { ConsoleLogin: "Failure" },
      errorMessage: "Failed authentication",
    } as const;
    const named = eventOf(facts({ ...failure, signIn: { eventName: "ConsoleLogin", userName: "ann" } }));
    expect(named.username).toBe("ann");
    expect(JSON.parse(named.record)).toMatchObject({
      eventType: "AwsConsoleSignIn",
      errorMessage: "Failed authentication",
      userIdentity: { type: "IAMUser", accountId: "111122223333", accessKeyId: "", userName: "ann" },
    });
    expect(named.record).not.toMatch(/apiVersion|errorCode/);
    const unknown = recordOf({ ...failure, signIn: { eventName: "ConsoleLogin" } });
    expect(unknown.userIdentity.userName).toBe("HIDDEN_DUE_TO_SECURITY_REASONS");
    const success = recordOf({ eventName: "ConsoleLogin", signIn: { eventName: "ConsoleLogin" } });
    expect(success).toMatchObject({ eventType: "AwsConsoleSignIn", userIdentity: { arn: user.arn } });
  });

  it("cuts texts at 1 KB without breaking a character", () => {
    const { userAgent } = recordOf({ userAgent: "é".repeat(4000) });
    expect(Buffer.byteLength(userAgent)).toBeLessThanOrEqual(1024);
    expect(userAgent).toMatch(/^é+$/);
  });

  it("keeps the head, the size and the hash of parameters over 100 KB", () => {
    const requestParameters = { traceIds: ["x".repeat(110 * 1024)] };
    const text = JSON.stringify(requestParameters);
    expect(recordOf({ requestParameters }).requestParameters).toEqual({
      reason: "requestParameters too large",
      omitted: true,
      originalSize: text.length,
      sha256: createHash("sha256").update(text).digest("hex"),
      head: text.slice(0, 4096),
    });
  });

  it("never exceeds 256 KB and always parses, whatever the caller sends", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.nat(300_000).map((length) => "\u0000\u{1f600}".repeat(length / 4)),
    );
    fc.assert(
      fc.property(text, text, text, fc.nat(400), (userAgent, errorMessage, parameter, resourceCount) => {
        const resources = Array.from({ length: resourceCount }, (_, index) => ({
          type: "AWS::S3::Object",
          arn: `arn:aws:s3:::bucket/${"k".repeat(1000)}${index}`,
        }));
        const given = { userAgent, errorMessage, resources, requestParameters: { parameter } };
        const { record } = eventOf(facts({ ...given, responseElements: { parameter } }));
        expect(Buffer.byteLength(record)).toBeLessThanOrEqual(recordLimits.recordBytesMax);
        expect(JSON.parse(record).userIdentity.userName).toBe("reader");
      }),
      { numRuns: 60 },
    );
  });
});
