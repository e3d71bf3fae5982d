import type { Readable } from "node:stream";

/** What is known of a stored object. */
export interface ObjectInfo {
  readonly key: string;
  /** Without quotes: hex MD5, or `hex-N` for N parts. */
  readonly etag: string;
  readonly sizeBytes: number;
  readonly lastModifiedMs: number;
  /** content-type, content-encoding …: the headers S3 gives back. */
  readonly headers: Readonly<Record<string, string>>;
  /** User metadata without the `x-amz-meta-` prefix. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Where the bytes of objects live. An object exists whole or not at all, also after kill -9: a put is seen only once its
 * last byte and its facts are durable. The implementer of the embedded S3 owns this port and may extend it.
 */
export interface ObjectStore {
  put(
    bucket: string,
    key: string,
    body: Readable,
    facts: { headers: Record<string, string>; metadata: Record<string, string> },
    condition?: { ifNoneMatch?: "*"; ifMatch?: string },
  ): Promise<ObjectInfo>;
  head(bucket: string, key: string): Promise<ObjectInfo | undefined>;
  get(
    bucket: string,
    key: string,
    range?: { first: number; last: number },
  ): Promise<{ info: ObjectInfo; body: Readable } | undefined>;
  delete(bucket: string, key: string): Promise<void>;
  /** Keys in UTF-8 byte order. */
  list(bucket: string, query: { prefix: string; after?: string; limit: number }): Promise<ObjectInfo[]>;
  close(): Promise<void>;
}
