export interface S3Tables {
  s3_buckets: S3BucketTable;
}

/** Buckets are global by name and belong to an account and a region. */
export interface S3BucketTable {
  name: string;
  /** Names the bucket in the object store; a bucket made again under the same name has another one. */
  bucket_id: string;
  account_id: string;
  region: string;
  created_ms: number;
  /** JSON text as it was put. */
  policy: string | null;
  /** JSON object. */
  tags: string;
  /** JSON object of the four settings as AWS names them; null once it was deleted. */
  public_access_block: string | null;
  /** 1 after PutBucketVersioning with `Suspended`. */
  versioning_suspended: number;
  /** JSON object of the default encryption; null: with keys of S3 (SSE-S3). */
  encryption: string | null;
}
