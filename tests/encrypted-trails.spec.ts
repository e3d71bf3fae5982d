import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import {
  CloudTrailClient,
  CreateTrailCommand,
  type CreateTrailCommandInput,
  DeleteTrailCommand,
  DescribeTrailsCommand,
  GetTrailCommand,
  GetTrailStatusCommand,
  LookupEventsCommand,
  StartLoggingCommand,
  StopLoggingCommand,
  UpdateTrailCommand,
} from "@aws-sdk/client-cloudtrail";
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from "@aws-sdk/client-iam";
import {
  CreateAliasCommand,
  CreateKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  KMSClient,
  PutKeyPolicyCommand,
  ScheduleKeyDeletionCommand,
} from "@aws-sdk/client-kms";
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutBucketEncryptionCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, type RunningDosimeter, startDosimeter, type TestCredentials } from "./start-dosimeter.js";
import { deliveredRecords, keysOf, makeTrailBucket } from "./trail-destinations.js";

const bucket = "audit-logs";
const program = resolve(import.meta.dirname, "../bin/dosimeter.cjs");

let service: RunningDosimeter;
let trails: CloudTrailClient;
let kms: KMSClient;
let s3: S3Client;
let key: { id: string; arn: string };
beforeAll(async () => {
  service = await startDosimeter({ env: { DOSIMETER_DELIVERY_SECONDS: "1", DOSIMETER_DIGEST_SECONDS: "3" } });
  trails = service.client(CloudTrailClient);
  kms = service.client(KMSClient);
  s3 = service.client(S3Client);
  await makeTrailBucket(service, bucket);
  key = await makeKey(trailPolicy());
  await kms.send(new CreateAliasCommand({ AliasName: "alias/trails", TargetKeyId: key.id }));
});
afterAll(() => service?.stop());

/** Of the guide: the account, CloudTrail for trails of the account, and readers of what trails wrote. */
function trailPolicy(context = `arn:aws:cloudtrail:*:${service.accountId}:trail/*`) {
  return [
    {
      Effect: "Allow",
      Principal: { Service: "cloudtrail.amazonaws.com" },
      Action: "kms:GenerateDataKey*",
      Resource: "*",
      Condition: { StringLike: { "kms:EncryptionContext:aws:cloudtrail:arn": context } },
    },
    { Effect: "Allow", Principal: { Service: "cloudtrail.amazonaws.com" }, Action: "kms:DescribeKey", Resource: "*" },
  ];
}

async function makeKey(statements: readonly object[]) {
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
  const owner = { AWS: `arn:aws:iam::${service.accountId}:root` };
  const Statement = [{ Effect: "Allow", Principal: owner, Action: "kms:*", Resource: "*" }, ...statements];
  const KeyId = KeyMetadata!.KeyId!;
  await kms.send(new PutKeyPolicyCommand({ KeyId, Policy: JSON.stringify({ Version: "2012-10-17", Statement }) }));
  return { id: KeyId, arn: KeyMetadata!.Arn! };
}

async function makeUser(UserName: string, statements: readonly object[]): Promise<TestCredentials> {
  const iam = service.client(IAMClient);
  await iam.send(new CreateUserCommand({ UserName }));
  const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: statements });
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: "reads", PolicyDocument }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  return { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
}

const create = (KmsKeyId: string, more: Partial<CreateTrailCommandInput> = {}) =>
  trails.send(new CreateTrailCommand({ Name: "some", S3BucketName: bucket, KmsKeyId, ...more }));

describe("KmsKeyId of a trail", () => {
  it("is refused where AWS refuses it", async () => {
    const refused = async (KmsKeyId: string, name: string, more?: Partial<CreateTrailCommandInput>) =>
      expect(create(KmsKeyId, more), KmsKeyId).rejects.toMatchObject({ name: `${name}Exception` });
    await refused("arn:aws:s3:::bucket", "InvalidKmsKeyId");
    await refused(key.arn.replace("us-east-1", "eu-west-1"), "KmsKeyNotFound");
    await refused("alias/none", "InsufficientEncryptionPolicy");
    await refused("11111111-2222-4333-8444-555555555555", "InsufficientEncryptionPolicy");

    const silent = await makeKey([]);
    await refused(silent.arn, "InsufficientEncryptionPolicy");
    const [, describing] = trailPolicy();
    await refused((await makeKey([describing!])).arn, "InsufficientEncryptionPolicy");
    const ofOthers = await makeKey(trailPolicy("arn:aws:cloudtrail:*:999999999999:trail/*"));
    await refused(ofOthers.arn, "InsufficientEncryptionPolicy");

    const off = await makeKey(trailPolicy());
    await kms.send(new DisableKeyCommand({ KeyId: off.id }));
    await refused(off.arn, "Kms");
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId: off.id }));
    await refused(off.arn, "Kms");

    // The bucket has to be where the key is.
    const away = service.client(S3Client, undefined, { region: "eu-west-1" });
    const CreateBucketConfiguration = { LocationConstraint: "eu-west-1" as const };
    await away.send(new CreateBucketCommand({ Bucket: "away", CreateBucketConfiguration }));
    const Principal = { Service: "cloudtrail.amazonaws.com" };
    const Policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: { Effect: "Allow", Principal, Action: "s3:*", Resource: ["arn:aws:s3:::away", "arn:aws:s3:::away/*"] },
    });
    await away.send(new PutBucketPolicyCommand({ Bucket: "away", Policy }));
    await refused(key.arn, "KmsKeyNotFound", { S3BucketName: "away" });
    // That the key will do does not mend a bucket that takes nothing.
    await s3.send(new CreateBucketCommand({ Bucket: "closed" }));
    await refused(key.arn, "InsufficientS3BucketPolicy", { S3BucketName: "closed" });
  });

  it("is shown as the key's ARN, however it was given (fact 23)", async () => {
    const shown = async () => {
      const { Trail } = await trails.send(new GetTrailCommand({ Name: "some" }));
      const { trailList } = await trails.send(new DescribeTrailsCommand({ trailNameList: ["some"] }));
      expect(trailList![0]!.KmsKeyId).toBe(Trail!.KmsKeyId);
      return Trail!.KmsKeyId;
    };
    expect((await create("alias/trails")).KmsKeyId).toBe(key.arn);
    expect(await shown()).toBe(key.arn);
    const aliasArn = key.arn.replace(/key\/.*/, "alias/trails");
    for (const KmsKeyId of [key.id, "", key.arn, "", aliasArn]) {
      const answer = await trails.send(new UpdateTrailCommand({ Name: "some", KmsKeyId }));
      expect(answer.KmsKeyId).toBe(KmsKeyId === "" ? undefined : key.arn);
      expect(await shown()).toBe(answer.KmsKeyId);
    }
    await trails.send(new UpdateTrailCommand({ Name: "some", IncludeGlobalServiceEvents: true }));
    expect(await shown()).toBe(key.arn);
    await trails.send(new DeleteTrailCommand({ Name: "some" }));
  });

  it("works with a bucket that takes nothing else", async () => {
    await makeTrailBucket(service, "strict");
    const own = JSON.parse(await policyOf("strict"));
    const Resource = "arn:aws:s3:::strict/*";
    const Condition = { StringNotEquals: { "s3:x-amz-server-side-encryption": "aws:kms" } };
    own.Statement.push({ Effect: "Deny", Principal: "*", Action: "s3:PutObject", Resource, Condition });
    await s3.send(new PutBucketPolicyCommand({ Bucket: "strict", Policy: JSON.stringify(own) }));
    const plain = trails.send(new CreateTrailCommand({ Name: "some", S3BucketName: "strict" }));
    await expect(plain).rejects.toMatchObject({ name: "InsufficientS3BucketPolicyException" });
    expect(await create(key.arn, { S3BucketName: "strict" })).toMatchObject({ KmsKeyId: key.arn });
    await trails.send(new DeleteTrailCommand({ Name: "some" }));
  });

  async function policyOf(name: string): Promise<string> {
    const { GetBucketPolicyCommand } = await import("@aws-sdk/client-s3");
    return (await s3.send(new GetBucketPolicyCommand({ Bucket: name }))).Policy!;
  }
});

describe("A trail with a KMS key", () => {
  const Name = "encrypted";
  let trailArn: string;
  beforeAll(async () => {
    const made = await create("alias/trails", { Name, EnableLogFileValidation: true });
    trailArn = made.TrailARN!;
    await trails.send(new StartLoggingCommand({ Name }));
  });

  /** Some call, and the id by which its record is found. */
  const doSomething = async () => (await trails.send(new GetTrailCommand({ Name }))).$metadata.requestId!;
  const delivered = async () => (await deliveredRecords(service, bucket)).map(({ requestID }) => requestID);
  const has = async (requestId: string) => (await delivered()).includes(requestId);

  it("has its files and digests under the key, in its encryption context", async () => {
    const requestId = await doSomething();
    await eventually(() => has(requestId), "the delivery");
    const [log] = await keysOf(service, bucket, "/CloudTrail/");
    const [digest] = await eventually(async () => {
      const found = await keysOf(service, bucket, "/CloudTrail-Digest/");
      return found.length > 0 ? found : undefined;
    }, "a digest");
    for (const Key of [log, digest])
      expect(await s3.send(new HeadObjectCommand({ Bucket: bucket, Key }))).toMatchObject({
        ServerSideEncryption: "aws:kms",
        SSEKMSKeyId: key.arn,
      });
    const used = await eventually(async () => {
      const { Events = [] } = await trails.send(
        new LookupEventsCommand({
          LookupAttributes: [{ AttributeKey: "EventName", AttributeValue: "GenerateDataKey" }],
        }),
      );
      return Events.map(({ CloudTrailEvent }) => JSON.parse(CloudTrailEvent!)).find(
        ({ requestParameters }) =>
          requestParameters.encryptionContext["aws:s3:arn"] === `arn:aws:s3:::${bucket}/${log}`,
      );
    }, "the record of the key's use");
    expect(used).toMatchObject({
      eventSource: "kms.amazonaws.com",
      userIdentity: { type: "AWSService", invokedBy: "cloudtrail.amazonaws.com" },
      requestParameters: { encryptionContext: { "aws:cloudtrail:arn": trailArn } },
      resources: [{ type: "AWS::KMS::Key", ARN: key.arn }],
    });
  });

  it("waits for its key, says so, and then delivers each event once", async () => {
    const before = await doSomething();
    await eventually(() => has(before), "the delivery before");
    await kms.send(new DisableKeyCommand({ KeyId: key.id }));
    const [log] = await keysOf(service, bucket);
    await expect(s3.send(new GetObjectCommand({ Bucket: bucket, Key: log }))).rejects.toMatchObject({
      name: "KMS.DisabledException",
    });
    const during = await Promise.all(Array.from({ length: 20 }, doSomething));
    const status = async () => trails.send(new GetTrailStatusCommand({ Name }));
    await eventually(
      async () => (await status()).LatestDeliveryError === "KMS.DisabledException",
      "the trail to say what is wrong",
    );
    expect(await status()).toMatchObject({ IsLogging: true });
    await kms.send(new EnableKeyCommand({ KeyId: key.id }));
    const after = await doSomething();
    await eventually(
      async () => {
        const found = await delivered();
        return [before, ...during, after].every((requestId) => found.includes(requestId));
      },
      "everything to be delivered",
      120_000,
    );
    expect((await status()).LatestDeliveryError ?? "").toBe("");
    const ids = (await deliveredRecords(service, bucket)).map(({ eventID }) => eventID);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("is checked by who may decrypt, and tells the others why not", async () => {
    // So that what is checked stands still.
    await trails.send(new StopLoggingCommand({ Name }));
    const reading = { Effect: "Allow", Action: ["cloudtrail:*", "s3:*"], Resource: "*" };
    const Condition = { Null: { "kms:EncryptionContext:aws:cloudtrail:arn": "false" } };
    const decrypting = { Effect: "Allow", Action: "kms:Decrypt", Resource: key.arn, Condition };
    const auditor = await makeUser("auditor", [reading, decrypting]);
    const stranger = await makeUser("stranger", [reading]);
    await eventually(
      async () => {
        const { text } = await dosimeterVerify(auditor);
        return /(\d+)\/\1 log files intact/.test(text);
      },
      "a digest over the last log file",
      120_000,
    );
    const refused = await dosimeterVerify(stranger);
    expect(refused.status).not.toBe(0);
    expect(refused.text).toContain("kms:Decrypt");

    const cli = await run("aws", ["--version"], auditor);
    if (cli.status !== 0) return;
    const since = new Date(Date.now() - 3_600_000).toISOString();
    const validate = ["cloudtrail", "validate-logs", "--trail-arn", trailArn, "--start-time", since];
    const good = await run("aws", validate, auditor);
    expect(good.text).toMatch(/(\d+)\/\1 digest files valid/);
    expect(good.text).not.toMatch(/INVALID/);
    const bad = await run("aws", validate, stranger);
    expect(bad.status).not.toBe(0);
    expect(bad.text).toMatch(/kms:Decrypt|AccessDenied/);
  });

  const dosimeterVerify = (as: TestCredentials) =>
    run(process.execPath, [program, "verify", "--bucket", `s3://${bucket}`, "--endpoint", service.endpoint], as);

  async function run(command: string, args: readonly string[], as: TestCredentials) {
    return promisify(execFile)(command, [...args], { env: service.cliEnvironment(as), maxBuffer: 1 << 24 }).then(
      ({ stdout, stderr }) => ({ text: stdout + stderr, status: 0 }),
      (reason: { stdout?: string; stderr?: string; code: number }) => ({
        text: `${reason.stdout}${reason.stderr}`,
        status: reason.code,
      }),
    );
  }
});

describe("A trail to buckets at another endpoint", () => {
  it("passes its key and context along, and shows the key that the store used", async () => {
    const env = {
      DOSIMETER_DELIVERY_SECONDS: "1",
      DOSIMETER_S3_ENDPOINT: service.endpoint,
      DOSIMETER_S3_ACCESS_KEY_ID: service.root.accessKeyId,
      DOSIMETER_S3_SECRET_ACCESS_KEY: service.root.secretAccessKey,
    };
    const other = await startDosimeter({ env });
    try {
      await makeTrailBucket(service, "from-elsewhere");
      const there = other.client(CloudTrailClient);
      const trail = { Name: "away", S3BucketName: "from-elsewhere" };
      const unknown = new CreateTrailCommand({ ...trail, KmsKeyId: "alias/none" });
      await expect(there.send(unknown)).rejects.toMatchObject({ name: "KmsKeyNotFoundException" });
      const made = await there.send(new CreateTrailCommand({ ...trail, KmsKeyId: "alias/trails" }));
      expect(made.KmsKeyId).toBe(key.arn);
      await there.send(new StartLoggingCommand({ Name: "away" }));
      const [Key] = await eventually(async () => {
        const found = await keysOf(service, "from-elsewhere");
        return found.length > 0 ? found : undefined;
      }, "a delivery");
      const head = await s3.send(new HeadObjectCommand({ Bucket: "from-elsewhere", Key }));
      expect(head).toMatchObject({ ServerSideEncryption: "aws:kms", SSEKMSKeyId: key.arn });
    } finally {
      await other.stop();
    }
  });
});

describe("Encrypted objects over the wire", () => {
  it("say how they are encrypted, and stream in ranges and whole", async () => {
    const Bucket = "encrypted-by-default";
    await s3.send(new CreateBucketCommand({ Bucket }));
    const byDefault = { SSEAlgorithm: "aws:kms" as const, KMSMasterKeyID: key.arn };
    await s3.send(
      new PutBucketEncryptionCommand({
        Bucket,
        ServerSideEncryptionConfiguration: {
          Rules: [{ ApplyServerSideEncryptionByDefault: byDefault, BucketKeyEnabled: true }],
        },
      }),
    );
    const content = Buffer.alloc(3_000_000, "0123456789");
    const said = { ServerSideEncryption: "aws:kms", SSEKMSKeyId: key.arn, BucketKeyEnabled: true };
    expect(await s3.send(new PutObjectCommand({ Bucket, Key: "k", Body: content }))).toMatchObject(said);
    const whole = await s3.send(new GetObjectCommand({ Bucket, Key: "k" }));
    expect(whole).toMatchObject({ ...said, ContentLength: 3_000_000 });
    expect(content.equals(await whole.Body!.transformToByteArray())).toBe(true);
    const part = await s3.send(new GetObjectCommand({ Bucket, Key: "k", Range: "bytes=1500001-2500000" }));
    const bytes = Buffer.from(await part.Body!.transformToByteArray());
    expect(content.subarray(1_500_001, 2_500_001).equals(bytes)).toBe(true);
  });
});
