import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, open, readdir, rename, rm, rmdir, unlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { Readable } from "node:stream";
import type { Ids } from "../../environment.js";
import { type ContentKey, ObjectTooLarge } from "../object-store.js";
import { StoreUnavailable } from "../store-error.js";
import { blobKey, sealed, sealedRange, stretchBytes, unsealed } from "./sealed-chunks.js";

/** Bytes that were written whole. Its name is ours, never made from a key. */
export interface WrittenBlob {
  /** `shard/name` */
  readonly blob: string;
  /** As the body gave them. */
  readonly sizeBytes: number;
  /** Of the body's bytes; of the encrypted ones where the bytes are under a KMS key. */
  readonly md5: string;
}

/** A stretch of a blob; both ends inclusive, and of the bytes as they were given. */
export interface BlobStretch {
  readonly blob: string;
  /** Of the whole blob, as the body gave it. */
  readonly sizeBytes: number;
  readonly first: number;
  readonly last: number;
}

/**
 * Files that hold the bytes of objects. A blob is written to `incoming/`, made durable, and only then moved to
 * `blobs/SHARD/`; it never changes. Shards are filled one after another, so that blobs written at the same time become
 * durable with one sync of one folder.
 */
export class BlobFiles {
  readonly #incoming: string;
  readonly #blobs: string;
  readonly #ids: Ids;
  #shard: Promise<string> | undefined;
  #shardCount = 0;
  readonly #unsyncedShards = new Set<string>();
  /** Shards of earlier processes: nothing is written into them any more. */
  #oldShards: readonly string[] = [];
  readonly #readers = new Map<string, number>();
  readonly #removeWhenRead = new Set<string>();

  private constructor(folder: string, ids: Ids) {
    this.#incoming = join(folder, "incoming");
    this.#blobs = join(folder, "blobs");
    this.#ids = ids;
  }

  /** What an earlier process was writing when it ended is removed. */
  static async open(folder: string, ids: Ids): Promise<BlobFiles> {
    const files = new BlobFiles(folder, ids);
    await rm(files.#incoming, { recursive: true, force: true });
    await mkdir(files.#incoming, { recursive: true, mode: 0o700 });
    await mkdir(files.#blobs, { recursive: true, mode: 0o700 });
    await syncFolder(folder);
    files.#oldShards = await readdir(files.#blobs);
    return files;
  }

  /**
   * Writes the body to its end. The bytes are durable when this resolves, their name only after `syncFolders`.
   * @throws ObjectTooLarge, StoreUnavailable, or what the body failed with
   */
  async write(body: Readable, bytesMax: number, encrypted?: ContentKey): Promise<WrittenBlob> {
    const name = this.#ids.uuid();
    const incoming = join(this.#incoming, name);
    const hash = createHash("md5");
    let sizeBytes = 0;
    const file = await orUnavailable(open(incoming, "wx", 0o600));
    try {
      try {
        const hashesSealed = encrypted?.encryption.algorithm === "aws:kms";
        const counted = async function* () {
          for await (const chunk of body as AsyncIterable<Buffer>) {
            sizeBytes += chunk.length;
            if (sizeBytes > bytesMax) throw new ObjectTooLarge(`More than ${bytesMax} bytes`);
            if (!hashesSealed) hash.update(chunk);
            yield chunk;
          }
        };
        if (encrypted === undefined)
          for await (const chunk of counted()) await orUnavailable(writeWhole(file, [chunk]));
        else
          for await (const chunk of sealed(counted(), blobKey(encrypted.key, name))) {
            if (hashesSealed) for (const piece of chunk) hash.update(piece);
            await orUnavailable(writeWhole(file, chunk));
          }
        await orUnavailable(file.sync());
      } finally {
        await file.close();
      }
      const shard = await orUnavailable(this.#shardForOneMore());
      const blob = `${shard}/${name}`;
      await orUnavailable(rename(incoming, join(this.#blobs, blob)));
      this.#unsyncedShards.add(shard);
      return { blob, sizeBytes, md5: hash.digest("hex") };
    } catch (reason) {
      await rm(incoming, { force: true }).catch(() => undefined);
      throw reason;
    }
  }

  /** The names of all blobs written so far are durable once this resolves. */
  async syncFolders(): Promise<void> {
    const shards = [...this.#unsyncedShards];
    this.#unsyncedShards.clear();
    try {
      await Promise.all(shards.map((shard) => syncFolder(join(this.#blobs, shard))));
    } catch (reason) {
      for (const shard of shards) this.#unsyncedShards.add(shard);
      throw reason;
    }
  }

  /**
   * The bytes of the stretches, one after another. Blobs removed meanwhile stay until the stream is closed.
   *
   * @param key of the object, if it is encrypted. May come later: what is waited for is not removed.
   */
  read(stretches: readonly BlobStretch[], key?: Promise<Buffer>): Readable {
    const blobs = new Set(stretches.map(({ blob }) => blob));
    for (const blob of blobs) this.#readers.set(blob, (this.#readers.get(blob) ?? 0) + 1);
    const root = this.#blobs;
    async function* bytes() {
      const objectKey = await key;
      for (const { blob, sizeBytes, first, last } of stretches) {
        if (last < first) continue;
        const path = join(root, blob);
        if (objectKey === undefined) yield* createReadStream(path, { start: first, end: last });
        else {
          const { first: start, last: end } = sealedRange({ first, last });
          const file = createReadStream(path, { start, end, highWaterMark: stretchBytes });
          yield* unsealed(file, blobKey(objectKey, basename(blob)), sizeBytes, { first, last });
        }
      }
    }
    const stream = Readable.from(bytes(), { objectMode: false });
    stream.once("close", () => this.#release(blobs));
    return stream;
  }

  /** For blobs that the index does not name (any more). A file that cannot be removed now is found by the next sweep. */
  async remove(blobs: Iterable<string>): Promise<void> {
    for (const blob of blobs) {
      if (this.#readers.has(blob)) this.#removeWhenRead.add(blob);
      else await unlink(join(this.#blobs, blob)).catch(() => undefined);
    }
  }

  /** Removes the blobs that earlier processes left behind: those that `known` does not tell among the names it is given. */
  async sweep(known: (blobs: readonly string[]) => ReadonlySet<string>, stopped: () => boolean): Promise<void> {
    for (const shard of this.#oldShards) {
      const blobs = (await readdir(join(this.#blobs, shard))).map((name) => `${shard}/${name}`);
      for (let start = 0; start < blobs.length; start += sweptTogether) {
        if (stopped()) return;
        const some = blobs.slice(start, start + sweptTogether);
        const kept = known(some);
        await this.remove(some.filter((blob) => !kept.has(blob)));
      }
      // Stays while it holds anything.
      await rmdir(join(this.#blobs, shard)).catch(() => undefined);
    }
  }

  #release(blobs: ReadonlySet<string>): void {
    for (const blob of blobs) {
      const readers = (this.#readers.get(blob) ?? 1) - 1;
      if (readers > 0) {
        this.#readers.set(blob, readers);
        continue;
      }
      this.#readers.delete(blob);
      if (this.#removeWhenRead.delete(blob)) void this.remove([blob]);
    }
  }

  #shardForOneMore(): Promise<string> {
    if (this.#shard === undefined || this.#shardCount >= shardBlobsMax) {
      this.#shardCount = 0;
      const made = this.#makeShard();
      this.#shard = made;
      // The next write tries again.
      made.catch(() => {
        if (this.#shard === made) this.#shard = undefined;
      });
    }
    this.#shardCount += 1;
    return this.#shard;
  }

  async #makeShard(): Promise<string> {
    const shard = this.#ids.uuid();
    await mkdir(join(this.#blobs, shard), { mode: 0o700 });
    await syncFolder(this.#blobs);
    return shard;
  }
}

async function writeWhole(file: FileHandle, pieces: readonly Buffer[]): Promise<void> {
  const sizeBytes = pieces.reduce((sum, { length }) => sum + length, 0);
  const { bytesWritten } = await file.writev(pieces);
  if (bytesWritten === sizeBytes) return;
  // Seldom: the disk took a part.
  const rest = Buffer.concat(pieces).subarray(bytesWritten);
  for (let done = 0; done < rest.length; ) done += (await file.write(rest, done)).bytesWritten;
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A failure of the disk, told apart from a failure of the body. */
async function orUnavailable<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (cause) {
    throw new StoreUnavailable("The folder of objects cannot be written", { cause });
  }
}

const shardBlobsMax = 4096;
const sweptTogether = 500;
