import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import * as sdk from "@aws-sdk/client-sts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Environment, systemEnvironment } from "../../environment.js";
import type { Caller, UserCaller } from "../../identity/caller.js";
import { type Identity, openIdentity } from "../../identity/open-identity.js";
import { openVault } from "../../identity/open-vault.js";
import { bumpIdentityRevision } from "../../identity/revision-watch.js";
import { openSqliteSettings } from "../../storage/settings/open-settings.js";
import type { SettingsStore } from "../../storage/settings-store.js";
import type { Call, Service } from "../operation.js";
import { accessDenied } from "../service-error.js";
import { stsService } from "./service.js";

const accountId = "111122223333";
const ann: UserCaller = {
  kind: "user",
  accountId,
  accessKeyId: "AKIAANN",
  userName: "ann",
  userId: "AIDAANN",
  arn: `arn:aws:iam::${accountId}:user/ann`,
};
const root: Caller = { kind: "root", accountId, accessKeyId: "AKIAROOT", arn: `arn:aws:iam::${accountId}:root` };
const roleArn = (name: string) => `arn:aws:iam::${accountId}:role/${name}`;
const RoleArn = roleArn("reader");

let folder: string;
let nowMs: number;
let environment: Environment;
let settings: SettingsStore;
let identity: Identity;
let service: Service;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "dosimeter-sts-"));
  nowMs = Date.UTC(2026, 7, 1);
  environment = { ids: systemEnvironment.ids, clock: { nowMs: () => nowMs, monotonicMs: () => nowMs } };
  settings = await openSqliteSettings({ path: path.join(folder, "settings.db"), environment });
  identity = openIdentity({ settings, vault: await openVault({ dataFolder: folder, environment }), environment });
  service = stsService({ ...identity, settings });
  await addEntity("user", "ann", "AIDAANN");
  await addEntity("role", "reader", "AROAREADER", [allowed({ AWS: ann.arn })]);
  await permit("AROAREADER", "*");
});

afterEach(async () => {
  await settings.close();
  await rm(folder, { recursive: true });
});

const text = (...statements: object[]) => JSON.stringify({ Version: "2012-10-17", Statement: statements });
const allowed = (Principal: object, more: object = {}) => ({
  Effect: "Allow",
  Principal,
  Action: "sts:AssumeRole",
  ...more,
});

async function addEntity(kind: "user" | "role", name: string, id: string, trust?: object[]): Promise<void> {
  await settings.transact(async (tx) => {
    await tx
      .insertInto("iam_entities")
      .values({
        entity_id: id,
        account_id: accountId,
        kind,
        name,
        name_lower: name,
        path: "/",
        arn: `arn:aws:iam::${accountId}:${kind}/${name}`,
        created_ms: nowMs,
        boundary_arn: null,
        description: null,
        max_session_seconds: kind === "role" ? 7200 : null,
        trust_policy: trust ? text(...trust) : null,
      })
      .execute();
    await bumpIdentityRevision(tx);
  });
}

async function permit(id: string, action: string): Promise<void> {
  const document = text({ Effect: "Allow", Action: action, Resource: "*" });
  await settings.transact(async (tx) => {
    await tx.insertInto("iam_inline_policies").values({ entity_id: id, policy_name: action, document }).execute();
    await bumpIdentityRevision(tx);
  });
}

const context = () => ({
  ...{ nowMs, region: "us-east-1", sourceIpAddress: "127.0.0.1", userAgent: "test", secureTransport: false },
});

const operationOf = (name: string) => service.operations.find((one) => one.name === name)!;

// biome-ignore lint/suspicious/noExplicitAny: tests look at outputs of many types.
async function call(name: string, input: object, caller: Caller): Promise<any> {
  const demand: Call["demand"] = async (access) => {
    const decision = await identity.authorizer.decide(caller, access, context());
    if (!decision.allowed) throw accessDenied(decision.message);
  };
  const theCall: Call = {
    ...context(),
    ...{
      requestId: "r",
      caller,
      accountId,
      host: "localhost",
      demand,
      exposes: () => undefined,
      note: () => undefined,
      visibleRows: () => undefined,
    },
    identified: () => undefined,
    commit: (change) => settings.transact(change),
    may: async () => false,
  };
  for (const access of await operationOf(name).access(input, theCall)) await demand(access);
  return operationOf(name).execute(input, theCall);
}

const assume = (more: object = {}, caller: Caller = ann) =>
  call("AssumeRole", { RoleArn, RoleSessionName: "session", ...more }, caller);

async function callerWith(credentials: sdk.Credentials): Promise<Caller> {
  const found = await identity.credentials.find(credentials.AccessKeyId!, credentials.SessionToken);
  if (found.kind !== "found") throw new Error(found.kind);
  expect(found.secretAccessKey).toBe(credentials.SecretAccessKey);
  return found.caller;
}

const may = async (caller: Caller, action: string) =>
  (await identity.authorizer.decide(caller, { action, resource: "*" }, context())).allowed;

describe("the STS API", () => {
  it("names every operation of the SDK package, here or with the reason why not", () => {
    const known = Object.keys(sdk)
      .filter((name) => /\wCommand$/.test(name))
      .map((name) => name.slice(0, -"Command".length));
    const here = service.operations.map((operation) => operation.name);
    expect([...here, ...Object.keys(service.notOffered)].sort()).toEqual(known.sort());
  });

  it("tells everyone who they are", async () => {
    expect(await call("GetCallerIdentity", {}, ann)).toEqual({ UserId: "AIDAANN", Account: accountId, Arn: ann.arn });
    expect(await call("GetCallerIdentity", {}, root)).toMatchObject({ UserId: accountId });
  });
});

describe("AssumeRole", () => {
  it("gives credentials of the role to whom it trusts", async () => {
    const output = await assume();
    expect(output.AssumedRoleUser).toEqual({
      AssumedRoleId: "AROAREADER:session",
      Arn: `arn:aws:sts::${accountId}:assumed-role/reader/session`,
    });
    const caller = await callerWith(output.Credentials);
    expect(caller).toMatchObject({ kind: "role-session", roleArn: RoleArn, sessionIssuedMs: nowMs });
    expect(output.Credentials.Expiration.getTime()).toBe(nowMs + 3_600_000);
    expect(await may(caller, "xray:GetTraceSummaries")).toBe(true);
  });

  it("shows neither secret nor token in the record", async () => {
    const output = await assume({ SourceIdentity: undefined });
    const recorded = JSON.stringify(operationOf("AssumeRole").recordedResponse!(output));
    expect(recorded).toContain(output.Credentials.AccessKeyId);
    expect(recorded).not.toContain(output.Credentials.SecretAccessKey);
    expect(recorded).not.toContain(output.Credentials.SessionToken);
  });

  it("is refused alike for roles that do not trust the caller and that are not there", async () => {
    await addEntity("role", "other", "AROAOTHER", [allowed({ Service: "cloudtrail.amazonaws.com" })]);
    await permit("AIDAANN", "sts:*");
    const why = (name: string) => assume({ RoleArn: roleArn(name) }).catch((problem: Error) => problem.message);
    const words = (name: string) =>
      `User: ${ann.arn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn(name)} ` +
      "because no resource-based policy allows the sts:AssumeRole action";
    expect(await why("other")).toBe(words("other"));
    expect(await why("none")).toBe(words("none"));
    await expect(assume({}, root)).rejects.toThrow("not authorized");
  });

  it("of a role that trusts the account wants the account's own leave, too; root may not", async () => {
    await addEntity("role", "shared", "AROASHARED", [allowed({ AWS: accountId })]);
    const shared = { RoleArn: roleArn("shared") };
    await expect(assume(shared)).rejects.toThrow("no identity-based policy");
    await permit("AIDAANN", "sts:AssumeRole");
    await assume(shared);
    await expect(assume(shared, root)).rejects.toThrow("Roles may not be assumed by root accounts.");
  });

  it("honours conditions of the trust policy on the external id", async () => {
    const Condition = { StringEquals: { "sts:ExternalId": "right" } };
    await addEntity("role", "partner", "AROAPARTNER", [allowed({ AWS: ann.arn }, { Condition })]);
    const partner = { RoleArn: roleArn("partner") };
    await expect(assume(partner)).rejects.toThrow("not authorized");
    await expect(assume({ ...partner, ExternalId: "wrong" })).rejects.toThrow("not authorized");
    await assume({ ...partner, ExternalId: "right" });
  });

  it("narrows the session by the policies passed", async () => {
    const Policy = text({ Effect: "Allow", Action: "xray:Get*", Resource: "*" });
    const { Credentials, PackedPolicySize } = await assume({ Policy });
    const caller = await callerWith(Credentials);
    expect(PackedPolicySize).toBeGreaterThan(0);
    expect(await may(caller, "xray:GetGroups")).toBe(true);
    expect(await may(caller, "xray:PutTraceSegments")).toBe(false);
    const PolicyArns = [{ arn: "arn:aws:iam::aws:policy/AWSXrayWriteOnlyAccess" }];
    const writer = await callerWith((await assume({ PolicyArns })).Credentials);
    expect(await may(writer, "xray:PutTraceSegments")).toBe(true);
    expect(await may(writer, "s3:GetObject")).toBe(false);
    await expect(assume({ Policy: "{}" })).rejects.toMatchObject({ code: "MalformedPolicyDocument" });
  });

  it("bounds how long a session lasts, and ends it then", async () => {
    await expect(assume({ DurationSeconds: 10 })).rejects.toMatchObject({ code: "ValidationError" });
    await expect(assume({ DurationSeconds: 7201 })).rejects.toThrow("exceeds the MaxSessionDuration");
    const { Credentials } = await assume({ DurationSeconds: 7200 });
    const reader = await callerWith(Credentials);
    await addEntity("role", "next", "AROANEXT", [allowed({ AWS: RoleArn })]);
    const next = { RoleArn: roleArn("next") };
    await expect(assume({ ...next, DurationSeconds: 3601 }, reader)).rejects.toThrow("role chaining");
    await assume({ ...next, DurationSeconds: 3600 }, reader);
    nowMs += 7_200_000;
    const found = await identity.credentials.find(Credentials.AccessKeyId, Credentials.SessionToken);
    expect(found.kind).toBe("expired");
  });

  it("lets no session outlive its role", async () => {
    const caller = await callerWith((await assume()).Credentials);
    await settings.transact(async (tx) => {
      await tx.deleteFrom("iam_entities").where("entity_id", "=", "AROAREADER").execute();
      await bumpIdentityRevision(tx);
    });
    expect(await may(caller, "xray:GetTraceSummaries")).toBe(false);
  });

  it("carries a source identity, where both sides permit it, through every further role", async () => {
    await expect(assume({ SourceIdentity: "ann@example" })).rejects.toThrow("sts:SetSourceIdentity");
    const Action = ["sts:AssumeRole", "sts:SetSourceIdentity"];
    await addEntity("role", "traced", "AROATRACED", [allowed({ AWS: ann.arn }, { Action })]);
    await addEntity("role", "next", "AROANEXT", [allowed({ AWS: roleArn("traced") }, { Action })]);
    await permit("AROATRACED", "*");
    const first = await assume({ RoleArn: roleArn("traced"), SourceIdentity: "ann@example" });
    const traced = await callerWith(first.Credentials);
    const second = await assume({ RoleArn: roleArn("next") }, traced);
    expect(await callerWith(second.Credentials)).toMatchObject({ sourceIdentity: "ann@example" });
    await expect(assume({ RoleArn: roleArn("next"), SourceIdentity: "bob" }, traced)).rejects.toThrow(
      "cannot be changed",
    );
  });

  it("refuses what it does not do, in place of passing over it", async () => {
    await expect(assume({ ProvidedContexts: [{}] })).rejects.toThrow("Provided contexts are not offered");
  });

  it("refuses the code of a device that is not the caller's, and half of what a code needs", async () => {
    const SerialNumber = `arn:aws:iam::${accountId}:mfa/somebody`;
    for (const input of [{ SerialNumber, TokenCode: "123456" }, { SerialNumber }, { TokenCode: "123456" }])
      await expect(assume(input)).rejects.toThrow("MultiFactorAuthentication failed");
  });

  it("takes tags where both sides permit it, and passes on those that are transitive", async () => {
    const Tags = [
      { Key: "team", Value: "shop" },
      { Key: "step", Value: "one" },
    ];
    await expect(assume({ Tags })).rejects.toThrow("sts:TagSession");
    const Action = ["sts:AssumeRole", "sts:TagSession"];
    const Condition = { StringEquals: { "aws:RequestTag/team": "shop" } };
    await addEntity("role", "tagged", "AROATAGGED", [allowed({ AWS: ann.arn }, { Action, Condition })]);
    await addEntity("role", "next", "AROANEXT", [allowed({ AWS: roleArn("tagged") }, { Action, Condition })]);
    await permit("AROATAGGED", "sts:*");
    const tagged = { RoleArn: roleArn("tagged") };
    await expect(assume({ ...tagged, Tags: [{ Key: "team", Value: "other" }] })).rejects.toThrow("not authorized");
    const first = await callerWith((await assume({ ...tagged, Tags, TransitiveTagKeys: ["Team"] })).Credentials);
    expect(first).toMatchObject({ sessionTags: { team: "shop", step: "one" } });
    const second = await callerWith((await assume({ RoleArn: roleArn("next") }, first)).Credentials);
    expect(second).toMatchObject({ sessionTags: { team: "shop" }, transitiveTagKeys: ["team"] });
    await expect(assume({ RoleArn: roleArn("next"), Tags: [Tags[0]] }, first)).rejects.toThrow("is transitive");
    await expect(assume({ ...tagged, Tags: [Tags[0], { Key: "TEAM", Value: "x" }] })).rejects.toThrow("Duplicate");
    await expect(assume({ ...tagged, Tags, TransitiveTagKeys: ["none"] })).rejects.toThrow("not the key of a tag");
  });

  it("lets a session's tags stand before its role's where a policy asks for the principal's", async () => {
    const Condition = { StringEquals: { "aws:PrincipalTag/team": "shop" } };
    const document = text({ Effect: "Allow", Action: "xray:*", Resource: "*", Condition });
    const Action = ["sts:AssumeRole", "sts:TagSession"];
    await addEntity("role", "tagged", "AROATAGGED", [allowed({ AWS: ann.arn }, { Action })]);
    await settings.transact(async (tx) => {
      await tx
        .insertInto("iam_inline_policies")
        .values({ entity_id: "AROATAGGED", policy_name: "by-tag", document })
        .execute();
      const tag = { tag_key: "Team", tag_key_lower: "team", tag_value: "shop" };
      await tx
        .insertInto("iam_tags")
        .values({ entity_id: "AROATAGGED", ...tag })
        .execute();
      await bumpIdentityRevision(tx);
    });
    const session = async (Tags: object[]) =>
      callerWith((await assume({ RoleArn: roleArn("tagged"), Tags })).Credentials);
    expect(await may(await session([]), "xray:GetGroups")).toBe(true);
    expect(await may(await session([{ Key: "team", Value: "other" }]), "xray:GetGroups")).toBe(false);
  });

  it("serves services that a role trusts", async () => {
    await addEntity("role", "logs", "AROALOGS", [allowed({ Service: "cloudtrail.amazonaws.com" })]);
    const caller: Caller = { kind: "service", accountId, accessKeyId: "ASIA", service: "cloudtrail.amazonaws.com" };
    const { Credentials } = await assume({ RoleArn: roleArn("logs") }, caller);
    expect(await callerWith(Credentials)).toMatchObject({ roleName: "logs", invokedBy: "cloudtrail.amazonaws.com" });
    await expect(assume({}, caller)).rejects.toThrow("not authorized");
  });
});

describe("GetSessionToken", () => {
  it("gives users temporary credentials with their own rights, once", async () => {
    await permit("AIDAANN", "xray:*");
    const { Credentials } = await call("GetSessionToken", { DurationSeconds: 900 }, ann);
    const caller = await callerWith(Credentials);
    expect(caller).toMatchObject({ kind: "user", userName: "ann", sessionIssuedMs: nowMs });
    expect(await may(caller, "xray:PutTraceSegments")).toBe(true);
    expect(await may(caller, "s3:GetObject")).toBe(false);
    await expect(call("GetSessionToken", {}, caller)).rejects.toThrow("Cannot call GetSessionToken with session");
    const ofRoot = await call("GetSessionToken", {}, root);
    expect(ofRoot.Credentials.Expiration.getTime()).toBe(nowMs + 3_600_000);
  });
});

describe("GetFederationToken", () => {
  it("gives a session what its maker may and the policies passed allow, and nothing of IAM and STS", async () => {
    const token = (more: object = {}, caller: Caller = ann) =>
      call("GetFederationToken", { Name: "guest", ...more }, caller);
    await expect(token()).rejects.toThrow("sts:GetFederationToken");
    await permit("AIDAANN", "sts:*");
    await permit("AIDAANN", "xray:*");
    const Policy = text({ Effect: "Allow", Action: ["xray:Get*", "s3:*", "sts:*", "iam:*"], Resource: "*" });
    const { Credentials, FederatedUser } = await token({ Policy });
    const guest = `arn:aws:sts::${accountId}:federated-user/guest`;
    expect(FederatedUser).toEqual({ FederatedUserId: `${accountId}:guest`, Arn: guest });
    const caller = await callerWith(Credentials);
    expect(await call("GetCallerIdentity", {}, caller)).toMatchObject({ UserId: `${accountId}:guest`, Arn: guest });
    const verdicts = ["xray:GetGroups", "xray:PutTraceSegments", "s3:GetObject", "sts:AssumeRole", "iam:GetUser"];
    expect(await Promise.all(verdicts.map((action) => may(caller, action)))).toEqual([
      ...[true, false, false, false, false],
    ]);
    expect(await may(await callerWith((await token()).Credentials), "xray:GetGroups")).toBe(false);
    expect(await may(await callerWith((await token({ Policy }, root)).Credentials), "s3:GetObject")).toBe(true);
    await expect(token({}, caller)).rejects.toThrow("not authorized");
    await expect(token({ Name: "x" })).rejects.toMatchObject({ code: "ValidationError" });
  });
});

describe("GetAccessKeyInfo", () => {
  it("tells the account of a long-lived key alone", async () => {
    const info = (AccessKeyId: string) => call("GetAccessKeyInfo", { AccessKeyId }, root);
    await expect(info("AKIANOBODYSKEY000001")).rejects.toThrow("Invalid access key ID");
    await expect(info("ASIANOBODYSKEY000001")).rejects.toThrow("not stored here");
    const key = { access_key_id: "AKIAANNSOWNKEY000001", account_id: accountId, owner_id: "AIDAANN" };
    await settings.transact((tx) =>
      tx
        .insertInto("iam_access_keys")
        .values({ ...key, status: "Active", sealed_secret: "", created_ms: nowMs })
        .execute(),
    );
    expect(await info(key.access_key_id)).toEqual({ Account: accountId });
  });
});
