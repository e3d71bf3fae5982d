import { createHash } from "node:crypto";
import { join } from "node:path";
import { Readable } from "node:stream";
import Database from "libsql";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ensureManagedKey, xrayManagedKey } from "../../identity/managed-keys.js";
import { streamBytes } from "../../storage/object-store.fixture.js";
import { account, type CallOptions, openS3, type S3Bench, user } from "./s3-bench.fixture.js";

const Bucket = "encrypted";
const region = "us-east-1";
const md5 = (text: string) => `"${createHash("md5").update(text).digest("hex")}"`;
const objectArn = (key: string) => `arn:aws:s3:::${Bucket}/${key}`;
const refusal = (code: string, httpStatus = 400) => expect.objectContaining({ code, httpStatus });
const usedThroughS3 = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: "kms:*", Resource: "*" }],
});

let s3: S3Bench;
let keyArn: string;
beforeEach(async () => {
  s3 = await openS3();
  await s3.run("CreateBucket", { Bucket });
  keyArn = await newKey();
});
afterEach(() => s3.close());

/** A key as CreateKey makes it. */
async function newKey(): Promise<string> {
  const { settings } = s3;
  const nowMs = s3.environment.clock.nowMs();
  const key = await settings.transact((tx) =>
    ensureManagedKey(tx, s3, xrayManagedKey, { accountId: account, region }, nowMs),
  );
  await settings.transact(async (tx) => {
    await tx.updateTable("kms_keys").set({ policy: usedThroughS3 }).where("key_id", "=", key.keyId).execute();
    await tx.deleteFrom("kms_aliases").where("key_id", "=", key.keyId).execute();
  });
  return key.arn;
}

async function changeKey(change: { enabled?: number; deletion_ms?: number | null; policy?: string }, arn = keyArn) {
  const keyId = arn.split("/")[1]!;
  await s3.settings.transact(async (tx) => {
    await tx.updateTable("kms_keys").set(change).where("key_id", "=", keyId).execute();
  });
}

const put = (Key: string, text: string, more: object = {}, options?: CallOptions) =>
  s3.run(
    "PutObject",
    { Bucket, Key, Body: Readable.from([Buffer.from(text)], { objectMode: false }), ...more },
    options,
  );
const get = async (Key: string, more: object = {}, options?: CallOptions) => {
  const output = await s3.run("GetObject", { Bucket, Key, ...more }, options);
  return { ...output, text: (await streamBytes(output.Body)).toString() };
};
const withKey = () => ({ ServerSideEncryption: "aws:kms", SSEKMSKeyId: keyArn });
const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64");

describe("Encryption of objects", () => {
  it("is done with keys of S3 where nothing is said", async () => {
    const sse = { ServerSideEncryption: "AES256" };
    expect(await put("k", "hello")).toMatchObject({ ...sse, ETag: md5("hello") });
    expect(s3.notes.at(-2)).toEqual({ SSEApplied: "Default_SSE_S3" });
    await put("said", "hello", sse);
    expect(s3.notes.at(-2)).toEqual({ SSEApplied: "SSE_S3" });
    expect(await get("k")).toMatchObject({ ...sse, text: "hello" });
    expect(await s3.run("HeadObject", { Bucket, Key: "k" })).toMatchObject(sse);
    expect(s3.records).toEqual([]);
  });

  it("is done with a KMS key in the caller's name, which is recorded", async () => {
    const answer = await put("a/b", "hello", { ...withKey(), SSEKMSEncryptionContext: base64({ team: "a" }) });
    expect(answer).toMatchObject({ ...withKey(), SSEKMSEncryptionContext: base64({ team: "a" }) });
    expect(answer.ETag).not.toBe(md5("hello"));
    expect(await get("a/b", { Range: "bytes=1-3" })).toMatchObject({ ...withKey(), ETag: answer.ETag, text: "ell" });
    expect(await s3.run("HeadObject", { Bucket, Key: "a/b" })).toMatchObject(withKey());
    const encryptionContext = { team: "a", "aws:s3:arn": objectArn("a/b") };
    const same = {
      eventSource: "kms.amazonaws.com",
      sourceIPAddress: "s3.amazonaws.com",
      userIdentity: { type: "Root", invokedBy: "s3.amazonaws.com" },
      eventCategory: "Management",
      resources: [{ accountId: account, type: "AWS::KMS::Key", ARN: keyArn }],
    };
    expect(s3.records).toMatchObject([
      {
        ...same,
        eventName: "GenerateDataKey",
        requestParameters: { keyId: keyArn, keySpec: "AES_256", encryptionContext },
      },
      { ...same, eventName: "Decrypt", requestParameters: { encryptionContext } },
    ]);
  });

  it("takes a key's id, and without one the account's own key for S3, made when it is needed", async () => {
    const ServerSideEncryption = "aws:kms";
    expect(await put("id", "x", { ServerSideEncryption, SSEKMSKeyId: keyArn.split("/")[1] })).toMatchObject(withKey());
    const { SSEKMSKeyId: own } = await put("own", "x", { ServerSideEncryption });
    expect(own).toMatch(/^arn:aws:kms:us-east-1:111122223333:key\//);
    expect(own).not.toBe(keyArn);
    const again = await put("again", "x", { ServerSideEncryption, SSEKMSKeyId: "alias/aws/s3" });
    expect(again.SSEKMSKeyId).toBe(own);
    // Its policy lets in everybody of the account, through S3.
    const policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: { Effect: "Allow", Action: "s3:*", Resource: "*" },
    });
    expect((await get("own", {}, { as: user("reader"), policy })).text).toBe("x");
  });

  it("asks of a reader what KMS asks: kms:Decrypt, in this context, through S3", async () => {
    await put("k", "secret", withKey());
    const reader = (...kms: object[]) => ({
      as: user("reader"),
      policy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: "s3:*", Resource: "*" }, ...kms],
      }),
    });
    await expect(get("k", {}, reader())).rejects.toEqual(refusal("AccessDenied", 403));
    expect(s3.records.at(-1)).toMatchObject({
      eventName: "Decrypt",
      errorCode: "AccessDenied",
      userIdentity: { userName: "reader", invokedBy: "s3.amazonaws.com" },
    });
    expect(await s3.run("HeadObject", { Bucket, Key: "k" }, reader())).toMatchObject(withKey());
    await expect(s3.run("HeadObject", { Bucket, Key: "k", ChecksumMode: "ENABLED" }, reader())).rejects.toEqual(
      refusal("AccessDenied", 403),
    );
    const attributes = (...ObjectAttributes: string[]) =>
      s3.run("GetObjectAttributes", { Bucket, Key: "k", ObjectAttributes }, reader());
    expect(await attributes("ObjectSize")).toMatchObject({ ObjectSize: 6 });
    await expect(attributes("Checksum")).rejects.toEqual(refusal("AccessDenied", 403));
    const decrypt = (conditions: object) => ({
      Effect: "Allow",
      Action: "kms:Decrypt",
      Resource: keyArn,
      Condition: { StringEquals: conditions },
    });
    const through = { "kms:ViaService": "s3.us-east-1.amazonaws.com", "kms:CallerAccount": account };
    const arn = "kms:EncryptionContext:aws:s3:arn";
    expect((await get("k", {}, reader(decrypt({ ...through, [arn]: objectArn("k") })))).text).toBe("secret");
    await expect(get("k", {}, reader(decrypt({ [arn]: objectArn("other") })))).rejects.toMatchObject({
      httpStatus: 403,
    });
    await expect(
      get("k", {}, reader(decrypt({ "kms:ViaService": "xray.us-east-1.amazonaws.com" }))),
    ).rejects.toMatchObject({
      httpStatus: 403,
    });
    // Writing is another permission.
    await expect(put("k", "new", withKey(), reader(decrypt({})))).rejects.toMatchObject({
      message: expect.stringContaining("kms:GenerateDataKey"),
    });
    await expect(get("k", {}, { as: { kind: "anonymous" } })).rejects.toBeDefined();
  });

  it("ends at once with the key: disabled, pending deletion, gone", async () => {
    await put("k", "hello", withKey());
    await put("bucket-key", "hello", { ...withKey(), BucketKeyEnabled: true });
    await get("bucket-key");
    const states = [
      [{ enabled: 0 }, "KMS.DisabledException", "DisabledException"],
      [{ deletion_ms: Date.now() + 1e9 }, "KMS.KMSInvalidStateException", "KMSInvalidStateException"],
      [{ deletion_ms: 1 }, "KMS.NotFoundException", "NotFoundException"],
    ] as const;
    for (const [change, code, recorded] of states) {
      await changeKey(change);
      for (const key of ["k", "bucket-key"]) {
        await expect(get(key)).rejects.toEqual(refusal(code));
        expect(s3.records.at(-1)).toMatchObject({ eventName: "Decrypt", errorCode: recorded });
      }
      await expect(put("new", "x", withKey())).rejects.toEqual(refusal(code));
      await expect(put("new", "x", { ...withKey(), BucketKeyEnabled: true })).rejects.toEqual(refusal(code));
      await changeKey({ enabled: 1, deletion_ms: null });
    }
    expect((await get("k")).text).toBe("hello");
    expect((await get("bucket-key")).text).toBe("hello");
  });

  it("does not find keys of other regions or accounts, or what is no key", async () => {
    const elsewhere = keyArn.replace("us-east-1", "eu-west-1");
    for (const SSEKMSKeyId of [elsewhere, keyArn.replace(account, "999999999999"), "aws/s3", "alias/none"])
      await expect(put("k", "x", { ServerSideEncryption: "aws:kms", SSEKMSKeyId })).rejects.toEqual(
        refusal("KMS.NotFoundException"),
      );
  });

  it("calls KMS once for many objects with a bucket key, for the bucket's ARN and for each caller", async () => {
    const wanted = { ...withKey(), BucketKeyEnabled: true };
    for (const key of ["1", "2", "3"]) expect(await put(key, key, wanted)).toMatchObject(wanted);
    expect(s3.records).toMatchObject([
      {
        eventName: "GenerateDataKey",
        requestParameters: { encryptionContext: { "aws:s3:arn": `arn:aws:s3:::${Bucket}` } },
      },
    ]);
    for (const key of ["1", "2", "3", "1"]) expect(await get(key)).toMatchObject({ ...wanted, text: key });
    expect(s3.records.map(({ eventName }) => eventName)).toEqual(["GenerateDataKey", "Decrypt"]);
    const policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: { Effect: "Allow", Action: "*", Resource: "*" },
    });
    await get("1", {}, { as: user("reader"), policy });
    expect(s3.records.at(-1)).toMatchObject({ eventName: "Decrypt", userIdentity: { userName: "reader" } });
    const unable = JSON.stringify({
      Version: "2012-10-17",
      Statement: { Effect: "Allow", Action: "s3:*", Resource: "*" },
    });
    await expect(get("1", {}, { as: user("reader"), policy: unable })).rejects.toEqual(refusal("AccessDenied", 403));
  });

  it("refuses what cannot be, and what is not done here", async () => {
    const ServerSideEncryption = "aws:kms";
    const wrong = [
      { ServerSideEncryption: "rot13" },
      { SSEKMSKeyId: keyArn },
      { ServerSideEncryption: "AES256", SSEKMSKeyId: keyArn },
      { ServerSideEncryption, SSEKMSKeyId: "" },
      { ServerSideEncryption, SSEKMSEncryptionContext: "not base64 of JSON" },
      { ServerSideEncryption, SSEKMSEncryptionContext: base64({ a: 1 }) },
      { ServerSideEncryption, SSEKMSEncryptionContext: base64(["a"]) },
      { ServerSideEncryption, SSEKMSEncryptionContext: base64({ "aws:s3:arn": objectArn("another") }) },
      { ServerSideEncryption, SSEKMSEncryptionContext: base64({ a: "x".repeat(10_000) }) },
    ];
    for (const more of wrong)
      await expect(put("k", "x", more), JSON.stringify(more)).rejects.toEqual(refusal("InvalidArgument"));
    await expect(put("k", "x", { ServerSideEncryption: "aws:kms:dsse" })).rejects.toEqual(
      refusal("NotImplemented", 501),
    );
    await expect(put("k", "x", { SSECustomerAlgorithm: "AES256" })).rejects.toEqual(refusal("NotImplemented", 501));
    const own = base64({ "aws:s3:arn": objectArn("k") });
    await put("k", "x", { ServerSideEncryption, SSEKMSEncryptionContext: own });
    expect((await get("k")).text).toBe("x");
  });

  it("is the bucket's default where the request says nothing", async () => {
    const rule = (by: object, more: object = {}) => ({
      Bucket,
      ServerSideEncryptionConfiguration: { Rules: [{ ApplyServerSideEncryptionByDefault: by, ...more }] },
    });
    const current = async () =>
      (await s3.run("GetBucketEncryption", { Bucket })).ServerSideEncryptionConfiguration.Rules[0];
    expect(await current()).toMatchObject({ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } });
    const byKey = { SSEAlgorithm: "aws:kms", KMSMasterKeyID: keyArn };
    await s3.run("PutBucketEncryption", rule(byKey, { BucketKeyEnabled: true }));
    expect(await current()).toMatchObject({ ApplyServerSideEncryptionByDefault: byKey, BucketKeyEnabled: true });
    expect(await put("k", "x")).toMatchObject({ ...withKey(), BucketKeyEnabled: true });
    expect(s3.notes.at(-2)).toEqual({ SSEApplied: "Default_SSE_KMS" });
    expect((await put("k", "x", { BucketKeyEnabled: false })).BucketKeyEnabled).toBeUndefined();
    expect(await put("k", "x", { ServerSideEncryption: "AES256" })).toMatchObject({ ServerSideEncryption: "AES256" });
    const { UploadId } = await s3.run("CreateMultipartUpload", { Bucket, Key: "m" });
    const part = { Bucket, Key: "m", UploadId, PartNumber: 1 };
    const { ETag } = await s3.run("UploadPart", { ...part, Body: Readable.from([Buffer.from("part")]) });
    const whole = { ...part, MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] } };
    expect(await s3.run("CompleteMultipartUpload", whole)).toMatchObject(withKey());
    expect(await get("m")).toMatchObject({ ...withKey(), text: "part" });
    await s3.run("DeleteBucketEncryption", { Bucket });
    expect(await put("k", "x")).toMatchObject({ ServerSideEncryption: "AES256" });
    for (const [by, code] of [
      [{ SSEAlgorithm: "AES256", KMSMasterKeyID: keyArn }, "InvalidArgument"],
      [{ SSEAlgorithm: "rot13" }, "MalformedXML"],
      [{ SSEAlgorithm: "aws:kms:dsse" }, "NotImplemented"],
    ] as const)
      await expect(s3.run("PutBucketEncryption", rule(by))).rejects.toMatchObject({ code });
  });

  it("of a copy is its own: encrypted anew, decrypted once", async () => {
    await put("source", "hello");
    const CopySource = `${Bucket}/source`;
    expect(await s3.run("CopyObject", { Bucket, Key: "copy", CopySource, ...withKey() })).toMatchObject(withKey());
    expect(await get("copy")).toMatchObject({ ...withKey(), text: "hello" });
    // Onto itself: that changes its encryption.
    await s3.run("CopyObject", { Bucket, Key: "source", CopySource, ...withKey() });
    expect(await get("source")).toMatchObject({ ...withKey(), text: "hello" });
    await s3.run("CopyObject", { Bucket, Key: "plain", CopySource });
    expect(await get("plain")).toMatchObject({ ServerSideEncryption: "AES256", ETag: md5("hello"), text: "hello" });
    const { UploadId } = await s3.run("CreateMultipartUpload", { Bucket, Key: "m", ...withKey() });
    const part = await s3.run("UploadPartCopy", { Bucket, Key: "m", UploadId, PartNumber: 1, CopySource });
    expect(part).toMatchObject(withKey());
    const Parts = [{ PartNumber: 1, ETag: part.CopyPartResult.ETag }];
    await s3.run("CompleteMultipartUpload", { Bucket, Key: "m", UploadId, MultipartUpload: { Parts } });
    expect((await get("m")).text).toBe("hello");
  });

  it("can be demanded by the bucket's policy", async () => {
    const deny = (Condition: object) => ({
      Effect: "Deny",
      Principal: "*",
      Action: "s3:PutObject",
      Resource: `arn:aws:s3:::${Bucket}/*`,
      Condition,
    });
    const Policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        deny({ StringNotEquals: { "s3:x-amz-server-side-encryption": "aws:kms" } }),
        deny({ StringNotEqualsIfExists: { "s3:x-amz-server-side-encryption-aws-kms-key-id": keyArn } }),
      ],
    });
    await s3.run("PutBucketPolicy", { Bucket, Policy });
    const refused = refusal("AccessDenied", 403);
    await expect(put("k", "x")).rejects.toEqual(refused);
    await expect(put("k", "x", { ServerSideEncryption: "AES256" })).rejects.toEqual(refused);
    await expect(put("k", "x", { ...withKey(), SSEKMSKeyId: "alias/other" })).rejects.toEqual(refused);
    await put("k", "x", withKey());
    await expect(s3.run("CreateMultipartUpload", { Bucket, Key: "m" })).rejects.toEqual(refused);
    // Parts say nothing of it: they are as the upload was begun.
    const { UploadId } = await s3.run("CreateMultipartUpload", { Bucket, Key: "m", ...withKey() });
    const part = { Bucket, Key: "m", UploadId, PartNumber: 1 };
    const { ETag } = await s3.run("UploadPart", { ...part, Body: Readable.from([Buffer.from("part")]) });
    await s3.run("CompleteMultipartUpload", { ...part, MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] } });
    expect((await get("m")).text).toBe("part");
  });

  it("does not open for an object that was put in another's place behind our back", async () => {
    await put("a", "of a", { ...withKey(), BucketKeyEnabled: true });
    await put("b", "of b", withKey());
    await put("c", "of c");
    const index = new Database(join(s3.folder, "objects", "index.db"));
    for (const key of ["a", "b", "c"]) {
      expect((await get(key)).text).toBe(`of ${key}`);
      index.prepare("UPDATE objects SET key = ? WHERE key = ?").run([Buffer.from(`${key} moved`), Buffer.from(key)]);
      await expect(get(`${key} moved`)).rejects.toThrow();
    }
    index.close();
  });
});
