import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudTrailClient, LookupEventsCommand } from "@aws-sdk/client-cloudtrail";
import {
  AddRoleToInstanceProfileCommand,
  AttachUserPolicyCommand,
  ChangePasswordCommand,
  CreateAccessKeyCommand,
  CreateAccountAliasCommand,
  CreateInstanceProfileCommand,
  CreateLoginProfileCommand,
  CreateRoleCommand,
  CreateUserCommand,
  CreateVirtualMFADeviceCommand,
  CredentialReportNotPresentException,
  DeactivateMFADeviceCommand,
  DeleteAccessKeyCommand,
  DeleteAccountAliasCommand,
  DeleteAccountPasswordPolicyCommand,
  DeleteConflictException,
  DeleteLoginProfileCommand,
  DeleteUserCommand,
  DeleteVirtualMFADeviceCommand,
  EnableMFADeviceCommand,
  EntityAlreadyExistsException,
  GenerateCredentialReportCommand,
  GetAccessKeyLastUsedCommand,
  GetAccountAuthorizationDetailsCommand,
  GetAccountPasswordPolicyCommand,
  GetAccountSummaryCommand,
  GetCredentialReportCommand,
  GetLoginProfileCommand,
  GetMFADeviceCommand,
  GetUserCommand,
  IAMClient,
  InvalidAuthenticationCodeException,
  InvalidUserTypeException,
  ListAccountAliasesCommand,
  ListMFADevicesCommand,
  ListMFADeviceTagsCommand,
  ListUsersCommand,
  ListVirtualMFADevicesCommand,
  NoSuchEntityException,
  PasswordPolicyViolationException,
  PutUserPolicyCommand,
  ResyncMFADeviceCommand,
  type RoleDetail,
  TagMFADeviceCommand,
  UntagMFADeviceCommand,
  UpdateAccessKeyCommand,
  UpdateAccountPasswordPolicyCommand,
  UpdateLoginProfileCommand,
  type UserDetail,
} from "@aws-sdk/client-iam";
import { AssumeRoleCommand, GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from "@aws-sdk/client-sts";
import { GetSamplingRulesCommand, XRayClient } from "@aws-sdk/client-xray";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { codeOf } from "../src/identity/people/totp.js";
import { eventually, type RunningDosimeter, startDosimeter, type TestCredentials } from "./start-dosimeter.js";

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers and records of many shapes.
type Json = Record<string, any>;

/** Planted, to be looked for in everything that was stored and logged. */
const secrets = {
  first: "Planted-first-Pa55word!",
  second: "Planted-second-Pa55word!",
  third: "Planted-third-Pa55word!",
  wrong: "Planted-wrong-Pa55word!",
};
const adminArn = "arn:aws:iam::aws:policy/AdministratorAccess";

// Hashes of passwords are slow by design, and slower on a busy machine.
describe("people over the wire", () => {
  let dataFolder: string;
  let service: RunningDosimeter;
  let iam: IAMClient;
  let sts: STSClient;
  const seeds: string[] = [];

  beforeAll(async () => {
    dataFolder = await mkdtemp(join(tmpdir(), "dosimeter-people-"));
    service = await startDosimeter({ dataFolder });
    iam = service.client(IAMClient);
    sts = service.client(STSClient);
  });
  afterAll(async () => {
    iam?.destroy();
    sts?.destroy();
    await service?.stop();
    await rm(dataFolder, { recursive: true, force: true });
  });

  const step = () => Math.floor(Date.now() / 30_000);

  async function addUser(UserName: string, policyArns: readonly string[] = [adminArn]): Promise<void> {
    await iam.send(new CreateUserCommand({ UserName }));
    for (const PolicyArn of policyArns) await iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn }));
  }

  async function keyOf(UserName: string): Promise<TestCredentials> {
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    return { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
  }

  /** A device enabled for a user: its code of the next step is good for one use. */
  async function addDevice(UserName: string, name: string): Promise<{ serial: string; code: () => string }> {
    const { VirtualMFADevice } = await iam.send(new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: name }));
    const text = Buffer.from(VirtualMFADevice!.Base32StringSeed!).toString("latin1");
    seeds.push(text);
    const seed = fromBase32(text);
    const serial = VirtualMFADevice!.SerialNumber!;
    const now = step();
    await iam.send(
      new EnableMFADeviceCommand({
        UserName,
        SerialNumber: serial,
        AuthenticationCode1: codeOf(seed, now - 1),
        AuthenticationCode2: codeOf(seed, now),
      }),
    );
    return { serial, code: () => codeOf(seed, now + 1) };
  }

  async function signIn(input: object): Promise<{ status: number; body: Json; text: string }> {
    const response = await fetch(`${service.endpoint}/dosimeter/ConsoleLogin`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ Account: service.accountId, ...input }),
    });
    const text = await response.text();
    return { status: response.status, body: JSON.parse(text), text };
  }

  function credentialsOf(body: Json): TestCredentials {
    const { AccessKeyId, SecretAccessKey, SessionToken } = body["Credentials"];
    return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
  }

  /** Records of calls of one name, newest first. */
  async function records(eventName: string, count: number): Promise<Json[]> {
    const trail = service.client(CloudTrailClient);
    try {
      return await eventually(async () => {
        const { Events } = await trail.send(
          new LookupEventsCommand({ LookupAttributes: [{ AttributeKey: "EventName", AttributeValue: eventName }] }),
        );
        return Events!.length >= count && Events!.map((event) => JSON.parse(event.CloudTrailEvent!));
      }, `${count} records of ${eventName}`);
    } finally {
      trail.destroy();
    }
  }

  it("gives, shows, changes and takes away a password", async () => {
    await addUser("lea");
    const Password = secrets.first;
    const { LoginProfile } = await iam.send(
      new CreateLoginProfileCommand({ UserName: "lea", Password, PasswordResetRequired: true }),
    );
    expect(LoginProfile).toMatchObject({ UserName: "lea", PasswordResetRequired: true, CreateDate: expect.any(Date) });
    await expect(iam.send(new CreateLoginProfileCommand({ UserName: "lea", Password }))).rejects.toBeInstanceOf(
      EntityAlreadyExistsException,
    );
    await iam.send(new UpdateLoginProfileCommand({ UserName: "lea", PasswordResetRequired: false }));
    const shown = await iam.send(new GetLoginProfileCommand({ UserName: "lea" }));
    expect(shown.LoginProfile).toEqual({ ...LoginProfile, PasswordResetRequired: false });
    await expect(iam.send(new DeleteUserCommand({ UserName: "lea" }))).rejects.toBeInstanceOf(DeleteConflictException);

    const lea = service.client(IAMClient, await keyOf("lea"));
    const change = (OldPassword: string, NewPassword: string) =>
      lea.send(new ChangePasswordCommand({ OldPassword, NewPassword }));
    await expect(change(secrets.wrong, secrets.second)).rejects.toMatchObject({ name: "AccessDenied" });
    await expect(change(secrets.first, "short")).rejects.toBeInstanceOf(PasswordPolicyViolationException);
    await change(secrets.first, secrets.second);
    await expect(change(secrets.first, secrets.third)).rejects.toMatchObject({ name: "AccessDenied" });
    lea.destroy();
    await expect(
      iam.send(new ChangePasswordCommand({ OldPassword: secrets.first, NewPassword: secrets.second })),
    ).rejects.toBeInstanceOf(InvalidUserTypeException);

    await iam.send(new DeleteLoginProfileCommand({ UserName: "lea" }));
    await expect(iam.send(new GetLoginProfileCommand({ UserName: "lea" }))).rejects.toBeInstanceOf(
      NoSuchEntityException,
    );
    const [changed] = await records("ChangePassword", 4);
    expect(changed).toMatchObject({ requestParameters: null, userIdentity: { type: "Root" } });
  });

  it("keeps the account's password policy", async () => {
    await expect(iam.send(new GetAccountPasswordPolicyCommand())).rejects.toBeInstanceOf(NoSuchEntityException);
    const policy = {
      MinimumPasswordLength: 20,
      RequireSymbols: true,
      RequireNumbers: true,
      RequireUppercaseCharacters: true,
      RequireLowercaseCharacters: true,
      AllowUsersToChangePassword: true,
      MaxPasswordAge: 90,
      PasswordReusePrevention: 2,
      HardExpiry: false,
    };
    await iam.send(new UpdateAccountPasswordPolicyCommand(policy));
    const { PasswordPolicy } = await iam.send(new GetAccountPasswordPolicyCommand());
    expect(PasswordPolicy).toEqual({ ...policy, ExpirePasswords: true });
    await addUser("max", []);
    const refusals: Record<string, RegExp> = {
      "Short-Pa55word!": /minimum length of 20/,
      "PLANTED-LONGER-PA55WORD!": /lowercase/,
      "planted-longer-pa55word!": /uppercase/,
      "Planted-longer-Password!": /number/,
      PlantedLongerPa55wordX1: /symbol/,
    };
    for (const [Password, message] of Object.entries(refusals))
      await expect(iam.send(new CreateLoginProfileCommand({ UserName: "max", Password }))).rejects.toThrow(message);
    await iam.send(new CreateLoginProfileCommand({ UserName: "max", Password: secrets.first }));
    const max = service.client(IAMClient, await keyOf("max"));
    await expect(
      max.send(new ChangePasswordCommand({ OldPassword: secrets.first, NewPassword: secrets.first })),
    ).rejects.toBeInstanceOf(PasswordPolicyViolationException);
    // Without any policy of his own: the account lets everybody.
    await max.send(new ChangePasswordCommand({ OldPassword: secrets.first, NewPassword: secrets.second }));
    await iam.send(new DeleteAccountPasswordPolicyCommand());
    await expect(
      max.send(new ChangePasswordCommand({ OldPassword: secrets.second, NewPassword: secrets.third })),
    ).rejects.toMatchObject({ name: "AccessDenied" });
    max.destroy();
    await expect(iam.send(new DeleteAccountPasswordPolicyCommand())).rejects.toBeInstanceOf(NoSuchEntityException);
  });

  it("makes, enables, lists, brings into step and removes devices", async () => {
    await addUser("mia");
    const { VirtualMFADevice } = await iam.send(
      new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: "mia", Tags: [{ Key: "floor", Value: "3" }] }),
    );
    const SerialNumber = VirtualMFADevice!.SerialNumber!;
    expect(SerialNumber).toBe(`arn:aws:iam::${service.accountId}:mfa/mia`);
    expect(Buffer.from(VirtualMFADevice!.QRCodePNG!).subarray(1, 4).toString()).toBe("PNG");
    const text = Buffer.from(VirtualMFADevice!.Base32StringSeed!).toString("latin1");
    expect(text).toMatch(/^[A-Z2-7]{64}$/);
    seeds.push(text);
    const seed = fromBase32(text);
    const enable = (first: number, second: number) =>
      iam.send(
        new EnableMFADeviceCommand({
          UserName: "mia",
          SerialNumber,
          AuthenticationCode1: codeOf(seed, first),
          AuthenticationCode2: codeOf(seed, second),
        }),
      );
    const unassigned = await iam.send(new ListVirtualMFADevicesCommand({ AssignmentStatus: "Unassigned" }));
    expect(unassigned.VirtualMFADevices).toEqual([{ SerialNumber }]);
    await expect(enable(step(), step())).rejects.toBeInstanceOf(InvalidAuthenticationCodeException);
    const now = step();
    await enable(now - 1, now);
    await expect(enable(now + 1, now + 2)).rejects.toBeInstanceOf(EntityAlreadyExistsException);
    const { MFADevices } = await iam.send(new ListMFADevicesCommand({ UserName: "mia" }));
    expect(MFADevices).toEqual([{ UserName: "mia", SerialNumber, EnableDate: expect.any(Date) }]);
    const assigned = await iam.send(new ListVirtualMFADevicesCommand({ AssignmentStatus: "Assigned" }));
    expect(assigned.VirtualMFADevices).toMatchObject([{ SerialNumber, User: { UserName: "mia" } }]);
    expect(await iam.send(new GetMFADeviceCommand({ SerialNumber, UserName: "mia" }))).toMatchObject({
      UserName: "mia",
      SerialNumber,
    });
    await iam.send(new TagMFADeviceCommand({ SerialNumber, Tags: [{ Key: "desk", Value: "7" }] }));
    await iam.send(new UntagMFADeviceCommand({ SerialNumber, TagKeys: ["floor"] }));
    expect((await iam.send(new ListMFADeviceTagsCommand({ SerialNumber }))).Tags).toEqual([
      { Key: "desk", Value: "7" },
    ]);
    const resync = (first: number) =>
      iam.send(
        new ResyncMFADeviceCommand({
          UserName: "mia",
          SerialNumber,
          AuthenticationCode1: codeOf(seed, first),
          AuthenticationCode2: codeOf(seed, first + 1),
        }),
      );
    await expect(resync(now - 1)).rejects.toBeInstanceOf(InvalidAuthenticationCodeException);
    await resync(now + 5);
    await expect(iam.send(new DeleteVirtualMFADeviceCommand({ SerialNumber }))).rejects.toBeInstanceOf(
      DeleteConflictException,
    );
    await iam.send(new DeactivateMFADeviceCommand({ UserName: "mia", SerialNumber }));
    await iam.send(new DeleteVirtualMFADeviceCommand({ SerialNumber }));
    await expect(iam.send(new DeleteVirtualMFADeviceCommand({ SerialNumber }))).rejects.toBeInstanceOf(
      NoSuchEntityException,
    );
    const [enabled] = await records("EnableMFADevice", 3);
    expect(enabled!["requestParameters"]).toEqual({ userName: "mia", serialNumber: SerialNumber });
  });

  it("takes a code once, for a session that policies see it in", async () => {
    await addUser("tom", []);
    await iam.send(
      new PutUserPolicyCommand({
        UserName: "tom",
        PolicyName: "with-a-code",
        PolicyDocument: policyText(
          { Effect: "Allow", Action: "sts:AssumeRole", Resource: "*" },
          {
            Effect: "Allow",
            Action: "xray:GetSamplingRules",
            Resource: "*",
            Condition: {
              Bool: { "aws:MultiFactorAuthPresent": "true" },
              NumericLessThan: { "aws:MultiFactorAuthAge": "3600" },
            },
          },
        ),
      }),
    );
    const key = await keyOf("tom");
    const device = await addDevice("tom", "tom-1");
    const tom = service.client(STSClient, key);
    const mfa = { SerialNumber: device.serial, TokenCode: device.code() };
    const wrong = String((Number(device.code()) + 1) % 1_000_000).padStart(6, "0");
    for (const input of [
      { ...mfa, TokenCode: wrong },
      { ...mfa, SerialNumber: `${device.serial}-other` },
      { TokenCode: "123456" },
    ])
      await expect(tom.send(new GetSessionTokenCommand(input))).rejects.toThrow(/MultiFactorAuthentication failed/);
    const { Credentials } = await tom.send(new GetSessionTokenCommand(mfa));
    await expect(tom.send(new GetSessionTokenCommand(mfa))).rejects.toThrow(/invalid MFA one time pass code/);

    const session: TestCredentials = {
      accessKeyId: Credentials!.AccessKeyId!,
      secretAccessKey: Credentials!.SecretAccessKey!,
      sessionToken: Credentials!.SessionToken!,
    };
    const { Credentials: without } = await tom.send(new GetSessionTokenCommand());
    for (const [credentials, may] of [
      [session, true],
      [key, false],
      [
        {
          accessKeyId: without!.AccessKeyId!,
          secretAccessKey: without!.SecretAccessKey!,
          sessionToken: without!.SessionToken!,
        },
        false,
      ],
    ] as const) {
      const xray = service.client(XRayClient, credentials);
      const read = xray.send(new GetSamplingRulesCommand());
      if (may) await read;
      else await expect(read).rejects.toMatchObject({ name: "AccessDeniedException" });
      xray.destroy();
    }
    const [plain, , first] = await records("GetSamplingRules", 3);
    expect(first!["userIdentity"].sessionContext.attributes.mfaAuthenticated).toBe("true");
    expect(plain!["userIdentity"].sessionContext.attributes.mfaAuthenticated).toBe("false");

    const { Role } = await iam.send(
      new CreateRoleCommand({
        RoleName: "guarded",
        AssumeRolePolicyDocument: policyText({
          Effect: "Allow",
          Principal: { AWS: service.accountId },
          Action: "sts:AssumeRole",
          Condition: { Bool: { "aws:MultiFactorAuthPresent": "true" } },
        }),
      }),
    );
    const assume = { RoleArn: Role!.Arn!, RoleSessionName: "tom" };
    await expect(tom.send(new AssumeRoleCommand(assume))).rejects.toMatchObject({ name: "AccessDenied" });
    const second = await addDevice("tom", "tom-2");
    const { Credentials: ofRole } = await tom.send(
      new AssumeRoleCommand({ ...assume, SerialNumber: second.serial, TokenCode: second.code() }),
    );
    const asRole = service.client(STSClient, {
      accessKeyId: ofRole!.AccessKeyId!,
      secretAccessKey: ofRole!.SecretAccessKey!,
      sessionToken: ofRole!.SessionToken!,
    });
    await asRole.send(new GetCallerIdentityCommand());
    const [identity] = await records("GetCallerIdentity", 1);
    expect(identity!["userIdentity"].sessionContext.attributes.mfaAuthenticated).toBe("true");
    const [assumed] = await records("AssumeRole", 2);
    expect(assumed!["requestParameters"]).toMatchObject({ serialNumber: second.serial });
    expect(JSON.stringify(assumed)).not.toContain("tokenCode");
    tom.destroy();
    asRole.destroy();
  });

  it("signs a person in, asks for a new password and for a code, and records each as CloudTrail does", async () => {
    await addUser("ann");
    await iam.send(new CreateAccountAliasCommand({ AccountAlias: "the-lab" }));
    await iam.send(
      new CreateLoginProfileCommand({ UserName: "ann", Password: secrets.first, PasswordResetRequired: true }),
    );
    const ann = { Account: "the-lab", UserName: "ann" };
    const wrong = await signIn({ ...ann, Password: secrets.wrong });
    const unknown = await signIn({ ...ann, UserName: "nobody", Password: secrets.wrong });
    const withoutPassword = await signIn({ ...ann, UserName: "tom", Password: secrets.wrong });
    expect(wrong).toMatchObject({ status: 403, body: { __type: "AccessDeniedException" } });
    expect([unknown, withoutPassword]).toEqual([wrong, wrong]);

    const mustChange = await signIn({ ...ann, Password: secrets.first });
    expect(mustChange).toMatchObject({ status: 403, body: { __type: "PasswordChangeRequired" } });
    const refused = await signIn({ ...ann, Password: secrets.first, NewPassword: "short" });
    expect(refused).toMatchObject({ status: 400, body: { __type: "PasswordPolicyViolation" } });
    const changed = await signIn({ ...ann, Password: secrets.first, NewPassword: secrets.second });
    expect(changed).toMatchObject({ status: 200, body: { UserName: "ann", Account: service.accountId } });

    const device = await addDevice("ann", "ann-1");
    const codeMissing = await signIn({ ...ann, Password: secrets.second });
    expect(codeMissing).toMatchObject({ status: 403, body: { __type: "MultiFactorAuthRequired" } });
    const input = { ...ann, Password: secrets.second, MFACode: device.code(), DurationSeconds: 900 };
    const signedIn = await signIn(input);
    expect(signedIn.status).toBe(200);
    const lifetime = signedIn.body["Credentials"].Expiration - Date.now() / 1000;
    expect(lifetime).toBeGreaterThan(800);
    expect(lifetime).toBeLessThanOrEqual(900);
    expect(await signIn(input)).toEqual(wrong);

    const asAnn = service.client(STSClient, credentialsOf(signedIn.body));
    expect((await asAnn.send(new GetCallerIdentityCommand())).Arn).toBe(`arn:aws:iam::${service.accountId}:user/ann`);
    asAnn.destroy();
    expect((await iam.send(new GetUserCommand({ UserName: "ann" }))).User!.PasswordLastUsed).toBeInstanceOf(Date);
    const listed = (await iam.send(new ListUsersCommand())).Users!.find((user) => user.UserName === "ann");
    expect(listed!.PasswordLastUsed).toBeInstanceOf(Date);

    const [used, success, , , , , unknownName] = await records("ConsoleLogin", 8);
    expect(success).toMatchObject({
      eventSource: "signin.amazonaws.com",
      eventType: "AwsConsoleSignIn",
      requestParameters: null,
      responseElements: { ConsoleLogin: "Success" },
      userIdentity: {
        type: "IAMUser",
        userName: "ann",
        arn: `arn:aws:iam::${service.accountId}:user/ann`,
        accessKeyId: signedIn.body["Credentials"].AccessKeyId,
      },
      additionalEventData: {
        LoginTo: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/console\/$/),
        MobileVersion: "No",
        MFAUsed: "Yes",
        MFAIdentifier: device.serial,
      },
      readOnly: false,
      managementEvent: true,
      recipientAccountId: service.accountId,
    });
    expect(success).not.toHaveProperty("errorMessage");
    expect(success).not.toHaveProperty("apiVersion");
    expect(used).toMatchObject({
      errorMessage: "Failed authentication",
      responseElements: { ConsoleLogin: "Failure" },
      userIdentity: { type: "IAMUser", accountId: service.accountId, accessKeyId: "", userName: "ann" },
      additionalEventData: { MFAUsed: "Yes" },
    });
    expect(used).not.toHaveProperty("errorCode");
    expect(unknownName).toMatchObject({
      errorMessage: "No username found in supplied account",
      userIdentity: { userName: "HIDDEN_DUE_TO_SECURITY_REASONS" },
    });
    const [checked] = await records("CheckMfa", 1);
    expect(checked).toMatchObject({
      eventType: "AwsConsoleSignIn",
      responseElements: { CheckMfa: "Success" },
      additionalEventData: { MfaType: "Virtual MFA" },
    });
    await iam.send(new DeleteAccountAliasCommand({ AccountAlias: "the-lab" }));
    expect((await iam.send(new ListAccountAliasesCommand())).AccountAliases).toEqual([]);
  });

  it("refuses a sign-in that is malformed, without showing what was in it", async () => {
    const malformed = [
      { UserName: "ann" },
      { UserName: secrets.wrong, Password: "x".repeat(200) },
      { UserName: "ann", Password: secrets.wrong, MFACode: "abc" },
      { UserName: "ann", Password: secrets.wrong, DurationSeconds: 60 },
      { UserName: "ann", Password: secrets.wrong, [secrets.wrong]: 1 },
      { UserName: { name: "ann" }, Password: secrets.wrong },
    ];
    for (const input of malformed) {
      const answer = await signIn(input);
      expect(answer).toMatchObject({ status: 400, body: { __type: "ValidationException" } });
      expect(answer.text).not.toContain("Planted");
    }
  });

  it("slows down guessing, of users who are there and of others alike", async () => {
    const guess = (UserName: string) =>
      Promise.all(Array.from({ length: 8 }, () => signIn({ UserName, Password: secrets.wrong })));
    for (const name of ["ann", "nobody-at-all"]) {
      const statuses = (await guess(name)).map((answer) => answer.status).sort();
      expect(statuses).toEqual([403, 403, 403, 403, 403, 429, 429, 429]);
    }
  });

  it("says when keys were last used, and lets them be rotated", async () => {
    await addUser("rob");
    const [old, next] = [await keyOf("rob"), await keyOf("rob")];
    const use = async (key: TestCredentials) => {
      const xray = service.client(XRayClient, key);
      await xray.send(new GetSamplingRulesCommand()).finally(() => xray.destroy());
    };
    const lastUsed = (key: TestCredentials) =>
      iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: key.accessKeyId }));
    expect(await lastUsed(next)).toMatchObject({ AccessKeyLastUsed: { ServiceName: "N/A", Region: "N/A" } });
    await use(old);
    const used = await eventually(async () => {
      const { UserName, AccessKeyLastUsed } = await lastUsed(old);
      return AccessKeyLastUsed?.LastUsedDate && { UserName, ...AccessKeyLastUsed };
    }, "the use of a key");
    expect(used).toMatchObject({ UserName: "rob", ServiceName: "xray", Region: service.region });
    const ofRoot = await eventually(
      async () => (await lastUsed(service.root)).AccessKeyLastUsed?.LastUsedDate,
      "the use of the root key",
    );
    expect(ofRoot).toBeInstanceOf(Date);
    await use(next);
    await eventually(async () => (await lastUsed(next)).AccessKeyLastUsed?.LastUsedDate, "the use of the other key");
    const AccessKeyId = old.accessKeyId;
    await iam.send(new UpdateAccessKeyCommand({ UserName: "rob", AccessKeyId, Status: "Inactive" }));
    await expect(use(old)).rejects.toMatchObject({ name: "UnrecognizedClientException" });
    await iam.send(new UpdateAccessKeyCommand({ UserName: "rob", AccessKeyId, Status: "Active" }));
    await use(old);
    await iam.send(new DeleteAccessKeyCommand({ UserName: "rob", AccessKeyId }));
    await expect(use(old)).rejects.toMatchObject({ name: "UnrecognizedClientException" });
    await expect(lastUsed(old)).rejects.toMatchObject({ name: "AccessDenied" });
  });

  it("reports on everybody's credentials and policies", async () => {
    await expect(iam.send(new GetCredentialReportCommand())).rejects.toBeInstanceOf(
      CredentialReportNotPresentException,
    );
    expect((await iam.send(new GenerateCredentialReportCommand())).State).toBe("COMPLETE");
    const report = await iam.send(new GetCredentialReportCommand());
    expect(report).toMatchObject({ ReportFormat: "text/csv", GeneratedTime: expect.any(Date) });
    const [header, rootLine, ...lines] = Buffer.from(report.Content!).toString().split("\n");
    expect(header).toBe(
      "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation," +
        "mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date," +
        "access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated," +
        "access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active," +
        "cert_1_last_rotated,cert_2_active,cert_2_last_rotated,additional_credentials_info",
    );
    const names = header!.split(",");
    const row = (line: string) => Object.fromEntries(line.split(",").map((value, i) => [names[i], value]));
    expect(row(rootLine!)).toMatchObject({ user: "<root_account>", access_key_1_active: "true", mfa_active: "false" });
    const users = new Map(lines.map((line) => [row(line)["user"], row(line)]));
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/);
    expect(users.get("ann")).toMatchObject({
      password_enabled: "true",
      password_last_used: time,
      password_next_rotation: "N/A",
      mfa_active: "true",
      access_key_1_active: "false",
    });
    expect(users.get("rob")).toMatchObject({
      password_enabled: "false",
      mfa_active: "false",
      access_key_1_active: "true",
      access_key_1_last_used_service: "xray",
      access_key_2_active: "false",
    });

    await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: "machine" }));
    await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: "machine", RoleName: "guarded" }));
    const { SummaryMap } = await iam.send(new GetAccountSummaryCommand());
    expect(SummaryMap).toMatchObject({
      Users: 6,
      MFADevices: 3,
      MFADevicesInUse: 3,
      AccountAccessKeysPresent: 1,
      InstanceProfiles: 1,
    });
    const details = [];
    let Marker: string | undefined;
    do {
      const page = await iam.send(
        new GetAccountAuthorizationDetailsCommand({ Filter: ["User", "Role"], MaxItems: 3, Marker }),
      );
      details.push(...page.UserDetailList!, ...page.RoleDetailList!);
      Marker = page.Marker;
    } while (Marker !== undefined);
    const tom = details.find((detail) => "UserName" in detail && detail.UserName === "tom");
    expect(tom).toMatchObject({ UserPolicyList: [{ PolicyName: "with-a-code" }], AttachedManagedPolicies: [] });
    const guarded = details.find((detail) => "RoleName" in detail && detail.RoleName === "guarded");
    expect(guarded).toMatchObject({ InstanceProfileList: [{ InstanceProfileName: "machine" }] });
    expect(details.map((detail: UserDetail & RoleDetail) => detail.UserName ?? detail.RoleName)).toEqual(
      expect.arrayContaining(["ann", "lea", "max", "mia", "rob", "tom", "guarded"]),
    );
  });

  it("has stored and logged no password and no seed", async () => {
    expect(seeds.length).toBeGreaterThan(3);
    const planted = [...Object.values(secrets), ...seeds];
    const trail = service.client(CloudTrailClient);
    let kept = "";
    let NextToken: string | undefined;
    do {
      const page = await trail.send(new LookupEventsCommand({ NextToken }));
      kept += page.Events!.map((event) => event.CloudTrailEvent).join("\n");
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    trail.destroy();
    expect(kept).toContain("CreateLoginProfile");
    // What is still only in memory is written once the stores are closed.
    await service.stop();
    kept += service.standardError();
    for (const file of await readdir(dataFolder, { recursive: true, withFileTypes: true }))
      if (file.isFile()) kept += await readFile(join(file.parentPath, file.name), "latin1");
    expect(planted.filter((secret) => kept.includes(secret))).toEqual([]);
  });
});

function policyText(...statements: object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

function fromBase32(text: string): Buffer {
  const bits = [...text].map((letter) =>
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0"),
  );
  return Buffer.from(
    bits
      .join("")
      .match(/.{8}/g)!
      .map((byte) => Number.parseInt(byte, 2)),
  );
}
