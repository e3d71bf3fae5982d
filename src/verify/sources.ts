import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { GetObjectCommand, NoSuchKey, paginateListObjectsV2, S3Client } from "@aws-sdk/client-s3";

/** Where the objects are. */
export interface ObjectSource {
  /** All keys that begin with the prefix, in order. */
  list(prefix: string): Promise<string[]>;
  /** @returns undefined if there is no such object. */
  read(key: string): Promise<StoredObject | undefined>;
}

export interface StoredObject {
  readonly bytes: Buffer;
  /** User metadata: `signature` and `signature-algorithm` of digests. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Says which source, in words that a thread can be given. */
export type SourcePlace =
  | { readonly kind: "folder"; readonly folder: string }
  | {
      readonly kind: "bucket";
      readonly bucket: string;
      readonly endpoint: string | undefined;
      readonly region: string | undefined;
    };

export function openSource(place: SourcePlace): ObjectSource {
  return place.kind === "folder" ? folderSource(place.folder) : bucketSource(place);
}

/**
 * A downloaded bucket: files by their keys. A plain download (`aws s3 sync`) does not keep user metadata. A digest's
 * signature is then taken from its successor, which repeats it; the newest digest is "unsigned", unless a file
 * `<key>.metadata.json` beside it keeps what `aws s3api head-object` says (`{"Metadata":{"signature":…}}`).
 */
export function folderSource(folder: string): ObjectSource {
  const root = path.resolve(folder);
  const fileOf = (key: string): string | undefined => {
    const file = path.resolve(root, key);
    // Keys come from digests, which anyone may have written.
    return file.startsWith(root + path.sep) ? file : undefined;
  };
  return {
    async list(prefix) {
      const entries = await readdir(root, { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile())
        .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)).split(path.sep).join("/"))
        .filter((key) => key.startsWith(prefix) && !key.endsWith(metadataSuffix))
        .sort();
    },
    async read(key) {
      const file = fileOf(key);
      const bytes = file === undefined ? undefined : await readOrUndefined(file);
      if (bytes === undefined) return undefined;
      const kept = key.includes(digestFolder) ? await readOrUndefined(`${file}${metadataSuffix}`) : undefined;
      return { bytes, metadata: kept === undefined ? {} : metadataOf(kept) };
    },
  };
}

/** The bucket itself. Credentials are those the AWS SDK finds: environment, profile ... */
function bucketSource(place: Extract<SourcePlace, { kind: "bucket" }>): ObjectSource {
  const { bucket: Bucket, endpoint, region } = place;
  const client = new S3Client({
    // An endpoint of one's own rarely has names for its buckets.
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
    ...(region !== undefined && { region }),
  });
  return {
    async list(Prefix) {
      const keys: string[] = [];
      for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket, Prefix }))
        for (const { Key } of Contents) if (Key !== undefined) keys.push(Key);
      return keys.sort();
    },
    async read(Key) {
      try {
        const { Body, Metadata = {} } = await client.send(new GetObjectCommand({ Bucket, Key }));
        return { bytes: Buffer.from(await Body!.transformToByteArray()), metadata: Metadata };
      } catch (reason) {
        if (reason instanceof NoSuchKey) return undefined;
        throw reason;
      }
    },
  };
}

const digestFolder = "/CloudTrail-Digest/";
const metadataSuffix = ".metadata.json";

function metadataOf(bytes: Buffer): Record<string, string> {
  const parsed = JSON.parse(bytes.toString("utf8")) as { Metadata?: Record<string, string> };
  return parsed.Metadata ?? {};
}

async function readOrUndefined(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (reason) {
    const { code } = reason as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "EISDIR" || code === "ENOTDIR" || code === "ENAMETOOLONG") return undefined;
    throw reason;
  }
}
