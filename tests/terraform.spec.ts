import {
  AddTagsCommand,
  CloudTrailClient,
  CreateEventDataStoreCommand,
  CreateTrailCommand,
  DeleteEventDataStoreCommand,
  DeleteTrailCommand,
  DescribeTrailsCommand,
  GetEventDataStoreCommand,
  GetEventSelectorsCommand,
  GetInsightSelectorsCommand,
  GetTrailStatusCommand,
  ListTagsCommand,
  PutEventSelectorsCommand,
  PutInsightSelectorsCommand,
  RemoveTagsCommand,
  StartEventDataStoreIngestionCommand,
  StartLoggingCommand,
  StopEventDataStoreIngestionCommand,
  StopLoggingCommand,
  UpdateEventDataStoreCommand,
  UpdateTrailCommand,
} from "@aws-sdk/client-cloudtrail";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  DeleteMetricFilterCommand,
  DeleteRetentionPolicyCommand,
  DescribeLogGroupsCommand,
  DescribeMetricFiltersCommand,
  ListTagsForResourceCommand as ListLogTagsCommand,
  PutMetricFilterCommand,
  PutRetentionPolicyCommand,
  TagResourceCommand as TagLogGroupCommand,
  UntagResourceCommand as UntagLogGroupCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  AddClientIDToOpenIDConnectProviderCommand,
  AddRoleToInstanceProfileCommand,
  AddUserToGroupCommand,
  AttachRolePolicyCommand,
  CreateAccessKeyCommand,
  CreateGroupCommand,
  CreateInstanceProfileCommand,
  CreateOpenIDConnectProviderCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteGroupCommand,
  DeleteInstanceProfileCommand,
  DeleteLoginProfileCommand,
  DeleteOpenIDConnectProviderCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DeleteRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
  DeleteUserCommand,
  DetachRolePolicyCommand,
  GetGroupCommand,
  GetInstanceProfileCommand,
  GetOpenIDConnectProviderCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  GetUserCommand,
  IAMClient,
  ListAccessKeysCommand,
  ListAttachedRolePoliciesCommand,
  ListGroupsForUserCommand,
  ListInstanceProfilesForRoleCommand,
  ListMFADevicesCommand,
  ListPolicyVersionsCommand,
  ListRolePoliciesCommand,
  ListServiceSpecificCredentialsCommand,
  ListSigningCertificatesCommand,
  ListSSHPublicKeysCommand,
  ListVirtualMFADevicesCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  RemoveClientIDFromOpenIDConnectProviderCommand,
  RemoveRoleFromInstanceProfileCommand,
  RemoveUserFromGroupCommand,
  SetDefaultPolicyVersionCommand,
  TagOpenIDConnectProviderCommand,
  TagPolicyCommand,
  TagRoleCommand,
  TagUserCommand,
  UntagRoleCommand,
  UntagUserCommand,
  UpdateAccessKeyCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateGroupCommand,
  UpdateOpenIDConnectProviderThumbprintCommand,
  UpdateRoleCommand,
  UpdateRoleDescriptionCommand,
  UpdateUserCommand,
} from "@aws-sdk/client-iam";
import {
  CreateAliasCommand,
  CreateKeyCommand,
  DeleteAliasCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  DisableKeyRotationCommand,
  EnableKeyCommand,
  EnableKeyRotationCommand,
  GetKeyPolicyCommand,
  GetKeyRotationStatusCommand,
  KMSClient,
  ListAliasesCommand,
  ListResourceTagsCommand,
  PutKeyPolicyCommand,
  ScheduleKeyDeletionCommand,
  TagResourceCommand as TagKeyCommand,
  UntagResourceCommand as UntagKeyCommand,
  UpdateAliasCommand,
  UpdateKeyDescriptionCommand,
} from "@aws-sdk/client-kms";
import {
  CreateTopicCommand,
  DeleteTopicCommand,
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  ListTagsForResourceCommand as ListTopicTagsCommand,
  SetSubscriptionAttributesCommand,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
  TagResourceCommand as TagTopicCommand,
  UnsubscribeCommand,
  UntagResourceCommand as UntagTopicCommand,
} from "@aws-sdk/client-sns";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import {
  CreateSamplingRuleCommand,
  CreateGroupCommand as CreateTraceGroupCommand,
  DeleteResourcePolicyCommand,
  DeleteSamplingRuleCommand,
  DeleteGroupCommand as DeleteTraceGroupCommand,
  GetEncryptionConfigCommand,
  GetSamplingRulesCommand,
  GetGroupCommand as GetTraceGroupCommand,
  ListResourcePoliciesCommand,
  ListTagsForResourceCommand as ListTraceTagsCommand,
  PutEncryptionConfigCommand,
  PutResourcePolicyCommand,
  TagResourceCommand as TagTraceGroupCommand,
  UntagResourceCommand as UntagTraceGroupCommand,
  UpdateSamplingRuleCommand,
  UpdateGroupCommand as UpdateTraceGroupCommand,
  XRayClient,
} from "@aws-sdk/client-xray";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, type RunningDosimeter, startDosimeter } from "./start-dosimeter.js";
import { makeTrailBucket, makeTrailLogGroup } from "./trail-destinations.js";

/**
 * The calls that Terraform's AWS provider makes to create, refresh, change and destroy a resource, in its order, and what
 * its code takes from the answers. What it takes for "gone" is the error's code, or the code with words of its message.
 */
describe("Terraform's AWS provider", () => {
  let service: RunningDosimeter;
  let iam: IAMClient;
  let kms: KMSClient;
  let trail: CloudTrailClient;
  let logs: CloudWatchLogsClient;
  let sns: SNSClient;
  let xray: XRayClient;

  beforeAll(async () => {
    service = await startDosimeter();
    iam = service.client(IAMClient);
    kms = service.client(KMSClient);
    trail = service.client(CloudTrailClient);
    logs = service.client(CloudWatchLogsClient);
    sns = service.client(SNSClient);
    xray = service.client(XRayClient);
  });
  afterAll(async () => {
    for (const client of [iam, kms, trail, logs, sns, xray]) client?.destroy();
    await service?.stop();
  });

  const policy = (...Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });
  const reads = policy({ Effect: "Allow", Action: "xray:GetGroups", Resource: "arn:aws:xray:*:*:group/a+b c/*" });
  const trust = (Service: string) => policy({ Effect: "Allow", Principal: { Service }, Action: "sts:AssumeRole" });
  /** As Go's `url.QueryUnescape` does it: a plus sign is a blank. */
  const unescaped = (document: string | undefined) => decodeURIComponent(document!.replaceAll("+", " "));
  const noSuchEntity = { name: "NoSuchEntityException" };
  const tags = [{ Key: "team", Value: "ops" }];
  const isArn = expect.stringMatching(/^arn:aws:/);

  it("learns the account from aws_caller_identity", async () => {
    const sts = service.client(STSClient);
    const { Account, Arn, UserId } = await sts.send(new GetCallerIdentityCommand({}));
    expect([Account, Arn, UserId]).toEqual([service.accountId, isArn, expect.any(String)]);
    sts.destroy();
  });

  it("manages aws_iam_user and aws_iam_access_key", async () => {
    const made = await iam.send(new CreateUserCommand({ UserName: "user", Path: "/", Tags: tags }));
    const UserName = made.User!.UserName!;
    const read = async () => (await iam.send(new GetUserCommand({ UserName }))).User!;
    const { UserId } = await read();
    expect(await read()).toMatchObject({ Arn: isArn, UserName, Path: "/", UserId: expect.any(String), Tags: tags });
    expect((await read()).PermissionsBoundary).toBeUndefined();
    await iam.send(new UpdateUserCommand({ UserName, NewUserName: UserName, NewPath: "/ops/" }));
    await iam.send(new UntagUserCommand({ UserName, TagKeys: ["team"] }));
    await iam.send(new TagUserCommand({ UserName, Tags: [{ Key: "name", Value: "b" }] }));
    expect(await read()).toMatchObject({ Path: "/ops/", UserId, Tags: [{ Key: "name", Value: "b" }] });

    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    const AccessKeyId = AccessKey!.AccessKeyId!;
    expect(AccessKey).toMatchObject({ UserName, Status: "Active", SecretAccessKey: expect.any(String) });
    await iam.send(new UpdateAccessKeyCommand({ AccessKeyId, UserName, Status: "Inactive" }));
    const keys = async () => (await iam.send(new ListAccessKeysCommand({ UserName }))).AccessKeyMetadata!;
    expect(await keys()).toMatchObject([{ AccessKeyId, UserName, Status: "Inactive", CreateDate: expect.any(Date) }]);
    await iam.send(new DeleteAccessKeyCommand({ AccessKeyId, UserName }));
    expect(await keys()).toEqual([]);

    expect((await iam.send(new ListGroupsForUserCommand({ UserName }))).Groups).toEqual([]);
    await iam.send(new DeleteUserCommand({ UserName }));
    await expect(read()).rejects.toMatchObject(noSuchEntity);
    await expect(keys()).rejects.toMatchObject(noSuchEntity);
    await expect(iam.send(new DeleteUserCommand({ UserName }))).rejects.toMatchObject(noSuchEntity);
  });

  it("destroys an aws_iam_user by force_destroy, which asks for credentials of every kind", async () => {
    const UserName = "forced";
    await iam.send(new CreateUserCommand({ UserName }));
    await iam.send(new CreateAccessKeyCommand({ UserName }));
    for (const key of (await iam.send(new ListAccessKeysCommand({ UserName }))).AccessKeyMetadata!)
      await iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId: key.AccessKeyId! }));
    expect((await iam.send(new ListSSHPublicKeysCommand({ UserName }))).SSHPublicKeys).toEqual([]);
    const assigned = await iam.send(new ListVirtualMFADevicesCommand({ AssignmentStatus: "Assigned" }));
    expect(assigned.VirtualMFADevices).toEqual([]);
    expect((await iam.send(new ListMFADevicesCommand({ UserName }))).MFADevices).toEqual([]);
    await expect(iam.send(new DeleteLoginProfileCommand({ UserName }))).rejects.toMatchObject(noSuchEntity);
    expect((await iam.send(new ListSigningCertificatesCommand({ UserName }))).Certificates).toEqual([]);
    const ofServices = await iam.send(new ListServiceSpecificCredentialsCommand({ UserName }));
    expect(ofServices.ServiceSpecificCredentials).toEqual([]);
    await iam.send(new DeleteUserCommand({ UserName }));
    await expect(iam.send(new ListSSHPublicKeysCommand({ UserName }))).rejects.toMatchObject(noSuchEntity);
  });

  it("manages aws_iam_policy, which never has more than five versions", async () => {
    const made = await iam.send(
      new CreatePolicyCommand({ PolicyName: "policy", Path: "/", PolicyDocument: reads, Description: "a", Tags: tags }),
    );
    const PolicyArn = made.Policy!.Arn!;
    const read = async () => {
      const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
      const VersionId = Policy!.DefaultVersionId!;
      const { PolicyVersion } = await iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId }));
      return { ...Policy, document: unescaped(PolicyVersion!.Document) };
    };
    const versions = async () => (await iam.send(new ListPolicyVersionsCommand({ PolicyArn }))).Versions!;
    expect(await read()).toMatchObject({
      AttachmentCount: 0,
      Description: "a",
      PolicyName: "policy",
      Path: "/",
      PolicyId: expect.any(String),
      Tags: tags,
      document: reads,
    });
    for (let change = 1; change <= 6; change++) {
      const before = await versions();
      if (before.length >= 5) {
        const old = before.filter((one) => !one.IsDefaultVersion);
        old.sort((a, b) => a.CreateDate!.getTime() - b.CreateDate!.getTime());
        await iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: old[0]!.VersionId! }));
      }
      const PolicyDocument = reads.replace("GetGroups", `GetGroups${change}`);
      const { PolicyVersion } = await iam.send(
        new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument, SetAsDefault: false }),
      );
      await iam.send(new SetDefaultPolicyVersionCommand({ PolicyArn, VersionId: PolicyVersion!.VersionId! }));
      expect((await read()).document).toBe(PolicyDocument);
    }
    await iam.send(new TagPolicyCommand({ PolicyArn, Tags: [{ Key: "more", Value: "" }] }));
    expect((await read()).Tags).toHaveLength(2);
    for (const { IsDefaultVersion, VersionId } of await versions())
      if (!IsDefaultVersion) await iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId: VersionId! }));
    await iam.send(new DeletePolicyCommand({ PolicyArn }));
    await expect(read()).rejects.toMatchObject(noSuchEntity);
    await expect(versions()).rejects.toMatchObject(noSuchEntity);
  });

  it("manages aws_iam_role, its policies, and the aws_iam_instance_profile of it", async () => {
    const RoleName = "role";
    await iam.send(
      new CreateRoleCommand({
        RoleName,
        Path: "/",
        AssumeRolePolicyDocument: trust("ec2.amazonaws.com"),
        Description: "a role",
        MaxSessionDuration: 3600,
        Tags: tags,
      }),
    );
    const inline = async () => (await iam.send(new ListRolePoliciesCommand({ RoleName }))).PolicyNames;
    const attached = async () =>
      (await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }))).AttachedPolicies!.map((one) => one.PolicyArn);
    const read = async () => {
      const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
      return { ...Role, trust: unescaped(Role!.AssumeRolePolicyDocument) };
    };
    expect(await read()).toMatchObject({
      Arn: isArn,
      CreateDate: expect.any(Date),
      Description: "a role",
      MaxSessionDuration: 3600,
      Path: "/",
      RoleId: expect.any(String),
      Tags: tags,
      trust: trust("ec2.amazonaws.com"),
    });
    expect([await inline(), await attached()]).toEqual([[], []]);

    const PolicyName = "inline";
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: reads }));
    const { PolicyDocument } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
    expect(unescaped(PolicyDocument)).toBe(reads);
    const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: "attached", PolicyDocument: reads }));
    const PolicyArn = Policy!.Arn!;
    await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
    expect([await inline(), await attached()]).toEqual([["inline"], [PolicyArn]]);

    const changed = trust("lambda.amazonaws.com");
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: changed }));
    await iam.send(new UpdateRoleDescriptionCommand({ RoleName, Description: "" }));
    await iam.send(new UpdateRoleCommand({ RoleName, MaxSessionDuration: 7200 }));
    await iam.send(new PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary: PolicyArn }));
    await iam.send(new UntagRoleCommand({ RoleName, TagKeys: ["team"] }));
    await iam.send(new TagRoleCommand({ RoleName, Tags: [{ Key: "name", Value: "b" }] }));
    expect(await read()).toMatchObject({
      MaxSessionDuration: 7200,
      PermissionsBoundary: { PermissionsBoundaryArn: PolicyArn },
      Tags: [{ Key: "name", Value: "b" }],
      trust: changed,
    });
    expect((await read()).Description ?? "").toBe("");
    await iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName }));
    expect((await read()).PermissionsBoundary).toBeUndefined();

    const InstanceProfileName = "profile";
    await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName, Path: "/", Tags: tags }));
    const profile = async () =>
      (await iam.send(new GetInstanceProfileCommand({ InstanceProfileName }))).InstanceProfile!;
    expect((await profile()).Roles).toEqual([]);
    await expect(
      iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName: "not-yet" })),
    ).rejects.toMatchObject({ ...noSuchEntity, message: expect.stringContaining("The role with name") });
    await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName }));
    expect(await profile()).toMatchObject({
      Arn: isArn,
      CreateDate: expect.any(Date),
      InstanceProfileId: expect.any(String),
      Path: "/",
      Roles: [{ RoleName }],
      Tags: tags,
    });
    const { InstanceProfiles } = await iam.send(new ListInstanceProfilesForRoleCommand({ RoleName }));
    expect(InstanceProfiles).toMatchObject([{ InstanceProfileName }]);
    await iam.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName, RoleName }));
    await expect(
      iam.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName, RoleName })),
    ).rejects.toMatchObject(noSuchEntity);
    await iam.send(new DeleteInstanceProfileCommand({ InstanceProfileName }));
    await expect(profile()).rejects.toMatchObject(noSuchEntity);

    await expect(iam.send(new DeleteRoleCommand({ RoleName }))).rejects.toMatchObject({
      name: "DeleteConflictException",
    });
    await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));
    await expect(iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }))).rejects.toMatchObject(noSuchEntity);
    await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
    await expect(iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }))).rejects.toMatchObject(noSuchEntity);
    await iam.send(new DeleteRoleCommand({ RoleName }));
    for (const gone of [read, inline, attached]) await expect(gone()).rejects.toMatchObject(noSuchEntity);
    await expect(iam.send(new ListInstanceProfilesForRoleCommand({ RoleName }))).rejects.toMatchObject(noSuchEntity);
  });

  it("manages aws_iam_group and aws_iam_group_membership", async () => {
    await iam.send(new CreateGroupCommand({ GroupName: "group", Path: "/" }));
    const read = (GroupName: string) => iam.send(new GetGroupCommand({ GroupName }));
    const { Group } = await read("group");
    expect(Group).toMatchObject({ Arn: isArn, GroupName: "group", Path: "/", GroupId: expect.any(String) });
    await iam.send(new UpdateGroupCommand({ GroupName: "group", NewGroupName: "renamed", NewPath: "/ops/" }));
    expect((await read("renamed")).Group).toMatchObject({ GroupId: Group!.GroupId, Path: "/ops/" });
    await expect(read("group")).rejects.toMatchObject(noSuchEntity);

    const GroupName = "renamed";
    for (const UserName of ["ann", "bob"]) {
      await iam.send(new CreateUserCommand({ UserName }));
      await iam.send(new AddUserToGroupCommand({ GroupName, UserName }));
    }
    expect((await read(GroupName)).Users!.map((user) => user.UserName).sort()).toEqual(["ann", "bob"]);
    for (const UserName of ["ann", "bob"]) {
      await iam.send(new RemoveUserFromGroupCommand({ GroupName, UserName }));
      await iam.send(new DeleteUserCommand({ UserName }));
      await expect(iam.send(new RemoveUserFromGroupCommand({ GroupName, UserName }))).rejects.toMatchObject(
        noSuchEntity,
      );
    }
    await iam.send(new DeleteGroupCommand({ GroupName }));
    await expect(read(GroupName)).rejects.toMatchObject(noSuchEntity);
  });

  it("manages aws_iam_openid_connect_provider", async () => {
    const { OpenIDConnectProviderArn } = await iam.send(
      new CreateOpenIDConnectProviderCommand({
        Url: "https://issuer.example.com/of/tokens",
        ClientIDList: ["sts.amazonaws.com"],
        ThumbprintList: ["0".repeat(40)],
        Tags: tags,
      }),
    );
    const provider = { OpenIDConnectProviderArn };
    const read = () => iam.send(new GetOpenIDConnectProviderCommand(provider));
    expect(await read()).toMatchObject({
      ClientIDList: ["sts.amazonaws.com"],
      ThumbprintList: ["0".repeat(40)],
      Url: "issuer.example.com/of/tokens",
      Tags: tags,
    });
    const ThumbprintList = ["1".repeat(40)];
    await iam.send(new UpdateOpenIDConnectProviderThumbprintCommand({ ...provider, ThumbprintList }));
    await iam.send(new AddClientIDToOpenIDConnectProviderCommand({ ...provider, ClientID: "other" }));
    await iam.send(new RemoveClientIDFromOpenIDConnectProviderCommand({ ...provider, ClientID: "sts.amazonaws.com" }));
    await iam.send(new TagOpenIDConnectProviderCommand({ ...provider, Tags: [{ Key: "team", Value: "dev" }] }));
    expect(await read()).toMatchObject({
      ClientIDList: ["other"],
      ThumbprintList,
      Tags: [{ Key: "team", Value: "dev" }],
    });
    await iam.send(new DeleteOpenIDConnectProviderCommand(provider));
    await expect(read()).rejects.toMatchObject(noSuchEntity);
  });

  it("manages aws_kms_key and aws_kms_alias", async () => {
    const { KeyMetadata } = await kms.send(
      new CreateKeyCommand({
        BypassPolicyLockoutSafetyCheck: false,
        KeySpec: "SYMMETRIC_DEFAULT",
        KeyUsage: "ENCRYPT_DECRYPT",
        Description: "a key",
        Tags: [{ TagKey: "team", TagValue: "ops" }],
      }),
    );
    const KeyId = KeyMetadata!.KeyId!;
    const read = async () => (await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata!;
    const keyPolicy = async () =>
      JSON.parse((await kms.send(new GetKeyPolicyCommand({ KeyId, PolicyName: "default" }))).Policy!);
    const rotation = () => kms.send(new GetKeyRotationStatusCommand({ KeyId }));
    const keyTags = async () => (await kms.send(new ListResourceTagsCommand({ KeyId }))).Tags;
    expect(await read()).toMatchObject({
      Arn: isArn,
      KeyId,
      Description: "a key",
      Enabled: true,
      KeySpec: "SYMMETRIC_DEFAULT",
      KeyState: "Enabled",
      KeyUsage: "ENCRYPT_DECRYPT",
      MultiRegion: false,
      Origin: "AWS_KMS",
    });
    expect((await keyPolicy()).Statement).toHaveLength(1);
    expect((await rotation()).KeyRotationEnabled).toBe(false);
    expect(await keyTags()).toEqual([{ TagKey: "team", TagValue: "ops" }]);

    await kms.send(new EnableKeyRotationCommand({ KeyId, RotationPeriodInDays: 180 }));
    expect(await rotation()).toMatchObject({ KeyRotationEnabled: true, RotationPeriodInDays: 180 });
    await kms.send(new DisableKeyRotationCommand({ KeyId }));
    expect((await rotation()).KeyRotationEnabled).toBe(false);
    await kms.send(new UpdateKeyDescriptionCommand({ KeyId, Description: "" }));
    expect((await read()).Description ?? "").toBe("");
    const root = { AWS: `arn:aws:iam::${service.accountId}:root` };
    const Policy = policy({ Sid: "All", Effect: "Allow", Principal: root, Action: "kms:*", Resource: "*" });
    const changed = { KeyId, PolicyName: "default", Policy, BypassPolicyLockoutSafetyCheck: false };
    await kms.send(new PutKeyPolicyCommand(changed));
    expect(await keyPolicy()).toEqual(JSON.parse(Policy));
    await kms.send(new DisableKeyCommand({ KeyId }));
    expect(await read()).toMatchObject({ Enabled: false, KeyState: "Disabled" });
    await kms.send(new EnableKeyCommand({ KeyId }));
    expect(await read()).toMatchObject({ Enabled: true, KeyState: "Enabled" });
    await kms.send(new UntagKeyCommand({ KeyId, TagKeys: ["team"] }));
    await kms.send(new TagKeyCommand({ KeyId, Tags: [{ TagKey: "name", TagValue: "b" }] }));
    expect(await keyTags()).toEqual([{ TagKey: "name", TagValue: "b" }]);

    const AliasName = "alias/terraform";
    await kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: KeyId }));
    const alias = async () => {
      const { Aliases, Truncated } = await kms.send(new ListAliasesCommand({}));
      expect(Truncated).toBe(false);
      return Aliases!.find((one) => one.AliasName === AliasName);
    };
    expect(await alias()).toMatchObject({ AliasArn: isArn, TargetKeyId: KeyId });
    const other = (await kms.send(new CreateKeyCommand({}))).KeyMetadata!;
    await kms.send(new UpdateAliasCommand({ AliasName, TargetKeyId: other.Arn! }));
    expect(await alias()).toMatchObject({ TargetKeyId: other.KeyId });
    await kms.send(new DeleteAliasCommand({ AliasName }));
    expect(await alias()).toBeUndefined();
    await expect(kms.send(new DeleteAliasCommand({ AliasName }))).rejects.toMatchObject({ name: "NotFoundException" });

    await kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
    expect((await read()).KeyState).toBe("PendingDeletion");
    await expect(kms.send(new ScheduleKeyDeletionCommand({ KeyId }))).rejects.toMatchObject({
      name: "KMSInvalidStateException",
      message: expect.stringContaining("is pending deletion"),
    });
    const unknown = new DescribeKeyCommand({ KeyId: "00000000-0000-4000-8000-000000000000" });
    await expect(kms.send(unknown)).rejects.toMatchObject({ name: "NotFoundException" });
  });

  it("manages aws_cloudtrail, which it names by its ARN", async () => {
    await makeTrailBucket(service, "trail-of-terraform");
    const group = await makeTrailLogGroup(service, "trail-of-terraform");
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: "of-the-trail" }));
    const toTopic = { Effect: "Allow", Principal: { Service: "cloudtrail.amazonaws.com" }, Action: "sns:Publish" };
    const topicPolicy = policy({ ...toTopic, Resource: TopicArn });
    await sns.send(new SetTopicAttributesCommand({ TopicArn, AttributeName: "Policy", AttributeValue: topicPolicy }));
    const made = await trail.send(
      new CreateTrailCommand({
        Name: "terraform",
        S3BucketName: "trail-of-terraform",
        IncludeGlobalServiceEvents: true,
        EnableLogFileValidation: true,
        IsMultiRegionTrail: true,
        SnsTopicName: "of-the-trail",
        ...group,
        TagsList: tags,
      }),
    );
    const Name = made.TrailARN!;
    const found = async () => (await trail.send(new DescribeTrailsCommand({ trailNameList: [Name] }))).trailList!;
    const read = async () => {
      const [one] = await found();
      const { IsLogging } = await trail.send(new GetTrailStatusCommand({ Name }));
      return { ...one!, IsLogging };
    };
    const trailTags = async () =>
      (await trail.send(new ListTagsCommand({ ResourceIdList: [Name] }))).ResourceTagList!.map((one) => one.TagsList);
    await trail.send(new StartLoggingCommand({ Name }));
    const first = await read();
    expect(first).toMatchObject({
      ...group,
      TrailARN: Name,
      Name: "terraform",
      HasCustomEventSelectors: false,
      HasInsightSelectors: false,
      HomeRegion: service.region,
      IncludeGlobalServiceEvents: true,
      IsLogging: true,
      IsMultiRegionTrail: true,
      IsOrganizationTrail: false,
      LogFileValidationEnabled: true,
      S3BucketName: "trail-of-terraform",
      SnsTopicARN: TopicArn,
    });
    expect([first.KmsKeyId, first.S3KeyPrefix]).toEqual([undefined, undefined]);
    expect(await trailTags()).toEqual([tags]);

    // What is taken away is given as an empty text.
    await trail.send(
      new UpdateTrailCommand({ Name, CloudWatchLogsRoleArn: "", CloudWatchLogsLogGroupArn: "", SnsTopicName: "" }),
    );
    await trail.send(new UpdateTrailCommand({ Name, KmsKeyId: "", S3KeyPrefix: "", EnableLogFileValidation: false }));
    const second = await read();
    expect(second).toMatchObject({ LogFileValidationEnabled: false, IsMultiRegionTrail: true });
    expect([second.CloudWatchLogsRoleArn, second.CloudWatchLogsLogGroupArn, second.SnsTopicARN]).toEqual(
      Array(3).fill(undefined),
    );
    expect([second.KmsKeyId, second.S3KeyPrefix]).toEqual([undefined, undefined]);

    const EventSelectors = [
      {
        IncludeManagementEvents: true,
        ReadWriteType: "WriteOnly" as const,
        DataResources: [{ Type: "AWS::S3::Object", Values: ["arn:aws:s3:::trail-of-terraform/"] }],
        ExcludeManagementEventSources: ["kms.amazonaws.com"],
      },
    ];
    await trail.send(new PutEventSelectorsCommand({ TrailName: Name, EventSelectors }));
    await trail.send(
      new PutInsightSelectorsCommand({ TrailName: Name, InsightSelectors: [{ InsightType: "ApiCallRateInsight" }] }),
    );
    expect(await read()).toMatchObject({ HasCustomEventSelectors: true, HasInsightSelectors: true });
    const selectors = () => trail.send(new GetEventSelectorsCommand({ TrailName: Name }));
    expect(await selectors()).toMatchObject({ EventSelectors });
    expect((await trail.send(new GetInsightSelectorsCommand({ TrailName: Name }))).InsightSelectors).toMatchObject([
      { InsightType: "ApiCallRateInsight" },
    ]);
    const AdvancedEventSelectors = [
      { Name: "", FieldSelectors: [{ Field: "eventCategory", Equals: ["Management"] }] },
      {
        Name: "objects",
        FieldSelectors: [
          { Field: "eventCategory", Equals: ["Data"] },
          { Field: "resources.type", Equals: ["AWS::S3::Object"] },
        ],
      },
    ];
    await trail.send(new PutEventSelectorsCommand({ TrailName: Name, AdvancedEventSelectors }));
    const advanced = await selectors();
    expect(advanced.AdvancedEventSelectors!.map((one) => one.Name ?? "")).toEqual(["", "objects"]);
    expect(advanced.EventSelectors ?? []).toEqual([]);

    await trail.send(new PutInsightSelectorsCommand({ TrailName: Name, InsightSelectors: [] }));
    const all = { IncludeManagementEvents: true, ReadWriteType: "All" as const, DataResources: [] };
    await trail.send(new PutEventSelectorsCommand({ TrailName: Name, EventSelectors: [all] }));
    expect((await read()).HasInsightSelectors).toBe(false);
    await trail.send(new StopLoggingCommand({ Name }));
    expect((await read()).IsLogging).toBe(false);
    await trail.send(new RemoveTagsCommand({ ResourceId: Name, TagsList: [{ Key: "team" }] }));
    await trail.send(new AddTagsCommand({ ResourceId: Name, TagsList: [{ Key: "name", Value: "b" }] }));
    expect(await trailTags()).toEqual([[{ Key: "name", Value: "b" }]]);

    await trail.send(new DeleteTrailCommand({ Name }));
    expect(await found()).toEqual([]);
    await expect(trail.send(new DeleteTrailCommand({ Name }))).rejects.toMatchObject({
      name: "TrailNotFoundException",
    });
  });

  it("manages aws_cloudtrail_event_data_store", async () => {
    const { EventDataStoreArn } = await trail.send(
      new CreateEventDataStoreCommand({
        Name: "terraform",
        BillingMode: "EXTENDABLE_RETENTION_PRICING",
        MultiRegionEnabled: true,
        OrganizationEnabled: false,
        RetentionPeriod: 2555,
        TerminationProtectionEnabled: true,
        TagsList: tags,
      }),
    );
    const EventDataStore = EventDataStoreArn!;
    const read = () => trail.send(new GetEventDataStoreCommand({ EventDataStore }));
    const isNow = (status: string) => eventually(async () => (await read()).Status === status, `a store ${status}`);
    await isNow("ENABLED");
    expect(await read()).toMatchObject({
      AdvancedEventSelectors: [{ FieldSelectors: [{ Field: "eventCategory", Equals: ["Management"] }] }],
      BillingMode: "EXTENDABLE_RETENTION_PRICING",
      EventDataStoreArn,
      MultiRegionEnabled: true,
      Name: "terraform",
      OrganizationEnabled: false,
      RetentionPeriod: 2555,
      TerminationProtectionEnabled: true,
    });
    const { ResourceTagList } = await trail.send(new ListTagsCommand({ ResourceIdList: [EventDataStore] }));
    expect(ResourceTagList).toMatchObject([{ TagsList: tags }]);
    const changes = { Name: "renamed", RetentionPeriod: 3000, TerminationProtectionEnabled: false };
    await trail.send(new UpdateEventDataStoreCommand({ EventDataStore, ...changes }));
    await isNow("ENABLED");
    expect(await read()).toMatchObject(changes);
    await trail.send(new StopEventDataStoreIngestionCommand({ EventDataStore }));
    await isNow("STOPPED_INGESTION");
    await trail.send(new StartEventDataStoreIngestionCommand({ EventDataStore }));
    await isNow("ENABLED");
    await trail.send(new DeleteEventDataStoreCommand({ EventDataStore }));
    expect((await read()).Status).toBe("PENDING_DELETION");
    const unknown = EventDataStore.replace(/[^/]+$/, "00000000-0000-4000-8000-000000000000");
    for (const Command of [GetEventDataStoreCommand, DeleteEventDataStoreCommand])
      await expect(
        trail.send(new Command({ EventDataStore: unknown }) as GetEventDataStoreCommand),
      ).rejects.toMatchObject({ name: "EventDataStoreNotFoundException" });
  });

  it("manages aws_cloudwatch_log_group and aws_cloudwatch_log_metric_filter", async () => {
    const logGroupName = "/terraform/group";
    await logs.send(new CreateLogGroupCommand({ logGroupName, logGroupClass: "STANDARD", tags: { team: "ops" } }));
    await logs.send(new CreateLogGroupCommand({ logGroupName: `${logGroupName}-of-another-name` }));
    const read = async () => {
      const { logGroups } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: logGroupName }));
      return logGroups!.find((group) => group.logGroupName === logGroupName);
    };
    const first = await read();
    expect(first).toMatchObject({ arn: expect.stringMatching(/:\*$/), logGroupClass: "STANDARD" });
    expect([first!.kmsKeyId, first!.retentionInDays]).toEqual([undefined, undefined]);
    await logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 14 }));
    expect((await read())!.retentionInDays).toBe(14);
    await logs.send(new DeleteRetentionPolicyCommand({ logGroupName }));
    expect((await read())!.retentionInDays).toBeUndefined();
    const resourceArn = first!.arn!.replace(/:\*$/, "");
    const groupTags = async () => (await logs.send(new ListLogTagsCommand({ resourceArn }))).tags;
    expect(await groupTags()).toEqual({ team: "ops" });
    await logs.send(new UntagLogGroupCommand({ resourceArn, tagKeys: ["team"] }));
    await logs.send(new TagLogGroupCommand({ resourceArn, tags: { name: "b" } }));
    expect(await groupTags()).toEqual({ name: "b" });

    const filterName = "errors";
    const filter = async () => {
      const { metricFilters } = await logs.send(
        new DescribeMetricFiltersCommand({ filterNamePrefix: filterName, logGroupName }),
      );
      return metricFilters!.find((one) => one.filterName === filterName);
    };
    for (const filterPattern of ["ERROR", ""]) {
      const metric = { metricName: "Errors", metricNamespace: "Shop", metricValue: "1", unit: "None" as const };
      const metricTransformations = [{ ...metric, defaultValue: 0 }];
      await logs.send(new PutMetricFilterCommand({ filterName, filterPattern, logGroupName, metricTransformations }));
      expect(await filter()).toMatchObject({ filterName, filterPattern, logGroupName, metricTransformations });
    }
    await logs.send(new DeleteMetricFilterCommand({ filterName, logGroupName }));
    expect(await filter()).toBeUndefined();
    const notFound = { name: "ResourceNotFoundException" };
    await expect(logs.send(new DeleteMetricFilterCommand({ filterName, logGroupName }))).rejects.toMatchObject(
      notFound,
    );
    await logs.send(new DeleteLogGroupCommand({ logGroupName }));
    expect(await read()).toBeUndefined();
    await expect(filter()).rejects.toMatchObject(notFound);
    await expect(logs.send(new DeleteLogGroupCommand({ logGroupName }))).rejects.toMatchObject(notFound);
  });

  it("manages aws_sns_topic and an aws_sns_topic_subscription over HTTP", async () => {
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: "topic", Tags: tags }));
    const read = async () => (await sns.send(new GetTopicAttributesCommand({ TopicArn }))).Attributes!;
    const set = (AttributeName: string, AttributeValue: string) =>
      sns.send(new SetTopicAttributesCommand({ TopicArn, AttributeName, AttributeValue }));
    const first = await read();
    expect(first).toMatchObject({ Owner: service.accountId, TopicArn });
    // The provider waits until every AWS principal of the policy is an account or an ARN.
    for (const { Principal } of JSON.parse(first["Policy"]!).Statement)
      expect(String(Principal.AWS)).toMatch(/^(\*|\d{12}|arn:aws:.+)$/);
    // They are set to 0 also where the configuration does not name them.
    for (const endpoint of ["Application", "Firehose", "HTTP", "Lambda", "SQS"])
      await set(`${endpoint}SuccessFeedbackSampleRate`, "0");
    await expect(set("HTTPSuccessFeedbackSampleRate", "5")).rejects.toMatchObject({
      name: "InvalidParameterException",
    });
    await set("DisplayName", "A topic");
    const Policy = policy({
      Effect: "Allow",
      Principal: { AWS: `arn:aws:iam::${service.accountId}:root` },
      Action: "sns:Publish",
      Resource: TopicArn,
    });
    await set("Policy", Policy);
    expect(await read()).toMatchObject({ DisplayName: "A topic" });
    expect(JSON.parse((await read())["Policy"]!)).toEqual(JSON.parse(Policy));
    const topicTags = async () => (await sns.send(new ListTopicTagsCommand({ ResourceArn: TopicArn }))).Tags;
    expect(await topicTags()).toEqual(tags);
    await sns.send(new UntagTopicCommand({ ResourceArn: TopicArn, TagKeys: ["team"] }));
    await sns.send(new TagTopicCommand({ ResourceArn: TopicArn, Tags: [{ Key: "name", Value: "b" }] }));
    expect(await topicTags()).toEqual([{ Key: "name", Value: "b" }]);

    const Endpoint = "http://hooks.example.com/sns";
    const { SubscriptionArn } = await sns.send(
      new SubscribeCommand({
        TopicArn,
        Protocol: "http",
        Endpoint,
        Attributes: { RawMessageDelivery: "true" },
        ReturnSubscriptionArn: true,
      }),
    );
    expect(SubscriptionArn).toMatch(/^arn:aws:sns:/);
    const subscription = async () =>
      (await sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }))).Attributes!;
    expect(await subscription()).toMatchObject({
      SubscriptionArn,
      TopicArn,
      Endpoint,
      Owner: service.accountId,
      PendingConfirmation: "true",
      Protocol: "http",
      RawMessageDelivery: "true",
      ConfirmationWasAuthenticated: "false",
    });
    await sns.send(
      new SetSubscriptionAttributesCommand({
        SubscriptionArn,
        AttributeName: "RawMessageDelivery",
        AttributeValue: "false",
      }),
    );
    expect(await subscription()).toMatchObject({ RawMessageDelivery: "false" });
    const notFound = { name: "NotFoundException" };
    await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
    await expect(subscription()).rejects.toMatchObject(notFound);
    await sns.send(new DeleteTopicCommand({ TopicArn }));
    await expect(read()).rejects.toMatchObject(notFound);
  });

  it("manages aws_xray_group", async () => {
    const { Group } = await xray.send(
      new CreateTraceGroupCommand({ GroupName: "terraform", FilterExpression: "responsetime > 5", Tags: tags }),
    );
    const GroupARN = Group!.GroupARN!;
    const read = async () => (await xray.send(new GetTraceGroupCommand({ GroupARN }))).Group;
    const off = { InsightsEnabled: false, NotificationsEnabled: false };
    expect(await read()).toEqual({
      GroupARN,
      GroupName: "terraform",
      FilterExpression: "responsetime > 5",
      InsightsConfiguration: off,
    });
    const on = { InsightsEnabled: true, NotificationsEnabled: true };
    const changes = { FilterExpression: "error", InsightsConfiguration: on };
    await xray.send(new UpdateTraceGroupCommand({ GroupARN, ...changes }));
    expect(await read()).toMatchObject(changes);
    const groupTags = async () => (await xray.send(new ListTraceTagsCommand({ ResourceARN: GroupARN }))).Tags;
    expect(await groupTags()).toEqual(tags);
    await xray.send(new UntagTraceGroupCommand({ ResourceARN: GroupARN, TagKeys: ["team"] }));
    await xray.send(new TagTraceGroupCommand({ ResourceARN: GroupARN, Tags: [{ Key: "name", Value: "b" }] }));
    expect(await groupTags()).toEqual([{ Key: "name", Value: "b" }]);
    await xray.send(new DeleteTraceGroupCommand({ GroupARN }));
    const gone = { name: "InvalidRequestException", message: expect.stringContaining("Group not found") };
    await expect(read()).rejects.toMatchObject(gone);
    await expect(xray.send(new DeleteTraceGroupCommand({ GroupARN }))).rejects.toMatchObject(gone);
  });

  it("manages aws_xray_sampling_rule", async () => {
    const rule = {
      RuleName: "terraform",
      ResourceARN: "*",
      Priority: 9000,
      FixedRate: 0.05,
      ReservoirSize: 1,
      ServiceName: "*",
      ServiceType: "*",
      Host: "*",
      HTTPMethod: "GET",
      URLPath: "/a*",
    };
    const { RuleName } = rule;
    const SamplingRule = { ...rule, Version: 1, Attributes: { Hello: "Tris" } };
    const { SamplingRuleRecord } = await xray.send(new CreateSamplingRuleCommand({ SamplingRule, Tags: tags }));
    expect(SamplingRuleRecord!.SamplingRule!.RuleName).toBe(RuleName);
    const read = async () => {
      const { SamplingRuleRecords, NextToken } = await xray.send(new GetSamplingRulesCommand({}));
      expect(NextToken ?? "").toBe("");
      return SamplingRuleRecords!.find((record) => record.SamplingRule!.RuleName === RuleName)?.SamplingRule;
    };
    const first = await read();
    expect(first).toEqual({ ...SamplingRule, RuleARN: isArn });
    expect((await xray.send(new ListTraceTagsCommand({ ResourceARN: first!.RuleARN }))).Tags).toEqual(tags);
    const changed = { ...rule, Priority: 10, FixedRate: 0, Attributes: {} };
    await xray.send(new UpdateSamplingRuleCommand({ SamplingRuleUpdate: changed }));
    expect(await read()).toEqual({ ...changed, Version: 1, RuleARN: first!.RuleARN });
    await xray.send(new DeleteSamplingRuleCommand({ RuleName }));
    expect(await read()).toBeUndefined();
    await expect(xray.send(new DeleteSamplingRuleCommand({ RuleName }))).rejects.toMatchObject({
      name: "InvalidRequestException",
      message: expect.stringContaining("Sampling rule does not exist"),
    });
  });

  it("manages aws_xray_encryption_config, which it never deletes", async () => {
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    const read = async () => (await xray.send(new GetEncryptionConfigCommand({}))).EncryptionConfig!;
    await xray.send(new PutEncryptionConfigCommand({ Type: "KMS", KeyId: KeyMetadata!.Arn! }));
    await eventually(async () => (await read()).Status === "ACTIVE", "the encryption to be active");
    expect(await read()).toMatchObject({ Type: "KMS", KeyId: KeyMetadata!.Arn });
    await xray.send(new PutEncryptionConfigCommand({ Type: "NONE" }));
    expect((await read()).Type).toBe("NONE");
    expect((await read()).KeyId).toBeUndefined();
  });

  it("manages aws_xray_resource_policy", async () => {
    const PolicyName = "terraform";
    const read = async () => {
      const { ResourcePolicies } = await xray.send(new ListResourcePoliciesCommand({}));
      return ResourcePolicies!.find((one) => one.PolicyName === PolicyName);
    };
    const document = (Action: string) =>
      policy({
        Sid: "AllowXRayAccess",
        Effect: "Allow",
        Principal: { Service: "sns.amazonaws.com" },
        Action,
        Resource: "*",
      });
    await xray.send(
      new PutResourcePolicyCommand({
        PolicyName,
        PolicyDocument: document("xray:PutTraceSegments"),
        BypassPolicyLockoutCheck: true,
      }),
    );
    const first = await read();
    expect(first).toMatchObject({ LastUpdatedTime: expect.any(Date), PolicyRevisionId: expect.any(String) });
    expect(JSON.parse(first!.PolicyDocument!)).toEqual(JSON.parse(document("xray:PutTraceSegments")));
    await xray.send(
      new PutResourcePolicyCommand({
        PolicyName,
        PolicyDocument: document("xray:*"),
        PolicyRevisionId: first!.PolicyRevisionId!,
      }),
    );
    const second = await read();
    expect(second!.PolicyRevisionId).not.toBe(first!.PolicyRevisionId);
    expect(JSON.parse(second!.PolicyDocument!)).toEqual(JSON.parse(document("xray:*")));
    await xray.send(new DeleteResourcePolicyCommand({ PolicyName, PolicyRevisionId: second!.PolicyRevisionId! }));
    expect(await read()).toBeUndefined();
  });
});
