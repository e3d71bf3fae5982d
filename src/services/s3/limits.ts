/** Quotas of S3 that are kept here. Source: S3 user guide, "Bucket quotas", "Multipart upload limits", "Object metadata". */
export const limits = {
  bucketsMaxPerAccount: 1000,
  policyBytesMax: 20 * 1024,
  keyBytesMax: 1024,
  /** Names and values of user metadata together. */
  metadataBytesMax: 2 * 1024,
  objectTagsMax: 10,
  bucketTagsMax: 50,
  tagKeyLengthMax: 128,
  tagValueLengthMax: 256,
  /** KMS's limits of what names a key, and of an encryption context, in base64 and JSON. */
  keyReferenceCharsMax: 2048,
  encryptionContextCharsMax: 8192,
  keysListedMax: 1000,
  keysDeletedTogetherMax: 1000,
  bucketsListedMax: 10_000,
  partsMax: 10_000,
  /** Each part but the last. */
  partBytesMin: 5 * 1024 ** 2,
  /** A part, and an object put whole or copied. The object store is the one to hold this. */
  objectBytesMax: 5 * 1024 ** 3,
  multipartObjectBytesMax: 5 * 1024 ** 4,
} as const;
