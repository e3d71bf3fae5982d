import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Environment, systemIds } from "../environment.js";
import { type Facts, openFacts } from "../storage/facts/open-facts.js";
import type { Scope } from "../storage/scope.js";
import { openSqliteSettings } from "../storage/settings/open-settings.js";
import type { SettingsStore } from "../storage/settings-store.js";
import { traceSourceContract } from "../storage/trace-source.contract.js";
import { traceStoreContract } from "../storage/trace-store.contract.js";
import type { SegmentRow, TraceStore } from "../storage/trace-store.js";
import type { CustomerKey } from "./customer-keys.js";
import { encryptedTraces } from "./encrypted-traces.js";
import { newMaterial } from "./key-materials.js";
import { ensureManagedKey, xrayManagedKey } from "./managed-keys.js";
import { openVault } from "./open-vault.js";
import type { Vault } from "./vault.js";

const noon = Date.UTC(2026, 2, 1, 12);
const folder = mkdtempSync(path.join(tmpdir(), "dosimeter-encrypted-"));
let nowMs = noon;
const environment: Environment = { clock: { nowMs: () => nowMs, monotonicMs: () => nowMs }, ids: systemIds };
/** Whose settings hold for every scope of these tests. */
const owner: Scope = { accountId: "111122223333", region: "eu-west-1" };
const everything = 500_000;

let settings: SettingsStore;
let vault: Vault;
let facts: Facts;
let key: CustomerKey;
let scope: Scope;

/** As another process would open it: with caches of its own. */
const open = () => encryptedTraces(facts, { settings, vault, environment, settingsScopeOf: () => owner });
let stores: ReturnType<typeof open>;

beforeAll(async () => {
  settings = await openSqliteSettings({ path: path.join(folder, "settings.db"), environment });
  vault = await openVault({ dataFolder: folder, environment });
  const retention = { traceRetentionDays: 30, eventRetentionDays: 90 };
  facts = await openFacts({ environment, dataFolder: folder, retention });
  key = await settings.transact((tx) => ensureManagedKey(tx, { vault, environment }, xrayManagedKey, owner, nowMs));
  stores = open();
  await encryptWith(key.arn);
});
afterAll(async () => {
  await facts.close();
  await settings.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  scope = { accountId: randomBytes(6).toString("hex"), region: "eu-west-1" };
});

async function encryptWith(keyArn: string): Promise<void> {
  const changed = { key_arn: keyArn, changed_ms: nowMs };
  await settings.transact(async (tx) => {
    await tx
      .insertInto("xray_encryption")
      .values({ account_id: owner.accountId, region: owner.region, ...changed })
      .onConflict((conflict) => conflict.columns(["account_id", "region"]).doUpdateSet(changed))
      .execute();
  });
}

async function changeKey(change: {
  enabled?: number;
  deletion_ms?: number | null;
  material_id?: string;
}): Promise<void> {
  await settings.transact(async (tx) => {
    await tx.updateTable("kms_keys").set(change).where("key_id", "=", key.keyId).execute();
  });
}

function segment(given: Partial<SegmentRow> = {}): SegmentRow {
  return {
    traceId: `1-${(noon / 1000).toString(16)}-${randomBytes(12).toString("hex")}`,
    segmentId: randomBytes(8).toString("hex"),
    kind: "segment",
    startTimeSeconds: noon / 1000,
    endTimeSeconds: noon / 1000 + 1,
    inProgress: false,
    receivedMs: noon + 1000,
    document: JSON.stringify({ name: "shop", user: "a very secret name 🔑" }),
    ...given,
  };
}

async function documentsOf(traces: TraceStore, traceId: string, bytesMax = everything): Promise<string[]> {
  const [trace] = await traces.readTraces(scope, [traceId], bytesMax);
  return (trace?.segments ?? []).map(({ document }) => document);
}

traceStoreContract("an encrypted store", () => stores.traces);
traceSourceContract("an encrypted store", () => stores);

describe("encrypted traces", () => {
  it("are stored as nothing that can be read, and read as they came", async () => {
    const row = segment();
    await stores.traces.putSegments(scope, [row]);
    const [stored] = await documentsOf(facts.traces, row.traceId);
    expect(stored).toMatch(/^kms1\.[\w-]{124}\.[A-Za-z0-9+/]+=*$/);
    for (const part of stored!.split(".").slice(1))
      expect(Buffer.from(part, "base64").toString()).not.toContain("shop");
    expect(await documentsOf(stores.traces, row.traceId)).toEqual([row.document]);
    expect(await documentsOf(open().traces, row.traceId)).toEqual([row.document]);
  });

  it("never come out the same twice, though the data key does", async () => {
    const [one, two] = [segment(), segment()];
    await stores.traces.putSegments(scope, [one, two]);
    const stored = [
      ...(await documentsOf(facts.traces, one.traceId)),
      ...(await documentsOf(facts.traces, two.traceId)),
    ];
    const [first, second] = stored.map((text) => text.split("."));
    expect(first![1]).toBe(second![1]);
    expect(first![2]).not.toBe(second![2]);
    nowMs += 60_000;
    const later = segment();
    await stores.traces.putSegments(scope, [later]);
    const [third] = await documentsOf(facts.traces, later.traceId);
    expect(third!.split(".")[1]).not.toBe(first![1]);
  });

  it("open nowhere else: not in another trace, segment, account or region", async () => {
    const row = segment();
    await stores.traces.putSegments(scope, [row]);
    const [document] = await documentsOf(facts.traces, row.traceId);
    const elsewhere = [
      { of: scope, row: segment({ document: document!, traceId: segment().traceId, segmentId: row.segmentId }) },
      { of: scope, row: segment({ document: document!, traceId: segment().traceId }) },
      { of: { ...scope, accountId: "other" }, row: { ...row, document: document! } },
      { of: { ...scope, region: "eu-west-2" }, row: { ...row, document: document! } },
    ];
    for (const { of, row: moved } of elsewhere) {
      await facts.traces.putSegments(of, [moved]);
      await expect(stores.traces.readTraces(of, [moved.traceId], everything)).rejects.toThrow();
    }
    // An altered byte anywhere.
    for (const at of [10, 80, 140, document!.length - 6]) {
      const letter = document![at] === "A" ? "B" : "A";
      const altered = segment({ document: document!.slice(0, at) + letter + document!.slice(at + 1) });
      await facts.traces.putSegments(scope, [altered]);
      await expect(documentsOf(stores.traces, altered.traceId)).rejects.toThrow();
    }
  });

  it("stay shut while their key is disabled or waits to be deleted, here at once, elsewhere within a second", async () => {
    const row = segment();
    await stores.traces.putSegments(scope, [row]);
    for (const unusable of [{ enabled: 0 }, { deletion_ms: nowMs + 1000 }]) {
      await changeKey(unusable);
      await expect(documentsOf(stores.traces, row.traceId)).rejects.toThrow(/is (disabled|pending deletion)/);
      await expect(stores.traces.putSegments(scope, [segment()])).rejects.toThrow(/is (disabled|pending deletion)/);
      await changeKey({ enabled: 1, deletion_ms: null });
      expect(await documentsOf(stores.traces, row.traceId)).toEqual([row.document]);
    }
    // A process that has no part in the change.
    const database = path.join(folder, "settings.db");
    const other = await openSqliteSettings({ path: database, environment });
    await other.transact(async (tx) => void (await tx.updateTable("kms_keys").set({ enabled: 0 }).execute()));
    nowMs += 1000;
    await expect(documentsOf(stores.traces, row.traceId)).rejects.toThrow("is disabled");
    await other.transact(async (tx) => void (await tx.updateTable("kms_keys").set({ enabled: 1 }).execute()));
    await other.close();
    nowMs += 1000;
  });

  it("are read after the key's material was rotated, and new ones are encrypted under the new", async () => {
    const before = segment();
    await stores.traces.putSegments(scope, [before]);
    const material = newMaterial({ vault, environment }, key.keyId, nowMs, "on-demand");
    await settings.transact(async (tx) => void (await tx.insertInto("kms_materials").values(material).execute()));
    await changeKey({ material_id: material.material_id });
    const after = segment();
    await stores.traces.putSegments(scope, [after]);
    const [stored] = await documentsOf(facts.traces, after.traceId);
    const named = Buffer.from(stored!.split(".")[1]!, "base64url").subarray(17, 33).toString("hex");
    expect(named).toBe(material.material_id.replaceAll("-", ""));
    for (const { traceId, document } of [before, after])
      expect(await documentsOf(stores.traces, traceId)).toEqual([document]);
  });

  it("are not in the way of others when the index cannot read them", async () => {
    const [sealed, clear] = [segment(), segment()];
    await stores.traces.putSegments(scope, [sealed]);
    await encryptWith("");
    await stores.traces.putSegments(scope, [clear, { ...segment(), traceId: sealed.traceId }]);
    const shut = segment();
    await encryptWith(key.arn);
    await stores.traces.putSegments(scope, [shut]);
    await changeKey({ enabled: 0 });
    const limits = { bytesMaxPerTrace: everything, bytesMax: 10 * everything };
    await stores.source.settled();
    const ids = [sealed.traceId, clear.traceId, shut.traceId];
    const { traces } = await stores.source.readForIndex(scope, ids, limits);
    expect(traces.map(({ traceId, segments }) => [traceId, segments.length]).sort()).toEqual(
      [
        [sealed.traceId, 1],
        [clear.traceId, 1],
      ].sort(),
    );
    await changeKey({ enabled: 1 });
  });
});
