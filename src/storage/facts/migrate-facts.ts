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
  const missing = factMigrations.filter(({ name }) => !applied.has(name));
  if (missing.length === 0) return;
  const lines = new RowWriter(256);
  for (const { name, statement } of missing) {
    await database.command(statement);
    lines.text(name).integer(environment.clock.nowMs()).endRow();
  }
  // At once: each insert would be a part to sync and merge. What a crash leaves unnoted is run again.
  await database.insert("migrations", ["name", "applied_ms"], lines.take());
}
