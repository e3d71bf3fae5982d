// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables are spelled like this.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import * as sdk from "@aws-sdk/client-iam";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemEnvironment as environment } from "../../environment.js";
import type { Caller } from "../../identity/caller.js";
import { ensureRoot } from "../../identity/ensure-root.js";
import { type Identity, openIdentity } from "../../identity/open-identity.js";
import { openVault } from "../../identity/open-vault.js";
import { openSqliteSettings } from "../../storage/settings/open-settings.js";
import type { SettingsStore } from "../../storage/settings-store.js";
import type { Call, Service } from "../operation.js";
import { accessDenied } from "../service-error.js";
import { noAccessHistory } from "../test-account.fixture.js";
import { iamService } from "./service.js";

const accountId = "111122223333";

let folder: string;
let settings: SettingsStore;
let identity: Identity;
let service: Service;
let root: Caller;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "dosimeter-iam-"));
  settings = await openSqliteSettings({ path: path.join(folder, "settings.db"), environment });
  const vault = await openVault({ dataFolder: folder, environment });
  identity = openIdentity({ settings, vault, environment });
  service = iamService({
    settings,
    vault,
    people: identity.people,
    environment,
    accessHistory: noAccessHistory,
    knownServices: () => [],
  });
  const config = { data: folder, account: accountId };
  const key = await ensureRoot({ config, settings, vault, environment });
  root = await callerOf(key.accessKeyId);
});

afterEach(async () => {
  await settings.close();
  await rm(folder, { recursive: true });
});

async function callerOf(accessKeyId: string): Promise<Caller> {
  const found = await identity.credentials.find(accessKeyId, undefined);
  if (found.kind !== "found") throw new Error(found.kind);
  return found.caller;
}

/** Authorises and executes, as the gateway does. */
// biome-ignore lint/suspicious/noExplicitAny: tests look at outputs of many types.
async function call(name: string, input: object = {}, caller: Caller = root): Promise<any> {
  const operation = service.operations.find((one) => one.name === name);
  if (!operation) throw new Error(`${name} is not an operation`);
  const nowMs = environment.clock.nowMs();
  const from = { nowMs, region: "us-east-1", sourceIpAddress: "127.0.0.1", userAgent: "test", secureTransport: false };
  const decide = (access: Parameters<Call["may"]>[0]) => identity.authorizer.decide(caller, access, from);
  const theCall: Call = {
    ...from,
    requestId: environment.ids.uuid(),
    caller,
    accountId,
    host: "localhost",
    identified: () => undefined,
    commit: (change) => settings.transact(change),
    visibleRows: () => undefined,
    demand: async (access) => {
      const decision = await decide(access);
      if (!decision.allowed) throw accessDenied(decision.message);
    },
    may: async (access) => (await decide(access)).allowed,
    exposes: () => undefined,
    note: () => undefined,
  };
  for (const access of await operation.access(input, theCall)) await theCall.demand(access);
  return operation.execute(input, theCall);
}

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => "no failure",
    (problem) => `${problem.code} ${problem.httpStatus}: ${problem.message}`,
  );

const document = (...statements: object[]) => JSON.stringify({ Version: "2012-10-17", Statement: statements });
const allow = (Action: string | string[], Resource = "*") => document({ Effect: "Allow", Action, Resource });
const trust = document({ Effect: "Allow", Principal: { AWS: accountId }, Action: "sts:AssumeRole" });
const read = "arn:aws:iam::aws:policy/AWSXrayReadOnlyAccess";

describe("the IAM API", () => {
  it("names every operation of the SDK package, here or with the reason why not", () => {
    const known = Object.keys(sdk)
      .filter((name) => /\wCommand$/.test(name))
      .map((name) => name.slice(0, -"Command".length));
    const here = service.operations.map((operation) => operation.name);
    expect(new Set(here).size).toBe(here.length);
    expect([...here, ...Object.keys(service.notOffered)].sort()).toEqual(known.sort());
  });

  it("makes, shows, renames and removes users", async () => {
    const { User } = await call("CreateUser", { UserName: "Ann", Path: "/ops/", Tags: [{ Key: "Team", Value: "a" }] });
    expect(User).toMatchObject({
      Arn: `arn:aws:iam::${accountId}:user/ops/Ann`,
      UserId: expect.stringMatching(/^AIDA[A-Z2-7]{17}$/),
      Tags: [{ Key: "Team", Value: "a" }],
    });
    expect(await failure(call("CreateUser", { UserName: "ann" }))).toBe(
      "EntityAlreadyExists 409: User with name ann already exists.",
    );
    expect(await failure(call("CreateUser", { UserName: "no spaces" }))).toMatch(/^ValidationError 400: 1 validation/);
    await call("UpdateUser", { UserName: "Ann", NewUserName: "Anna", NewPath: "/" });
    expect((await call("GetUser", { UserName: "Anna" })).User).toMatchObject({
      UserId: User.UserId,
      Arn: `arn:aws:iam::${accountId}:user/Anna`,
    });
    await call("DeleteUser", { UserName: "Anna" });
    expect(await failure(call("GetUser", { UserName: "Anna" }))).toBe(
      "NoSuchEntity 404: The user with name Anna cannot be found.",
    );
  });

  it("pages through lists, under a path", async () => {
    for (const name of ["a", "B", "c", "d", "e"])
      await call("CreateUser", { UserName: name, Path: name === "d" ? "/other/" : "/ops/" });
    const names: string[] = [];
    let Marker: string | undefined;
    do {
      const page = await call("ListUsers", { PathPrefix: "/ops/", MaxItems: 3, ...(Marker && { Marker }) });
      names.push(...page.Users.map((user: sdk.User) => user.UserName));
      expect(page.IsTruncated).toBe(page.Marker !== undefined);
      Marker = page.Marker;
    } while (Marker);
    expect(names).toEqual(["a", "B", "c", "e"]);
    expect(await failure(call("ListUsers", { Marker: "forged" }))).toBe("ValidationError 400: Invalid Marker.");
  });

  it("gives a user two keys at most, that sign until they are inactive or gone, and keeps secrets out of the record", async () => {
    await call("CreateUser", { UserName: "ann" });
    const { AccessKey } = await call("CreateAccessKey", { UserName: "ann" });
    expect(await identity.credentials.find(AccessKey.AccessKeyId, undefined)).toMatchObject({
      kind: "found",
      secretAccessKey: AccessKey.SecretAccessKey,
    });
    const operation = service.operations.find(({ name }) => name === "CreateAccessKey")!;
    const recorded = operation.recordedResponse!({ AccessKey }) as { accessKey: object };
    expect(Object.keys(recorded.accessKey)).toEqual(["accessKeyId", "status", "userName", "createDate"]);
    expect(JSON.stringify(recorded)).not.toContain(AccessKey.SecretAccessKey);
    await call("CreateAccessKey", { UserName: "ann" });
    expect(await failure(call("CreateAccessKey", { UserName: "ann" }))).toBe(
      "LimitExceeded 409: Cannot exceed quota for AccessKeysPerUser: 2",
    );
    const key = { UserName: "ann", AccessKeyId: AccessKey.AccessKeyId };
    await call("UpdateAccessKey", { ...key, Status: "Inactive" });
    expect((await identity.credentials.find(key.AccessKeyId, undefined)).kind).toBe("inactive");
    expect(await failure(call("DeleteUser", { UserName: "ann" }))).toMatch(/^DeleteConflict 409: .*access keys first/);
    await call("DeleteAccessKey", key);
    expect((await identity.credentials.find(key.AccessKeyId, undefined)).kind).toBe("unknown");
    expect((await call("ListAccessKeys", { UserName: "ann" })).AccessKeyMetadata).toHaveLength(1);
  });

  it("makes roles and gives their trust policy back percent-encoded", async () => {
    await call("CreateRole", { RoleName: "r", AssumeRolePolicyDocument: trust });
    const { Role } = await call("GetRole", { RoleName: "r" });
    expect(decodeURIComponent(Role.AssumeRolePolicyDocument)).toBe(trust);
    expect(Role.AssumeRolePolicyDocument).toMatch(/^%7B%22Version%22/);
    expect(Role.MaxSessionDuration).toBe(3600);
    expect(await failure(call("CreateRole", { RoleName: "x", AssumeRolePolicyDocument: allow("sts:*") }))).toBe(
      "MalformedPolicyDocument 400: Missing required field Principal",
    );
    await call("UpdateRole", { RoleName: "r", MaxSessionDuration: 7200, Description: "d" });
    expect((await call("ListRoles")).Roles).toMatchObject([{ MaxSessionDuration: 7200, Description: "d" }]);
    await call("AttachRolePolicy", { RoleName: "r", PolicyArn: read });
    expect(await failure(call("DeleteRole", { RoleName: "r" }))).toMatch(/^DeleteConflict 409: .*detach all policies/);
    await call("DetachRolePolicy", { RoleName: "r", PolicyArn: read });
    await call("DeleteRole", { RoleName: "r" });
    expect((await call("ListRoles")).Roles).toEqual([]);
  });

  it("keeps up to five versions of a managed policy, of which the default one counts", async () => {
    await call("CreateUser", { UserName: "ann" });
    const key = await call("CreateAccessKey", { UserName: "ann" });
    const ann = await callerOf(key.AccessKey.AccessKeyId);
    const { Policy } = await call("CreatePolicy", { PolicyName: "p", PolicyDocument: allow("iam:ListUsers") });
    const PolicyArn = Policy.Arn;
    await call("AttachUserPolicy", { UserName: "ann", PolicyArn });
    await call("ListUsers", {}, ann);
    expect(await failure(call("ListRoles", {}, ann))).toContain(
      `User: arn:aws:iam::${accountId}:user/ann is not authorized to perform: iam:ListRoles`,
    );
    await call("CreatePolicyVersion", { PolicyArn, PolicyDocument: allow("iam:ListRoles"), SetAsDefault: true });
    await call("ListRoles", {}, ann);
    await expect(call("ListUsers", {}, ann)).rejects.toThrow("not authorized");
    await call("SetDefaultPolicyVersion", { PolicyArn, VersionId: "v1" });
    await call("ListUsers", {}, ann);
    for (const _ of [3, 4, 5]) await call("CreatePolicyVersion", { PolicyArn, PolicyDocument: allow("s3:*") });
    expect(await failure(call("CreatePolicyVersion", { PolicyArn, PolicyDocument: allow("s3:*") }))).toMatch(
      /^LimitExceeded 409: A managed policy can have up to 5 versions/,
    );
    expect(
      (await call("ListPolicyVersions", { PolicyArn })).Versions.map((one: sdk.PolicyVersion) => one.VersionId),
    ).toEqual(["v5", "v4", "v3", "v2", "v1"]);
    expect(await failure(call("DeletePolicyVersion", { PolicyArn, VersionId: "v1" }))).toMatch(/^DeleteConflict/);
    for (const id of [2, 3, 4, 5]) await call("DeletePolicyVersion", { PolicyArn, VersionId: `v${id}` });
    expect((await call("GetPolicy", { PolicyArn })).Policy).toMatchObject({
      AttachmentCount: 1,
      DefaultVersionId: "v1",
    });
    expect(await failure(call("DeletePolicy", { PolicyArn }))).toMatch(/^DeleteConflict 409: .*attached/);
    expect((await call("ListEntitiesForPolicy", { PolicyArn })).PolicyUsers).toMatchObject([{ UserName: "ann" }]);
    await call("DetachUserPolicy", { UserName: "ann", PolicyArn });
    await call("DeletePolicy", { PolicyArn });
    expect((await call("ListPolicies", { Scope: "Local" })).Policies).toEqual([]);
    expect((await call("ListPolicies", { Scope: "AWS" })).Policies.length).toBeGreaterThan(10);
  });

  it("keeps inline policies within their size, and counts them in decisions", async () => {
    await call("CreateUser", { UserName: "ann" });
    const ann = await callerOf((await call("CreateAccessKey", { UserName: "ann" })).AccessKey.AccessKeyId);
    const policy = { UserName: "ann", PolicyName: "own" };
    await call("PutUserPolicy", {
      ...policy,
      PolicyDocument: allow("iam:GetUser", "arn:aws:iam::*:user/${aws:username}"),
    });
    expect((await call("GetUser", {}, ann)).User.UserName).toBe("ann");
    const got = await call("GetUserPolicy", policy);
    expect(JSON.parse(decodeURIComponent(got.PolicyDocument)).Statement[0].Action).toBe("iam:GetUser");
    const large = allow(Array.from({ length: 150 }, (_, i) => `s3:GetObjectNumber${i}`));
    expect(await failure(call("PutUserPolicy", { ...policy, PolicyName: "large", PolicyDocument: large }))).toBe(
      "LimitExceeded 409: Maximum policy size of 2048 bytes exceeded for user ann",
    );
    expect(await failure(call("PutUserPolicy", { ...policy, PolicyDocument: "{}" }))).toMatch(
      /^MalformedPolicyDocument/,
    );
    expect((await call("ListUserPolicies", { UserName: "ann" })).PolicyNames).toEqual(["own"]);
    await call("DeleteUserPolicy", policy);
    expect(await failure(call("DeleteUserPolicy", policy))).toMatch(/^NoSuchEntity 404: The user policy with name own/);
    await expect(call("GetUser", {}, ann)).rejects.toThrow("not authorized");
  });

  it("lets groups give their members rights", async () => {
    await call("CreateUser", { UserName: "ann" });
    const ann = await callerOf((await call("CreateAccessKey", { UserName: "ann" })).AccessKey.AccessKeyId);
    await call("CreateGroup", { GroupName: "admins" });
    await call("PutGroupPolicy", { GroupName: "admins", PolicyName: "p", PolicyDocument: allow("iam:ListGroups") });
    await expect(call("ListGroups", {}, ann)).rejects.toThrow("not authorized");
    await call("AddUserToGroup", { GroupName: "admins", UserName: "ann" });
    expect((await call("ListGroups", {}, ann)).Groups).toMatchObject([{ GroupName: "admins" }]);
    expect((await call("GetGroup", { GroupName: "admins" })).Users).toMatchObject([{ UserName: "ann" }]);
    expect((await call("ListGroupsForUser", { UserName: "ann" })).Groups).toHaveLength(1);
    expect(await failure(call("DeleteGroup", { GroupName: "admins" }))).toMatch(/^DeleteConflict/);
    await call("RemoveUserFromGroup", { GroupName: "admins", UserName: "ann" });
    await expect(call("ListGroups", {}, ann)).rejects.toThrow("not authorized");
    await call("DeleteGroupPolicy", { GroupName: "admins", PolicyName: "p" });
    await call("DeleteGroup", { GroupName: "admins" });
  });

  it("bounds users, and lets whoever administers them under a boundary not lift it", async () => {
    const { Policy } = await call("CreatePolicy", { PolicyName: "bound", PolicyDocument: allow("iam:List*") });
    await call("CreateUser", { UserName: "ann", PermissionsBoundary: Policy.Arn });
    const ann = await callerOf((await call("CreateAccessKey", { UserName: "ann" })).AccessKey.AccessKeyId);
    await call("AttachUserPolicy", { UserName: "ann", PolicyArn: "arn:aws:iam::aws:policy/AdministratorAccess" });
    await call("ListUsers", {}, ann);
    await expect(call("CreateUser", { UserName: "bob" }, ann)).rejects.toThrow("no permissions boundary allows");
    expect(await failure(call("DeletePolicy", { PolicyArn: Policy.Arn }))).toMatch(/^DeleteConflict/);
    await call("DeleteUserPermissionsBoundary", { UserName: "ann" });
    await call("PutUserPolicy", {
      UserName: "ann",
      PolicyName: "delegate",
      PolicyDocument: document({
        Effect: "Deny",
        Action: ["iam:CreateUser"],
        Resource: "*",
        Condition: { StringNotEquals: { "iam:PermissionsBoundary": Policy.Arn } },
      }),
    });
    await expect(call("CreateUser", { UserName: "bob" }, ann)).rejects.toThrow("explicit deny");
    await call("CreateUser", { UserName: "bob", PermissionsBoundary: Policy.Arn }, ann);
    expect((await call("GetUser", { UserName: "bob" })).User.PermissionsBoundary.PermissionsBoundaryArn).toBe(
      Policy.Arn,
    );
  });

  it("tags users, roles and policies, and judges by the tags", async () => {
    await call("CreateUser", { UserName: "ann" });
    await call("CreateUser", { UserName: "bob", Tags: [{ Key: "team", Value: "red" }] });
    const ann = await callerOf((await call("CreateAccessKey", { UserName: "ann" })).AccessKey.AccessKeyId);
    const PolicyDocument = document({
      Effect: "Allow",
      Action: "iam:GetUser",
      Resource: "*",
      Condition: { StringEquals: { "aws:ResourceTag/team": "${aws:PrincipalTag/team}" } },
    });
    await call("PutUserPolicy", { UserName: "ann", PolicyName: "p", PolicyDocument });
    await expect(call("GetUser", { UserName: "bob" }, ann)).rejects.toThrow("not authorized");
    await call("TagUser", { UserName: "ann", Tags: [{ Key: "Team", Value: "red" }] });
    await call("GetUser", { UserName: "bob" }, ann);
    expect((await call("ListUserTags", { UserName: "ann" })).Tags).toEqual([{ Key: "Team", Value: "red" }]);
    await call("UntagUser", { UserName: "ann", TagKeys: ["team"] });
    await expect(call("GetUser", { UserName: "bob" }, ann)).rejects.toThrow("not authorized");
    const twice = [
      { Key: "a", Value: "1" },
      { Key: "A", Value: "2" },
    ];
    expect(await failure(call("TagUser", { UserName: "ann", Tags: twice }))).toMatch(
      /^InvalidInput 400: Duplicate tag/,
    );
  });

  it("attaches ten managed policies at most, and only ones that are there", async () => {
    await call("CreateUser", { UserName: "ann" });
    const { Policies } = await call("ListPolicies", { Scope: "AWS" });
    for (const { Arn } of Policies.slice(0, 10)) await call("AttachUserPolicy", { UserName: "ann", PolicyArn: Arn });
    await call("AttachUserPolicy", { UserName: "ann", PolicyArn: Policies[0].Arn });
    expect(await failure(call("AttachUserPolicy", { UserName: "ann", PolicyArn: Policies[10].Arn }))).toBe(
      "LimitExceeded 409: Cannot exceed quota for PoliciesPerUser: 10",
    );
    const PolicyArn = `arn:aws:iam::${accountId}:policy/none`;
    expect(await failure(call("AttachUserPolicy", { UserName: "ann", PolicyArn }))).toBe(
      `NoSuchEntity 404: Policy ${PolicyArn} does not exist or is not attachable.`,
    );
    expect((await call("ListAttachedUserPolicies", { UserName: "ann" })).AttachedPolicies).toHaveLength(10);
  });
});
