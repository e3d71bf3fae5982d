import { StoreBusy, StoreUnavailable } from "../store-error.js";
import { EmbeddedSession, embeddedSettings } from "./embedded-session.js";
import { ServerSession } from "./server-session.js";
import type { QueryParameters, Session } from "./session.js";

/** Limits of one query: what a person asks must not take the machine from those who send. */
const querySecondsMax = 30;
const queryBytesMax = 2 * 1024 ** 3;
const queriesWaitingMax = 1000;
/** A session runs one query at a time, so this many can be under way. Two, as there may be only two cores. */
const readSessions = 2;
/**
 * One a table that is written all the time: segments, events, the index, event data stores. One more is for what is rare
 * and slow.
 */
const writeSessions = 4;
/** For statements of persons, which may take an hour: each holds its session for as long. */
export const longSessions = 2;
const longRequestMs = 25 * 3_600_000;

/** The engine, in this process or behind a URL. One SQL for both. */
export class FactDatabase {
  readonly #readers: Session[];
  readonly #writers: Session[];
  readonly #rare: Session;
  readonly #long: Session[];

  private constructor(sessions: { readers: Session[]; writers: Session[]; rare: Session; long: Session[] }) {
    this.#readers = sessions.readers;
    this.#writers = sessions.writers;
    this.#rare = sessions.rare;
    this.#long = sessions.long;
  }

  /** @throws StoreUnavailable if the folder cannot be opened, for instance because another process has it. */
  static async embedded(folder: string, database: string): Promise<FactDatabase> {
    try {
      const rare = new EmbeddedSession(folder);
      await rare.command(`CREATE DATABASE IF NOT EXISTS ${database} ENGINE = Atomic`, {});
      const readers = Array.from({ length: readSessions }, () => new EmbeddedSession(folder));
      const writers = Array.from({ length: writeSessions }, () => new EmbeddedSession(folder));
      const long = Array.from({ length: longSessions }, () => new EmbeddedSession(folder, longRequestMs));
      for (const session of [rare, ...readers, ...writers, ...long]) {
        await session.command(`USE ${database}`, {});
        await session.command(`SET ${embeddedSettings.join(", ")}`, {});
      }
      return new FactDatabase({ readers, writers, rare, long });
    } catch (error) {
      throw new StoreUnavailable(`the engine cannot open ${folder}; does another process have it open?`, {
        cause: error,
      });
    }
  }

  /** @throws StoreUnavailable if the server does not answer. */
  static async server(url: string, database: string): Promise<FactDatabase> {
    const first = new ServerSession({ url });
    try {
      await first.command(`CREATE DATABASE IF NOT EXISTS ${database} ENGINE = Atomic`, {});
    } finally {
      await first.close();
    }
    const session = new ServerSession({ url, database });
    const long = new ServerSession({ url, database }, longRequestMs);
    return new FactDatabase({ readers: [session], writers: [session], rare: session, long: [long] });
  }

  /** @param operation goes into the engine's log, so that one can tell who asked. */
  query<Row>(operation: string, text: string, parameters: QueryParameters): Promise<Row[]> {
    return this.#ask(operation, text, (session, limited) => session.query<Row>(limited, parameters));
  }

  /** The rows as they come: tab-separated, a line each. */
  queryBytes(operation: string, text: string, parameters: QueryParameters): Promise<Uint8Array> {
    return this.#ask(operation, text, (session, limited) => session.queryBytes(limited, parameters));
  }

  async #ask<Answer>(
    operation: string,
    text: string,
    ask: (session: Session, limited: string) => Promise<Answer>,
  ): Promise<Answer> {
    const session = leastBusy(this.#readers);
    if (session.underWay >= queriesWaitingMax) throw new StoreBusy("too many queries wait for the engine");
    const limits = `max_execution_time = ${querySecondsMax}, max_memory_usage = ${queryBytesMax}`;
    return ask(session, `${text}\nSETTINGS ${limits}, log_comment = '${operation}'`);
  }

  /**
   * Resolves once the rows are durable.
   * @param lines of a `RowWriter`, with the columns' values in their order.
   * @param writer which of the sessions for writing.
   * @param token lines inserted again with the same one are stored once, as far as the table remembers tokens.
   */
  async insert(table: string, columns: readonly string[], lines: Buffer, writer = 0, token?: string): Promise<void> {
    await this.#writers[writer % this.#writers.length]!.insert(table, columns, lines, token);
  }

  /** For schema and deletion: rare, possibly slow, in nobody's way. */
  async command(text: string, parameters: QueryParameters = {}): Promise<void> {
    await this.#rare.command(text, parameters);
  }

  /** A session for as long as `work` takes, of those that nothing else waits for. The caller sets the limits. */
  long<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    return work(leastBusy(this.#long));
  }

  async close(): Promise<void> {
    for (const session of new Set([...this.#readers, ...this.#writers, ...this.#long, this.#rare]))
      await session.close();
  }
}

function leastBusy(sessions: readonly Session[]): Session {
  return sessions.reduce((least, next) => (next.underWay < least.underWay ? next : least));
}
