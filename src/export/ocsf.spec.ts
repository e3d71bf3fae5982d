import { existsSync } from "node:fs";
import path from "node:path";
import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { NotACall, toOcsf } from "./ocsf.js";
import { runExport } from "./run-export.js";

const record = {
  eventVersion: "1.11",
  userIdentity: {
    type: "AssumedRole",
    principalId: "AROAEXAMPLE:ada",
    arn: "arn:aws:sts::111122223333:assumed-role/on-call/ada",
    accountId: "111122223333",
    accessKeyId: "ASIAEXAMPLE",
    sessionContext: {
      sessionIssuer: { type: "Role", arn: "arn:aws:iam::111122223333:role/on-call", userName: "on-call" },
      attributes: { creationDate: "2026-08-01T11:00:00Z", mfaAuthenticated: "true" },
    },
  },
  eventTime: "2026-08-01T12:00:07Z",
  eventSource: "xray.amazonaws.com",
  eventName: "BatchGetTraces",
  awsRegion: "eu-west-1",
  sourceIPAddress: "192.0.2.10",
  userAgent: "aws-cli",
  errorCode: "AccessDenied",
  errorMessage: "no",
  requestParameters: { traceIds: ["1-2-3"] },
  responseElements: null,
  requestID: "r-1",
  eventID: "e-1",
  readOnly: true,
  resources: [{ type: "AWS::XRay::Trace", ARN: "arn:x", accountId: "111122223333" }],
  eventType: "AwsApiCall",
  managementEvent: false,
  recipientAccountId: "111122223333",
  eventCategory: "Data",
};

describe("a record as OCSF API Activity", () => {
  it("has its facts under OCSF's names, and the rest unmapped", () => {
    expect(toOcsf(record)).toMatchObject({
      class_uid: 6003,
      category_uid: 6,
      activity_id: 2,
      type_uid: 600302,
      status_id: 2,
      time: Date.UTC(2026, 7, 1, 12, 0, 7),
      metadata: { version: "1.5.0", uid: "e-1", product: { name: "CloudTrail", feature: { name: "Data" } } },
      cloud: { provider: "AWS", region: "eu-west-1", account: { uid: "111122223333" } },
      actor: {
        user: { type: "AssumedRole", uid: record.userIdentity.arn, credential_uid: "ASIAEXAMPLE" },
        session: { is_mfa: true, issuer: "arn:aws:iam::111122223333:role/on-call" },
      },
      api: {
        operation: "BatchGetTraces",
        service: { name: "xray.amazonaws.com" },
        request: { uid: "r-1", data: { traceIds: ["1-2-3"] } },
        response: { error: "AccessDenied", message: "no" },
      },
      src_endpoint: { ip: "192.0.2.10" },
      resources: [{ uid: "arn:x", type: "AWS::XRay::Trace", owner: { account: { uid: "111122223333" } } }],
      unmapped: { readOnly: true, managementEvent: false },
    });
  });

  it("tells activities by the verb", () => {
    const activity = (eventName: string) => toOcsf({ ...record, eventName })["activity_id"];
    const names = ["CreateGroup", "PutTraceSegments", "GetGroups", "UpdateGroup", "PutResourcePolicy", "DeleteGroup"];
    expect(names.map(activity)).toEqual([1, 1, 2, 3, 3, 4]);
    expect(toOcsf({ ...record, eventName: "StartLogging", readOnly: false })["activity_id"]).toBe(99);
  });

  it("names a service that called by its domain", () => {
    const view = toOcsf({ ...record, sourceIPAddress: "cloudtrail.amazonaws.com" });
    expect(view["src_endpoint"]).toEqual({ domain: "cloudtrail.amazonaws.com" });
  });

  it("refuses what is no call", () => {
    expect(() => toOcsf({ eventCategory: "Insight", insightDetails: {} })).toThrow(NotACall);
  });
});

/** Members that the class requires. Source: schema.ocsf.io, api_activity and the base event. */
const required = "activity_id category_uid class_uid type_uid time severity_id metadata actor api src_endpoint cloud";

describe("dosimeter export", () => {
  const logs = path.resolve(import.meta.dirname, "../../../shared/data/cloudtrail-invictus");

  it.skipIf(!existsSync(logs))("writes every record of real log files, each whole", async () => {
    let output = "";
    const out = new Writable({
      write(chunk, _encoding, done) {
        output += chunk;
        done();
      },
    });
    const said: string[] = [];
    expect(await runExport(["--format", "ocsf", logs], out, (line) => said.push(line))).toBe(0);
    const events = output
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, Record<string, unknown>>);
    expect(events.length).toBeGreaterThan(1000);
    expect(said).toEqual([]);
    for (const event of events) {
      expect(Object.keys(event)).toEqual(expect.arrayContaining(required.split(" ")));
      expect(Object.keys(event["actor"]!).length).toBeGreaterThan(0);
      expect(Object.keys(event["src_endpoint"]!).length).toBeGreaterThan(0);
    }
  });

  it("says how it is called, and which file it could not read", async () => {
    const said: string[] = [];
    expect(await runExport([], undefined, (line) => said.push(line))).toBe(2);
    expect(await runExport(["--format", "ocsf", import.meta.filename], undefined, (line) => said.push(line))).toBe(1);
    expect(said[1]).toContain("ocsf.spec.ts:");
  });
});
