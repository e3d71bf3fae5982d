import Database from "libsql";
import type {
  ListedObject,
  Listing,
  ListQuery,
  ObjectFacts,
  ObjectInfo,
  PartInfo,
  UploadInfo,
  UploadQuery,
} from "../object-store.js";
import { behindKey, behindPrefix, commonPrefixOf, keyBytes } from "./key-bytes.js";

/** A stored object and the id under which its pieces are found. */
export interface IndexedObject extends ObjectInfo {
  readonly id: string;
}

/** One blob of an object or upload. A part of an upload keeps its number when it becomes a piece of the object. */
export interface Piece extends PartInfo {
  readonly blob: string;
}

/**
 * Which objects there are and which blobs hold their bytes: an SQLite database in the folder. Parameters are
 * always given as one list, because the driver takes a lone Buffer for named parameters; text columns never hold a NUL,
 * because it cuts them short.
 */
export class ObjectIndex {
  readonly #database: Database.Database;
  readonly #statements = new Map<string, Database.Statement>();

  constructor(path: string) {
    this.#database = new Database(path);
    this.#database.pragma("journal_mode=WAL");
    this.#database.pragma("synchronous=FULL");
    this.#database.exec(schema);
  }

  transact(changes: () => void): void {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      changes();
      this.#database.exec("COMMIT");
    } catch (reason) {
      if (this.#database.inTransaction) this.#database.exec("ROLLBACK");
      throw reason;
    }
  }

  attempt<Result>(change: () => Result): Result {
    this.#database.exec("SAVEPOINT change");
    try {
      return change();
    } catch (reason) {
      this.#database.exec("ROLLBACK TO change");
      throw reason;
    } finally {
      this.#database.exec("RELEASE change");
    }
  }

  object(bucketId: string, key: string): IndexedObject | undefined {
    const row = this.#get<ObjectRow>(`SELECT ${objectColumns} FROM objects WHERE bucketId = ? AND key = ?`, [
      bucketId,
      keyBytes(key),
    ]);
    return row && objectOf(row);
  }

  putObject(bucketId: string, object: IndexedObject): void {
    const { key, id, etag, sizeBytes, lastModifiedMs, partsCount, ...facts } = object;
    this.#run(
      `INSERT OR REPLACE INTO objects (bucketId, key, id, etag, sizeBytes, lastModifiedMs, partsCount, facts)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      [bucketId, keyBytes(key), id, etag, sizeBytes, lastModifiedMs, partsCount ?? null, JSON.stringify(facts)],
    );
  }

  deleteObject(bucketId: string, key: string): void {
    this.#run("DELETE FROM objects WHERE bucketId = ? AND key = ?", [bucketId, keyBytes(key)]);
  }

  holdsObjects(bucketId: string): boolean {
    return this.#get("SELECT 1 FROM objects WHERE bucketId = ? LIMIT 1", [bucketId]) !== undefined;
  }

  list(bucketId: string, { prefix, delimiter, after, limit }: ListQuery): Listing {
    const objects: ListedObject[] = [];
    const commonPrefixes: string[] = [];
    const upper = behindPrefix(prefix);
    let from: Buffer = Buffer.from(prefix, "utf8");
    if (after !== undefined) {
      const behind = commonPrefixOf(after, prefix, delimiter) === after ? behindPrefix(after) : behindKey(after);
      if (Buffer.compare(behind, from) > 0) from = behind;
    }
    let last: string | undefined;
    while (limit > 0) {
      const rows = this.#all<ObjectRow>(
        `SELECT key, etag, sizeBytes, lastModifiedMs FROM objects
         WHERE bucketId = ? AND key >= ? AND key < ? ORDER BY key LIMIT ?`,
        [bucketId, from, upper, delimiter === undefined ? limit + 1 : rowsReadUnderDelimiter],
      );
      for (const row of rows) {
        const bytes = Buffer.from(row.key);
        if (Buffer.compare(bytes, from) < 0) continue;
        if (objects.length + commonPrefixes.length === limit) return { objects, commonPrefixes, next: last };
        const key = bytes.toString("utf8");
        const common = commonPrefixOf(key, prefix, delimiter);
        if (common === undefined)
          objects.push({ key, etag: row.etag, sizeBytes: row.sizeBytes, lastModifiedMs: row.lastModifiedMs });
        else commonPrefixes.push(common);
        last = common ?? key;
        from = common === undefined ? behindKey(key) : behindPrefix(common);
      }
      if (delimiter === undefined || rows.length < rowsReadUnderDelimiter) break;
    }
    return { objects, commonPrefixes };
  }

  pieces(owner: string, after = 0, limit = -1): Piece[] {
    return this.#all<PieceRow>(
      `SELECT number, blob, etag, sizeBytes, lastModifiedMs, checksums FROM pieces
       WHERE owner = ? AND number > ? ORDER BY number LIMIT ?`,
      [owner, after, limit],
    ).map(({ number, checksums, ...piece }) => ({ ...piece, partNumber: number, checksums: JSON.parse(checksums) }));
  }

  putPiece(owner: string, piece: Piece): void {
    this.#run(
      `INSERT INTO pieces (owner, number, blob, etag, sizeBytes, lastModifiedMs, checksums) VALUES (?, ?, ?, ?, ?, ?, ?)`,
      [
        owner,
        piece.partNumber,
        piece.blob,
        piece.etag,
        piece.sizeBytes,
        piece.lastModifiedMs,
        JSON.stringify(piece.checksums),
      ],
    );
  }

  /** @returns the blobs nobody needs any more once this is durable. */
  deletePieces(owner: string, number?: number): string[] {
    const [where, parameters] =
      number === undefined ? ["owner = ?", [owner]] : ["owner = ? AND number = ?", [owner, number]];
    const blobs = this.#all<{ blob: string }>(`SELECT blob FROM pieces WHERE ${where}`, parameters);
    this.#run(`DELETE FROM pieces WHERE ${where}`, parameters);
    return blobs.map(({ blob }) => blob);
  }

  knownBlobs(blobs: readonly string[]): Set<string> {
    const marks = blobs.map(() => "?").join(", ");
    const rows = this.#database.prepare(`SELECT blob FROM pieces WHERE blob IN (${marks})`).all([...blobs]);
    return new Set((rows as { blob: string }[]).map(({ blob }) => blob));
  }

  upload(bucketId: string, key: string, uploadId: string): UploadInfo | undefined {
    const row = this.#get<UploadRow>(
      "SELECT key, uploadId, initiatedMs, facts FROM uploads WHERE bucketId = ? AND key = ? AND uploadId = ?",
      [bucketId, keyBytes(key), uploadId],
    );
    return row && uploadOf(row);
  }

  putUpload(bucketId: string, { key, uploadId, initiatedMs, ...facts }: UploadInfo): void {
    this.#run("INSERT INTO uploads (bucketId, key, uploadId, initiatedMs, facts) VALUES (?, ?, ?, ?, ?)", [
      bucketId,
      keyBytes(key),
      uploadId,
      initiatedMs,
      JSON.stringify(facts),
    ]);
  }

  deleteUpload(bucketId: string, key: string, uploadId: string): void {
    this.#run("DELETE FROM uploads WHERE bucketId = ? AND key = ? AND uploadId = ?", [
      bucketId,
      keyBytes(key),
      uploadId,
    ]);
  }

  uploads(bucketId: string, { prefix, after, limit }: UploadQuery): UploadInfo[] {
    // Upload ids of one key sort by the time of their start; no id sorts behind "~".
    const [afterKey, afterId] =
      after === undefined ? [Buffer.alloc(0), ""] : [Buffer.from(after.key, "utf8"), after.uploadId ?? "~"];
    return this.#all<UploadRow>(
      `SELECT key, uploadId, initiatedMs, facts FROM uploads
       WHERE bucketId = ? AND key >= ? AND key < ? AND (key, uploadId) > (?, ?) ORDER BY key, uploadId LIMIT ?`,
      [bucketId, Buffer.from(prefix, "utf8"), behindPrefix(prefix), afterKey, afterId, limit],
    ).map(uploadOf);
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #statement(text: string): Database.Statement {
    let statement = this.#statements.get(text);
    if (statement === undefined) {
      statement = this.#database.prepare(text);
      this.#statements.set(text, statement);
    }
    return statement;
  }

  #get<Row>(text: string, parameters: readonly unknown[]): Row | undefined {
    // Not the driver's `get`: that leaves the statement, and with it a read of the file, open.
    return this.#all<Row>(text, parameters)[0];
  }

  #all<Row>(text: string, parameters: readonly unknown[]): Row[] {
    return this.#statement(text).all(parameters) as Row[];
  }

  #run(text: string, parameters: readonly unknown[]): void {
    this.#statement(text).run(parameters);
  }
}

interface ObjectRow {
  /** An ArrayBuffer or a Buffer: the driver gives both. */
  readonly key: Uint8Array;
  readonly id: string;
  readonly etag: string;
  readonly sizeBytes: number;
  readonly lastModifiedMs: number;
  readonly partsCount: number | null;
  readonly facts: string;
}

interface PieceRow extends Omit<Piece, "partNumber" | "checksums"> {
  readonly number: number;
  readonly checksums: string;
}

interface UploadRow {
  readonly key: Uint8Array;
  readonly uploadId: string;
  readonly initiatedMs: number;
  readonly facts: string;
}

function objectOf({ key, partsCount, facts, ...row }: ObjectRow): IndexedObject {
  return {
    key: Buffer.from(key).toString("utf8"),
    id: row.id,
    etag: row.etag,
    sizeBytes: row.sizeBytes,
    lastModifiedMs: row.lastModifiedMs,
    ...(partsCount === null ? {} : { partsCount }),
    ...(JSON.parse(facts) as ObjectFacts),
  };
}

function uploadOf({ key, uploadId, initiatedMs, facts }: UploadRow): UploadInfo {
  return { key: Buffer.from(key).toString("utf8"), uploadId, initiatedMs, ...JSON.parse(facts) };
}

const objectColumns = "key, id, etag, sizeBytes, lastModifiedMs, partsCount, facts";

/** Few, because a common prefix makes the rest of what was read useless; many enough that plain keys cost little. */
const rowsReadUnderDelimiter = 32;

const schema = `
  CREATE TABLE IF NOT EXISTS objects (
    bucketId TEXT NOT NULL, key BLOB NOT NULL, id TEXT NOT NULL, etag TEXT NOT NULL, sizeBytes INTEGER NOT NULL,
    lastModifiedMs INTEGER NOT NULL, partsCount INTEGER, facts TEXT NOT NULL,
    PRIMARY KEY (bucketId, key)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS uploads (
    bucketId TEXT NOT NULL, key BLOB NOT NULL, uploadId TEXT NOT NULL, initiatedMs INTEGER NOT NULL, facts TEXT NOT NULL,
    PRIMARY KEY (bucketId, key, uploadId)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS pieces (
    owner TEXT NOT NULL, number INTEGER NOT NULL, blob TEXT NOT NULL, etag TEXT NOT NULL, sizeBytes INTEGER NOT NULL,
    lastModifiedMs INTEGER NOT NULL, checksums TEXT NOT NULL,
    PRIMARY KEY (owner, number)
  ) WITHOUT ROWID;
  CREATE UNIQUE INDEX IF NOT EXISTS pieces_by_blob ON pieces (blob);
`;
