import pg from "pg";
import { describe, expect, it } from "vitest";
import { systemEnvironment } from "../../environment.js";
import { settingsStoreContract } from "../settings-store.contract.js";
import { openPostgresSettings } from "./postgres-settings.js";

const url = process.env["DOSIMETER_TEST_POSTGRES_URL"];

/** A schema of its own on the given server. */
async function newSchema(server: string) {
  const schema = `test_${systemEnvironment.ids.uuid().replaceAll("-", "")}`;
  const run = async (statement: string) => {
    const client = new pg.Client({ connectionString: server });
    await client.connect();
    await client.query(statement).finally(() => client.end());
  };
  await run(`create schema ${schema}`);
  const inSchema = new URL(server);
  inSchema.searchParams.set("options", `-c search_path=${schema}`);
  return { url: inSchema.href, drop: () => run(`drop schema ${schema} cascade`) };
}

if (url === undefined)
  describe.skip("PostgreSQL as a SettingsStore (DOSIMETER_TEST_POSTGRES_URL is not set)", () => it("skipped"));
else {
  settingsStoreContract("PostgreSQL", async () => {
    const schema = await newSchema(url);
    return {
      open: (migrations) => openPostgresSettings({ url: schema.url, environment: systemEnvironment, migrations }),
      drop: schema.drop,
    };
  });

  describe("PostgreSQL as a SettingsStore", () => {
    it("opens with the schema of the service, twice", async () => {
      const schema = await newSchema(url);
      await (await openPostgresSettings({ url: schema.url, environment: systemEnvironment })).close();
      const store = await openPostgresSettings({ url: schema.url, environment: systemEnvironment });
      expect(await store.read.selectFrom("event_outbox").selectAll().execute()).toEqual([]);
      await store.close();
      await schema.drop();
    });
  });
}

describe("settings in PostgreSQL", () => {
  it("says that a server which does not answer is unavailable", async () => {
    const opening = openPostgresSettings({ url: "postgres://nobody@127.0.0.1:1/none", environment: systemEnvironment });
    await expect(opening).rejects.toMatchObject({ name: "StoreUnavailable" });
  });
});
