import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Environment, systemEnvironment } from "../environment.js";
import { openSqliteSettings } from "../storage/settings/open-settings.js";
import type { SettingsStore } from "../storage/settings-store.js";
import type { AccessContext } from "./access.js";
import type { Caller } from "./caller.js";
import type { FoundCredential } from "./credentials.js";
import { daemonCaller, ensureDaemonRole } from "./daemon-role.js";
import { ensureRoot } from "./ensure-root.js";
import { type Identity, openIdentity } from "./open-identity.js";
import { openVault } from "./open-vault.js";
import { bumpIdentityRevision, identityCacheMsMax } from "./revision-watch.js";
import { accessKeyContext } from "./sealed-columns.js";
import { assumeRoleAccess } from "./service-credentials.js";
import type { Vault } from "./vault.js";

const accountId = "111122223333";

let folder: string;
let nowMs: number;
let environment: Environment;
let settings: SettingsStore;
let vault: Vault;
let identity: Identity;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "dosimeter-identity-"));
  nowMs = Date.UTC(2026, 7, 1);
  environment = { ids: systemEnvironment.ids, clock: { nowMs: () => nowMs, monotonicMs: () => nowMs } };
  settings = await openSettings();
  vault = await openVault({ dataFolder: folder, environment });
  identity = openIdentity({ settings, vault, environment });
});

afterEach(async () => {
  await settings.close();
  await rm(folder, { recursive: true });
});

const openSettings = () => openSqliteSettings({ path: path.join(folder, "settings.db"), environment });

const context = (): AccessContext => ({
  nowMs,
  region: "us-east-1",
  sourceIpAddress: "127.0.0.1",
  secureTransport: false,
});

const config = (more: { rootAccessKeyId?: string; rootSecretAccessKey?: string } = {}) => ({
  data: folder,
  account: accountId,
  ...more,
});

async function addUser(name: string, store = settings): Promise<void> {
  await store.transact(async (tx) => {
    await tx
      .insertInto("iam_entities")
      .values({
        entity_id: `AIDA${name}`,
        account_id: accountId,
        kind: "user",
        name,
        name_lower: name,
        path: "/",
        arn: `arn:aws:iam::${accountId}:user/${name}`,
        created_ms: nowMs,
        boundary_arn: null,
        description: null,
        max_session_seconds: null,
        trust_policy: null,
      })
      .execute();
    await tx
      .insertInto("iam_access_keys")
      .values({
        access_key_id: `AKIA${name}`,
        account_id: accountId,
        owner_id: `AIDA${name}`,
        status: "Active",
        sealed_secret: vault.seal(Buffer.from(`secret of ${name}`), accessKeyContext(`AKIA${name}`)),
        created_ms: nowMs,
      })
      .execute();
    await bumpIdentityRevision(tx);
  });
}

async function attach(entityId: string, policyArn: string, store = settings): Promise<void> {
  await store.transact(async (tx) => {
    const row = { entity_id: entityId, account_id: accountId, policy_arn: policyArn };
    await tx.insertInto("iam_attached_policies").values(row).execute();
    await bumpIdentityRevision(tx);
  });
}

async function setStatus(accessKeyId: string, status: "Active" | "Inactive", store = settings): Promise<void> {
  await store.transact(async (tx) => {
    await tx.updateTable("iam_access_keys").set({ status }).where("access_key_id", "=", accessKeyId).execute();
    await bumpIdentityRevision(tx);
  });
}

function callerOf(found: FoundCredential): Caller {
  if (found.kind !== "found") throw new Error(`not found but ${found.kind}`);
  return found.caller;
}

const readTraces = { action: "xray:GetTraceSummaries", resource: "*" };

describe("the root user", () => {
  it("gets a key at first start, keeps it, and finds it in a file only its owner may read", async () => {
    const first = await ensureRoot({ config: config(), settings, vault, environment });
    expect(first).toMatchObject({ accessKeyId: expect.stringMatching(/^AKIA[A-Z2-7]{16}$/), createdNow: true });
    expect(first.secretAccessKey).toHaveLength(40);
    expect(await ensureRoot({ config: config(), settings, vault, environment })).toEqual({
      ...first,
      createdNow: false,
    });
    const file = path.join(folder, "root-credentials.json");
    const { accessKeyId, secretAccessKey } = first;
    expect(JSON.parse(await readFile(file, "utf8"))).toEqual({ accountId, accessKeyId, secretAccessKey });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await identity.credentials.find(accessKeyId, undefined)).toMatchObject({
      kind: "found",
      secretAccessKey,
      caller: { kind: "root", arn: `arn:aws:iam::${accountId}:root` },
    });
  });

  it("is not said to have a new key where one is configured", async () => {
    const given = { rootAccessKeyId: "AKIAGIVENGIVENGIVEN1", rootSecretAccessKey: "given" };
    expect(await ensureRoot({ config: config(given), settings, vault, environment })).toMatchObject({
      accessKeyId: given.rootAccessKeyId,
      createdNow: false,
    });
  });

  it("takes the configured key in place of the former one", async () => {
    const former = await ensureRoot({ config: config(), settings, vault, environment });
    const given = { rootAccessKeyId: "AKIAGIVENGIVENGIVEN1", rootSecretAccessKey: "given" };
    await ensureRoot({ config: config(given), settings, vault, environment });
    expect((await identity.credentials.find(former.accessKeyId, undefined)).kind).toBe("unknown");
    expect((await identity.credentials.find(given.rootAccessKeyId, undefined)).kind).toBe("found");
    const half = config({ rootAccessKeyId: "AKIAGIVENGIVENGIVEN1" });
    await expect(ensureRoot({ config: half, settings, vault, environment })).rejects.toThrow("together");
  });
});

describe("access keys", () => {
  it("are found at once when they are known, and follow every change of this process", async () => {
    await addUser("ann");
    const found = await identity.credentials.find("AKIAann", undefined);
    expect(found).toMatchObject({ kind: "found", secretAccessKey: "secret of ann", caller: { userName: "ann" } });
    expect(identity.credentials.find("AKIAann", undefined)).toBe(found);
    await setStatus("AKIAann", "Inactive");
    expect((await identity.credentials.find("AKIAann", undefined)).kind).toBe("inactive");
    expect((await identity.credentials.find("AKIAbob", undefined)).kind).toBe("unknown");
    expect((await identity.credentials.find("AKIAann", "token")).kind).toBe("invalid-token");
  });

  it("follow another process's change within the promised time", async () => {
    await addUser("ann");
    await identity.credentials.find("AKIAann", undefined);
    const other = await openSettings();
    await setStatus("AKIAann", "Inactive", other);
    await other.close();
    nowMs += identityCacheMsMax;
    expect((await identity.credentials.find("AKIAann", undefined)).kind).toBe("inactive");
  });
});

describe("decisions", () => {
  it("follow policies as they are attached, here and through groups", async () => {
    await addUser("ann");
    const caller = callerOf(await identity.credentials.find("AKIAann", undefined));
    const before = await identity.authorizer.decide(caller, readTraces, context());
    expect(before).toEqual({
      allowed: false,
      explicit: false,
      message:
        `User: arn:aws:iam::${accountId}:user/ann is not authorized to perform: xray:GetTraceSummaries ` +
        "because no identity-based policy allows the xray:GetTraceSummaries action",
    });
    await settings.transact(async (tx) => {
      await tx.insertInto("iam_group_members").values({ group_id: "AGPAreaders", user_id: "AIDAann" }).execute();
      await bumpIdentityRevision(tx);
    });
    await attach("AGPAreaders", "arn:aws:iam::aws:policy/AWSXrayReadOnlyAccess");
    expect((await identity.authorizer.decide(caller, readTraces, context())).allowed).toBe(true);
    expect(identity.authorizer.decide(caller, readTraces, context())).toEqual({ allowed: true });
    const write = { action: "xray:PutTraceSegments", resource: "*" };
    expect((await identity.authorizer.decide(caller, write, context())).allowed).toBe(false);
  });

  it("are against users that are no more, whatever resources say of their name", async () => {
    await addUser("ann");
    const caller = callerOf(await identity.credentials.find("AKIAann", undefined));
    const document = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: "*", Action: "*", Resource: "*" }],
    });
    const access = { ...readTraces, resourcePolicy: { document, required: false } };
    expect((await identity.authorizer.decide(caller, access, context())).allowed).toBe(true);
    await settings.transact(async (tx) => {
      await tx.deleteFrom("iam_entities").where("entity_id", "=", "AIDAann").execute();
      await bumpIdentityRevision(tx);
    });
    expect((await identity.authorizer.decide(caller, access, context())).allowed).toBe(false);
  });

  it("bound by a policy that was deleted allow nothing", async () => {
    await addUser("ann");
    await attach("AIDAann", "arn:aws:iam::aws:policy/AdministratorAccess");
    const caller = callerOf(await identity.credentials.find("AKIAann", undefined));
    expect((await identity.authorizer.decide(caller, readTraces, context())).allowed).toBe(true);
    await settings.transact(async (tx) => {
      const boundary_arn = `arn:aws:iam::${accountId}:policy/gone`;
      await tx.updateTable("iam_entities").set({ boundary_arn }).where("entity_id", "=", "AIDAann").execute();
      await bumpIdentityRevision(tx);
    });
    const decision = await identity.authorizer.decide(caller, readTraces, context());
    expect(decision).toMatchObject({ allowed: false, message: expect.stringContaining("no permissions boundary") });
  });
});

describe("sessions", () => {
  const holder = {
    kind: "user" as const,
    accountId,
    userName: "ann",
    userId: "AIDAann",
    arn: `arn:aws:iam::${accountId}:user/ann`,
  };

  it("are known to every process with the same key, to their own access key only, until they expire", async () => {
    const made = identity.sessions.issue({ holder, lifetimeSeconds: 900 });
    const other = openIdentity({ settings, vault: await openVault({ dataFolder: folder, environment }), environment });
    const found = await other.credentials.find(made.accessKeyId, made.sessionToken);
    expect(found).toMatchObject({
      kind: "found",
      secretAccessKey: made.secretAccessKey,
      caller: { kind: "user", userName: "ann", accessKeyId: made.accessKeyId, sessionIssuedMs: nowMs },
    });
    expect(other.credentials.find(made.accessKeyId, made.sessionToken)).toBe(found);
    const another = identity.sessions.issue({ holder, lifetimeSeconds: 900 });
    const { find } = { find: (id: string, token?: string) => other.credentials.find(id, token) };
    expect((await find(another.accessKeyId, made.sessionToken)).kind).toBe("invalid-token");
    expect((await find(made.accessKeyId, `${made.sessionToken}A`)).kind).toBe("invalid-token");
    expect((await find(made.accessKeyId)).kind).toBe("invalid-token");
    nowMs += 900_000;
    expect((await find(made.accessKeyId, made.sessionToken)).kind).toBe("expired");
    expect((await find(another.accessKeyId, another.sessionToken)).kind).toBe("expired");
  });

  it("narrowed by a managed policy follow it, and allow nothing once it is gone", async () => {
    await addUser("ann");
    await attach("AIDAann", "arn:aws:iam::aws:policy/AdministratorAccess");
    const may = async (policyArn: string) => {
      const made = identity.sessions.issue({ holder, lifetimeSeconds: 900, policyArns: [policyArn] });
      const caller = callerOf(await identity.credentials.find(made.accessKeyId, made.sessionToken));
      return (await identity.authorizer.decide(caller, readTraces, context())).allowed;
    };
    expect(await may("arn:aws:iam::aws:policy/AWSXrayReadOnlyAccess")).toBe(true);
    expect(await may("arn:aws:iam::aws:policy/AWSXrayWriteOnlyAccess")).toBe(false);
    expect(await may(`arn:aws:iam::${accountId}:policy/gone`)).toBe(false);
  });
});

describe("the daemon's role", () => {
  it("is made once, writes segments and reads nothing, and cannot be assumed by another service", async () => {
    const role = await ensureDaemonRole({ settings, environment, accountId });
    expect(await ensureDaemonRole({ settings, environment, accountId })).toEqual(role);
    const caller = daemonCaller(role, "xray-daemon");
    expect(caller).toEqual(daemonCaller(role, "xray-daemon"));
    const may = async (action: string) =>
      (await identity.authorizer.decide(caller, { action, resource: "*" }, context())).allowed;
    expect(await may("xray:PutTraceSegments")).toBe(true);
    expect(await may("xray:GetTraceSummaries")).toBe(false);
    const mayBeAssumedBy = async (service: string) => {
      const caller = { kind: "service" as const, accountId, accessKeyId: "", service };
      const access = assumeRoleAccess(role.roleArn, await identity.directory.role(role.roleArn));
      return (await identity.authorizer.decide(caller, access, context())).allowed;
    };
    expect(await mayBeAssumedBy("cloudtrail.amazonaws.com")).toBe(false);
    expect(await mayBeAssumedBy("xray-daemon.dosimeter")).toBe(true);
  });
});

describe("service credentials", () => {
  it("speak for the service and its source", async () => {
    const made = identity.serviceCredentials.issueServiceCredentials({
      ...{ service: "cloudtrail.amazonaws.com", accountId, sourceArn: "arn:aws:cloudtrail:us-east-1:1:trail/t" },
      lifetimeSeconds: 900,
    });
    expect(callerOf(await identity.credentials.find(made.accessKeyId, made.sessionToken))).toMatchObject({
      kind: "service",
      service: "cloudtrail.amazonaws.com",
      sourceArn: "arn:aws:cloudtrail:us-east-1:1:trail/t",
    });
  });
});
