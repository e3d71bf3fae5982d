import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { crc32 } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bodyOf, streamBytes } from "../../storage/object-store.fixture.js";
import { openS3, type S3Bench, user } from "./s3-bench.fixture.js";

describe("Objects", () => {
  let s3: S3Bench;
  beforeAll(async () => {
    s3 = await openS3();
    await s3.run("CreateBucket", { Bucket: "bbb" });
  });
  afterAll(() => s3.close());

  const Bucket = "bbb";
  const put = (Key: string, body: string | Buffer = "hello", more: object = {}) =>
    s3.run("PutObject", { Bucket, Key, Body: bodyOf(body), ...more });
  const get = async (Key: string, more: object = {}) => {
    const output = await s3.run("GetObject", { Bucket, Key, ...more });
    return { ...output, text: (await streamBytes(output.Body)).toString() };
  };
  const refusal = (code: string, httpStatus: number) => expect.objectContaining({ code, httpStatus });
  const etag = `"${createHash("md5").update("hello").digest("hex")}"`;

  it("come back as they were put", async () => {
    const described = {
      ContentType: "application/json",
      ContentEncoding: "gzip",
      CacheControl: "no-store",
      Expires: new Date("2030-01-01T00:00:00Z"),
      Metadata: { signature: "s" },
    };
    const checksum = { ChecksumCRC32: "NhCmhg==" };
    expect(await put("k", "hello", { ...described, ...checksum, Tagging: "a=1&b=2" })).toEqual({
      ETag: etag,
      ...checksum,
      ChecksumType: "FULL_OBJECT",
      ServerSideEncryption: "AES256",
    });
    expect(s3.notes.at(-1)).toEqual({ bytesTransferredIn: 5, bytesTransferredOut: 0 });
    const read = await get("k", { ChecksumMode: "ENABLED" });
    expect(read).toMatchObject({ ...described, ...checksum, ETag: etag, ContentLength: 5, TagCount: 2, text: "hello" });
    expect(await get("k", { ResponseContentType: "text/html" })).toMatchObject({ ContentType: "text/html" });
    expect(await s3.run("HeadObject", { Bucket, Key: "k" })).toMatchObject({ ...described, ContentLength: 5 });
    expect(
      await s3.run("GetObjectAttributes", { Bucket, Key: "k", ObjectAttributes: ["ETag,ObjectSize"] }),
    ).toMatchObject({
      ETag: etag.slice(1, -1),
      ObjectSize: 5,
    });
  });

  it("keep a checksum that came behind the body", async () => {
    const input: Record<string, unknown> = { Bucket, Key: "trailer" };
    input["Body"] = Readable.from(
      (async function* () {
        yield Buffer.from("hello");
        input["ChecksumCRC32"] = "NhCmhg==";
      })(),
      { objectMode: false },
    );
    await s3.run("PutObject", input);
    expect(await get("trailer", { ChecksumMode: "ENABLED" })).toMatchObject({ ChecksumCRC32: "NhCmhg==" });
  });

  it("are read in ranges", async () => {
    await put("r", "0123456789");
    for (const [Range, text, ContentRange] of [
      ["bytes=2-4", "234", "bytes 2-4/10"],
      ["bytes=7-", "789", "bytes 7-9/10"],
      ["bytes=-3", "789", "bytes 7-9/10"],
      ["bytes=-30", "0123456789", "bytes 0-9/10"],
      ["bytes=8-99", "89", "bytes 8-9/10"],
      ["lines=1-2", "0123456789", undefined],
      ["bytes=0-1,3-4", "0123456789", undefined],
      ["bytes=4-2", "0123456789", undefined],
    ] as const)
      expect({ Range, ...(await get("r", { Range })) }).toMatchObject({
        Range,
        text,
        ...(ContentRange ? { ContentRange } : {}),
      });
    await expect(get("r", { Range: "bytes=10-" })).rejects.toEqual(refusal("InvalidRange", 416));
    await expect(get("r", { Range: "bytes=-0" })).rejects.toEqual(refusal("InvalidRange", 416));
  });

  it("are read and written under conditions", async () => {
    await put("c");
    const past = new Date(0);
    const future = new Date(Date.now() + 60_000);
    await expect(get("c", { IfNoneMatch: etag })).rejects.toEqual(refusal("NotModified", 304));
    await expect(get("c", { IfModifiedSince: future })).rejects.toEqual(refusal("NotModified", 304));
    await expect(get("c", { IfMatch: '"other"' })).rejects.toEqual(refusal("PreconditionFailed", 412));
    await expect(get("c", { IfUnmodifiedSince: past })).rejects.toEqual(refusal("PreconditionFailed", 412));
    await get("c", { IfMatch: `"other", ${etag}`, IfUnmodifiedSince: past });
    await get("c", { IfNoneMatch: '"other"', IfModifiedSince: future });
    await expect(put("c", "again", { IfNoneMatch: "*" })).rejects.toEqual(refusal("PreconditionFailed", 412));
    await expect(put("none", "x", { IfMatch: etag })).rejects.toEqual(refusal("NoSuchKey", 404));
    await put("c", "again", { IfMatch: etag });
    await expect(s3.run("DeleteObject", { Bucket, Key: "c", IfMatch: etag })).rejects.toEqual(
      refusal("PreconditionFailed", 412),
    );
  });

  it("that are not there are told of only to who may list", async () => {
    await expect(get("nothing")).rejects.toEqual(refusal("NoSuchKey", 404));
    const policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: { Effect: "Allow", Action: "s3:GetObject", Resource: "*" },
    });
    const reader = s3.run("GetObject", { Bucket, Key: "nothing" }, { as: user("reader"), policy });
    await expect(reader).rejects.toEqual(refusal("AccessDenied", 403));
    await s3.run("DeleteObject", { Bucket, Key: "nothing" });
  });

  it("are refused where the store would have to pretend, or the key or metadata are too long", async () => {
    await expect(put("e", "x", { SSECustomerKey: "a2V5" })).rejects.toEqual(refusal("NotImplemented", 501));
    await expect(put("e", "x", { StorageClass: "GLACIER" })).rejects.toEqual(refusal("InvalidStorageClass", 400));
    await expect(put("e", "x", { ACL: "public-read" })).rejects.toEqual(refusal("AccessControlListNotSupported", 400));
    await expect(put("k".repeat(1025))).rejects.toEqual(refusal("KeyTooLongError", 400));
    await expect(put("e", "x", { Metadata: { a: "x".repeat(2048) } })).rejects.toEqual(
      refusal("MetadataTooLarge", 400),
    );
    await put("e", "x", { StorageClass: "STANDARD", ACL: "bucket-owner-full-control" });
  });

  it("are copied with their description and tags, or with new ones", async () => {
    await put("source é", "hello", { ContentType: "text/plain", Metadata: { a: "1" }, Tagging: "t=1" });
    const CopySource = `/${Bucket}/${encodeURIComponent("source é")}`;
    await s3.run("CopyObject", { Bucket, Key: "other", CopySource: encodeURIComponent(`${Bucket}/source é`) });
    expect(await get("other")).toMatchObject({ text: "hello" });
    await s3.run("CopyObject", { Bucket, Key: "copy", CopySource });
    expect(await get("copy")).toMatchObject({
      text: "hello",
      ContentType: "text/plain",
      Metadata: { a: "1" },
      TagCount: 1,
    });
    const replaced = { MetadataDirective: "REPLACE", Metadata: { b: "2" }, TaggingDirective: "REPLACE" };
    await s3.run("CopyObject", { Bucket, Key: "copy", CopySource, ...replaced });
    const copy = await get("copy");
    expect(copy).toMatchObject({ Metadata: { b: "2" }, ContentType: "binary/octet-stream" });
    expect(copy).not.toHaveProperty("TagCount");
    await expect(s3.run("CopyObject", { Bucket, Key: "source é", CopySource })).rejects.toEqual(
      refusal("InvalidRequest", 400),
    );
    await expect(
      s3.run("CopyObject", { Bucket, Key: "copy", CopySource, CopySourceIfNoneMatch: etag }),
    ).rejects.toEqual(refusal("PreconditionFailed", 412));
    await expect(s3.run("CopyObject", { Bucket, Key: "copy", CopySource: `${Bucket}/none` })).rejects.toEqual(
      refusal("NoSuchKey", 404),
    );
  });

  it("are deleted together, each key decided by itself", async () => {
    await put("d/1");
    await put("kept/1");
    const policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: { Effect: "Allow", Action: "s3:DeleteObject", Resource: `arn:aws:s3:::${Bucket}/d/*` },
    });
    const Objects = [{ Key: "d/1" }, { Key: "kept/1" }, { Key: "d/none" }];
    const output = await s3.run("DeleteObjects", { Bucket, Delete: { Objects } }, { as: user("cleaner"), policy });
    expect(output.Deleted).toEqual([{ Key: "d/1" }, { Key: "d/none" }]);
    expect(output.Errors).toMatchObject([{ Key: "kept/1", Code: "AccessDenied" }]);
    await get("kept/1");
    await expect(get("d/1")).rejects.toEqual(refusal("NoSuchKey", 404));
  });

  it("are listed by both listings and as versions", async () => {
    await s3.run("CreateBucket", { Bucket: "listed" });
    for (const Key of ["a b", "dir/1", "dir/2", "z"])
      await s3.run("PutObject", { Bucket: "listed", Key, Body: bodyOf("x") });
    const list = (name: string, input: object) => s3.run(name, { Bucket: "listed", ...input });
    const first = await list("ListObjectsV2", { Delimiter: "/", MaxKeys: 2, EncodingType: "url" });
    expect(first).toMatchObject({ KeyCount: 2, IsTruncated: true, CommonPrefixes: [{ Prefix: "dir/" }] });
    expect(first.Contents).toMatchObject([{ Key: "a%20b", Size: 1, StorageClass: "STANDARD" }]);
    const ContinuationToken = first.NextContinuationToken;
    const second = await list("ListObjectsV2", { Delimiter: "/", MaxKeys: 2, ContinuationToken });
    expect(second).toMatchObject({ IsTruncated: false, Contents: [{ Key: "z" }] });
    await expect(list("ListObjectsV2", { ContinuationToken })).rejects.toEqual(refusal("InvalidArgument", 400));
    expect((await list("ListObjectsV2", { StartAfter: "dir/1" })).Contents).toHaveLength(2);
    const marked = await list("ListObjects", { Marker: "a b", MaxKeys: 1, Delimiter: "/" });
    expect(marked).toMatchObject({ IsTruncated: true, NextMarker: "dir/", CommonPrefixes: [{ Prefix: "dir/" }] });
    expect((await list("ListObjects", { Marker: "dir/", Delimiter: "/" })).Contents).toMatchObject([{ Key: "z" }]);
    expect(await list("ListObjects", { MaxKeys: 0 })).toMatchObject({ IsTruncated: false });
    expect((await list("ListObjectVersions", { Prefix: "dir/" })).Versions).toMatchObject([
      { Key: "dir/1", VersionId: "null", IsLatest: true },
      { Key: "dir/2" },
    ]);
  });

  it("are uploaded in parts, with checksums of both types", async () => {
    const big = Buffer.alloc(5 * 1024 * 1024, "abc");
    const tail = Buffer.from("the end");
    const whole = Buffer.concat([big, tail]);
    for (const ChecksumType of ["FULL_OBJECT", "COMPOSITE"]) {
      const Key = `mpu-${ChecksumType}`;
      const checksum = (bytes: Buffer) => {
        const value = Buffer.alloc(4);
        value.writeUInt32BE(crc32(bytes));
        return value;
      };
      const begun = { Bucket, Key, ChecksumAlgorithm: "CRC32", ChecksumType, ContentType: "text/x" };
      const { UploadId } = await s3.run("CreateMultipartUpload", begun);
      const Parts = [];
      for (const [n, bytes] of [big, tail].entries()) {
        const ChecksumCRC32 = checksum(bytes).toString("base64");
        const part = { Bucket, Key, UploadId, PartNumber: n + 1, Body: bodyOf(bytes), ChecksumCRC32 };
        Parts.push({ PartNumber: n + 1, ChecksumCRC32, ETag: (await s3.run("UploadPart", part)).ETag });
      }
      expect((await s3.run("ListParts", { Bucket, Key, UploadId })).Parts).toMatchObject(Parts);
      const complete = (parts: object[], more = {}) =>
        s3.run("CompleteMultipartUpload", { Bucket, Key, UploadId, MultipartUpload: { Parts: parts }, ...more });
      await expect(complete([])).rejects.toEqual(refusal("MalformedXML", 400));
      await expect(complete([...Parts].reverse())).rejects.toEqual(refusal("InvalidPartOrder", 400));
      await expect(complete([{ ...Parts[0], ETag: '"x"' }])).rejects.toEqual(refusal("InvalidPart", 400));
      await expect(complete(Parts, { ChecksumCRC32: "AAAAAA==" })).rejects.toEqual(refusal("BadDigest", 400));
      const expected =
        ChecksumType === "FULL_OBJECT"
          ? checksum(whole).toString("base64")
          : `${checksum(Buffer.concat([checksum(big), checksum(tail)])).toString("base64")}-2`;
      const done = await complete(Parts, ChecksumType === "FULL_OBJECT" ? { ChecksumCRC32: expected } : {});
      expect(done).toMatchObject({ ChecksumCRC32: expected, ChecksumType });
      const md5 = (bytes: Buffer) => createHash("md5").update(bytes).digest();
      expect(done.ETag).toBe(`"${md5(Buffer.concat([md5(big), md5(tail)])).toString("hex")}-2"`);
      const read = await s3.run("GetObject", { Bucket, Key, ChecksumMode: "ENABLED" });
      expect(read).toMatchObject({ ContentLength: whole.length, ContentType: "text/x", ChecksumCRC32: expected });
      expect((await streamBytes(read.Body)).equals(whole)).toBe(true);
      expect(await get(Key, { PartNumber: 2 })).toMatchObject({ text: "the end", PartsCount: 2 });
      await expect(complete(Parts)).rejects.toEqual(refusal("NoSuchUpload", 404));
    }
  });

  it("refuse small parts, and take parts of other objects", async () => {
    await put("from", "0123456789");
    const Key = "of-parts";
    const { UploadId } = await s3.run("CreateMultipartUpload", { Bucket, Key });
    const copy = async (PartNumber: number, CopySourceRange?: string) => {
      const part = { Bucket, Key, UploadId, PartNumber, CopySource: `${Bucket}/from`, CopySourceRange };
      return { PartNumber, ETag: (await s3.run("UploadPartCopy", part)).CopyPartResult.ETag };
    };
    const parts = [await copy(1), await copy(2, "bytes=3-5")];
    const complete = (Parts: object[]) =>
      s3.run("CompleteMultipartUpload", { Bucket, Key, UploadId, MultipartUpload: { Parts } });
    await expect(complete(parts)).rejects.toEqual(refusal("EntityTooSmall", 400));
    await expect(copy(3, "bytes=3-50")).rejects.toEqual(refusal("InvalidArgument", 400));
    expect((await s3.run("ListMultipartUploads", { Bucket })).Uploads).toMatchObject([{ Key, UploadId }]);
    await complete(parts.slice(1));
    expect((await get(Key)).text).toBe("345");
    await expect(s3.run("AbortMultipartUpload", { Bucket, Key, UploadId })).rejects.toEqual(
      refusal("NoSuchUpload", 404),
    );
  });

  it("have tags that can be changed and that policies can ask for", async () => {
    await put("tagged", "x", { Tagging: "level=secret" });
    const deny = {
      Effect: "Deny",
      Principal: "*",
      Action: "s3:GetObject",
      Resource: `arn:aws:s3:::${Bucket}/*`,
      Condition: { StringEquals: { "s3:ExistingObjectTag/level": "secret" } },
    };
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [deny] });
    await s3.run("PutBucketPolicy", { Bucket, Policy });
    await expect(get("tagged")).rejects.toEqual(refusal("AccessDenied", 403));
    await s3.run("PutObjectTagging", { Bucket, Key: "tagged", Tagging: { TagSet: [{ Key: "level", Value: "open" }] } });
    expect((await get("tagged")).text).toBe("x");
    await s3.run("DeleteObjectTagging", { Bucket, Key: "tagged" });
    expect(await s3.run("GetObjectTagging", { Bucket, Key: "tagged" })).toEqual({ TagSet: [] });
    await s3.run("DeleteBucketPolicy", { Bucket });
  });
});
