import { Readable } from "node:stream";
import { type ClickHouseClient, createClient } from "@clickhouse/client";
import { type QueryParameters, quiet, requestMsMax, Session } from "./session.js";

const connectionsMax = 16;

/** A ClickHouse server over HTTP. */
export class ServerSession extends Session {
  protected readonly client: ClickHouseClient;

  constructor(server: { readonly url: string; readonly database?: string }, requestMs = requestMsMax) {
    super(connectionsMax);
    this.client = createClient({
      ...server,
      log: quiet,
      request_timeout: requestMs,
      max_open_connections: connectionsMax,
      clickhouse_settings: {
        // A group may hold rows of any number of days.
        max_partitions_per_insert_block: "0",
        output_format_json_quote_64bit_integers: 0,
        // The engine's other way may be off by the last bit.
        precise_float_parsing: 1,
        max_query_size: "16777216",
        // Headers before the answer keep a connection open on which a query runs for long.
        ...(requestMs > requestMsMax && {
          send_progress_in_http_headers: 1,
          http_headers_progress_interval_ms: "20000",
        }),
      },
    });
  }

  query<Row>(text: string, parameters: QueryParameters): Promise<Row[]> {
    return this.inTurn(async () => {
      const result = await this.client.query({ query: text, format: "JSONEachRow", query_params: { ...parameters } });
      return result.json<Row>();
    });
  }

  queryBytes(text: string, parameters: QueryParameters): Promise<Uint8Array> {
    return this.inTurn(async () => {
      const result = await this.client.query({ query: text, format: "TabSeparated", query_params: { ...parameters } });
      return Buffer.from(await result.text());
    });
  }

  async command(text: string, parameters: QueryParameters): Promise<void> {
    await this.inTurn(() => this.client.command({ query: text, query_params: { ...parameters } }));
  }

  /** As a stream: of a text, the client takes blanks and a semicolon off the end, which may be those of a row. */
  async insert(table: string, columns: readonly string[], lines: Buffer, token?: string): Promise<void> {
    const settings = token === undefined ? {} : { clickhouse_settings: { insert_deduplication_token: token } };
    const values = Readable.from([lines], { objectMode: false });
    await this.inTurn(() =>
      this.client.insert({
        table,
        columns: columns as [string, ...string[]],
        format: "TabSeparated",
        values,
        ...settings,
      }),
    );
  }
}
