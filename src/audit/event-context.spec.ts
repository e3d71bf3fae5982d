import { describe, expect, it } from "vitest";
import { type EventConfiguration, requestContextNames, withEventContext } from "./event-context.js";

const wants = (...selectors: EventConfiguration["contextKeySelectors"]): EventConfiguration => ({
  maxEventSize: "Large",
  contextKeySelectors: selectors,
});
const everyRequestKey = wants({ Type: "RequestContext", Equals: requestContextNames });

const byRole = {
  eventCategory: "Management",
  eventTime: "2026-08-01T12:00:07Z",
  awsRegion: "eu-west-1",
  recipientAccountId: "111122223333",
  tlsDetails: { tlsVersion: "TLSv1.3" },
  userIdentity: {
    type: "AssumedRole",
    principalId: "AROAEXAMPLE0000000001:ingest-7",
    arn: "arn:aws:sts::111122223333:assumed-role/ingest/ingest-7",
    accountId: "111122223333",
    sessionContext: {
      sessionIssuer: { type: "Role", arn: "arn:aws:iam::111122223333:role/ingest" },
      attributes: { creationDate: "2026-08-01T11:58:03Z", mfaAuthenticated: "true" },
      sourceIdentity: "anna",
    },
  },
};

const contextOf = (record: object, configuration = everyRequestKey) =>
  withEventContext(record as Record<string, unknown>, configuration)["eventContext"];

describe("eventContext", () => {
  it("has the condition keys of a role's call, as IAM would have compared them", () => {
    expect(contextOf(byRole)).toEqual({
      requestContext: {
        "aws:TokenIssueTime": "2026-08-01T11:58:03Z",
        "aws:MultiFactorAuthAge": "124",
        "aws:MultiFactorAuthPresent": "true",
        "aws:SourceIdentity": "anna",
        "aws:PrincipalAccount": "111122223333",
        "aws:PrincipalArn": "arn:aws:iam::111122223333:role/ingest",
        "aws:PrincipalIsAWSService": "false",
        "aws:PrincipalType": "AssumedRole",
        "aws:userid": "AROAEXAMPLE0000000001:ingest-7",
        "aws:RequestedRegion": "eu-west-1",
        "aws:SecureTransport": "true",
        "aws:ViaAWSService": "false",
        "aws:CurrentTime": "2026-08-01T12:00:07Z",
        "aws:EpochTime": String(Date.UTC(2026, 7, 1, 12, 0, 7) / 1000),
      },
    });
  });

  it("has those of a user, and those of a service", () => {
    const user = { type: "IAMUser", principalId: "AIDA1", arn: "arn:aws:iam::1:user/a", userName: "a", accountId: "1" };
    expect(contextOf({ ...byRole, userIdentity: user, tlsDetails: undefined })).toMatchObject({
      requestContext: { "aws:PrincipalType": "User", "aws:username": "a", "aws:SecureTransport": "false" },
    });
    const service = { type: "AWSService", invokedBy: "cloudtrail.amazonaws.com" };
    expect(contextOf({ ...byRole, userIdentity: service })).toMatchObject({
      requestContext: {
        "aws:PrincipalIsAWSService": "true",
        "aws:PrincipalServiceName": "cloudtrail.amazonaws.com",
        "aws:SourceAccount": "111122223333",
      },
    });
  });

  it("has what was asked for and is known, and is absent where that is nothing", () => {
    expect(contextOf(byRole, wants({ Type: "RequestContext", Equals: ["aws:userid"] }))).toEqual({
      requestContext: { "aws:userid": "AROAEXAMPLE0000000001:ingest-7" },
    });
    expect(contextOf(byRole, wants({ Type: "RequestContext", Equals: ["aws:PrincipalOrgID"] }))).toBeUndefined();
    expect(contextOf(byRole, wants())).toBeUndefined();
  });

  it("is never on events of other categories", () => {
    for (const eventCategory of ["NetworkActivity", "Insight", "Aggregated"])
      expect(contextOf({ ...byRole, eventCategory })).toBeUndefined();
    expect(contextOf({ ...byRole, eventCategory: "Data" })).toBeDefined();
  });

  it("has the tags that were asked for", () => {
    const arn = "arn:aws:xray:eu-west-1:111122223333:group/checkout/ABC123";
    const tags = { principal: { cost: "42", other: "x" }, resources: [{ arn, tags: { team: "web", x: "y" } }] };
    const configuration = wants({ Type: "TagContext", Equals: ["team", "cost", "constructor"] });
    expect(withEventContext(byRole, configuration, tags)["eventContext"]).toEqual({
      tagContext: { resourceTags: [{ arn, tags: { team: "web" } }], principalTags: { cost: "42" } },
    });
  });

  it("goes before what was asked and answered, should a record become larger than 1 MB", () => {
    const resources = Array.from({ length: 200 }, (_, index) => ({
      arn: `arn:${index}`,
      tags: Object.fromEntries(Array.from({ length: 50 }, (_, tag) => [`k${tag}`, "v".repeat(256)])),
    }));
    const keys = Array.from({ length: 50 }, (_, tag) => `k${tag}`);
    const record = { ...byRole, requestID: "r", requestParameters: { a: 1 }, errorMessage: "e" };
    const kept = withEventContext(record, wants({ Type: "TagContext", Equals: keys }), { resources });
    expect(kept).toMatchObject({ requestParameters: { a: 1 }, errorMessage: "e" });
    expect(Object.keys(kept)).not.toContain("eventContext");
    expect(Object.keys(kept)).not.toContain("requestID");
  });
});
