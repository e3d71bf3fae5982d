import type { Readable } from "node:stream";

/**
 * How the bytes of an object are encrypted, as far as whoever holds its key wants to know again. Nothing here opens them.
 */
export interface ObjectEncryption {
  /** As S3 names it. The etag of what is under a KMS key is not the MD5 of the bytes. */
  readonly algorithm: "AES256" | "aws:kms";
  /** The key of the object's bytes, itself encrypted. */
  readonly wrappedKey: string;
  /** With `aws:kms`: ARN of the KMS key. */
  readonly kmsKeyArn?: string;
  /** With `aws:kms`: the encryption context that was given beside S3's own. */
  readonly context?: Readonly<Record<string, string>>;
  /** With `aws:kms`: the KMS key protects a key of the bucket, from which the object's is made. */
  readonly bucketKey?: true;
}

/** An object's key, for the time of a put alone, and what is kept of it. */
export interface ContentKey {
  /** 32 bytes. */
  readonly key: Buffer;
  readonly encryption: ObjectEncryption;
}

/** What is kept with an object's bytes and given back with them. */
export interface ObjectFacts {
  /** Names in lower case (`content-type`, `content-encoding` …). */
  readonly headers: Readonly<Record<string, string>>;
  /** User metadata without the `x-amz-meta-` prefix. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  /** Checksums in base64 by algorithm as AWS names it (`CRC32`, `SHA256`). */
  readonly checksums: Readonly<Record<string, string>>;
  /** How the checksums were made, where there are any. */
  readonly checksumType?: "FULL_OBJECT" | "COMPOSITE";
}

/** What is known of a stored object. The caller owns what it receives. */
export interface ObjectInfo extends ObjectFacts {
  readonly key: string;
  /** Absent for what is kept as it was sent. */
  readonly encryption?: ObjectEncryption;
  /** Without quotes: hex MD5 (under a KMS key: of the encrypted bytes), or `hex-N` for an object made of N parts. */
  readonly etag: string;
  readonly sizeBytes: number;
  readonly lastModifiedMs: number;
  /** Number of parts it was uploaded in; absent for an object put whole. */
  readonly partsCount?: number;
}

export interface PartInfo {
  readonly partNumber: number;
  /** Hex MD5, without quotes. */
  readonly etag: string;
  readonly sizeBytes: number;
  readonly lastModifiedMs: number;
  readonly checksums: Readonly<Record<string, string>>;
}

export interface UploadInfo extends ObjectFacts {
  readonly uploadId: string;
  readonly key: string;
  readonly initiatedMs: number;
  /** Algorithm whose checksums the parts carry, as AWS names it. */
  readonly checksumAlgorithm?: string;
  /** Account that started it. */
  readonly initiatorAccountId: string;
  /** Of every part, and then of the object. */
  readonly encryption?: ObjectEncryption;
}

/** What must hold at the moment a put becomes visible. An etag is without quotes. */
export interface PutCondition {
  /** Nothing is stored under the key. */
  readonly absent?: boolean;
  /** The stored object has this etag; `*`: some object is stored. */
  readonly etag?: string;
}

/** Both ends inclusive, within the object. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

export interface ListQuery {
  readonly prefix: string;
  /** Keys that share what follows the prefix up to and with the first delimiter are given once, as a common prefix. */
  readonly delimiter?: string;
  /** Continues behind this key; if it is a common prefix of this listing, behind all keys under it. */
  readonly after?: string;
  /** Largest number of objects and common prefixes together. */
  readonly limit: number;
}

export type ListedObject = Pick<ObjectInfo, "key" | "etag" | "sizeBytes" | "lastModifiedMs">;

export interface ObjectReading {
  readonly info: ObjectInfo;
  readonly body: Readable;
  readonly range?: ByteRange;
}

export interface Listing {
  readonly objects: readonly ListedObject[];
  readonly commonPrefixes: readonly string[];
  /** Where the next page continues (`after`), if there is more. */
  readonly next?: string;
}

export interface UploadQuery {
  readonly prefix: string;
  readonly after?: { readonly key: string; readonly uploadId?: string };
  readonly limit: number;
}

/**
 * Where the bytes of objects live. A bucket is named by an id that is never used again. An object exists whole or not at
 * all, also after kill -9: what a put changes is seen only once its last byte and its facts are durable, and a promise
 * resolves only then. Keys are any well-formed text of at most 1,024 bytes and are compared as UTF-8 bytes.
 * Every promise below has a test in `object-store.contract.ts`.
 */
export interface ObjectStore {
  /**
   * Stores `body` until its end and replaces what was under the key. If the body fails, the put rejects with its error
   * and nothing is changed. Of puts to one key that overlap, one wins whole.
   *
   * @param facts is asked once the body has ended cleanly.
   * @param encrypted the bytes are kept encrypted under this key, and never stand in the store otherwise. It must be new.
   * @throws ObjectTooLarge, ConditionNotMet, KeyMissing (for `condition.etag`), BucketFrozen
   */
  put(
    bucketId: string,
    key: string,
    body: Readable,
    facts: () => ObjectFacts,
    condition?: PutCondition,
    encrypted?: ContentKey,
  ): Promise<ObjectInfo>;

  head(bucketId: string, key: string): Promise<ObjectInfo | undefined>;

  /**
   * The bytes of the object as it is now, also if it is replaced or deleted while they are read. The caller must read
   * the body to its end or destroy it.
   *
   * The bytes of an encrypted object are authenticated piece by piece: of a piece that was altered nothing is given, the
   * body fails with ObjectAltered.
   *
   * @param range chooses from the facts of the very object that is read; it may throw.
   * @param keyOf gives the key of an encrypted object, before this resolves; it may reject.
   */
  get(
    bucketId: string,
    key: string,
    range?: (info: ObjectInfo) => ByteRange | undefined,
    keyOf?: (encryption: ObjectEncryption) => Promise<Buffer>,
  ): Promise<ObjectReading | undefined>;

  /** Deleting what is not there succeeds. @throws ConditionNotMet, KeyMissing (for `condition.etag`) */
  delete(bucketId: string, keys: readonly string[], condition?: { readonly etag: string }): Promise<void>;

  /** Replaces the tags and nothing else. @throws KeyMissing */
  setTags(bucketId: string, key: string, tags: Readonly<Record<string, string>>): Promise<void>;

  /** In key order. Cost follows what is returned, not what lies under the common prefixes. */
  list(bucketId: string, query: ListQuery): Promise<Listing>;

  /** Parts of a stored object (as numbered when uploaded) or of an upload, in order. */
  parts(
    owner: { readonly bucketId: string; readonly key: string; readonly uploadId?: string },
    query: PartQuery,
  ): Promise<readonly PartInfo[]>;

  createUpload(
    bucketId: string,
    key: string,
    facts: ObjectFacts & {
      readonly checksumAlgorithm?: string;
      readonly initiatorAccountId: string;
      readonly encryption?: ObjectEncryption;
    },
  ): Promise<UploadInfo>;

  upload(bucketId: string, key: string, uploadId: string): Promise<UploadInfo | undefined>;

  /**
   * A part of the same number again replaces the former.
   *
   * @param encrypted of the upload, if it has an encryption.
   * @throws UploadMissing, ObjectTooLarge, BucketFrozen
   */
  putPart(
    bucketId: string,
    key: string,
    uploadId: string,
    partNumber: number,
    body: Readable,
    checksums: () => Readonly<Record<string, string>>,
    encrypted?: ContentKey,
  ): Promise<PartInfo>;

  /**
   * Makes the parts the object, in one step; the upload and its other parts are gone. The parts must be given as `parts`
   * returned them: one replaced meanwhile is refused.
   * @throws UploadMissing, PartMissing, ConditionNotMet, KeyMissing, BucketFrozen
   */
  completeUpload(
    bucketId: string,
    key: string,
    uploadId: string,
    parts: readonly PartInfo[],
    facts: ObjectFacts & { readonly etag: string },
    condition?: PutCondition,
  ): Promise<ObjectInfo>;

  /** @throws UploadMissing */
  abortUpload(bucketId: string, key: string, uploadId: string): Promise<void>;

  /** By key, then by time of start. */
  uploads(bucketId: string, query: UploadQuery): Promise<readonly UploadInfo[]>;

  /**
   * False, and nothing changes, if the bucket holds an object. Else nothing can be put into it any more, until `thaw` or
   * the end of the process: what a deletion of the bucket needs.
   */
  freeze(bucketId: string): Promise<boolean>;
  thaw(bucketId: string): void;
  /** Removes what a frozen bucket still has: unfinished uploads. */
  drop(bucketId: string): Promise<void>;

  /** Waits for what is under way; no call may follow. */
  close(): Promise<void>;
}

export interface PartQuery {
  /** Only parts of a higher number. */
  readonly after?: number;
  readonly limit: number;
}

/** More bytes than the store takes in one object or part. Nothing was stored. */
export class ObjectTooLarge extends Error {
  override readonly name = "ObjectTooLarge";
}

/** The condition of a put or delete does not hold. Nothing was changed. */
export class ConditionNotMet extends Error {
  override readonly name = "ConditionNotMet";
}

/** There is no object under the key. */
export class KeyMissing extends Error {
  override readonly name = "KeyMissing";
}

/** There is no such upload of this bucket and key. */
export class UploadMissing extends Error {
  override readonly name = "UploadMissing";
}

/** A part of the list is not there, or is not the one that was listed. */
export class PartMissing extends Error {
  override readonly name = "PartMissing";
}

/** The bucket is being deleted. Nothing was stored. */
export class BucketFrozen extends Error {
  override readonly name = "BucketFrozen";
}
