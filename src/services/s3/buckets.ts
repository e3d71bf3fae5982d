import type { Environment } from "../../environment.js";
import { isPublicPolicy } from "../../identity/policy/public-policy.js";
import type { S3BucketTable } from "../../storage/settings/tables/s3.js";
import type { SettingsStore } from "../../storage/settings-store.js";
import { accessDenied, noSuchBucket } from "./errors.js";
import type { PublicAccessBlock } from "./public-access.js";
import type { Tags } from "./tags.js";

export interface Bucket {
  readonly name: string;
  /** Its name in the object store. */
  readonly id: string;
  readonly accountId: string;
  readonly region: string;
  readonly createdMs: number;
  /** JSON text. */
  readonly policy?: string;
  readonly policyIsPublic: boolean;
  readonly tags: Tags;
  readonly publicAccessBlock?: PublicAccessBlock;
  readonly versioningSuspended: boolean;
  /** Of objects that are put without a word about it. Absent: with keys of S3. */
  readonly encryption?: DefaultEncryption;
}

/** A default of `aws:kms`; that with keys of S3 has nothing to say. */
export interface DefaultEncryption {
  /** As it was given; absent: the account's own key for S3. */
  readonly keyReference?: string;
  readonly bucketKey: boolean;
}

/**
 * Buckets by name, kept in memory between commits of this process; a change by another process is seen within a second.
 * A bucket is reached through every region's signature: there is one endpoint, and names are global.
 */
export class Buckets {
  readonly #settings: SettingsStore;
  readonly #environment: Environment;
  readonly #known = new Map<string, { readonly bucket: Bucket; readonly readMs: number }>();
  #commits = 0;

  constructor(settings: SettingsStore, environment: Environment) {
    this.#settings = settings;
    this.#environment = environment;
    settings.onCommit(() => {
      this.#commits += 1;
      this.#known.clear();
    });
  }

  async find(name: string): Promise<Bucket | undefined> {
    const nowMs = this.#environment.clock.monotonicMs();
    const known = this.#known.get(name);
    if (known !== undefined && nowMs - known.readMs < knownMsMax) return known.bucket;
    const commits = this.#commits;
    const row = await this.#settings.read
      .selectFrom("s3_buckets")
      .selectAll()
      .where("name", "=", name)
      .executeTakeFirst();
    if (row === undefined) return undefined;
    const bucket = bucketOf(row);
    if (commits === this.#commits) {
      if (this.#known.size >= knownMax) this.#known.clear();
      this.#known.set(name, { bucket, readMs: nowMs });
    }
    return bucket;
  }

  /**
   * @param expectedOwner `x-amz-expected-bucket-owner`.
   * @throws ServiceError NoSuchBucket, or AccessDenied if the bucket is another account's than expected.
   */
  async need(name: string, expectedOwner?: string): Promise<Bucket> {
    const bucket = await this.find(name);
    if (bucket === undefined) throw noSuchBucket(name);
    if (expectedOwner !== undefined && expectedOwner !== bucket.accountId) throw accessDenied();
    return bucket;
  }
}

function bucketOf(row: S3BucketTable): Bucket {
  return {
    name: row.name,
    id: row.bucket_id,
    accountId: row.account_id,
    region: row.region,
    createdMs: Number(row.created_ms),
    ...(row.policy === null ? {} : { policy: row.policy }),
    policyIsPublic: row.policy !== null && isPublicPolicy(row.policy),
    tags: JSON.parse(row.tags),
    ...(row.public_access_block === null ? {} : { publicAccessBlock: JSON.parse(row.public_access_block) }),
    versioningSuspended: row.versioning_suspended === 1,
    ...(row.encryption === null ? {} : { encryption: JSON.parse(row.encryption) as DefaultEncryption }),
  };
}

const knownMsMax = 1000;
const knownMax = 10_000;
