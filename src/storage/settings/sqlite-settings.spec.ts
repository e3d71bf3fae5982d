import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { sql } from "kysely";
import { describe, expect, it } from "vitest";
import { systemEnvironment } from "../../environment.js";
import { settingsStoreContract } from "../settings-store.contract.js";
import { openSettings } from "./open-settings.js";
import { openSqliteSettings } from "./sqlite-settings.js";

function newFolder() {
  return mkdtempSync(path.join(tmpdir(), "dosimeter-settings-"));
}

settingsStoreContract("SQLite", async () => {
  const folder = newFolder();
  return {
    open: (migrations) =>
      openSqliteSettings({ path: path.join(folder, "settings.db"), environment: systemEnvironment, migrations }),
    drop: async () => rmSync(folder, { recursive: true }),
  };
});

describe("settings in SQLite", () => {
  it("opens with the schema of the service, twice, in a file that only its owner may read", async () => {
    const dataFolder = newFolder();
    await (await openSettings({ dataFolder, environment: systemEnvironment })).close();
    const store = await openSettings({ dataFolder, environment: systemEnvironment });
    expect(await store.read.selectFrom("event_outbox").selectAll().execute()).toEqual([]);
    expect(statSync(path.join(dataFolder, "settings.db")).mode & 0o777).toBe(0o600);
    await store.close();
    rmSync(dataFolder, { recursive: true });
  });

  it("writes with full synchronisation, and reads through a connection that cannot write", async () => {
    const dataFolder = newFolder();
    const store = await openSettings({ dataFolder, environment: systemEnvironment });
    const pragma = await store.transact((tx) =>
      sql<{ synchronous: number }>`select * from pragma_synchronous`.execute(tx),
    );
    expect(pragma.rows).toEqual([{ synchronous: 2 }]);
    await expect(store.read.deleteFrom("event_outbox").execute()).rejects.toThrow();
    await store.close();
    rmSync(dataFolder, { recursive: true });
  });

  it("leaves nothing of what was deleted once its file is written anew", async () => {
    const dataFolder = newFolder();
    const store = await openSettings({ dataFolder, environment: systemEnvironment });
    const row = (hour: number, sample: string) => ({
      ...{ account_id: "111122223333", region: "eu-west-1", hour_ms: hour, error_code: "e", count: 1 },
      ...{ first_ms: 0, last_ms: 0, message: "m", sample, sample_length: sample.length },
    });
    // Rows that grow move others from page to page, and leave copies behind.
    for (let hour = 0; hour < 60; hour++)
      await store.transact(async (tx) => {
        await tx.insertInto("xray_rejections").values(row(hour, "a secret ")).execute();
        await tx
          .updateTable("xray_rejections")
          .set({ sample: "a secret ".repeat(50 + hour) })
          .where("hour_ms", "=", Math.floor(hour / 2))
          .execute();
      });
    await store.transact(async (tx) => void (await tx.updateTable("xray_rejections").set({ sample: "" }).execute()));
    await store.rewrite(["xray_rejections"]);
    for (const file of readdirSync(dataFolder))
      expect(readFileSync(path.join(dataFolder, file)).includes("a secret"), file).toBe(false);
    expect(await store.read.selectFrom("xray_rejections").select("hour_ms").execute()).toHaveLength(60);
    await store.close();
    rmSync(dataFolder, { recursive: true });
  });

  it("refuses a value the database has no type for, instead of ending the process", async () => {
    const dataFolder = newFolder();
    const store = await openSettings({ dataFolder, environment: systemEnvironment });
    for (const wrong of [true, Number.NaN, undefined, new Date(0), {}])
      await expect(store.transact((tx) => sql`select ${wrong}`.execute(tx))).rejects.toThrow(TypeError);
    await store.close();
    rmSync(dataFolder, { recursive: true });
  });

  it("says that a file which is no database cannot be used", async () => {
    const dataFolder = newFolder();
    writeFileSync(
      path.join(dataFolder, "settings.db"),
      "not a database, and longer than the header of one".repeat(200),
    );
    await expect(openSettings({ dataFolder, environment: systemEnvironment })).rejects.toMatchObject({
      name: "StoreUnavailable",
    });
    rmSync(dataFolder, { recursive: true });
  });
});
