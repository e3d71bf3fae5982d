import { CompiledQuery, Kysely, PostgresDialect, type PostgresPool, sql } from "kysely";
import pg from "pg";
import type { Environment } from "../../environment.js";
import type { SettingsStore } from "../settings-store.js";
import { StoreUnavailable } from "../store-error.js";
import { KyselySettings } from "./kysely-settings.js";
import { migrateSettings } from "./migrate-settings.js";
import type { Migration } from "./migration.js";
import { migrations as allMigrations } from "./migrations.js";
import type { SettingsTables } from "./tables.js";

const connectionsMax = 10;
const connectWaitMsMax = 5_000;
const statementMsMax = 30_000;
/** A transaction whose process hangs must not hold its locks for ever. */
const transactionIdleMsMax = 60_000;
/** Any number, the same in every process: the advisory lock under which the schema changes ("dosimetr" in ASCII). */
const migrationLock = "7237130022851802226";

const serializationFailure = "40001";
const deadlockDetected = "40P01";
/** SQLSTATE classes of a server that cannot serve: connection, resources, operator intervention, system, read-only. */
const outageCodes = /^(08|53|57|58|25006)/;

const int8 = 20;
const numeric = 1700;

/**
 * Settings in PostgreSQL, shared by any number of processes. Transactions are serialisable; one that meets another is
 * tried again. Commits are durable as far as the server's own `fsync` setting lets them be.
 *
 * @throws StoreUnavailable if the server cannot be reached or the schema not be migrated.
 */
export async function openPostgresSettings(options: {
  readonly url: string;
  readonly environment: Environment;
  readonly migrations?: readonly Migration[];
}): Promise<SettingsStore> {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: connectionsMax,
    connectionTimeoutMillis: connectWaitMsMax,
    statement_timeout: statementMsMax,
    idle_in_transaction_session_timeout: transactionIdleMsMax,
    keepAlive: true,
    application_name: "dosimeter",
    types: { getTypeParser },
  });
  // A connection lost while idle is replaced at its next use; without a listener it would end the process.
  pool.on("error", () => undefined);
  const queries = new Kysely<SettingsTables>({
    dialect: new PostgresDialect({
      pool: translatingPool(pool),
      // Stricter settings of the server (remote_apply) stay; a laxer one would break the promise of durability.
      onCreateConnection: async (connection) => {
        await connection.executeQuery(
          CompiledQuery.raw(
            "select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'",
          ),
        );
      },
    }),
  });
  try {
    await migrateSettings({
      write: queries,
      migrations: options.migrations ?? allMigrations,
      environment: options.environment,
      lock: async (tx) => {
        await sql`select pg_advisory_xact_lock(${migrationLock}::bigint)`.execute(tx);
      },
    });
  } catch (error) {
    await pool.end();
    throw error;
  }
  const rewrite = async (tables: readonly (keyof SettingsTables)[]) => {
    for (const table of tables) await sql`vacuum full ${sql.table(table)}`.execute(queries);
  };
  return new KyselySettings({ read: queries, write: queries, isConflict, rewrite, close: () => pool.end() });
}

function isConflict(error: unknown): boolean {
  return error instanceof pg.DatabaseError && (error.code === serializationFailure || error.code === deadlockDetected);
}

/** Times and counts are numbers, as they are with SQLite: all of ours are below 2^53. */
function getTypeParser(oid: number, format?: "text" | "binary"): (value: string) => unknown {
  if ((oid === int8 || oid === numeric) && format !== "binary") return Number;
  return pg.types.getTypeParser(oid, format as "text") as (value: string) => unknown;
}

/** Tells failures of the server from failures of a statement. */
function translated(error: unknown): unknown {
  if (error instanceof pg.DatabaseError && !outageCodes.test(error.code ?? "")) return error;
  const what = error instanceof pg.DatabaseError ? error.code : (error as { code?: string }).code;
  return new StoreUnavailable(`the settings database cannot be used${what ? ` (${what})` : ""}`, { cause: error });
}

function translatingPool(pool: pg.Pool): PostgresPool {
  return {
    end: () => pool.end(),
    async connect() {
      const client = await pool.connect().catch((error) => {
        throw translated(error);
      });
      return translatingClient(client);
    },
  };
}

type PostgresClient = Awaited<ReturnType<PostgresPool["connect"]>>;

const wrapped = new WeakMap<pg.PoolClient, PostgresClient>();

/** One wrapper a connection, as Kysely knows by its identity which connections are new. */
function translatingClient(client: pg.PoolClient): PostgresClient {
  const known = wrapped.get(client);
  if (known !== undefined) return known;
  const query = async (text: string, parameters: readonly unknown[]) => {
    const result = await client.query(text, [...parameters]).catch((error) => {
      throw translated(error);
    });
    // PostgreSQL answers the commit of a transaction in which a statement failed with a quiet rollback.
    if (text === "commit" && result.command !== "COMMIT")
      throw new Error("a statement of this transaction had failed, so it was rolled back");
    return result;
  };
  // Kysely's second overload is for cursors, which are not used here.
  const wrapper = { query: query as unknown as PostgresClient["query"], release: () => client.release() };
  wrapped.set(client, wrapper);
  return wrapper;
}
