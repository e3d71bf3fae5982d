import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type { Environment } from "../../environment.js";
import {
  BucketFrozen,
  type ByteRange,
  ConditionNotMet,
  type ContentKey,
  KeyMissing,
  type Listing,
  type ListQuery,
  type ObjectEncryption,
  type ObjectFacts,
  type ObjectInfo,
  type ObjectReading,
  type ObjectStore,
  type PartInfo,
  PartMissing,
  type PartQuery,
  type PutCondition,
  type UploadInfo,
  UploadMissing,
  type UploadQuery,
} from "../object-store.js";
import { StoreUnavailable } from "../store-error.js";
import { BlobFiles, type BlobStretch, type WrittenBlob } from "./blob-files.js";
import { CommitQueue } from "./commit-queue.js";
import { FolderLock } from "./folder-lock.js";
import { keyBytes } from "./key-bytes.js";
import { type IndexedObject, ObjectIndex, type Piece } from "./object-index.js";

export interface FolderObjectStoreOptions {
  /** Made if it is not there. One process at a time. */
  readonly folder: string;
  readonly environment: Environment;
  readonly limits?: {
    /** Largest object put whole, and largest part. Default 5 GiB. */
    readonly objectBytesMax?: number;
    /** Changes that may wait to be made durable. Default 10,000. */
    readonly changesWaitingMax?: number;
  };
}

/**
 * Objects in a folder: their bytes in files whose names are ours (`blobs/`), everything else in `index.db`. A put is
 * written and synced as a file first and becomes visible with the commit of the index, so that a crash leaves at most
 * files that nobody names; these are removed at the next start.
 *
 * @throws if the folder cannot be used or another process uses it.
 */
export async function openFolderObjectStore(options: FolderObjectStoreOptions): Promise<ObjectStore> {
  await mkdir(options.folder, { recursive: true, mode: 0o700 });
  const lock = new FolderLock(options.folder);
  try {
    const index = new ObjectIndex(join(options.folder, "index.db"));
    const files = await BlobFiles.open(options.folder, options.environment.ids);
    return new FolderObjectStore(lock, index, files, options);
  } catch (reason) {
    lock.release();
    throw reason;
  }
}

class FolderObjectStore implements ObjectStore {
  readonly #lock: FolderLock;
  readonly #index: ObjectIndex;
  readonly #files: BlobFiles;
  readonly #environment: Environment;
  readonly #objectBytesMax: number;
  readonly #queue: CommitQueue;
  readonly #frozen = new Set<string>();
  readonly #sweeping: Promise<void>;
  #closed = false;

  constructor(
    lock: FolderLock,
    index: ObjectIndex,
    files: BlobFiles,
    { environment, limits }: FolderObjectStoreOptions,
  ) {
    this.#lock = lock;
    this.#index = index;
    this.#files = files;
    this.#environment = environment;
    this.#objectBytesMax = limits?.objectBytesMax ?? 5 * 1024 ** 3;
    this.#queue = new CommitQueue(
      {
        prepare: () => files.syncFolders(),
        transact: (changes) => index.transact(changes),
        attempt: (change) => index.attempt(change),
      },
      { waitingMax: limits?.changesWaitingMax ?? 10_000 },
    );
    this.#sweeping = files
      .sweep(
        (blobs) => index.knownBlobs(blobs),
        () => this.#closed,
      )
      // What could not be swept now wastes space only, and is tried again at the next start.
      .catch(() => undefined);
  }

  async put(
    bucketId: string,
    key: string,
    body: Readable,
    facts: () => ObjectFacts,
    condition?: PutCondition,
    encrypted?: ContentKey,
  ): Promise<ObjectInfo> {
    keyBytes(key);
    return this.#writeThenCommit({ body, encrypted }, (written) => {
      const id = this.#environment.ids.uuid();
      const object: IndexedObject = {
        ...facts(),
        ...(encrypted && { encryption: encrypted.encryption }),
        key,
        id,
        etag: written.md5,
        sizeBytes: written.sizeBytes,
        lastModifiedMs: this.#environment.clock.nowMs(),
      };
      const garbage = this.#replace(bucketId, object, condition);
      this.#index.putPiece(id, pieceOf(written, 1, object.lastModifiedMs, object.checksums));
      return { result: infoOf(object), garbage };
    });
  }

  async head(bucketId: string, key: string): Promise<ObjectInfo | undefined> {
    const object = this.#index.object(bucketId, key);
    return object && infoOf(object);
  }

  async get(
    bucketId: string,
    key: string,
    chooseRange?: (info: ObjectInfo) => ByteRange | undefined,
    keyOf?: (encryption: ObjectEncryption) => Promise<Buffer>,
  ): Promise<ObjectReading | undefined> {
    const object = this.#index.object(bucketId, key);
    if (object === undefined) return undefined;
    const info = infoOf(object);
    const range = chooseRange?.(info);
    const stretches = stretchesOf(
      this.#index.pieces(object.id),
      range ?? { first: 0, last: Math.max(0, object.sizeBytes - 1) },
    );
    if (info.encryption === undefined) return { info, body: this.#files.read(stretches), range };
    if (keyOf === undefined) throw new Error("an encrypted object is read without a way to its key");
    const opening = keyOf(info.encryption);
    const body = this.#files.read(stretches, opening);
    try {
      await opening;
    } catch (reason) {
      body.destroy();
      throw reason;
    }
    return { info, body, range };
  }

  async delete(bucketId: string, keys: readonly string[], condition?: { readonly etag: string }): Promise<void> {
    await this.#commit(() => {
      const garbage: string[] = [];
      for (const key of keys) {
        const object = this.#index.object(bucketId, key);
        if (condition !== undefined) demandCondition(object, condition);
        if (object === undefined) continue;
        garbage.push(...this.#index.deletePieces(object.id));
        this.#index.deleteObject(bucketId, key);
      }
      return { result: undefined, garbage };
    });
  }

  async setTags(bucketId: string, key: string, tags: Readonly<Record<string, string>>): Promise<void> {
    await this.#commit(() => {
      const object = this.#index.object(bucketId, key);
      if (object === undefined) throw new KeyMissing(key);
      this.#index.putObject(bucketId, { ...object, tags });
      return { result: undefined, garbage: [] };
    });
  }

  async list(bucketId: string, query: ListQuery): Promise<Listing> {
    return this.#index.list(bucketId, query);
  }

  async parts(
    owner: { readonly bucketId: string; readonly key: string; readonly uploadId?: string },
    query: PartQuery,
  ): Promise<readonly PartInfo[]> {
    const { bucketId, key, uploadId } = owner;
    const id =
      uploadId === undefined
        ? this.#index.object(bucketId, key)?.id
        : this.#index.upload(bucketId, key, uploadId)?.uploadId;
    if (id === undefined) return [];
    return this.#index.pieces(id, query.after, query.limit).map(partOf);
  }

  async createUpload(
    bucketId: string,
    key: string,
    facts: Parameters<ObjectStore["createUpload"]>[2],
  ): Promise<UploadInfo> {
    const initiatedMs = this.#environment.clock.nowMs();
    // Ids of one key sort by time: 12 hex digits of milliseconds, then randomness.
    const uploadId = initiatedMs.toString(16).padStart(12, "0") + this.#environment.ids.bytes(26).toString("hex");
    const upload: UploadInfo = { ...facts, key, uploadId, initiatedMs };
    return this.#commit(() => {
      this.#demandOpen(bucketId);
      this.#index.putUpload(bucketId, upload);
      return { result: upload, garbage: [] };
    });
  }

  async upload(bucketId: string, key: string, uploadId: string): Promise<UploadInfo | undefined> {
    return this.#index.upload(bucketId, key, uploadId);
  }

  async putPart(
    bucketId: string,
    key: string,
    uploadId: string,
    partNumber: number,
    body: Readable,
    checksums: () => Readonly<Record<string, string>>,
    encrypted?: ContentKey,
  ): Promise<PartInfo> {
    const upload = this.#index.upload(bucketId, key, uploadId);
    if (upload?.encryption !== undefined && encrypted === undefined)
      throw new Error("a part of an encrypted upload is put without its key");
    return this.#writeThenCommit({ body, encrypted }, (written) => {
      this.#demandOpen(bucketId);
      if (this.#index.upload(bucketId, key, uploadId) === undefined) throw new UploadMissing(uploadId);
      const piece = pieceOf(written, partNumber, this.#environment.clock.nowMs(), checksums());
      const garbage = this.#index.deletePieces(uploadId, partNumber);
      this.#index.putPiece(uploadId, piece);
      return { result: partOf(piece), garbage };
    });
  }

  async completeUpload(
    bucketId: string,
    key: string,
    uploadId: string,
    parts: readonly PartInfo[],
    facts: ObjectFacts & { readonly etag: string },
    condition?: PutCondition,
  ): Promise<ObjectInfo> {
    return this.#commit(() => {
      const upload = this.#index.upload(bucketId, key, uploadId);
      if (upload === undefined) throw new UploadMissing(uploadId);
      const pieces = new Map(this.#index.pieces(uploadId).map((piece) => [piece.partNumber, piece]));
      for (const { partNumber, etag } of parts) {
        if (pieces.get(partNumber)?.etag !== etag) throw new PartMissing(String(partNumber));
        pieces.delete(partNumber);
      }
      const object: IndexedObject = {
        ...facts,
        ...(upload.encryption && { encryption: upload.encryption }),
        key,
        id: uploadId,
        sizeBytes: parts.reduce((sum, part) => sum + part.sizeBytes, 0),
        lastModifiedMs: this.#environment.clock.nowMs(),
        partsCount: parts.length,
      };
      const garbage = this.#replace(bucketId, object, condition);
      for (const unused of pieces.keys()) garbage.push(...this.#index.deletePieces(uploadId, unused));
      this.#index.deleteUpload(bucketId, key, uploadId);
      return { result: infoOf(object), garbage };
    });
  }

  async abortUpload(bucketId: string, key: string, uploadId: string): Promise<void> {
    await this.#commit(() => {
      if (this.#index.upload(bucketId, key, uploadId) === undefined) throw new UploadMissing(uploadId);
      this.#index.deleteUpload(bucketId, key, uploadId);
      return { result: undefined, garbage: this.#index.deletePieces(uploadId) };
    });
  }

  async uploads(bucketId: string, query: UploadQuery): Promise<readonly UploadInfo[]> {
    return this.#index.uploads(bucketId, query);
  }

  /** Through the queue, so that puts that were accepted before are seen. */
  async freeze(bucketId: string): Promise<boolean> {
    return this.#commit(() => {
      const empty = !this.#index.holdsObjects(bucketId);
      if (empty) this.#frozen.add(bucketId);
      return { result: empty, garbage: [] };
    });
  }

  thaw(bucketId: string): void {
    this.#frozen.delete(bucketId);
  }

  async drop(bucketId: string): Promise<void> {
    for (;;) {
      const uploads = this.#index.uploads(bucketId, { prefix: "", limit: uploadsDroppedTogether });
      if (uploads.length === 0) return;
      await this.#commit(() => {
        const garbage: string[] = [];
        for (const { key, uploadId } of uploads) {
          garbage.push(...this.#index.deletePieces(uploadId));
          this.#index.deleteUpload(bucketId, key, uploadId);
        }
        return { result: undefined, garbage };
      });
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#sweeping;
    await this.#queue.idle();
    this.#index.close();
    this.#lock.release();
  }

  /** Puts the object in the place of what is there. @returns the blobs that are then without a name. */
  #replace(bucketId: string, object: IndexedObject, condition: PutCondition | undefined): string[] {
    this.#demandOpen(bucketId);
    const former = this.#index.object(bucketId, object.key);
    if (condition !== undefined) demandCondition(former, condition);
    const garbage = former === undefined ? [] : this.#index.deletePieces(former.id);
    this.#index.putObject(bucketId, object);
    return garbage;
  }

  #demandOpen(bucketId: string): void {
    if (this.#frozen.has(bucketId)) throw new BucketFrozen(bucketId);
  }

  async #writeThenCommit<Result>(
    { body, encrypted }: { readonly body: Readable; readonly encrypted: ContentKey | undefined },
    change: (written: WrittenBlob) => Change<Result>,
  ): Promise<Result> {
    const written = await this.#files.write(body, this.#objectBytesMax, encrypted);
    try {
      return await this.#commit(() => change(written));
    } catch (reason) {
      // After a failed commit it is not known whether the index names the blob: the next start will see.
      if (!(reason instanceof StoreUnavailable)) await this.#files.remove([written.blob]);
      throw reason;
    }
  }

  async #commit<Result>(change: () => Change<Result>): Promise<Result> {
    const { result, garbage } = await this.#queue.commit(change);
    await this.#files.remove(garbage);
    return result;
  }
}

interface Change<Result> {
  readonly result: Result;
  /** Blobs to remove once the change is durable. */
  readonly garbage: string[];
}

function demandCondition(stored: ObjectInfo | undefined, { absent, etag }: PutCondition): void {
  if (absent && stored !== undefined) throw new ConditionNotMet("There is an object under the key");
  if (etag === undefined) return;
  if (stored === undefined) throw new KeyMissing("There is no object under the key");
  if (etag !== "*" && etag !== stored.etag) throw new ConditionNotMet("The object has another etag");
}

function stretchesOf(pieces: readonly Piece[], { first, last }: ByteRange): BlobStretch[] {
  const stretches: BlobStretch[] = [];
  let start = 0;
  for (const { blob, sizeBytes } of pieces) {
    const from = Math.max(first - start, 0);
    const until = Math.min(last - start, sizeBytes - 1);
    if (from <= until) stretches.push({ blob, sizeBytes, first: from, last: until });
    start += sizeBytes;
  }
  return stretches;
}

function pieceOf(
  written: WrittenBlob,
  partNumber: number,
  lastModifiedMs: number,
  checksums: Readonly<Record<string, string>>,
): Piece {
  return {
    partNumber,
    blob: written.blob,
    etag: written.md5,
    sizeBytes: written.sizeBytes,
    lastModifiedMs,
    checksums,
  };
}

function infoOf({ id: _id, ...info }: IndexedObject): ObjectInfo {
  return info;
}

function partOf({ blob: _blob, ...part }: Piece): PartInfo {
  return part;
}

const uploadsDroppedTogether = 100;
