import type { Kysely, Transaction } from "kysely";
import { afterEach, describe, expect, it } from "vitest";
import type { Migration } from "./settings/migration.js";
import type { SettingsStore } from "./settings-store.js";

interface CounterTables {
  counters: { name: string; value: number };
  increments: { id: number; counter: string };
}

/** A schema of the test's own, so that the contract does not hang on what the service stores today. */
export const counterMigrations: readonly Migration[] = [
  {
    name: "test-001-counters",
    async up(tx) {
      await tx.schema
        .createTable("counters")
        .addColumn("name", "text", (column) => column.primaryKey())
        .addColumn("value", "bigint", (column) => column.notNull())
        .execute();
      await tx.insertInto("counters").values({ name: "calls", value: 0 }).execute();
    },
  },
];

const nextMigration: Migration = {
  name: "test-002-increments",
  async up(tx) {
    await tx.schema
      .createTable("increments")
      .addColumn("id", "bigint", (column) => column.primaryKey())
      .addColumn("counter", "text", (column) => column.notNull().references("counters.name"))
      .execute();
  },
};

/** Opens the same database each time it is called, as another process would. */
export interface SettingsHarness {
  open(migrations: readonly Migration[]): Promise<SettingsStore>;
  drop(): Promise<void>;
}

/** The promises of `SettingsStore`. */
export function settingsStoreContract(name: string, newDatabase: () => Promise<SettingsHarness>): void {
  describe(`${name} as a SettingsStore`, () => {
    const undo: (() => Promise<void>)[] = [];
    afterEach(async () => {
      for (const step of undo.reverse().splice(0)) await step();
    });

    async function database() {
      const harness = await newDatabase();
      undo.push(() => harness.drop());
      return {
        async open(migrations = counterMigrations): Promise<SettingsStore> {
          const store = await harness.open(migrations);
          undo.push(() => store.close());
          return store;
        },
      };
    }
    const open = async () => (await database()).open();

    it("commits what a transaction wrote", async () => {
      const store = await open();
      await store.transact((tx) => set(tx, "calls", 7));
      expect(await value(store)).toBe(7);
    });

    it("has everything after its files were written anew, and goes on", async () => {
      const store = await open();
      await store.transact((tx) => set(tx, "calls", 7));
      // The table is of this suite's own schema.
      await Promise.all([store.rewrite(["counters" as never]), store.transact((tx) => set(tx, "calls", 8))]);
      expect(await value(store)).toBe(8);
    });

    it("undoes all of a transaction whose work rejects, and says why", async () => {
      const store = await open();
      const failing = store.transact(async (tx) => {
        await set(tx, "calls", 7);
        throw new Error("changed my mind");
      });
      await expect(failing).rejects.toThrow("changed my mind");
      expect(await value(store)).toBe(0);
      await store.transact((tx) => set(tx, "calls", 8));
      expect(await value(store)).toBe(8);
    });

    it("undoes all of a transaction in which a statement failed", async () => {
      const store = await open();
      const failing = store.transact(async (tx) => {
        await set(tx, "calls", 7);
        await counters(tx).insertInto("counters").values({ name: "calls", value: 1 }).execute();
      });
      await expect(failing).rejects.toThrow();
      expect(await value(store)).toBe(0);
    });

    it("keeps what was committed when it is closed and opened again", async () => {
      const db = await database();
      const first = await db.open();
      await first.transact((tx) => set(tx, "calls", 42));
      await first.close();
      expect(await value(await db.open())).toBe(42);
    });

    it("gives back the result of the work", async () => {
      const store = await open();
      expect(await store.transact(async () => "made")).toBe("made");
    });

    it("runs transactions one after another", async () => {
      const store = await open();
      const seen: string[] = [];
      await Promise.all(
        ["a", "b", "c"].map((id) =>
          store.transact(async (tx) => {
            seen.push(`${id} begins`);
            await increment(tx);
            await new Promise((resolve) => setTimeout(resolve, 2));
            seen.push(`${id} ends`);
          }),
        ),
      );
      expect(seen).toEqual(["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
    });

    it("does not show what is not committed, and does not make readers wait for it", async () => {
      const store = await open();
      await store.transact(async (tx) => {
        await set(tx, "calls", 7);
        expect(await value(store)).toBe(0);
      });
      expect(await value(store)).toBe(7);
    });

    it("loses no increment of two stores on the same database", async () => {
      const db = await database();
      const stores = [await db.open(), await db.open()];
      const increments = Array.from({ length: 60 }, (_, index) => stores[index % 2]!.transact(increment));
      await Promise.all(increments);
      expect(await value(stores[0]!)).toBe(60);
      expect(await value(stores[1]!)).toBe(60);
    });

    it("lets no two stores act on what the other is changing", async () => {
      const db = await database();
      const stores = [await db.open(), await db.open()];
      // Each adds a counter only if there is one so far: a write skew would let both do it.
      await Promise.all(
        stores.map((store, index) =>
          store.transact(async (tx) => {
            const rows = await counters(tx).selectFrom("counters").select("name").execute();
            await new Promise((resolve) => setTimeout(resolve, 5));
            if (rows.length === 1)
              await counters(tx)
                .insertInto("counters")
                .values({ name: `of ${index}`, value: 1 })
                .execute();
          }),
        ),
      );
      expect(await counters(stores[0]!.read).selectFrom("counters").select("name").execute()).toHaveLength(2);
    });

    it("tells listeners after the commit, before the caller goes on, and not of a rollback", async () => {
      const store = await open();
      const heard: string[] = [];
      store.onCommit(() => heard.push("committed"));
      await store.transact((tx) => set(tx, "calls", 1));
      expect(heard).toEqual(["committed"]);
      await expect(store.transact(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
      expect(heard).toEqual(["committed"]);
    });

    it("gives times and counts as numbers", async () => {
      const store = await open();
      const timeMs = 1_767_225_600_123;
      await store.transact((tx) => set(tx, "calls", timeMs));
      expect(await value(store)).toBe(timeMs);
      const { count } = await counters(store.read)
        .selectFrom("counters")
        .select((expression) => expression.fn.countAll().as("count"))
        .executeTakeFirstOrThrow();
      expect(count).toBe(1);
    });

    it("runs each migration once, in order, also when several processes start together", async () => {
      const db = await database();
      const ran: string[] = [];
      const watched = [...counterMigrations, nextMigration].map((migration) => ({
        name: migration.name,
        async up(tx: Parameters<Migration["up"]>[0]) {
          ran.push(migration.name);
          await migration.up(tx);
        },
      }));
      await Promise.all([db.open(watched), db.open(watched), db.open(watched)]);
      expect(ran).toEqual(["test-001-counters", "test-002-increments"]);
    });

    it("runs only what is new on a schema of an earlier version, and keeps what was stored", async () => {
      const db = await database();
      const before = await db.open();
      await before.transact((tx) => set(tx, "calls", 5));
      await before.close();
      const after = await db.open([...counterMigrations, nextMigration]);
      await after.transact((tx) => counters(tx).insertInto("increments").values({ id: 1, counter: "calls" }).execute());
      expect(await value(after)).toBe(5);
    });

    it("leaves the schema as it was when a migration fails", async () => {
      const db = await database();
      const broken: Migration = {
        name: "test-002-broken",
        async up(tx) {
          await nextMigration.up(tx);
          throw new Error("broken");
        },
      };
      await expect(db.open([...counterMigrations, broken])).rejects.toThrow("broken");
      const store = await db.open([...counterMigrations, nextMigration]);
      expect(await value(store)).toBe(0);
    });

    it("holds references between tables", async () => {
      const db = await database();
      const store = await db.open([...counterMigrations, nextMigration]);
      const dangling = store.transact((tx) =>
        counters(tx).insertInto("increments").values({ id: 1, counter: "unknown" }).execute(),
      );
      await expect(dangling).rejects.toThrow();
    });

    it("finishes what was accepted before it closes, and refuses what comes after", async () => {
      const db = await database();
      const store = await db.open();
      const accepted = [store.transact(increment), store.transact(increment)];
      await store.close();
      await Promise.all(accepted);
      await expect(store.transact(increment)).rejects.toMatchObject({ name: "StoreUnavailable" });
      expect(await value(await db.open())).toBe(2);
    });
  });
}

function counters(queries: unknown): Kysely<CounterTables> {
  return queries as Kysely<CounterTables>;
}

async function set(tx: unknown, name: string, value: number): Promise<void> {
  await counters(tx).updateTable("counters").set({ value }).where("name", "=", name).execute();
}

async function increment(tx: unknown): Promise<void> {
  const { value } = await counters(tx as Transaction<CounterTables>)
    .selectFrom("counters")
    .select("value")
    .where("name", "=", "calls")
    .executeTakeFirstOrThrow();
  await set(tx, "calls", value + 1);
}

async function value(store: SettingsStore): Promise<number> {
  const row = await counters(store.read)
    .selectFrom("counters")
    .select("value")
    .where("name", "=", "calls")
    .executeTakeFirstOrThrow();
  return row.value;
}
