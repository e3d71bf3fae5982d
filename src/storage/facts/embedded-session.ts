import { type ClickHouseClient, createClient } from "@clickhouse/client";
import { type ChdbConnection, createChdbConnection } from "chdb/connection";
import { type QueryParameters, quiet, requestMsMax, Session } from "./session.js";

/**
 * Settings of every session.
 * A group may hold rows of any number of days. Parsing with several threads costs 10 % more processor time a row than it
 * saves in time, on two cores; collapsing the rows of one insert is left to merges. Parameters are part of a query's size.
 * The faster way to parse numbers may be off by the last bit.
 */
export const embeddedSettings = [
  "max_partitions_per_insert_block = 0",
  "input_format_parallel_parsing = 0",
  "optimize_on_insert = 0",
  "max_query_size = 16777216",
  "precise_float_parsing = 1",
];

type ClientOptions = NonNullable<Parameters<typeof createClient>[0]>;

/**
 * A session of the engine in this process. It runs one query at a time; the engine would queue more, but each would hold
 * a thread of Node's pool while it waits.
 */
export class EmbeddedSession extends Session {
  protected readonly client: ClickHouseClient;
  readonly #connection: ChdbConnection;

  constructor(folder: string, requestMs = requestMsMax) {
    super(1);
    this.#connection = createChdbConnection({ path: folder });
    this.client = createClient({
      // The two packages bring one interface in two versions, alike but for the names of settings.
      connection: this.#connection as unknown as ClientOptions["connection"],
      request_timeout: requestMs,
      log: quiet,
    });
  }

  query<Row>(text: string, parameters: QueryParameters): Promise<Row[]> {
    return this.inTurn(async () => {
      const result = await this.client.query({ query: bound(text, parameters), format: "JSONEachRow" });
      return result.json<Row>();
    });
  }

  /** Past the client, which would make a string of the bytes. */
  queryBytes(text: string, parameters: QueryParameters): Promise<Uint8Array> {
    return this.inTurn(async () => {
      const result = await this.#connection.chdb.queryAsync(bound(text, parameters), { format: "TabSeparated" });
      return result.bytes();
    });
  }

  async command(text: string, parameters: QueryParameters): Promise<void> {
    await this.inTurn(() => this.client.command({ query: bound(text, parameters) }));
  }

  /** Hands the bytes over as they are; through the client they would be copied into a string of the whole statement. */
  async insert(table: string, columns: readonly string[], lines: Buffer, token?: string): Promise<void> {
    const settings = token === undefined ? {} : { settings: { insert_deduplication_token: token } };
    await this.inTurn(() =>
      this.#connection.chdb.rawInsert({ table, columns, format: "TabSeparated", values: lines, ...settings }),
    );
  }
}

/**
 * Sets the parameters of the session, to which the engine binds the placeholders of the query by their types. The
 * connection has a way of its own, but there all bound queries of the process run one after another: a slow search
 * would hold up every lookup.
 */
function bound(text: string, parameters: QueryParameters): string {
  const names = Object.keys(parameters);
  if (names.length === 0) return text;
  const settings = names.map((name) => `param_${name} = ${literal(parameterText(parameters[name]!))}`);
  return `SET ${settings.join(", ")}; ${text}`;
}

/** The text of a value as a parameter: strings with the escapes of tab-separated text, arrays with quoted members. */
function parameterText(value: QueryParameters[string]): string {
  if (typeof value === "number") return String(value);
  if (typeof value !== "string") return `[${value.map(literal).join(",")}]`;
  return value.replace(/[\\\t\n]/g, (character) => escapes[character]!);
}

const escapes: Readonly<Record<string, string>> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n" };

function literal(text: string): string {
  return `'${text.replace(/[\\']/g, (character) => `\\${character}`)}'`;
}
