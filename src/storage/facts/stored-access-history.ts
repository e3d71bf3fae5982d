import {
  type AccessFact,
  type AccessGroup,
  type AccessHistory,
  type AccessQuery,
  TooMuchToRead,
} from "../access-history.js";
import { inTurns } from "../in-turns.js";
import { unescapedText } from "./decode-reading.js";
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

  async asked({ by, momentsMs = [], networks, principalIds, ...query }: AccessQuery): Promise<AccessGroup[]> {
    if (principalIds.length === 0) return [];
    await this.#writer.visible("events");
    const text = askedAccess(by, momentsMs, networks);
    const rows = await this.#database
      .queryBytes("facts.askedAccess", text, { ...query, principalIds })
      .catch((reason) => {
        if (!limitCodes.has(engineError(reason)?.code ?? "")) throw reason;
        throw new TooMuchToRead("the period cannot be read at once", { cause: reason });
      });
    const groups: AccessGroup[] = [];
    for await (const line of inTurns(linesOf(rows))) groups.push(groupOf(line, by));
    return groups;
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

function* linesOf(rows: Uint8Array): Generator<string> {
  const bytes = Buffer.from(rows.buffer, rows.byteOffset, rows.byteLength);
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf("\n", start);
    const end = found === -1 ? bytes.length : found;
    yield bytes.toString("utf8", start, end);
    start = end + 1;
  }
}

/** @param line in the order of `askedAccess`. */
function groupOf(line: string, by: readonly AccessFact[]): AccessGroup {
  const fields = line.split("\t").map(unescapedText);
  const [principalId = "", access = "", calls, firstMs, lastMs, lastRegion = "", lastEventId = "", ...facts] = fields;
  return {
    principalId,
    access,
    facts: Object.fromEntries(by.map((fact, place) => [fact, facts[place] ?? ""])),
    calls: Number(calls),
    firstMs: Number(firstMs),
    lastMs: Number(lastMs),
    lastRegion,
    lastEventId,
  };
}
