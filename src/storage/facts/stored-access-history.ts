import {
  type AccessFact,
  type AccessGroup,
  type AccessHistory,
  type AccessQuery,
  TooMuchToRead,
} from "../access-history.js";
import type { FactDatabase } from "./fact-database.js";
import type { FactWriter } from "./fact-writer.js";
import { engineError } from "./session.js";
import { askedAccess, keysUsed } from "./sql/asked-access.sql.js";

/** What the engine says of a query that reached its limits: of time, as it went or as it was planned, and of memory. */
const limitCodes: ReadonlySet<string> = new Set(["159", "160", "241"]);

/** What was asked of policies, read from the record of calls. */
export class StoredAccessHistory implements AccessHistory {
  readonly #database: FactDatabase;
  readonly #writer: FactWriter;

  constructor(database: FactDatabase, writer: FactWriter) {
    this.#database = database;
    this.#writer = writer;
  }

  async asked({ by, momentsMs = [], principalIds, ...query }: AccessQuery): Promise<AccessGroup[]> {
    if (principalIds.length === 0) return [];
    await this.#writer.visible("events");
    const text = askedAccess(by, momentsMs);
    const rows = await this.#database
      .query<GroupColumns>("facts.askedAccess", text, { ...query, principalIds })
      .catch((reason) => {
        if (!limitCodes.has(engineError(reason)?.code ?? "")) throw reason;
        throw new TooMuchToRead("the period cannot be read at once", { cause: reason });
      });
    return rows.map((row) => ({
      principalId: row.principal_id,
      access: row.access,
      facts: Object.fromEntries(by.map((fact) => [fact, row[`fact_${fact}`]])),
      calls: Number(row.calls),
      firstMs: Number(row.first_ms),
      lastMs: Number(row.last_ms),
      lastRegion: row.last_region,
      lastEventId: row.last_event_id,
    }));
  }

  async keysUsed(query: Parameters<AccessHistory["keysUsed"]>[0]): Promise<ReadonlyMap<string, number>> {
    if (query.accessKeyIds.length === 0) return new Map();
    await this.#writer.visible("events");
    const rows = await this.#database.query<{ access_key_id: string; last_ms: number }>("facts.keysUsed", keysUsed, {
      ...query,
    });
    return new Map(rows.map((row) => [row.access_key_id, Number(row.last_ms)]));
  }
}

interface GroupColumns extends Record<`fact_${AccessFact}`, string> {
  readonly principal_id: string;
  readonly access: string;
  readonly calls: number;
  readonly first_ms: number;
  readonly last_ms: number;
  readonly last_region: string;
  readonly last_event_id: string;
}
