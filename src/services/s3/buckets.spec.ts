import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bodyOf, streamBytes } from "../../storage/object-store.fixture.js";
import { isBucketName } from "./bucket-name.js";
import { account, cloudTrail, openS3, type S3Bench, user } from "./s3-bench.fixture.js";

describe("Buckets", () => {
  let s3: S3Bench;
  beforeAll(async () => {
    s3 = await openS3();
  });
  afterAll(() => s3.close());

  const policyText = (...statements: object[]) => JSON.stringify({ Version: "2012-10-17", Statement: statements });
  const everyoneReads = (bucket: string) =>
    policyText({ Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: `arn:aws:s3:::${bucket}/*` });
  const refusal = (code: string, httpStatus: number) => expect.objectContaining({ code, httpStatus });

  it("are made, found, listed with prefix and paging, and deleted", async () => {
    for (const Bucket of ["first-a", "first-b", "other"]) await s3.run("CreateBucket", { Bucket });
    expect(await s3.run("HeadBucket", { Bucket: "first-a" })).toMatchObject({ BucketRegion: "us-east-1" });
    expect(await s3.run("GetBucketLocation", { Bucket: "first-a" })).toEqual({});
    const first = await s3.run("ListBuckets", { Prefix: "first-", MaxBuckets: 1 });
    expect(first.Buckets).toMatchObject([{ Name: "first-a" }]);
    const ContinuationToken = first.ContinuationToken;
    const second = await s3.run("ListBuckets", { Prefix: "first-", MaxBuckets: 1, ContinuationToken });
    expect(second.Buckets).toMatchObject([{ Name: "first-b" }]);
    expect(second.ContinuationToken).toBeUndefined();
    await expect(s3.run("ListBuckets", { Prefix: "other", ContinuationToken })).rejects.toEqual(
      refusal("InvalidArgument", 400),
    );
    await s3.run("DeleteBucket", { Bucket: "other" });
    await expect(s3.run("HeadBucket", { Bucket: "other" })).rejects.toEqual(refusal("NoSuchBucket", 404));
  });

  it("are global by name and belong to one account and region", async () => {
    await s3.run("CreateBucket", { Bucket: "taken" });
    await expect(s3.run("CreateBucket", { Bucket: "taken" })).rejects.toEqual(refusal("BucketAlreadyOwnedByYou", 409));
    const stranger = {
      as: { ...user("x", "999999999999") },
      policy: policyText({ Effect: "Allow", Action: "*", Resource: "*" }),
    };
    await expect(s3.run("CreateBucket", { Bucket: "taken" }, stranger)).rejects.toEqual(
      refusal("BucketAlreadyExists", 409),
    );
    await expect(s3.run("HeadBucket", { Bucket: "taken" }, stranger)).rejects.toEqual(refusal("AccessDenied", 403));
    await expect(s3.run("HeadBucket", { Bucket: "taken", ExpectedBucketOwner: "999999999999" })).rejects.toEqual(
      refusal("AccessDenied", 403),
    );
    const inIreland = { region: "eu-west-1" };
    const ireland = { Bucket: "ireland", CreateBucketConfiguration: { LocationConstraint: "eu-west-1" } };
    await expect(s3.run("CreateBucket", { Bucket: "ireland" }, inIreland)).rejects.toEqual(
      refusal("IllegalLocationConstraintException", 400),
    );
    await expect(s3.run("CreateBucket", ireland)).rejects.toEqual(refusal("IllegalLocationConstraintException", 400));
    await s3.run("CreateBucket", ireland, inIreland);
    expect(await s3.run("GetBucketLocation", { Bucket: "ireland" })).toEqual({ LocationConstraint: "eu-west-1" });
  });

  it("have names of the published form", () => {
    for (const good of ["abc", "a.b-c", "1-2", "a".repeat(63)]) expect(isBucketName(good), good).toBe(true);
    const bad = [
      "ab",
      "a".repeat(64),
      "Abc",
      "a_b",
      "-ab",
      "ab-",
      "a..b",
      "a.-b",
      "a-.b",
      "192.168.0.1",
      "xn--abc",
      "a/b",
      "ab\n",
    ];
    for (const name of bad) expect(isBucketName(name), name).toBe(false);
  });

  it("cannot be deleted while they hold an object, and lose nothing by trying", async () => {
    await s3.run("CreateBucket", { Bucket: "full" });
    await s3.run("PutObject", { Bucket: "full", Key: "k", Body: bodyOf("x") });
    await expect(s3.run("DeleteBucket", { Bucket: "full" })).rejects.toEqual(refusal("BucketNotEmpty", 409));
    await s3.run("PutObject", { Bucket: "full", Key: "k2", Body: bodyOf("x") });
    await s3.run("DeleteObjects", { Bucket: "full", Delete: { Objects: [{ Key: "k" }, { Key: "k2" }] } });
    await s3.run("CreateMultipartUpload", { Bucket: "full", Key: "unfinished" });
    await s3.run("DeleteBucket", { Bucket: "full" });
    await s3.run("CreateBucket", { Bucket: "full" });
    expect(await s3.run("ListMultipartUploads", { Bucket: "full" })).not.toHaveProperty("Uploads");
    await s3.run("PutObject", { Bucket: "full", Key: "k", Body: bodyOf("x") });
  });

  it("let CloudTrail in by their policy alone, for its trail and with the owner's full control", async () => {
    await s3.run("CreateBucket", { Bucket: "logs" });
    const put = (ACL?: string) =>
      s3.run("PutObject", { Bucket: "logs", Key: `AWSLogs/${account}/x`, Body: bodyOf("x"), ACL }, { as: cloudTrail });
    await expect(put("bucket-owner-full-control")).rejects.toEqual(refusal("AccessDenied", 403));
    const source = { "aws:SourceArn": `arn:aws:cloudtrail:us-east-1:${account}:trail/t` };
    const Service = "cloudtrail.amazonaws.com";
    const Policy = policyText(
      {
        Effect: "Allow",
        Principal: { Service },
        Action: "s3:GetBucketAcl",
        Resource: "arn:aws:s3:::logs",
        Condition: { StringEquals: source },
      },
      {
        Effect: "Allow",
        Principal: { Service },
        Action: "s3:PutObject",
        Resource: `arn:aws:s3:::logs/AWSLogs/${account}/*`,
        Condition: { StringEquals: { "s3:x-amz-acl": "bucket-owner-full-control", ...source } },
      },
    );
    await s3.run("PutBucketPolicy", { Bucket: "logs", Policy });
    expect(await s3.run("GetBucketPolicy", { Bucket: "logs" })).toEqual({ Policy });
    expect(await s3.run("GetBucketPolicyStatus", { Bucket: "logs" })).toEqual({ PolicyStatus: { IsPublic: false } });
    expect((await s3.run("GetBucketAcl", { Bucket: "logs" }, { as: cloudTrail })).Grants).toHaveLength(1);
    await expect(put()).rejects.toEqual(refusal("AccessDenied", 403));
    await put("bucket-owner-full-control");
    await s3.run("DeleteBucketPolicy", { Bucket: "logs" });
    await expect(put("bucket-owner-full-control")).rejects.toEqual(refusal("AccessDenied", 403));
    await expect(s3.run("GetBucketPolicy", { Bucket: "logs" })).rejects.toEqual(refusal("NoSuchBucketPolicy", 404));
  });

  it("refuse policies that are none, or not theirs", async () => {
    await s3.run("CreateBucket", { Bucket: "policed" });
    const allow = {
      Effect: "Allow",
      Principal: { AWS: account },
      Action: "s3:GetObject",
      Resource: "arn:aws:s3:::policed/*",
    };
    for (const Policy of [
      "not JSON",
      policyText({ ...allow, Resource: "arn:aws:s3:::another/*" }),
      policyText({ ...allow, Resource: "arn:aws:s3:::policed-too/*" }),
      policyText({ ...allow, Action: "xray:GetGroups" }),
      policyText({ ...allow, Principal: undefined }),
    ])
      await expect(s3.run("PutBucketPolicy", { Bucket: "policed", Policy }), Policy).rejects.toEqual(
        refusal("MalformedPolicy", 400),
      );
    await s3.run("PutBucketPolicy", { Bucket: "policed", Policy: policyText(allow) });
  });

  it("are closed to the public until their owner opens them", async () => {
    const Bucket = "open-to-all";
    await s3.run("CreateBucket", { Bucket });
    await s3.run("PutObject", { Bucket, Key: "k", Body: bodyOf("public") });
    const anonymous = { as: { kind: "anonymous" } } as const;
    const setPolicy = () => s3.run("PutBucketPolicy", { Bucket, Policy: everyoneReads(Bucket) });
    await expect(setPolicy()).rejects.toEqual(refusal("AccessDenied", 403));
    const block = (RestrictPublicBuckets: boolean) =>
      s3.run("PutPublicAccessBlock", { Bucket, PublicAccessBlockConfiguration: { RestrictPublicBuckets } });
    await block(true);
    await setPolicy();
    expect(await s3.run("GetBucketPolicyStatus", { Bucket })).toEqual({ PolicyStatus: { IsPublic: true } });
    await expect(s3.run("GetObject", { Bucket, Key: "k" }, anonymous)).rejects.toEqual(refusal("AccessDenied", 403));
    await s3.run("GetObject", { Bucket, Key: "k" }, { as: user("own") }).then(({ Body }) => streamBytes(Body));
    await block(false);
    const { Body } = await s3.run("GetObject", { Bucket, Key: "k" }, anonymous);
    expect((await streamBytes(Body)).toString()).toBe("public");
    await s3.run("DeletePublicAccessBlock", { Bucket });
    await expect(s3.run("GetPublicAccessBlock", { Bucket })).rejects.toEqual(
      refusal("NoSuchPublicAccessBlockConfiguration", 404),
    );
  });

  it("say the truth about tags, versioning, encryption, ownership and ACLs", async () => {
    const Bucket = "truth";
    await s3.run("CreateBucket", { Bucket });
    await expect(s3.run("GetBucketTagging", { Bucket })).rejects.toEqual(refusal("NoSuchTagSet", 404));
    const TagSet = [{ Key: "team", Value: "a" }];
    await s3.run("PutBucketTagging", { Bucket, Tagging: { TagSet } });
    expect(await s3.run("GetBucketTagging", { Bucket })).toEqual({ TagSet });
    await expect(s3.run("PutBucketTagging", { Bucket, Tagging: { TagSet: [...TagSet, ...TagSet] } })).rejects.toEqual(
      refusal("InvalidTag", 400),
    );
    expect(await s3.run("GetBucketVersioning", { Bucket })).toEqual({});
    const version = (Status: string) => s3.run("PutBucketVersioning", { Bucket, VersioningConfiguration: { Status } });
    await expect(version("Enabled")).rejects.toEqual(refusal("NotImplemented", 501));
    await version("Suspended");
    expect(await s3.run("GetBucketVersioning", { Bucket })).toEqual({ Status: "Suspended" });
    await s3.run("PutBucketAcl", { Bucket, ACL: "private" });
    await expect(s3.run("PutBucketAcl", { Bucket, ACL: "public-read" })).rejects.toEqual(
      refusal("AccessControlListNotSupported", 400),
    );
  });
});

describe("The operations of S3", () => {
  it("are all offered, or refused with a reason", async () => {
    const s3 = await openS3();
    const names = Object.entries(s3.service.sdk)
      .filter(([name, schema]) => name.endsWith("$") && Array.isArray(schema) && schema[0] === 9)
      .map(([name]) => name.slice(0, -1));
    const offered = s3.service.operations.map(({ name }) => name);
    expect([...offered, ...Object.keys(s3.service.notOffered)].sort()).toEqual(names.sort());
    await s3.close();
  });
});
