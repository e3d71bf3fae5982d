import { type ClickHouseClient, ClickHouseLogLevel } from "@clickhouse/client";
import { StoreBusy, StoreUnavailable } from "../store-error.js";

export type QueryParameters = Readonly<Record<string, string | number | readonly string[]>>;

export const requestMsMax = 60_000;

/** Failures are thrown, and logged by who catches them; the client's own log would add the query's text. */
export const quiet = { level: ClickHouseLogLevel.OFF };

/** A connection to the engine, with its limit of queries at once; more wait for their turn. */
export abstract class Session {
  /** Running and waiting. */
  underWay = 0;
  readonly #atOnceMax: number;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(atOnceMax: number) {
    this.#atOnceMax = atOnceMax;
  }

  protected abstract readonly client: ClickHouseClient;

  abstract query<Row>(text: string, parameters: QueryParameters): Promise<Row[]>;
  abstract queryBytes(text: string, parameters: QueryParameters): Promise<Uint8Array>;
  abstract command(text: string, parameters: QueryParameters): Promise<void>;
  /** @param token lines inserted again with the same one are stored once. */
  abstract insert(table: string, columns: readonly string[], lines: Buffer, token?: string): Promise<void>;

  close(): Promise<void> {
    return this.client.close();
  }

  protected async inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    this.underWay++;
    if (this.#running < this.#atOnceMax) this.#running++;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
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

/** What the engine itself said, however a failure came here: its code, and the code's name. */
export function engineError(reason: unknown): { readonly code: string; readonly type: string } | undefined {
  for (let error = reason; error instanceof Error; error = error.cause) {
    const { code, type } = error as { code?: unknown; type?: unknown };
    // The embedded engine's client has an error class of its own.
    if (typeof code === "string" && /^\d+$/.test(code)) return { code, type: typeof type === "string" ? type : code };
  }
  return undefined;
}

/** Codes of the engine that say "not now": limits of time and memory, too many parts or queries, disk, network. */
export const outageCodes: ReadonlySet<string> = new Set([
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
  const said = engineError(error);
  if (said !== undefined && !outageCodes.has(said.code)) return error;
  const what = said === undefined ? "" : ` (${said.type})`;
  return new StoreUnavailable(`the fact store cannot serve${what}`, { cause: error });
}
