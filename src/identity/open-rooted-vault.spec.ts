import { mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemEnvironment as environment } from "../environment.js";
import { openSqliteSettings } from "../storage/settings/open-settings.js";
import type { SettingsStore } from "../storage/settings-store.js";
import type { ExternalKms } from "./external-kms.js";
import { newMaterial, openMaterial } from "./key-materials.js";
import { openRootedVault } from "./open-rooted-vault.js";
import { readKeyFile } from "./open-vault.js";
import { sealedColumns } from "./sealed-columns.js";
import type { Vault } from "./vault.js";

let dataFolder: string;
let settings: SettingsStore;
let resealed: number[];
const keyFile = () => path.join(dataFolder, "master.key");
const other = Buffer.alloc(32, 7).toString("base64");

beforeEach(async () => {
  dataFolder = await mkdtemp(path.join(tmpdir(), "dosimeter-rooted-"));
  settings = await openSqliteSettings({ path: path.join(dataFolder, "settings.db"), environment });
  resealed = [];
});
afterEach(async () => {
  await settings.close();
  await rm(dataFolder, { recursive: true, force: true });
});

const open = (more: Partial<Parameters<typeof openRootedVault>[0]> = {}) =>
  openRootedVault({ settings, environment, dataFolder, onResealed: (texts) => void resealed.push(texts), ...more });

/** Some material of a key. @returns how to read it with a vault. */
async function plant(vault: Vault) {
  const material = newMaterial({ vault, environment }, environment.ids.uuid(), 0, "created");
  await settings.transact(async (tx) => void (await tx.insertInto("kms_materials").values(material).execute()));
  const read = (by: Vault) => openMaterial({ settings, vault: by }, material.key_id, material.material_id);
  return { read, plain: (await read(vault))!.toString("hex") };
}

describe("the master key", () => {
  it("is the same at the next start", async () => {
    const { read, plain } = await plant(await open());
    expect((await read(await open()))!.toString("hex")).toBe(plain);
    expect(resealed).toEqual([]);
  });

  it("is not replaced unseen: with another one nothing starts", async () => {
    await plant(await open());
    await rm(keyFile());
    await expect(open()).rejects.toThrow("sealed under another master key");
    await expect(open({ masterKey: other })).rejects.toThrow("sealed under another master key");
    await expect(open({ former: other })).rejects.toThrow("sealed under another master key");
  });

  it("gives way to another, which then seals all; the former opens nothing any more", async () => {
    const before = await open();
    const { read, plain } = await plant(before);
    const former = (await readKeyFile(keyFile()))!.toString("base64");
    await rm(keyFile());
    const after = await open({ former });
    expect(resealed).toEqual([1]);
    expect((await read(after))!.toString("hex")).toBe(plain);
    await expect(read(before)).rejects.toThrow();
    expect((await read(await open()))!.toString("hex")).toBe(plain);
  });

  it("moves from the file to the environment by being given there", async () => {
    const { read, plain } = await plant(await open());
    const vault = await open({ masterKey: other });
    await rename(keyFile(), `${keyFile()}.old`);
    expect((await read(vault))!.toString("hex")).toBe(plain);
    expect((await read(await open({ masterKey: other })))!.toString("hex")).toBe(plain);
  });

  it("is taken over from settings that were sealed before there was a check", async () => {
    const { read, plain } = await plant(await open());
    await settings.transact(async (tx) => void (await tx.deleteFrom("master_key").execute()));
    expect((await read(await open({ masterKey: other })))!.toString("hex")).toBe(plain);
    expect(resealed).toEqual([1]);
  });

  it("comes from an external KMS, moves from one of its keys to another, and back to a file", async () => {
    const { read, plain } = await plant(await open());
    /** What it wraps it keeps for itself. */
    const wrapped = new Map<string, Buffer>();
    const kms = (keyArn: string): ExternalKms => ({
      keyArn,
      wrap: async (key) => {
        const name = `${keyArn} ${wrapped.size}`;
        wrapped.set(name, key);
        return name;
      },
      unwrap: async (name, by) => {
        if (!name.startsWith(by)) throw new Error("another key");
        return wrapped.get(name)!;
      },
    });
    const first = await open({ kms: kms("arn:one") });
    await rm(keyFile());
    expect((await read(first))!.toString("hex")).toBe(plain);
    expect((await read(await open({ kms: kms("arn:one") })))!.toString("hex")).toBe(plain);
    expect((await read(await open({ kms: kms("arn:two") })))!.toString("hex")).toBe(plain);
    expect((await read(await open({ kms: kms("arn:two"), masterKey: other })))!.toString("hex")).toBe(plain);
    expect((await read(await open({ masterKey: other })))!.toString("hex")).toBe(plain);
    expect(resealed).toEqual([1, 1, 1]);
    const { rows } = await sql<{ text: string }>`select wrapped as text from master_key`.execute(settings.read);
    expect(rows).toEqual([{ text: null }]);
  });
});

describe("the settings store", () => {
  it("has no column for secrets that is not in the list of those that are sealed", async () => {
    const { rows } = await sql<{ table: string; column: string }>`
      select m.name as "table", c.name as "column" from sqlite_master m join pragma_table_info(m.name) c
      where m.type = 'table'`.execute(settings.read);
    const named = rows.filter(({ column }) =>
      /^endpoint$|seal|secret|private|password|seed|token|credential/.test(column),
    );
    const listed = [
      ...sealedColumns.map(({ table, column }) => `${table}.${column}`),
      ...notSecret,
      "master_key.sealed_check",
    ];
    expect(named.map(({ table, column }) => `${table}.${column}`).sort()).toEqual([...listed].sort());
  });
});

/** Columns with such a name that hold no secret. */
const notSecret: readonly string[] = [
  // A number that fences off former holders.
  "leases.token",
  "sns_subscriptions.sealed",
  // Names a retrieval; who asks for it must be allowed to.
  "xray_retrievals.token",
];
