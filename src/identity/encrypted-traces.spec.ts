import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Environment, systemIds } from "../environment.js";
import { readingOf } from "../storage/facts/decode-reading.js";
import { FactDatabase } from "../storage/facts/fact-database.js";
import { type Facts, openFacts } from "../storage/facts/open-facts.js";
import type { Scope } from "../storage/scope.js";
import type { SealedBatch } from "../storage/sealed-traces.js";
import { segment as anySegment, noon } from "../storage/segment-row.fixture.js";
import { openSqliteSettings } from "../storage/settings/open-settings.js";
import type { SettingsStore } from "../storage/settings-store.js";
import { traceEraserContract } from "../storage/trace-eraser.contract.js";
import { traceSourceContract } from "../storage/trace-source.contract.js";
import { traceStoreContract } from "../storage/trace-store.contract.js";
import type { SegmentRow, TraceStore } from "../storage/trace-store.js";
import type { CustomerKey } from "./customer-keys.js";
import { encryptedTraces } from "./encrypted-traces.js";
import { newMaterial } from "./key-materials.js";
import { ensureManagedKey, xrayManagedKey } from "./managed-keys.js";
import { openVault } from "./open-vault.js";
import type { Vault } from "./vault.js";

const folder = mkdtempSync(path.join(tmpdir(), "dosimeter-encrypted-"));
let nowMs = noon;
const environment: Environment = { clock: { nowMs: () => nowMs, monotonicMs: () => nowMs }, ids: systemIds };
/** Whose settings hold for every scope of these tests. */
const owner: Scope = { accountId: "111122223333", region: "eu-west-1" };
const everything = 500_000;
const dayMs = 86_400_000;

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

/** With a text that must not be found in what is stored. */
const segment = (given: Partial<SegmentRow> = {}): SegmentRow =>
  anySegment({ document: JSON.stringify({ name: "shop", user: "a very secret name 🔑" }), ...given });

async function documentsOf(traces: TraceStore, traceId: string, bytesMax = everything): Promise<string[]> {
  const [trace] = await traces.readTraces(scope, [traceId], bytesMax);
  return (trace?.segments ?? []).map(({ document }) => document);
}

/** The ciphertexts in which documents of the traces are. */
async function batchesOf(...traceIds: string[]): Promise<SealedBatch[]> {
  return facts.sealed.readBatches(scope, await facts.sealed.batchesOf(scope, traceIds));
}

async function readForIndex(traceIds: readonly string[]) {
  const limits = { bytesMaxPerTrace: everything, bytesMax: 10 * everything };
  const { rows, batches } = await stores.source.readRows(scope, traceIds, limits);
  return readingOf(rows, everything, batches);
}

const byTrace = (one: SegmentRow, other: SegmentRow) => (one.traceId < other.traceId ? -1 : 1);

/** Has the engine drop what was replaced. */
async function mergeAll(): Promise<void> {
  const database = await FactDatabase.embedded(path.join(folder, "facts"), "dosimeter");
  await database.command("OPTIMIZE TABLE segments FINAL");
  await database.close();
}

traceStoreContract("an encrypted store", () => stores.traces);
traceSourceContract("an encrypted store", () => stores);
traceEraserContract("an encrypted store", () => ({ ...stores, logEvents: facts.logEvents }));

describe("encrypted traces", () => {
  it("are stored as nothing that can be read, and read as they came", async () => {
    const row = segment();
    await stores.traces.putSegments(scope, [row]);
    expect(await documentsOf(facts.traces, row.traceId)).toEqual([""]);
    const [batch] = await batchesOf(row.traceId);
    expect(batch!.ciphertext).toMatch(/^[\w-]{124}\.[A-Za-z0-9+/]+=*$/);
    for (const part of batch!.ciphertext.split("."))
      expect(Buffer.from(part, "base64").toString()).not.toContain("shop");
    expect(await documentsOf(stores.traces, row.traceId)).toEqual([row.document]);
    expect(await documentsOf(open().traces, row.traceId)).toEqual([row.document]);
  });

  it("share a ciphertext with those of the same call and of calls at the same time, which is shorter than they", async () => {
    const calls = Array.from({ length: 20 }, () => Array.from({ length: 10 }, () => segment()));
    await Promise.all(calls.map((rows) => stores.traces.putSegments(scope, rows)));
    const traceIds = calls.flat().map(({ traceId }) => traceId);
    const batches = await batchesOf(...traceIds);
    expect(batches).toHaveLength(1);
    const length = calls.flat().reduce((sum, { document }) => sum + document.length, 0);
    expect(batches[0]!.ciphertext.length).toBeLessThan(length);
    const read = await open().traces.readTraces(scope, traceIds, everything);
    expect(read.flatMap(({ segments }) => segments).sort(byTrace)).toEqual(calls.flat().sort(byTrace));
  });

  it("are so many in a ciphertext as it may hold, and of one day, since days are kept for so long and no longer", async () => {
    const document = JSON.stringify({ filler: randomBytes(24_000).toString("hex") });
    const rows = Array.from({ length: 12 }, (_, index) =>
      segment({ document, receivedMs: noon + (index % 2) * dayMs }),
    );
    await stores.traces.putSegments(
      scope,
      rows.sort((one, other) => one.receivedMs - other.receivedMs),
    );
    const batches = await batchesOf(...rows.map(({ traceId }) => traceId));
    expect(batches.map(({ receivedMs }) => receivedMs - noon).sort()).toEqual([0, 0, dayMs, dayMs]);
    for (const { traceId } of rows) expect(await documentsOf(open().traces, traceId)).toEqual([document]);
  });

  it("never come out the same twice, though the data key does", async () => {
    const [one, two] = [segment(), segment()];
    const parts: string[][] = [];
    for (const row of [one, two]) {
      await stores.traces.putSegments(scope, [row]);
      parts.push((await batchesOf(row.traceId))[0]!.ciphertext.split("."));
    }
    expect(parts[0]![0]).toBe(parts[1]![0]);
    expect(parts[0]![1]).not.toBe(parts[1]![1]);
    nowMs += 60_000;
    const later = segment();
    await stores.traces.putSegments(scope, [later]);
    expect((await batchesOf(later.traceId))[0]!.ciphertext.split(".")[0]).not.toBe(parts[0]![0]);
  });

  it("open nowhere else: not in another batch, account or region, nor for another trace or segment", async () => {
    const [row, other] = [segment(), segment()];
    await stores.traces.putSegments(scope, [row, other]);
    const [batch] = await batchesOf(row.traceId);
    const { batchId, ciphertext } = batch!;
    const altered = (at: number) => {
      const letter = ciphertext[at] === "A" ? "B" : "A";
      return {
        ...batch!,
        batchId: `${batchId.slice(0, -2)}${at % 97}`,
        ciphertext: ciphertext.slice(0, at) + letter + ciphertext.slice(at + 1),
      };
    };
    const elsewhere = [
      { of: scope, kept: { ...batch!, batchId: `${batchId.slice(0, -2)}zz` } },
      { of: { ...scope, accountId: "other" }, kept: batch! },
      { of: { ...scope, region: "eu-west-2" }, kept: batch! },
      { of: scope, kept: { ...batch!, batchId: `${batchId.slice(0, -2)}yy`, generation: "0".repeat(16) } },
      ...[10, 80, 140, ciphertext.length - 6].map((at) => ({ of: scope, kept: altered(at) })),
    ];
    for (const { of, kept } of elsewhere) {
      const moved = segment();
      const places = [{ batchId: kept.batchId, place: 0 }];
      await facts.sealed.putSealed(of, [moved], { seal: () => ({ batches: [kept], places }) });
      await expect(stores.traces.readTraces(of, [moved.traceId], everything)).rejects.toThrow();
    }
    // Rows that point at the documents of others.
    for (const moved of [segment({ segmentId: row.segmentId }), { ...other }]) {
      const seal = () => ({ batches: [], places: [{ batchId, place: 0 }] });
      await facts.sealed.putSealed(scope, [{ ...moved, receivedMs: noon + 2000 }], { seal });
      expect(await documentsOf(open().traces, moved.traceId)).toEqual([]);
    }
  });

  it("stay shut while their key is disabled or waits to be deleted: at once, whichever process changes it", async () => {
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
    await expect(documentsOf(stores.traces, row.traceId)).rejects.toThrow("is disabled");
    await other.transact(async (tx) => void (await tx.updateTable("kms_keys").set({ enabled: 1 }).execute()));
    expect(await documentsOf(stores.traces, row.traceId)).toEqual([row.document]);
    await other.close();
  });

  it("are read after the key's material was rotated, and new ones are encrypted under the new", async () => {
    const before = segment();
    await stores.traces.putSegments(scope, [before]);
    const material = newMaterial({ vault, environment }, key.keyId, nowMs, "on-demand");
    await settings.transact(async (tx) => void (await tx.insertInto("kms_materials").values(material).execute()));
    await changeKey({ material_id: material.material_id });
    const after = segment();
    await stores.traces.putSegments(scope, [after]);
    const [batch] = await batchesOf(after.traceId);
    const wrapped = batch!.ciphertext.split(".")[0]!;
    const named = Buffer.from(wrapped, "base64url").subarray(17, 33).toString("hex");
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
    await stores.source.settled();
    const { traces, unreadable } = await readForIndex([sealed.traceId, clear.traceId, shut.traceId]);
    expect(unreadable).toEqual([shut.traceId]);
    expect(traces.map(({ traceId, segments }) => [traceId, segments.length]).sort()).toEqual(
      [
        [sealed.traceId, 1],
        [clear.traceId, 1],
      ].sort(),
    );
    await changeKey({ enabled: 1 });
  });
});

describe("erasing encrypted traces", () => {
  const erase = (of: ReturnType<typeof open>, ...rows: readonly SegmentRow[]) =>
    of.eraser.eraseTraces(
      scope,
      rows.map(({ traceId }) => traceId),
    );

  async function putThree() {
    const rows = [segment(), segment(), segment()] as const;
    await stores.traces.putSegments(scope, rows);
    const [batch] = await batchesOf(rows[0].traceId);
    return { rows, batch: batch!, again: () => facts.sealed.readBatches(scope, [batch!.batchId]) };
  }

  /** How many bytes of documents are in each generation that is stored. */
  async function sizesOf(batches: Promise<readonly SealedBatch[]>): Promise<number[]> {
    return (await batches).map(({ ciphertext }) => ciphertext.length);
  }

  it("writes the ciphertext anew without their documents, and removes what there was", async () => {
    const { rows, batch, again } = await putThree();
    await erase(stores, rows[0]);
    const [anew, ...more] = await again();
    expect(more).toEqual([]);
    expect(anew).toMatchObject({ batchId: batch.batchId, receivedMs: batch.receivedMs });
    expect(anew!.generation).not.toBe(batch.generation);
    expect(anew!.ciphertext.length).toBeLessThan(batch.ciphertext.length - rows[0].document.length);
    for (const reader of [stores, open()]) {
      expect(await documentsOf(reader.traces, rows[0].traceId)).toEqual([]);
      expect(await documentsOf(reader.traces, rows[1].traceId)).toEqual([rows[1].document]);
      expect(await documentsOf(reader.traces, rows[2].traceId)).toEqual([rows[2].document]);
    }
    // A row that were still there would not bring it back.
    const seal = () => ({ batches: [], places: [{ batchId: batch.batchId, place: 0 }] });
    await facts.sealed.putSealed(scope, [rows[0]], { seal });
    expect(await documentsOf(open().traces, rows[0].traceId)).toEqual([]);
    await erase(open(), ...rows);
    expect(await batchesOf(...rows.map(({ traceId }) => traceId))).toEqual([]);
    const [empty] = await sizesOf(again());
    expect(empty).toBeLessThan(180);
  });

  it("finds the ciphertexts of rows that others replaced", async () => {
    const [begun, beside] = [segment({ inProgress: true }), segment()];
    await stores.traces.putSegments(scope, [begun, beside]);
    const before = await batchesOf(beside.traceId);
    await stores.traces.putSegments(scope, [{ ...begun, inProgress: false, document: "{}" }]);
    await mergeAll();
    expect(await documentsOf(stores.traces, begun.traceId)).toEqual(["{}"]);
    await erase(stores, begun);
    const [anew, ...more] = await batchesOf(beside.traceId);
    expect(more).toEqual([]);
    expect(anew!.ciphertext.length).toBeLessThan(before[0]!.ciphertext.length - begun.document.length);
    expect(await documentsOf(open().traces, beside.traceId)).toEqual([beside.document]);
  });

  it("leaves nothing where two processes erase from one ciphertext at the same time", async () => {
    const { rows, again } = await putThree();
    await Promise.all([erase(stores, rows[0]), erase(open(), rows[1])]);
    const alone = segment();
    await stores.traces.putSegments(scope, [alone]);
    const [whole] = await sizesOf(batchesOf(alone.traceId));
    for (const size of await sizesOf(again())) expect(size).toBe(whole);
    expect(await documentsOf(open().traces, rows[2].traceId)).toEqual([rows[2].document]);
  });

  it("takes out again what a crash brought back", async () => {
    const { rows, batch, again } = await putThree();
    await erase(stores, rows[0]);
    const [anew] = await sizesOf(again());
    const places = [0, 1, 2].map((place) => ({ batchId: batch.batchId, place }));
    await facts.sealed.putSealed(scope, rows, { seal: () => ({ batches: [batch], places }) });
    await facts.sealed.batchesOf(scope, []);
    expect(await again()).toHaveLength(2);
    await erase(open(), rows[0]);
    expect(await sizesOf(again())).toEqual([anew]);
    expect(await documentsOf(open().traces, rows[1].traceId)).toEqual([rows[1].document]);
  });

  it("waits for a key that cannot be used now, and does without one that is gone", async () => {
    const { rows, batch, again } = await putThree();
    await changeKey({ enabled: 0 });
    await expect(erase(stores, rows[0])).rejects.toMatchObject({ name: "EncryptionKeyUnusable", isGone: false });
    await changeKey({ enabled: 1 });
    expect(await documentsOf(stores.traces, rows[0].traceId)).toEqual([rows[0].document]);
    await changeKey({ deletion_ms: nowMs });
    await erase(stores, rows[0]);
    expect(await facts.traces.readTraces(scope, [rows[0].traceId], everything)).toEqual([]);
    expect(await again()).toEqual([batch]);
    await changeKey({ deletion_ms: null });
  });
});
