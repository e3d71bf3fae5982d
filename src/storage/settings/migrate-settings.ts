import type { Kysely, Transaction } from "kysely";
import type { Environment } from "../../environment.js";
import type { Migration } from "./migration.js";

interface MigrationTables {
  schema_migrations: { name: string; applied_at_ms: number };
}

/**
 * Brings the schema up to date: runs, in their order, the migrations that were not run before, all in one transaction
 * that `lock` makes exclusive. Of two processes that start together one runs them and the other finds them done. If one
 * fails, the schema is as it was and the process must not start.
 *
 * Migrations that are recorded but not known here are left alone: a newer process may share the store during an upgrade,
 * and migrations only add.
 */
export async function migrateSettings(options: {
  // biome-ignore lint/suspicious/noExplicitAny: the schema before and after is not the schema of the types.
  readonly write: Kysely<any>;
  readonly migrations: readonly Migration[];
  readonly environment: Environment;
  // biome-ignore lint/suspicious/noExplicitAny: likewise.
  lock(tx: Transaction<any>): Promise<void>;
}): Promise<void> {
  demandUniqueNames(options.migrations);
  // Not serialisable: there a transaction sees what was committed before it began to wait for the lock.
  await options.write
    .transaction()
    .setIsolationLevel("read committed")
    .execute(async (untyped) => {
      await options.lock(untyped);
      const tx = untyped as Transaction<MigrationTables>;
      await tx.schema
        .createTable("schema_migrations")
        .ifNotExists()
        .addColumn("name", "text", (column) => column.primaryKey())
        .addColumn("applied_at_ms", "bigint", (column) => column.notNull())
        .execute();
      const applied = new Set(
        (await tx.selectFrom("schema_migrations").select("name").execute()).map((row) => row.name),
      );
      for (const migration of options.migrations) {
        if (applied.has(migration.name)) continue;
        await migration.up(untyped);
        await tx
          .insertInto("schema_migrations")
          .values({ name: migration.name, applied_at_ms: options.environment.clock.nowMs() })
          .execute();
      }
    });
}

function demandUniqueNames(migrations: readonly Migration[]): void {
  const names = new Set<string>();
  for (const { name } of migrations) {
    if (names.has(name)) throw new Error(`two migrations are named '${name}'`);
    names.add(name);
  }
}
