import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Caller } from "../../identity/caller.js";
import { createKeyUpkeep } from "../../jobs/rotate-keys.js";
import { accountId, openTestAccount, region, root, stranger, type TestAccount } from "../test-account.fixture.js";
import { grantsPerKeyMax } from "./create-grant.js";
import { kmsService } from "./service.js";

const dayMs = 86_400_000;
const denied = { name: "AccessDeniedException" };

describe("grants", () => {
  let account: TestAccount;
  // biome-ignore lint/suspicious/noExplicitAny: outputs of many operations.
  let kms: (name: string, input: unknown, caller?: Caller) => Promise<any>;
  let keyId: string;
  let ada: Caller;
  let bob: Caller;
  let ciphertext: Uint8Array;
  const context = { tenant: "a", kind: "trace" };

  beforeEach(async () => {
    account = await openTestAccount();
    const service = kmsService(account);
    kms = (name, input, caller) => account.run(service, name, input, caller);
    [ada, bob] = [await user("ada"), await user("bob")];
    keyId = (await kms("CreateKey", {})).KeyMetadata.KeyId;
    ciphertext = (await kms("Encrypt", { KeyId: keyId, Plaintext: Buffer.from("secret"), EncryptionContext: context }))
      .CiphertextBlob;
  });
  afterEach(() => account.close());

  /** A user without any policy. */
  async function user(name: string): Promise<Caller> {
    const userId = `AIDA${name.toUpperCase().padEnd(17, "0")}`;
    const arn = `arn:aws:iam::${accountId}:user/${name}`;
    await account.settings.transact(
      async (tx) =>
        void (await tx
          .insertInto("iam_entities")
          .values({
            entity_id: userId,
            account_id: accountId,
            kind: "user",
            name,
            name_lower: name,
            path: "/",
            arn,
            created_ms: 0,
            boundary_arn: null,
            description: null,
            max_session_seconds: null,
            trust_policy: null,
          })
          .execute()),
    );
    return { kind: "user", accountId, accessKeyId: "AKIATESTUSER00000001", userName: name, userId, arn };
  }

  const arnOf = (caller: Caller) => (caller as { arn: string }).arn;
  const grant = (more: object = {}, caller?: Caller) =>
    kms("CreateGrant", { KeyId: keyId, GranteePrincipal: arnOf(ada), Operations: ["Decrypt"], ...more }, caller);
  const decrypt = (caller: Caller, more: object = {}) =>
    kms("Decrypt", { CiphertextBlob: ciphertext, EncryptionContext: context, ...more }, caller);

  it("let their grantee do what they name, and nobody else, and nothing else", async () => {
    await expect(decrypt(ada)).rejects.toMatchObject(denied);
    await grant();
    expect(Buffer.from((await decrypt(ada)).Plaintext).toString()).toBe("secret");
    await expect(decrypt(bob)).rejects.toMatchObject(denied);
    for (const [name, input] of [
      ["Encrypt", { KeyId: keyId, Plaintext: Buffer.from("x") }],
      ["GenerateDataKey", { KeyId: keyId, KeySpec: "AES_256" }],
      ["DescribeKey", { KeyId: keyId }],
      ["CreateGrant", { KeyId: keyId, GranteePrincipal: arnOf(bob), Operations: ["Decrypt"] }],
      ["ListGrants", { KeyId: keyId }],
      ["DisableKey", { KeyId: keyId }],
    ] as const)
      await expect(kms(name, input, ada), name).rejects.toMatchObject(denied);
  });

  it("let each operation through that they name", async () => {
    const Operations = [
      "Decrypt",
      "DescribeKey",
      "Encrypt",
      "GenerateDataKey",
      "GenerateDataKeyWithoutPlaintext",
      "ReEncryptFrom",
      "ReEncryptTo",
    ];
    await grant({ Operations });
    await kms("DescribeKey", { KeyId: keyId }, ada);
    await kms("Encrypt", { KeyId: keyId, Plaintext: Buffer.from("x") }, ada);
    await kms("GenerateDataKey", { KeyId: keyId, KeySpec: "AES_256" }, ada);
    await kms("GenerateDataKeyWithoutPlaintext", { KeyId: keyId, KeySpec: "AES_256" }, ada);
    const moved = { CiphertextBlob: ciphertext, SourceEncryptionContext: context, DestinationKeyId: keyId };
    await kms("ReEncrypt", moved, ada);
    const other = (await kms("CreateKey", {})).KeyMetadata.KeyId;
    await expect(kms("ReEncrypt", { ...moved, DestinationKeyId: other }, ada)).rejects.toMatchObject(denied);
  });

  it("hold for an encryption context alone: the same, or one that includes theirs", async () => {
    const { GrantId } = await grant({ Constraints: { EncryptionContextEquals: { tenant: "a" } } });
    await expect(decrypt(ada)).rejects.toMatchObject(denied);
    await kms("RevokeGrant", { KeyId: keyId, GrantId });
    await grant({ Constraints: { EncryptionContextEquals: { kind: "trace", tenant: "a" } } });
    await decrypt(ada);
    await grant({ GranteePrincipal: arnOf(bob), Constraints: { EncryptionContextSubset: { tenant: "a" } } });
    await decrypt(bob);
    const wrong = { EncryptionContext: { tenant: "b", kind: "trace" } };
    await expect(decrypt(bob, wrong)).rejects.toMatchObject(denied);
    await expect(decrypt(bob, { EncryptionContext: undefined })).rejects.toMatchObject(denied);
  });

  it("do not give back what a policy denies", async () => {
    const { Policy } = await kms("GetKeyPolicy", { KeyId: keyId });
    const policy = JSON.parse(Policy);
    policy.Statement.push({ Effect: "Deny", Principal: { AWS: arnOf(ada) }, Action: "kms:Decrypt", Resource: "*" });
    await grant();
    await kms("PutKeyPolicy", { KeyId: keyId, Policy: JSON.stringify(policy) });
    await expect(decrypt(ada)).rejects.toMatchObject(denied);
  });

  it("reach another account only together with its own policies; its root needs none", async () => {
    await expect(decrypt(stranger)).rejects.toMatchObject(denied);
    await grant({ GranteePrincipal: arnOf(stranger) });
    await decrypt(stranger);
    const foreign = { ...ada, accountId: "444455556666", arn: "arn:aws:iam::444455556666:user/ada" } as Caller;
    await expect(decrypt(foreign)).rejects.toMatchObject(denied);
  });

  it("end at once when they are revoked, and with them what their tokens are worth", async () => {
    const { GrantId, GrantToken } = await grant();
    await decrypt(ada, { GrantTokens: [GrantToken] });
    await expect(kms("RevokeGrant", { KeyId: keyId, GrantId }, ada)).rejects.toMatchObject(denied);
    await kms("RevokeGrant", { KeyId: keyId, GrantId });
    await expect(decrypt(ada)).rejects.toMatchObject(denied);
    const gone = { name: "InvalidGrantTokenException" };
    await expect(decrypt(ada, { GrantTokens: [GrantToken] })).rejects.toMatchObject(gone);
    await expect(decrypt(root, { GrantTokens: ["made up"] })).rejects.toMatchObject(gone);
    await expect(kms("RevokeGrant", { KeyId: keyId, GrantId })).rejects.toMatchObject({ name: "NotFoundException" });
    await expect(kms("RevokeGrant", { KeyId: keyId, GrantId: "nonsense" })).rejects.toMatchObject({
      name: "InvalidGrantIdException",
    });
    await expect(kms("ListGrants", { KeyId: keyId, GrantId: "nonsense" })).rejects.toMatchObject({
      name: "InvalidGrantIdException",
    });
  });

  it("are retired by whom they name for it, and by a grantee that may", async () => {
    const { GrantToken } = await grant({ RetiringPrincipal: arnOf(bob) });
    await expect(kms("RetireGrant", { GrantToken }, ada)).rejects.toMatchObject(denied);
    await kms("RetireGrant", { GrantToken }, bob);
    await expect(decrypt(ada)).rejects.toMatchObject(denied);
    await expect(kms("RetireGrant", { GrantToken }, bob)).rejects.toMatchObject({ name: "NotFoundException" });

    const { GrantId } = await grant({ Operations: ["Decrypt", "RetireGrant"] });
    await kms("RetireGrant", { KeyId: keyId, GrantId }, ada);
    await expect(decrypt(ada)).rejects.toMatchObject(denied);

    const third = await grant();
    await kms("RetireGrant", { GrantToken: third.GrantToken });
    await expect(kms("RetireGrant", { GrantToken: "1nonsense" })).rejects.toMatchObject({
      name: "InvalidGrantTokenException",
    });
    await expect(kms("RetireGrant", { KeyId: keyId })).rejects.toMatchObject({ name: "ValidationException" });
  });

  it("let their grantee grant on, no more than they have", async () => {
    const equals = { EncryptionContextEquals: context };
    const subset = { EncryptionContextSubset: { tenant: "a" } };
    await grant({ Operations: ["CreateGrant", "Decrypt", "Encrypt"], Constraints: subset });
    const onward = (more: object) => grant({ GranteePrincipal: arnOf(bob), ...more }, ada);
    await expect(onward({})).rejects.toMatchObject(denied);
    await expect(onward({ Constraints: { EncryptionContextSubset: { kind: "trace" } } })).rejects.toMatchObject(denied);
    await expect(onward({ Operations: ["GenerateDataKey"], Constraints: subset })).rejects.toMatchObject(denied);
    await onward({ Constraints: equals });
    await onward({ Constraints: subset });
    await decrypt(bob);
  });

  it("are made once under a name, however often asked for, each time with another token", async () => {
    const [one, other] = [await grant({ Name: "job" }), await grant({ Name: "job" })];
    expect(other.GrantId).toBe(one.GrantId);
    expect(other.GrantToken).not.toBe(one.GrantToken);
    expect((await grant({ Name: "job", Operations: ["Encrypt"] })).GrantId).not.toBe(one.GrantId);
    expect((await grant()).GrantId).not.toBe((await grant()).GrantId);
  });

  it("are listed by key, by grantee and by whom they may be retired, in pages", async () => {
    const constraints = { EncryptionContextSubset: { tenant: "a" } };
    const { GrantId } = await grant({ Name: "one", RetiringPrincipal: arnOf(bob), Constraints: constraints });
    await grant({ GranteePrincipal: arnOf(bob) });
    const shown = {
      KeyId: `arn:aws:kms:${region}:${accountId}:key/${keyId}`,
      GrantId,
      Name: "one",
      GranteePrincipal: arnOf(ada),
      RetiringPrincipal: arnOf(bob),
      IssuingAccount: arnOf(root),
      Operations: ["Decrypt"],
      Constraints: constraints,
    };
    expect((await kms("ListGrants", { KeyId: keyId, GranteePrincipal: arnOf(ada) })).Grants).toMatchObject([shown]);
    expect((await kms("ListRetirableGrants", { RetiringPrincipal: arnOf(bob) })).Grants).toMatchObject([shown]);
    const first = await kms("ListGrants", { KeyId: keyId, Limit: 1 });
    const second = await kms("ListGrants", { KeyId: keyId, Limit: 1, Marker: first.NextMarker });
    expect([first.Truncated, second.Truncated]).toEqual([true, false]);
    expect(new Set([...first.Grants, ...second.Grants].map((each) => each.GrantId)).size).toBe(2);
    await expect(kms("ListRetirableGrants", { RetiringPrincipal: arnOf(stranger) })).rejects.toMatchObject({
      name: "ValidationException",
    });
    await expect(kms("ListGrants", { KeyId: keyId, Marker: "bogus" })).rejects.toMatchObject({
      name: "InvalidMarkerException",
    });
  });

  it("are refused for what no principal is, what no symmetric key does, and services", async () => {
    for (const [input, name] of [
      [{ GranteePrincipal: "ada" }, "InvalidArnException"],
      [{ GranteePrincipal: undefined }, "ValidationException"],
      [{ Operations: ["Sign"] }, "ValidationException"],
      [{ Operations: [] }, "ValidationException"],
      [{ Constraints: {} }, "ValidationException"],
      [{ Constraints: { EncryptionContextEquals: { a: "x".repeat(385) } } }, "ValidationException"],
      [{ KeyId: "alias/none" }, "NotFoundException"],
      [{ GranteeServicePrincipal: "xray.amazonaws.com" }, "UnsupportedOperationException"],
    ] as const)
      await expect(grant(input), JSON.stringify(input)).rejects.toMatchObject({ name });
  });

  it("are not made of keys that cannot be used, nor in a dry run, nor without end", async () => {
    await expect(grant({ DryRun: true })).rejects.toMatchObject({ name: "DryRunOperationException" });
    expect((await kms("ListGrants", { KeyId: keyId })).Grants).toEqual([]);
    await kms("DisableKey", { KeyId: keyId });
    await expect(grant()).rejects.toMatchObject({ name: "DisabledException" });
    await kms("ScheduleKeyDeletion", { KeyId: keyId, PendingWindowInDays: 7 });
    await expect(grant()).rejects.toMatchObject({ name: "KMSInvalidStateException" });
    await kms("CancelKeyDeletion", { KeyId: keyId });
    await kms("EnableKey", { KeyId: keyId });
    const many = Array.from({ length: 1000 }, () => 0);
    await account.settings.transact(async (tx) => {
      for (let at = 0; at < grantsPerKeyMax; at += many.length)
        await tx
          .insertInto("kms_grants")
          .values(
            many.map((_, index) => ({
              grant_id: String(at + index).padStart(64, "0"),
              key_id: keyId,
              account_id: accountId,
              name: null,
              grantee: arnOf(bob),
              retiring: null,
              operations: '["Decrypt"]',
              constraints: "{}",
              created_ms: 0,
            })),
          )
          .execute();
    });
    await expect(grant()).rejects.toMatchObject({ name: "LimitExceededException" });
  });

  it("go with their key", async () => {
    await grant();
    await kms("ScheduleKeyDeletion", { KeyId: keyId, PendingWindowInDays: 7 });
    account.advance(7 * dayMs);
    await createKeyUpkeep(account).run(account.environment.clock.nowMs());
    expect(await account.settings.read.selectFrom("kms_grants").selectAll().execute()).toEqual([]);
  });

  it("show policies what is granted: operations, constraints, whom, and that no service asks", async () => {
    const { Policy } = await kms("GetKeyPolicy", { KeyId: keyId });
    const policy = JSON.parse(Policy);
    policy.Statement.push({
      Effect: "Allow",
      Principal: { AWS: arnOf(ada) },
      Action: "kms:CreateGrant",
      Resource: "*",
      Condition: {
        "ForAllValues:StringEquals": { "kms:GrantOperations": ["Decrypt", "Encrypt"] },
        StringEquals: {
          "kms:GrantConstraintType": "EncryptionContextSubset",
          "kms:GranteePrincipal": arnOf(bob),
          "kms:CallerAccount": accountId,
        },
        Bool: { "kms:GrantIsForAWSResource": "false" },
      },
    });
    await kms("PutKeyPolicy", { KeyId: keyId, Policy: JSON.stringify(policy) });
    const fitting = { GranteePrincipal: arnOf(bob), Constraints: { EncryptionContextSubset: { tenant: "a" } } };
    for (const more of [{ Operations: ["DescribeKey"] }, { GranteePrincipal: arnOf(ada) }, { Constraints: undefined }])
      await expect(grant({ ...fitting, ...more }, ada), JSON.stringify(more)).rejects.toMatchObject(denied);
    await grant(fitting, ada);
  });
});

describe("rotations", () => {
  it("are listed with how they came, and the first material when asked for", async () => {
    const account = await openTestAccount();
    const service = kmsService(account);
    const kms = (name: string, input: unknown) => account.run(service, name, input);
    const KeyId = (await kms("CreateKey", {})).KeyMetadata.KeyId;
    expect((await kms("ListKeyRotations", { KeyId })).Rotations).toEqual([]);
    await kms("EnableKeyRotation", { KeyId, RotationPeriodInDays: 90 });
    account.advance(90 * dayMs);
    await createKeyUpkeep(account).run(account.environment.clock.nowMs());
    account.advance(1);
    await kms("RotateKeyOnDemand", { KeyId });
    const { Rotations } = await kms("ListKeyRotations", { KeyId });
    expect(Rotations).toMatchObject([
      { RotationType: "AUTOMATIC", KeyMaterialState: "NON_CURRENT", RotationDate: expect.any(Date) },
      { RotationType: "ON_DEMAND", KeyMaterialState: "CURRENT" },
    ]);
    const all = await kms("ListKeyRotations", { KeyId, IncludeKeyMaterial: "ALL_KEY_MATERIAL" });
    expect(all.Rotations).toHaveLength(3);
    expect(all.Rotations[0].RotationDate).toBeUndefined();
    await account.close();
  });
});
