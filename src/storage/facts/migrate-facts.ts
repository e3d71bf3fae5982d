import type { Environment } from "../../environment.js";
import type { FactDatabase } from "./fact-database.js";
import { RowWriter } from "./row-writer.js";
import { factMigrations } from "./tables.js";

const createMigrations = `
CREATE TABLE IF NOT EXISTS migrations (
  name       String,
  -- milliseconds since the epoch
  applied_ms Int64
)
ENGINE = ReplacingMergeTree ORDER BY name SETTINGS fsync_after_insert = 1, fsync_part_directory = 1`;

/**
 * Brings the tables up to date. The engine has no lock for this, so each migration is a statement that may run twice:
 * of processes that start together several may run one, and it has the effect of one.
 */
export async function migrateFacts(database: FactDatabase, environment: Environment): Promise<void> {
  await database.command(createMigrations);
  const rows = await database.query<{ name: string }>("facts.migrations", "SELECT DISTINCT name FROM migrations", {});
  const applied = new Set(rows.map(({ name }) => name));
  for (const { name, statement } of factMigrations) {
    if (applied.has(name)) continue;
    await database.command(statement);
    const row = new RowWriter(256).text(name).integer(environment.clock.nowMs()).endRow();
    await database.insert("migrations", ["name", "applied_ms"], row.take());
  }
}
