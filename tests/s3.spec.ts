import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { promisify } from "node:util";
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startDosimeter } from "./start-dosimeter.js";

type Service = Awaited<ReturnType<typeof startDosimeter>>;

let service: Service;
beforeAll(async () => {
  service = await startDosimeter();
});
afterAll(async () => {
  await service?.stop();
});

describe("S3 by AWS's SDK", () => {
  const Bucket = "sdk-bucket";
  let s3: S3Client;
  beforeAll(async () => {
    s3 = service.client(S3Client);
    await s3.send(new CreateBucketCommand({ Bucket }));
  });

  it("finds its buckets", async () => {
    expect((await s3.send(new ListBucketsCommand({}))).Buckets).toMatchObject([{ Name: Bucket }]);
    expect(await s3.send(new HeadBucketCommand({ Bucket }))).toMatchObject({ BucketRegion: "us-east-1" });
    expect((await s3.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint || undefined).toBeUndefined();
    await expect(s3.send(new HeadBucketCommand({ Bucket: "missing-bucket" }))).rejects.toMatchObject({
      name: "NotFound",
    });
    await expect(s3.send(new CreateBucketCommand({ Bucket }))).rejects.toMatchObject({
      name: "BucketAlreadyOwnedByYou",
    });
  });

  it("puts, reads, describes and copies objects", async () => {
    const Key = "dir/a key+é.txt";
    const put = { Bucket, Key, Body: "hello", ContentType: "text/plain", Metadata: { one: "1" }, Tagging: "t=v" };
    await s3.send(new PutObjectCommand(put));
    const read = await s3.send(new GetObjectCommand({ Bucket, Key }));
    expect(await read.Body!.transformToString()).toBe("hello");
    expect(read).toMatchObject({ ContentType: "text/plain", ContentLength: 5, Metadata: { one: "1" }, TagCount: 1 });
    const range = await s3.send(new GetObjectCommand({ Bucket, Key, Range: "bytes=1-2" }));
    expect(range.$metadata.httpStatusCode).toBe(206);
    expect(await range.Body!.transformToString()).toBe("el");
    expect(await s3.send(new HeadObjectCommand({ Bucket, Key }))).toMatchObject({ ETag: read.ETag, ContentLength: 5 });
    await expect(s3.send(new GetObjectCommand({ Bucket, Key, IfNoneMatch: read.ETag }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 304 },
    });
    await expect(s3.send(new PutObjectCommand({ ...put, IfNoneMatch: "*" }))).rejects.toMatchObject({
      name: "PreconditionFailed",
    });
    const CopySource = `${Bucket}/${encodeURIComponent(Key)}`;
    await s3.send(new CopyObjectCommand({ Bucket, Key: "copy", CopySource }));
    expect((await s3.send(new GetObjectTaggingCommand({ Bucket, Key: "copy" }))).TagSet).toEqual([
      { Key: "t", Value: "v" },
    ]);
    const attributes = { Bucket, Key, ObjectAttributes: ["ETag" as const, "ObjectSize" as const] };
    expect(await s3.send(new GetObjectAttributesCommand(attributes))).toMatchObject({ ObjectSize: 5 });
    await expect(s3.send(new GetObjectCommand({ Bucket, Key: "missing" }))).rejects.toMatchObject({
      name: "NoSuchKey",
    });
  });

  it("keeps the checksum that the SDK sends behind a streamed body", async () => {
    const Body = Readable.from([Buffer.from("hello")]);
    const put = { Bucket, Key: "streamed", Body, ContentLength: 5, ChecksumAlgorithm: "CRC32" as const };
    expect((await s3.send(new PutObjectCommand(put))).ChecksumCRC32).toBe("NhCmhg==");
    const head = { Bucket, Key: "streamed", ChecksumMode: "ENABLED" as const };
    expect(await s3.send(new HeadObjectCommand(head))).toMatchObject({ ChecksumCRC32: "NhCmhg==" });
  });

  it("lists by both listings", async () => {
    for (const Key of ["l/1", "l/2", "l/sub/3"]) await s3.send(new PutObjectCommand({ Bucket, Key, Body: "x" }));
    const list = { Bucket, Prefix: "l/", Delimiter: "/" };
    const first = await s3.send(new ListObjectsV2Command({ ...list, MaxKeys: 2 }));
    expect(first.Contents?.map(({ Key }) => Key)).toEqual(["l/1", "l/2"]);
    const ContinuationToken = first.NextContinuationToken;
    const second = await s3.send(new ListObjectsV2Command({ ...list, ContinuationToken }));
    expect(second.CommonPrefixes).toEqual([{ Prefix: "l/sub/" }]);
    const marked = await s3.send(new ListObjectsCommand({ Bucket, Prefix: "l/", Marker: "l/1" }));
    expect(marked.Contents?.map(({ Key }) => Key)).toEqual(["l/2", "l/sub/3"]);
  });

  it("uploads in parts", async () => {
    const Key = "large";
    const parts = [randomBytes(5 * 1024 * 1024), randomBytes(100)];
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ChecksumAlgorithm: "CRC32" }));
    const Parts = [];
    for (const [n, Body] of parts.entries()) {
      const PartNumber = n + 1;
      const part = { Bucket, Key, UploadId, PartNumber, Body, ChecksumAlgorithm: "CRC32" as const };
      const { ETag } = await s3.send(new UploadPartCommand(part));
      Parts.push({ PartNumber, ETag });
    }
    expect((await s3.send(new ListPartsCommand({ Bucket, Key, UploadId }))).Parts).toHaveLength(2);
    const done = await s3.send(
      new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }),
    );
    expect(done.ETag).toMatch(/^"[0-9a-f]{32}-2"$/);
    const read = await s3.send(new GetObjectCommand({ Bucket, Key }));
    expect(Buffer.from(await read.Body!.transformToByteArray()).equals(Buffer.concat(parts))).toBe(true);
  });

  it("keeps a bucket's policy and deletes what is in it", async () => {
    const Statement = {
      Effect: "Allow",
      Principal: { Service: "cloudtrail.amazonaws.com" },
      Action: "s3:GetBucketAcl",
      Resource: `arn:aws:s3:::${Bucket}`,
    };
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [Statement] });
    await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    expect((await s3.send(new GetBucketPolicyCommand({ Bucket }))).Policy).toBe(Policy);
    await expect(s3.send(new DeleteBucketCommand({ Bucket }))).rejects.toMatchObject({ name: "BucketNotEmpty" });
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
    const Objects = Contents.map(({ Key }) => ({ Key: Key! }));
    expect((await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }))).Errors).toBeUndefined();
    await s3.send(new DeleteBucketCommand({ Bucket }));
  });
});

const run = promisify(execFile);
const cliInstalled = await run("aws", ["--version"]).then(
  () => true,
  () => false,
);

describe.skipIf(!cliInstalled)("S3 by the AWS CLI (where it is installed)", () => {
  const aws = async (...parameters: string[]) => {
    const { stdout } = await run("aws", ["s3", ...parameters], { env: service.cliEnvironment() });
    return stdout;
  };

  it("makes a bucket, copies, lists, syncs and removes", async () => {
    const folder = await mkdtemp(join(tmpdir(), "s3-cli-"));
    const large = randomBytes(9 * 1024 * 1024);
    await mkdir(join(folder, "from/sub"), { recursive: true });
    await writeFile(join(folder, "from/one.txt"), "one");
    await writeFile(join(folder, "from/sub/two words.txt"), "two");
    await writeFile(join(folder, "from/large.bin"), large);

    await aws("mb", "s3://cli-bucket");
    await aws("cp", join(folder, "from/one.txt"), "s3://cli-bucket/copied.txt");
    expect(await aws("cp", "s3://cli-bucket/copied.txt", "-")).toBe("one");
    await aws("sync", join(folder, "from"), "s3://cli-bucket/synced");
    expect(await aws("sync", join(folder, "from"), "s3://cli-bucket/synced")).toBe("");
    expect(await aws("ls", "s3://cli-bucket/synced/")).toContain("PRE sub/");
    await aws("sync", "s3://cli-bucket/synced", join(folder, "to"));
    expect((await readFile(join(folder, "to/large.bin"))).equals(large)).toBe(true);
    await aws("rm", "--recursive", "s3://cli-bucket/synced");
    expect(await aws("ls", "--recursive", "s3://cli-bucket")).not.toContain("synced");
    await aws("rb", "--force", "s3://cli-bucket");
    expect(await aws("ls")).not.toContain("cli-bucket");
  });
});
