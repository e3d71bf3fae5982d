import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readResourcePolicy } from "../../../audit/attachments.js";
import { accountId, openTestAccount, region, type TestAccount } from "../../test-account.fixture.js";
import type { CloudTrailDeps } from "../deps.js";
import { cloudtrailService } from "../service.js";
import { storedEventDataStore } from "../stored-event-data-store.fixture.js";
import { checkPolicy } from "./policy-rules.js";

const channel = `arn:aws:cloudtrail:${region}:${accountId}:channel/11111111-2222-3333-4444-555555555555`;
const statement = {
  Effect: "Allow",
  Principal: { AWS: `arn:aws:iam::${accountId}:root` },
  Action: "cloudtrail-data:PutAuditEvents",
  Resource: channel,
};
const policy = (...statements: object[]) => JSON.stringify({ Version: "2012-10-17", Statement: statements });
const refusal = (text: string, arn = channel, kind: Parameters<typeof checkPolicy>[2] = "channel") => {
  try {
    checkPolicy(text, arn, kind);
    return undefined;
  } catch (reason) {
    expect(reason).toMatchObject({ code: "ResourcePolicyNotValidException" });
    return (reason as Error).message;
  }
};

describe("the policy of a channel", () => {
  it("gives PutAuditEvents on that channel, to 50 principals a statement and in 20 statements", () => {
    const fifty = Array.from({ length: 50 }, (_, index) => `arn:aws:iam::${accountId}:user/u${index}`);
    const full = { ...statement, Principal: { AWS: fifty } };
    expect(refusal(policy(...Array.from({ length: 20 }, () => full)))).toBeUndefined();
    expect(refusal(policy(...Array.from({ length: 21 }, () => statement)))).toMatch(/20 statements/);
    const more = { ...statement, Principal: { AWS: [...fifty, accountId] } };
    expect(refusal(policy(more))).toMatch(/50 principals/);
  });

  it("may want an external id, compared for equality", () => {
    const withId = (operator: string, id: string) =>
      policy({ ...statement, Condition: { [operator]: { "cloudtrail:ExternalId": id } } });
    expect(refusal(withId("StringEquals", "partner-1"))).toBeUndefined();
    expect(refusal(withId("StringLike", "partner-*"))).toMatch(/StringEquals/);
    expect(refusal(withId("StringEquals", "x"))).toMatch(/external id/);
  });

  it.each([
    ["no JSON", "{"],
    ["no statement", policy()],
    ["another action", policy({ ...statement, Action: "cloudtrail:StartQuery" })],
    ["two actions", policy({ ...statement, Action: [statement.Action, statement.Action] })],
    ["a wildcard for an action", policy({ ...statement, Action: "*" })],
    ["NotAction", policy({ ...statement, Action: undefined, NotAction: "s3:GetObject" })],
    ["another resource", policy({ ...statement, Resource: `${channel}0` })],
    ["any resource", policy({ ...statement, Resource: "*" })],
    ["no principal", policy({ ...statement, Principal: undefined })],
    ["NotPrincipal", policy({ ...statement, Principal: undefined, NotPrincipal: statement.Principal })],
    ["what is no principal", policy({ ...statement, Principal: { AWS: "bob" } })],
    ["a condition operator that is none", policy({ ...statement, Condition: { Sounds: { "aws:username": "x" } } })],
  ])("is refused with %s", (_, text) => {
    expect(refusal(text)).toBeDefined();
  });
});

describe("resource policies", () => {
  let account: TestAccount;
  let run: (operation: string, input: object) => Promise<unknown>;
  let arn: string;
  beforeEach(async () => {
    account = await openTestAccount();
    const { settings, environment } = account;
    const service = cloudtrailService({ settings, environment } as CloudTrailDeps);
    run = (operation, input) => account.run(service, operation, input).catch((reason: { code: string }) => reason.code);
    arn = await storedEventDataStore(settings);
  });
  afterEach(() => account.close());

  const ofStore = (more: object = {}) =>
    policy({
      Effect: "Allow",
      Principal: { Service: "cloudtrail.amazonaws.com" },
      Action: "cloudtrail:StartQuery",
      Resource: arn,
      ...more,
    });

  it("are put, replaced, read and deleted", async () => {
    expect(await run("GetResourcePolicy", { ResourceArn: arn })).toBe("ResourcePolicyNotFoundException");
    expect(await run("DeleteResourcePolicy", { ResourceArn: arn })).toBe("ResourcePolicyNotFoundException");
    for (const ResourcePolicy of [
      ofStore(),
      ofStore({ Action: ["cloudtrail:StartQuery", "cloudtrail:CancelQuery"] }),
    ]) {
      const both = { ResourceArn: arn, ResourcePolicy };
      expect(await run("PutResourcePolicy", both)).toEqual(both);
      expect(await run("GetResourcePolicy", { ResourceArn: arn })).toEqual(both);
      expect(await readResourcePolicy(account.settings.read, arn)).toBe(ResourcePolicy);
    }
    expect(await run("DeleteResourcePolicy", { ResourceArn: arn })).toEqual({});
    expect(await run("GetResourcePolicy", { ResourceArn: arn })).toBe("ResourcePolicyNotFoundException");
  });

  it("are refused beyond 8192 characters, for other actions, and where there is no such store", async () => {
    const put = (ResourcePolicy: string, ResourceArn = arn) =>
      run("PutResourcePolicy", { ResourceArn, ResourcePolicy });
    expect(await put(ofStore({ Sid: "x".repeat(8192) }))).toBe("ValidationException");
    expect(await put(ofStore({ Action: "cloudtrail:DeleteEventDataStore" }))).toBe("ResourcePolicyNotValidException");
    const other = arn.replace(/.$/, "0");
    expect(await put(ofStore({ Resource: other }), other)).toBe("ResourceNotFoundException");
    expect(await put(ofStore(), "not-an-arn")).toBe("ResourceARNNotValidException");
  });

  it("are none of a trail's: ResourceTypeNotSupportedException (fact 100)", async () => {
    const ResourceArn = `arn:aws:cloudtrail:${region}:${accountId}:trail/audit`;
    for (const operation of ["PutResourcePolicy", "GetResourcePolicy", "DeleteResourcePolicy"])
      expect(await run(operation, { ResourceArn, ResourcePolicy: ofStore() })).toBe(
        "ResourceTypeNotSupportedException",
      );
  });
});
