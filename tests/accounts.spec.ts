import {
  CloudTrailClient,
  CreateEventDataStoreCommand,
  CreateTrailCommand,
  DescribeTrailsCommand,
  GetEventDataStoreCommand,
  GetTrailCommand,
  ListEventDataStoresCommand,
  LookupEventsCommand,
  StartLoggingCommand,
  UpdateTrailCommand,
} from "@aws-sdk/client-cloudtrail";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  CreateAccessKeyCommand,
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  CreateUserCommand,
  GetOpenIDConnectProviderCommand,
  GetRoleCommand,
  IAMClient,
  ListOpenIDConnectProvidersCommand,
  ListRolesCommand,
  ListUsersCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import { CreateKeyCommand, DescribeKeyCommand, EncryptCommand, KMSClient, ListKeysCommand } from "@aws-sdk/client-kms";
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  GetBucketAccelerateConfigurationCommand,
  GetBucketAclCommand,
  GetBucketCorsCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLoggingCommand,
  GetBucketNotificationConfigurationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketReplicationCommand,
  GetBucketRequestPaymentCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetBucketWebsiteCommand,
  GetObjectCommand,
  GetObjectLockConfigurationCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { CreateTopicCommand, GetTopicAttributesCommand, ListTopicsCommand, SNSClient } from "@aws-sdk/client-sns";
import { AssumeRoleCommand, GetAccessKeyInfoCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import {
  BatchGetTracesCommand,
  CreateGroupCommand,
  GetGroupCommand,
  GetGroupsCommand,
  PutTraceSegmentsCommand,
  XRayClient,
} from "@aws-sdk/client-xray";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callExtension } from "./call-extension.js";
import { eventually, type RunningDosimeter, startDosimeter, type TestCredentials } from "./start-dosimeter.js";

const second = "222233334444";

/** Two accounts in one process: every API, from both sides. */
describe("Accounts", () => {
  let service: RunningDosimeter;
  let other: TestCredentials;
  /** Clients of the first account's root, and of the second's. */
  let ours: Clients;
  let theirs: Clients;

  const clientsOf = (credentials: TestCredentials) => ({
    iam: service.client(IAMClient, credentials),
    sts: service.client(STSClient, credentials),
    s3: service.client(S3Client, credentials),
    xray: service.client(XRayClient, credentials),
    trail: service.client(CloudTrailClient, credentials),
    logs: service.client(CloudWatchLogsClient, credentials),
    sns: service.client(SNSClient, credentials),
    kms: service.client(KMSClient, credentials),
  });
  type Clients = ReturnType<typeof clientsOf>;
  const policy = (...Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });

  beforeAll(async () => {
    service = await startDosimeter({ env: { DOSIMETER_DELIVERY_SECONDS: "1" } });
    const made = await extension("CreateAccount", { AccountId: second });
    expect(made.AccountId).toBe(second);
    other = { accessKeyId: made.AccessKeyId, secretAccessKey: made.SecretAccessKey };
    ours = clientsOf(service.root);
    theirs = clientsOf(other);
  });
  afterAll(async () => {
    for (const client of [...Object.values(ours ?? {}), ...Object.values(theirs ?? {})]) client.destroy();
    await service?.stop();
  });

  /** An operation of our own; a refusal is its answer, too. */
  const extension = (name: string, input: object, as?: TestCredentials) =>
    callExtension(service, "iam", name, input, as);

  it("are made by the first one's root user alone, whose key is told once and never recorded", async () => {
    expect((await theirs.sts.send(new GetCallerIdentityCommand({}))).Arn).toBe(`arn:aws:iam::${second}:root`);
    expect((await extension("CreateAccount", {}, other)).message).toMatch(/first account alone/);
    expect((await extension("CreateAccount", { AccountId: second })).message).toMatch(/already exists/);
    expect(await extension("ListAccounts", {})).toEqual({ AccountIds: [service.accountId, second] });
    const records = await eventually(async () => {
      const { Events } = await ours.trail.send(
        new LookupEventsCommand({ LookupAttributes: [{ AttributeKey: "EventName", AttributeValue: "CreateAccount" }] }),
      );
      return Events!.length > 0 && Events!.map((event) => event.CloudTrailEvent!).join();
    }, "the record of the account");
    expect(records).toContain(other.accessKeyId);
    expect(records).not.toContain(other.secretAccessKey);
    expect(await ours.sts.send(new GetAccessKeyInfoCommand({ AccessKeyId: other.accessKeyId }))).toMatchObject({
      Account: second,
    });
  });

  it("see, read and change nothing of each other, in any API", async () => {
    const { accountId } = service;
    const role = policy({ Effect: "Allow", Principal: { AWS: accountId }, Action: "sts:AssumeRole" });
    await ours.iam.send(new CreateUserCommand({ UserName: "ann" }));
    await ours.iam.send(new CreateRoleCommand({ RoleName: "ours", AssumeRolePolicyDocument: role }));
    const { OpenIDConnectProviderArn } = await ours.iam.send(
      new CreateOpenIDConnectProviderCommand({ Url: "https://login.example.com" }),
    );
    await ours.s3.send(new CreateBucketCommand({ Bucket: "ours-alone" }));
    await ours.s3.send(new PutObjectCommand({ Bucket: "ours-alone", Key: "a", Body: "secret" }));
    const { Group } = await ours.xray.send(new CreateGroupCommand({ GroupName: "ours", FilterExpression: "error" }));
    const nowSeconds = Math.floor(Date.now() / 1000);
    const traceId = `1-${nowSeconds.toString(16)}-0123456789abcdef01234567`;
    const segment = {
      trace_id: traceId,
      id: "0123456789abcdef",
      name: "shop",
      start_time: nowSeconds - 1,
      end_time: nowSeconds,
    };
    await ours.xray.send(new PutTraceSegmentsCommand({ TraceSegmentDocuments: [JSON.stringify(segment)] }));
    await ours.logs.send(new CreateLogGroupCommand({ logGroupName: "ours" }));
    const { TopicArn } = await ours.sns.send(new CreateTopicCommand({ Name: "ours" }));
    const { KeyMetadata } = await ours.kms.send(new CreateKeyCommand({}));
    const store = await ours.trail.send(
      new CreateEventDataStoreCommand({ Name: "ours", TerminationProtectionEnabled: false }),
    );

    // Lists and reads within one's own account: as if nothing were there.
    expect((await theirs.iam.send(new ListUsersCommand({}))).Users).toEqual([]);
    expect((await theirs.iam.send(new ListRolesCommand({}))).Roles).toEqual([]);
    expect((await theirs.iam.send(new ListOpenIDConnectProvidersCommand({}))).OpenIDConnectProviderList).toEqual([]);
    expect((await theirs.s3.send(new ListBucketsCommand({}))).Buckets ?? []).toEqual([]);
    expect((await theirs.xray.send(new GetGroupsCommand({}))).Groups!.map((group) => group.GroupName)).toEqual([
      "Default",
    ]);
    expect((await theirs.xray.send(new BatchGetTracesCommand({ TraceIds: [traceId] }))).Traces).toEqual([]);
    expect((await theirs.logs.send(new DescribeLogGroupsCommand({}))).logGroups).toEqual([]);
    expect((await theirs.sns.send(new ListTopicsCommand({}))).Topics ?? []).toEqual([]);
    expect((await theirs.kms.send(new ListKeysCommand({}))).Keys).toEqual([]);
    expect((await theirs.trail.send(new ListEventDataStoresCommand({}))).EventDataStores).toEqual([]);
    expect((await theirs.trail.send(new DescribeTrailsCommand({}))).trailList).toEqual([]);
    const seen = (await theirs.trail.send(new LookupEventsCommand({}))).Events!.map((event) => event.CloudTrailEvent!);
    for (const record of seen) expect(JSON.parse(record).recipientAccountId).toBe(second);

    // By name, as an account's root user, who may do everything in it: not there, or not allowed.
    const refused: [string, () => Promise<unknown>][] = [
      ["role", () => theirs.iam.send(new GetRoleCommand({ RoleName: "ours" }))],
      ["provider", () => theirs.iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn }))],
      ["list", () => theirs.s3.send(new ListObjectsV2Command({ Bucket: "ours-alone" }))],
      ["get", () => theirs.s3.send(new GetObjectCommand({ Bucket: "ours-alone", Key: "a" }))],
      ["put", () => theirs.s3.send(new PutObjectCommand({ Bucket: "ours-alone", Key: "b", Body: "x" }))],
      ["delete", () => theirs.s3.send(new DeleteBucketCommand({ Bucket: "ours-alone" }))],
      ["bucket policy", () => theirs.s3.send(new PutBucketPolicyCommand({ Bucket: "ours-alone", Policy: policy({}) }))],
      ["bucket's name", () => theirs.s3.send(new CreateBucketCommand({ Bucket: "ours-alone" }))],
      ["group", () => theirs.xray.send(new GetGroupCommand({ GroupARN: Group!.GroupARN }))],
      ["streams", () => theirs.logs.send(new DescribeLogStreamsCommand({ logGroupName: "ours" }))],
      ["topic", () => theirs.sns.send(new GetTopicAttributesCommand({ TopicArn }))],
      ["key", () => theirs.kms.send(new DescribeKeyCommand({ KeyId: KeyMetadata!.Arn }))],
      ["encrypt", () => theirs.kms.send(new EncryptCommand({ KeyId: KeyMetadata!.Arn, Plaintext: Buffer.from("x") }))],
      ["store", () => theirs.trail.send(new GetEventDataStoreCommand({ EventDataStore: store.EventDataStoreArn }))],
    ];
    for (const [what, call] of refused)
      expect(
        await call().then(
          () => `${what} was given`,
          (problem) => problem.$fault,
        ),
        what,
      ).toBe("client");

    // The same names are free for the others.
    await theirs.iam.send(new CreateUserCommand({ UserName: "ann" }));
    await theirs.xray.send(new CreateGroupCommand({ GroupName: "ours", FilterExpression: "fault" }));
    expect((await ours.xray.send(new GetGroupCommand({ GroupName: "ours" }))).Group!.FilterExpression).toBe("error");
  });

  it("open to each other by roles and bucket policies alone", async () => {
    const RoleName = "for-the-second";
    const trust = policy({ Effect: "Allow", Principal: { AWS: second }, Action: "sts:AssumeRole" });
    await ours.iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust }));
    const reads = policy({ Effect: "Allow", Action: "xray:GetGroups", Resource: "*" });
    await ours.iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "reads", PolicyDocument: reads }));
    const RoleArn = `arn:aws:iam::${service.accountId}:role/${RoleName}`;
    const UserName = "bob";
    await theirs.iam.send(new CreateUserCommand({ UserName }));
    const { AccessKey } = await theirs.iam.send(new CreateAccessKeyCommand({ UserName }));
    const bob = service.client(STSClient, {
      accessKeyId: AccessKey!.AccessKeyId!,
      secretAccessKey: AccessKey!.SecretAccessKey!,
    });
    const assume = () => bob.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "bob" }));
    await expect(assume()).rejects.toThrow("no identity-based policy");
    const may = policy({ Effect: "Allow", Action: "sts:AssumeRole", Resource: RoleArn });
    await theirs.iam.send(new PutUserPolicyCommand({ UserName, PolicyName: "may", PolicyDocument: may }));
    const { Credentials } = await assume();
    bob.destroy();
    const xray = service.client(XRayClient, {
      accessKeyId: Credentials!.AccessKeyId!,
      secretAccessKey: Credentials!.SecretAccessKey!,
      sessionToken: Credentials!.SessionToken!,
    });
    expect((await xray.send(new GetGroupsCommand({}))).Groups!.length).toBeGreaterThan(1);
    xray.destroy();

    // A trail of the second account into a bucket of the first: only by that trail's ARN in the bucket's policy.
    await ours.s3.send(new CreateBucketCommand({ Bucket: "logs-of-both" }));
    const trail = { Name: "theirs", S3BucketName: "logs-of-both" };
    await expect(theirs.trail.send(new CreateTrailCommand(trail))).rejects.toMatchObject({
      name: "InsufficientS3BucketPolicyException",
    });
    const Condition = {
      StringEquals: { "aws:SourceArn": `arn:aws:cloudtrail:${service.region}:${second}:trail/theirs` },
    };
    const cloudTrail = { Effect: "Allow", Principal: { Service: "cloudtrail.amazonaws.com" }, Condition };
    const Policy = policy(
      { ...cloudTrail, Action: "s3:GetBucketAcl", Resource: "arn:aws:s3:::logs-of-both" },
      { ...cloudTrail, Action: "s3:PutObject", Resource: `arn:aws:s3:::logs-of-both/AWSLogs/${second}/*` },
    );
    await ours.s3.send(new PutBucketPolicyCommand({ Bucket: "logs-of-both", Policy }));
    await theirs.trail.send(new CreateTrailCommand(trail));
    await theirs.trail.send(new StartLoggingCommand({ Name: "theirs" }));
    await theirs.xray.send(new GetGroupsCommand({}));
    await eventually(async () => {
      const { Contents = [] } = await ours.s3.send(
        new ListObjectsV2Command({ Bucket: "logs-of-both", Prefix: `AWSLogs/${second}/CloudTrail/` }),
      );
      return Contents.some(({ Key }) => Key!.endsWith(".json.gz"));
    }, "a log file of the second account in the first one's bucket");
    await expect(theirs.s3.send(new ListObjectsV2Command({ Bucket: "logs-of-both" }))).rejects.toMatchObject({
      name: "AccessDenied",
    });
    const TrailName = `arn:aws:cloudtrail:${service.region}:${second}:trail/theirs`;
    await expect(ours.trail.send(new GetTrailCommand({ Name: TrailName }))).rejects.toMatchObject({ $fault: "client" });
    await expect(
      ours.trail.send(new UpdateTrailCommand({ Name: TrailName, S3BucketName: "ours-alone" })),
    ).rejects.toMatchObject({ $fault: "client" });
  });

  it("get another root key where the first was lost, which is gone at once", async () => {
    const fresh = await extension("ReplaceAccountKey", { AccountId: second });
    await expect(theirs.sts.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
      name: "InvalidClientTokenId",
    });
    const sts = service.client(STSClient, { accessKeyId: fresh.AccessKeyId, secretAccessKey: fresh.SecretAccessKey });
    expect((await sts.send(new GetCallerIdentityCommand({}))).Account).toBe(second);
    sts.destroy();
    expect(await extension("ReplaceAccountKey", { AccountId: service.accountId })).toHaveProperty("__type");
    expect(await extension("ReplaceAccountKey", { AccountId: "999999999999" })).toHaveProperty("__type");
  });

  it("have buckets that answer everything Terraform reads of one", async () => {
    const { s3 } = ours;
    const Bucket = { Bucket: "read-by-terraform" };
    await s3.send(new CreateBucketCommand(Bucket));
    const none: [{ new (input: typeof Bucket): unknown }, string][] = [
      [GetBucketCorsCommand, "NoSuchCORSConfiguration"],
      [GetBucketWebsiteCommand, "NoSuchWebsiteConfiguration"],
      [GetBucketLifecycleConfigurationCommand, "NoSuchLifecycleConfiguration"],
      [GetBucketReplicationCommand, "ReplicationConfigurationNotFoundError"],
      [GetObjectLockConfigurationCommand, "ObjectLockConfigurationNotFoundError"],
      [GetBucketPolicyCommand, "NoSuchBucketPolicy"],
      [GetBucketTaggingCommand, "NoSuchTagSet"],
    ];
    for (const [Command, name] of none)
      await expect(s3.send(new Command(Bucket) as GetBucketCorsCommand)).rejects.toMatchObject({ name });
    expect(await s3.send(new GetBucketRequestPaymentCommand(Bucket))).toMatchObject({ Payer: "BucketOwner" });
    expect((await s3.send(new GetBucketAccelerateConfigurationCommand(Bucket))).Status).toBeUndefined();
    expect((await s3.send(new GetBucketLoggingCommand(Bucket))).LoggingEnabled).toBeUndefined();
    expect((await s3.send(new GetBucketNotificationConfigurationCommand(Bucket))).TopicConfigurations).toBeUndefined();
    expect((await s3.send(new GetBucketVersioningCommand(Bucket))).Status).toBeUndefined();
    expect((await s3.send(new GetBucketAclCommand(Bucket))).Grants).toHaveLength(1);
    expect((await s3.send(new GetBucketEncryptionCommand(Bucket))).ServerSideEncryptionConfiguration).toBeDefined();
    expect((await s3.send(new GetBucketOwnershipControlsCommand(Bucket))).OwnershipControls!.Rules).toHaveLength(1);
    await s3.send(new DeleteBucketCommand(Bucket));
  });
});
