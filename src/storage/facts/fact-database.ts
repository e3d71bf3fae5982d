import { type ClickHouseClient, ClickHouseError, ClickHouseLogLevel, createClient } from "@clickhouse/client";
import { createChdbConnection } from "chdb/connection";
import { StoreBusy, StoreUnavailable } from "../store-error.js";

/** Failures are thrown, and logged by who catches them; the client's own log would add the query's text. */
const quiet = { level: ClickHouseLogLevel.OFF };

type ClientOptions = NonNullable<Parameters<typeof createClient>[0]>;

export type QueryParameters = Readonly<Record<string, string | number | readonly string[]>>;

/** Limits of one query: what a person asks must not take the machine from those who send. */
const querySecondsMax = 30;
const queryBytesMax = 2 * 1024 ** 3;
const queriesWaitingMax = 1000;
/** A session runs one query at a time, so this many can be under way. Two, as there may be only two cores. */
const readSessions = 2;
/** One a table that is written all the time, and one for what is rare and slow. */
const writeSessions = 2;
/**
 * A group may hold rows of any number of days. Parsing with several threads costs 10 % more CPU a row than it saves time,
 * on two cores; collapsing the rows of one insert is left to merges.
 */
const insertSettings = [
  "max_partitions_per_insert_block = 0",
  "input_format_parallel_parsing = 0",
  "optimize_on_insert = 0",
];
const requestMsMax = 60_000;
const httpConnectionsMax = 16;

/**
 * Threads that Node's pool should have: each session holds one while its query runs, and files, names, compression and
 * signatures need some too. To be set as UV_THREADPOOL_SIZE before anything uses the pool.
 */
export const threadPoolSizeMin = readSessions + writeSessions + 1 + 7;

/** The engine, in this process or behind a URL. One SQL for both. */
export class FactDatabase {
  readonly #readers: Session[];
  readonly #writers: Session[];
  readonly #rare: Session;

  private constructor(
    clients: { readers: ClickHouseClient[]; writers: ClickHouseClient[]; rare: ClickHouseClient },
    atOnceMax: number,
  ) {
    this.#readers = clients.readers.map((client) => new Session(client, atOnceMax));
    this.#writers = clients.writers.map((client) => new Session(client, atOnceMax));
    this.#rare = new Session(clients.rare, atOnceMax);
  }

  /** @throws StoreUnavailable if the folder cannot be opened, for instance because another process has it. */
  static async embedded(folder: string, database: string): Promise<FactDatabase> {
    const session = () =>
      createClient({
        // The two packages bring one interface in two versions, alike but for the names of settings.
        connection: createChdbConnection({ path: folder }) as unknown as ClientOptions["connection"],
        request_timeout: requestMsMax,
        log: quiet,
      });
    try {
      const first = session();
      await first.command({ query: `CREATE DATABASE IF NOT EXISTS ${database} ENGINE = Atomic` });
      const readers = Array.from({ length: readSessions }, session);
      const writers = Array.from({ length: writeSessions }, session);
      for (const client of [first, ...readers, ...writers]) {
        await client.command({ query: `USE ${database}` });
        for (const setting of insertSettings) await client.command({ query: `SET ${setting}` });
      }
      return new FactDatabase({ readers, writers, rare: first }, 1);
    } catch (error) {
      throw new StoreUnavailable(`the engine cannot open ${folder}; does another process have it open?`, {
        cause: error,
      });
    }
  }

  /** @throws StoreUnavailable if the server does not answer. */
  static async server(url: string, database: string): Promise<FactDatabase> {
    const first = createClient({ url, request_timeout: requestMsMax, log: quiet });
    try {
      await first.command({ query: `CREATE DATABASE IF NOT EXISTS ${database} ENGINE = Atomic` });
    } catch (error) {
      throw translated(error);
    } finally {
      await first.close();
    }
    const client = createClient({
      url,
      database,
      log: quiet,
      request_timeout: requestMsMax,
      max_open_connections: httpConnectionsMax,
      clickhouse_settings: { max_partitions_per_insert_block: "0", output_format_json_quote_64bit_integers: 0 },
    });
    return new FactDatabase({ readers: [client], writers: [client], rare: client }, httpConnectionsMax);
  }

  /** @param operation goes into the engine's log, so that one can tell who asked. */
  async query<Row>(operation: string, text: string, parameters: QueryParameters): Promise<Row[]> {
    const session = this.#readers.reduce((least, next) => (next.underWay < least.underWay ? next : least));
    if (session.underWay >= queriesWaitingMax) throw new StoreBusy("too many queries wait for the engine");
    return session.run(async (client) => {
      const result = await client.query({
        query: `${text}\nSETTINGS max_execution_time = ${querySecondsMax}, max_memory_usage = ${queryBytesMax}, log_comment = '${operation}'`,
        format: "JSONEachRow",
        query_params: { ...parameters },
      });
      return result.json<Row>();
    });
  }

  /**
   * Resolves once the rows are durable.
   * @param target table and columns. @param rows JSON arrays. @param writer which of the sessions for writing.
   */
  async insert(target: string, rows: readonly string[], writer = 0): Promise<void> {
    // Sent as text beside the statement: as fast as the connection's own raw insert, and the same over HTTP.
    const query = `INSERT INTO ${target} FORMAT JSONCompactEachRow\n${rows.join("\n")}`;
    await this.#writers[writer % this.#writers.length]!.run((client) => client.command({ query }));
  }

  /** For schema and deletion: rare, possibly slow, in nobody's way. */
  async command(text: string, parameters: QueryParameters = {}): Promise<void> {
    await this.#rare.run((client) => client.command({ query: text, query_params: { ...parameters } }));
  }

  async close(): Promise<void> {
    const clients = [...this.#readers, ...this.#writers, this.#rare].map((session) => session.client);
    for (const client of new Set(clients)) await client.close();
  }
}

/**
 * A connection and its limit of queries at once. The embedded engine would queue them too, but each would hold a thread
 * of Node's pool while it waits.
 */
class Session {
  readonly client: ClickHouseClient;
  /** Running and waiting. */
  underWay = 0;
  readonly #atOnceMax: number;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(client: ClickHouseClient, atOnceMax: number) {
    this.client = client;
    this.#atOnceMax = atOnceMax;
  }

  async run<Result>(work: (client: ClickHouseClient) => Promise<Result>): Promise<Result> {
    this.underWay++;
    if (this.#running < this.#atOnceMax) this.#running++;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work(this.client);
    } catch (error) {
      throw translated(error);
    } finally {
      this.underWay--;
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next(); // takes over our place
    }
  }
}

/** Codes of the engine that say "not now": limits of time and memory, too many parts or queries, disk, network. */
const outageCodes = new Set([
  "159",
  "160",
  "164",
  "202",
  "209",
  "210",
  "236",
  "241",
  "242",
  "243",
  "252",
  "319",
  "439",
]);

function translated(error: unknown): unknown {
  if (error instanceof StoreUnavailable || error instanceof StoreBusy) return error;
  if (error instanceof ClickHouseError && !outageCodes.has(error.code)) return error;
  const what = error instanceof ClickHouseError ? ` (${error.type ?? error.code})` : "";
  return new StoreUnavailable(`the fact store cannot serve${what}`, { cause: error });
}
