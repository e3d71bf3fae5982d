import { hkdfSync } from "node:crypto";
import type { ContentKey, ObjectEncryption } from "../../storage/object-store.js";
import { invalidArgument, notImplemented } from "./errors.js";
import { limits } from "./limits.js";
import type { ObjectCall } from "./object-operation.js";
import { bucketArn, objectArn } from "./s3-access.js";
import type { S3Parts } from "./s3-deps.js";

/** What a request may say of encryption. */
export interface EncryptionInput {
  readonly ServerSideEncryption?: string;
  readonly SSEKMSKeyId?: string;
  /** Base64 of a JSON object of strings. */
  readonly SSEKMSEncryptionContext?: string;
  readonly BucketKeyEnabled?: boolean;
}

type Context = Readonly<Record<string, string>>;

type Wanted =
  | { readonly algorithm: "AES256" }
  | {
      readonly algorithm: "aws:kms";
      readonly keyReference?: string;
      readonly context?: Context;
      readonly bucketKey: boolean;
    };

const keyBytes = 32;
const saltBytes = 16;
/** S3's own pair of the encryption context. */
const arnPair = "aws:s3:arn";

/**
 * A new key for an object that is to be put, and how it is kept: encrypted by the vault (SSE-S3), or by KMS in the
 * caller's name (SSE-KMS). What the request does not say is as the bucket's default has it.
 *
 * @throws ServiceError InvalidArgument, NotImplemented, and what KMS says
 */
export async function newContentKey(parts: S3Parts, input: EncryptionInput, on: ObjectCall): Promise<ContentKey> {
  const wanted = wantedOf(input, on);
  on.call.note({
    SSEApplied: `${input.ServerSideEncryption === undefined ? "Default_" : ""}${applied[wanted.algorithm]}`,
  });
  const { ids } = parts.environment;
  if (wanted.algorithm === "AES256") {
    const key = ids.bytes(keyBytes);
    return { key, encryption: { algorithm: "AES256", wrappedKey: parts.objectVault.seal(key, placeOf(on)) } };
  }
  const { keyReference, context, bucketKey } = wanted;
  const { plain, wrapped, keyArn } = await parts.kmsKeys.generate(keyReference, userOf(on, wanted), bucketKey);
  const salt = ids.bytes(saltBytes).toString("base64url");
  return {
    key: bucketKey ? keyOfObject(plain, salt, on) : plain,
    encryption: {
      algorithm: "aws:kms",
      wrappedKey: bucketKey ? `${wrapped}.${salt}` : wrapped,
      kmsKeyArn: keyArn,
      ...(context && { context }),
      ...(bucketKey && { bucketKey }),
    },
  };
}

/** The key of an object, or of the parts of an upload, that is there. @throws ServiceError with what KMS says */
export async function openContentKey(parts: S3Parts, encryption: ObjectEncryption, on: ObjectCall): Promise<Buffer> {
  const { algorithm, wrappedKey, kmsKeyArn = "", bucketKey: shared = false } = encryption;
  if (algorithm === "AES256") return parts.objectVault.open(wrappedKey, placeOf(on));
  const [wrapped = "", salt = ""] = wrappedKey.split(".");
  const plain = await parts.kmsKeys.open({ wrapped, keyArn: kmsKeyArn, shared }, userOf(on, encryption));
  return shared ? keyOfObject(plain, salt, on) : plain;
}

/** What answers say of it. */
export function encryptionMembers(encryption: ObjectEncryption | undefined) {
  if (encryption === undefined) return {};
  return {
    ServerSideEncryption: encryption.algorithm,
    ...(encryption.kmsKeyArn !== undefined && { SSEKMSKeyId: encryption.kmsKeyArn }),
    ...(encryption.bucketKey && { BucketKeyEnabled: true }),
  };
}

/** What answers to those who put say besides. */
export function newEncryptionMembers(encryption: ObjectEncryption) {
  const { context } = encryption;
  return {
    ...encryptionMembers(encryption),
    ...(context && { SSEKMSEncryptionContext: Buffer.from(JSON.stringify(context)).toString("base64") }),
  };
}

/** `responseElements` of what was put. */
export function recordedEncryption(output: EncryptionInput): Record<string, string> {
  const { ServerSideEncryption: algorithm, SSEKMSKeyId: keyArn, BucketKeyEnabled: bucketKey } = output;
  return {
    ...(algorithm !== undefined && { "x-amz-server-side-encryption": algorithm }),
    ...(keyArn !== undefined && { "x-amz-server-side-encryption-aws-kms-key-id": keyArn }),
    ...(bucketKey && { "x-amz-server-side-encryption-bucket-key-enabled": "true" }),
  };
}

const applied = { AES256: "SSE_S3", "aws:kms": "SSE_KMS" } as const;

function wantedOf(input: EncryptionInput, on: ObjectCall): Wanted {
  const { ServerSideEncryption: algorithm, SSEKMSKeyId, SSEKMSEncryptionContext, BucketKeyEnabled } = input;
  const header = "x-amz-server-side-encryption";
  if (algorithm === "aws:kms:dsse") throw notImplemented("Encryption in two layers (aws:kms:dsse) is not offered.");
  if (algorithm !== undefined && algorithm !== "AES256" && algorithm !== "aws:kms")
    throw invalidArgument("The encryption method specified is not supported", header, algorithm.slice(0, 100));
  if (algorithm !== "aws:kms" && (SSEKMSKeyId !== undefined || SSEKMSEncryptionContext !== undefined))
    throw invalidArgument(
      "Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms",
      header,
      algorithm,
    );
  const { encryption: byDefault } = on.bucket;
  if (algorithm === "AES256" || (algorithm === undefined && byDefault === undefined)) return { algorithm: "AES256" };
  const keyReference = algorithm === undefined ? byDefault?.keyReference : SSEKMSKeyId;
  if (keyReference !== undefined && (keyReference === "" || keyReference.length > limits.keyReferenceCharsMax))
    throw invalidArgument("Invalid key id", `${header}-aws-kms-key-id`);
  const context = SSEKMSEncryptionContext === undefined ? undefined : contextOf(SSEKMSEncryptionContext, on);
  return {
    algorithm: "aws:kms",
    ...(keyReference !== undefined && { keyReference }),
    ...(context && { context }),
    bucketKey: BucketKeyEnabled ?? (algorithm === undefined && byDefault?.bucketKey === true),
  };
}

/** S3's own pair may be among them, if it says what S3 would. */
function contextOf(header: string, { bucket, key }: ObjectCall): Context {
  const invalid = () =>
    invalidArgument(
      "The header x-amz-server-side-encryption-context shall be Base64-encoded UTF-8 string holding JSON which represents a string-string map",
      "x-amz-server-side-encryption-context",
    );
  if (header.length > limits.encryptionContextCharsMax) throw invalid();
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(header, "base64").toString("utf8"));
  } catch {
    throw invalid();
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) throw invalid();
  const context = { ...(parsed as Record<string, unknown>) };
  if (!Object.values(context).every((value) => typeof value === "string")) throw invalid();
  const own = context[arnPair];
  if (own !== undefined && own !== objectArn(bucket.name, key) && own !== bucketArn(bucket.name)) throw invalid();
  delete context[arnPair];
  return context as Context;
}

function userOf(on: ObjectCall, { context, bucketKey }: { context?: Context; bucketKey?: boolean }) {
  const { bucket, key, call } = on;
  const arn = bucketKey ? bucketArn(bucket.name) : objectArn(bucket.name, key);
  return { call, region: bucket.region, context: { ...context, [arnPair]: arn } };
}

/** Binds the key to its place: what is moved behind our back does not open. */
function placeOf({ bucket, key }: ObjectCall): string {
  return `s3-object:${bucket.id}/${key}`;
}

function keyOfObject(bucketKey: Buffer, salt: string, on: ObjectCall): Buffer {
  return Buffer.from(hkdfSync("sha256", bucketKey, Buffer.from(salt, "base64url"), placeOf(on), keyBytes));
}
