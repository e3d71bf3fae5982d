import { invalidArgument, notImplemented, s3Failure } from "./errors.js";
import { limits } from "./limits.js";

/**
 * Refuses what a request asks for and this store does not do: it must not look as if it were done. What is asked for by
 * default, and is so anyway (STANDARD, the owner's full control), passes.
 */
export function refuseNotServed(input: object): void {
  const asked = input as Readonly<Record<string, unknown>>;
  for (const [member, what] of Object.entries(notServed)) if (asked[member] !== undefined) throw notImplemented(what);
  if (asked["StorageClass"] !== undefined && asked["StorageClass"] !== "STANDARD")
    throw s3Failure(
      "InvalidStorageClass",
      400,
      "The storage class you specified is not valid: STANDARD is the only one",
    );
  const { ACL, VersionId, Key } = asked;
  if ((ACL !== undefined && !ownerAcls.has(ACL as string)) || grants.some((grant) => asked[grant] !== undefined))
    throw aclNotSupported();
  if (VersionId !== undefined && VersionId !== "null")
    throw invalidArgument("Invalid version id specified", "versionId", VersionId);
  if (typeof Key === "string") checkKey(Key);
}

/** @throws ServiceError KeyTooLongError, or InvalidURI for what no UTF-8 stands for. */
export function checkKey(key: string): void {
  if (Buffer.byteLength(key) > limits.keyBytesMax)
    throw s3Failure("KeyTooLongError", 400, "Your key is too long", {
      Size: Buffer.byteLength(key),
      MaxSizeAllowed: limits.keyBytesMax,
    });
  if (key === "" || /\p{Surrogate}/u.test(key)) throw s3Failure("InvalidURI", 400, "Couldn't parse the specified URI.");
}

export const aclNotSupported = () => s3Failure("AccessControlListNotSupported", 400, "The bucket does not allow ACLs");

/** Canned ACLs that say what holds anyway: the bucket's owner has full control, nobody else has any. */
const ownerAcls: ReadonlySet<string> = new Set(["private", "bucket-owner-full-control"]);

const grants = ["GrantFullControl", "GrantRead", "GrantReadACP", "GrantWrite", "GrantWriteACP"];

const customerKeys =
  "Encryption with keys that come with each request (SSE-C) is not offered: nobody but the client could ever audit them. Use a KMS key (aws:kms).";
const locking = "Object Lock is not offered.";

const notServed: Readonly<Record<string, string>> = {
  SSECustomerAlgorithm: customerKeys,
  SSECustomerKey: customerKeys,
  SSECustomerKeyMD5: customerKeys,
  CopySourceSSECustomerAlgorithm: customerKeys,
  CopySourceSSECustomerKey: customerKeys,
  ObjectLockMode: locking,
  ObjectLockRetainUntilDate: locking,
  ObjectLockLegalHoldStatus: locking,
  ObjectLockEventHold: locking,
  ObjectLockEnabledForBucket: locking,
  WebsiteRedirectLocation: "Website hosting is not offered.",
  WriteOffsetBytes: "Appending to objects is not offered.",
  IfMatchLastModifiedTime: "Deleting under a condition of time is not offered: use If-Match.",
  IfMatchSize: "Deleting under a condition of size is not offered: use If-Match.",
  IfMatchInitiatedTime: "Aborting under a condition of time is not offered.",
};
