import { chmodSync, mkdirSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Driver, Kysely, type SqliteDatabase, SqliteDialect, SqliteDriver } from "kysely";
import Database from "libsql";
import type { Environment } from "../../environment.js";
import type { SettingsStore } from "../settings-store.js";
import { StoreUnavailable } from "../store-error.js";
import { KyselySettings } from "./kysely-settings.js";
import { migrateSettings } from "./migrate-settings.js";
import type { Migration } from "./migration.js";
import { migrations as allMigrations } from "./migrations.js";
import type { SettingsTables } from "./tables.js";

/** Another process may hold the write lock; with the pause below this waits some 10 seconds. */
const lockAttemptsMax = 1000;
const lockPauseMs = 10;
/** Readers wait only while the log of a crashed process is recovered or the file is being closed. */
const readWaitMsMax = 5000;
/** Statements that are kept, each of some 20 KB: more than the jobs and operations that run all the time have. */
const preparedMax = 300;

/**
 * Settings in one SQLite file, which several processes of one machine may share. Reading has a connection of its own:
 * with a write-ahead log it never waits for the writer.
 *
 * @throws StoreUnavailable if the file cannot be opened or migrated.
 */
export async function openSqliteSettings(options: {
  readonly path: string;
  readonly environment: Environment;
  readonly migrations?: readonly Migration[];
}): Promise<SettingsStore> {
  mkdirSync(path.dirname(options.path), { recursive: true, mode: 0o700 });
  const writeFile = await openFile(options.path, 0);
  // Keys and password hashes are in it. The files of the write-ahead log get the same rights.
  chmodSync(options.path, 0o600);
  const readFile = await openFile(options.path, readWaitMsMax);
  readFile.exec("PRAGMA query_only = ON");

  const close = async () => {
    readFile.close();
    writeFile.close();
  };
  const write = new Kysely<SettingsTables>({ dialect: new ImmediateSqliteDialect(writeFile) });
  const read = new Kysely<SettingsTables>({ dialect: new SqliteDialect({ database: guarded(readFile) }) });
  try {
    await migrateSettings({
      write,
      migrations: options.migrations ?? allMigrations,
      environment: options.environment,
      lock: async () => undefined, // every transaction takes the write lock when it begins
    });
  } catch (error) {
    await close();
    throw error;
  }
  // Nothing can conflict once the write lock is held.
  const rewrite = () => rewriteFile(writeFile);
  return new KyselySettings({ read, write, isConflict: () => false, rewrite, close });
}

/**
 * Overwriting what is deleted is not enough: copies of it stay in pages whose rows were moved. All tables are in one file,
 * so all are written anew; the old file ends only when the log has taken its place, whole.
 */
async function rewriteFile(file: Database.Database): Promise<void> {
  await whileLocked(() => file.exec("VACUUM"));
  await whileLocked(() => {
    const [outcome] = file.prepare("PRAGMA wal_checkpoint(TRUNCATE)").all([]) as { busy: number }[];
    if (outcome?.busy !== 0) throw Object.assign(new Error("the log is still read"), { code: "SQLITE_BUSY" });
  });
}

async function openFile(file: string, busyWaitMs: number): Promise<Database.Database> {
  const database = new Database(file);
  try {
    // Two processes that make the file at once can meet in the change of the journal mode.
    await whileLocked(() => database.prepare("PRAGMA journal_mode = WAL").all([]));
    // In WAL mode only FULL syncs the log at each commit; NORMAL would lose the last ones with the power.
    database.exec("PRAGMA synchronous = FULL");
    database.exec("PRAGMA foreign_keys = ON");
    // What is deleted is overwritten: examples of documents and sealed secrets would stay in free pages.
    database.exec("PRAGMA secure_delete = ON");
    database.exec(`PRAGMA busy_timeout = ${busyWaitMs}`);
    return database;
  } catch (error) {
    database.close();
    throw translated(error);
  }
}

/**
 * Tries again while another connection holds a lock, without stopping the event loop: SQLite's own `busy_timeout`
 * would, and the holder may be a transaction of this very process.
 */
async function whileLocked<Result>(attempt: () => Result | Promise<Result>): Promise<Result> {
  for (let attempts = 1; ; attempts++) {
    try {
      return await attempt();
    } catch (error) {
      if (!isLocked(error) || attempts >= lockAttemptsMax) throw translated(error);
    }
    await sleep(lockPauseMs);
  }
}

function codeOf(error: unknown): string {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === "string" ? code : "";
}

function isLocked(error: unknown): boolean {
  return codeOf(error).startsWith("SQLITE_BUSY");
}

const outageCodes = /^SQLITE_(BUSY|FULL|IOERR|CANTOPEN|READONLY|CORRUPT|NOTADB|NOMEM|PROTOCOL)/;

function translated(error: unknown): unknown {
  return outageCodes.test(codeOf(error))
    ? new StoreUnavailable(`the settings file cannot be used (${codeOf(error)})`, { cause: error })
    : error;
}

/** Takes the write lock when a transaction begins, so that none fails halfway for having read too early. */
class ImmediateSqliteDialect extends SqliteDialect {
  readonly #database: Database.Database;

  constructor(database: Database.Database) {
    super({ database: guarded(database) });
    this.#database = database;
  }

  override createDriver(): Driver {
    return new ImmediateSqliteDriver(this.#database);
  }
}

class ImmediateSqliteDriver extends SqliteDriver {
  readonly #database: Database.Database;

  constructor(database: Database.Database) {
    super({ database: guarded(database) });
    this.#database = database;
  }

  override async beginTransaction(): Promise<void> {
    await whileLocked(() => this.#database.exec("BEGIN IMMEDIATE"));
  }

  override async rollbackTransaction(): Promise<void> {
    // After some failures (a full disk) SQLite has already rolled back.
    if (this.#database.inTransaction) this.#database.exec("ROLLBACK");
  }
}

/**
 * Keeps statements that were prepared, as preparing one takes longer than running it, and refuses what the native library would
 * turn into null, or worse: a boolean ends the process.
 */
function guarded(database: Database.Database): SqliteDatabase {
  const prepared = new Map<string, Database.Statement>();
  function statementOf(text: string): Database.Statement {
    const known = prepared.get(text);
    if (known !== undefined) return known;
    if (prepared.size >= preparedMax) prepared.clear();
    const statement = translating(() => database.prepare(text));
    prepared.set(text, statement);
    return statement;
  }
  return {
    close: () => database.close(),
    prepare(text) {
      const statement = statementOf(text);
      return {
        reader: statement.reader,
        all: (parameters) => translating(() => statement.all(bindable(parameters))),
        run: (parameters) => translating(() => statement.run(bindable(parameters))),
        // Between its rows others may run: it needs a statement of its own.
        iterate: (parameters) =>
          translating(() => database.prepare(text).iterate(bindable(parameters)) as IterableIterator<unknown>),
      };
    },
  };
}

function translating<Result>(attempt: () => Result): Result {
  try {
    return attempt();
  } catch (error) {
    throw translated(error);
  }
}

function bindable(parameters: readonly unknown[]): unknown[] {
  for (const value of parameters) {
    const allowed =
      value === null ||
      typeof value === "string" ||
      typeof value === "bigint" ||
      (typeof value === "number" && Number.isFinite(value)) ||
      value instanceof Uint8Array;
    if (!allowed) throw new TypeError(`${typeof value} is not a value of a settings column`);
  }
  return [...parameters];
}
