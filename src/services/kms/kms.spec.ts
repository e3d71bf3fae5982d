import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createKeyUpkeep } from "../../jobs/rotate-keys.js";
import {
  accountId,
  cloudTrail,
  openTestAccount,
  region,
  type root,
  stranger,
  type TestAccount,
} from "../test-account.fixture.js";
import { kmsService } from "./service.js";

const dayMs = 86_400_000;
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

describe("KMS", () => {
  let account: TestAccount;
  // biome-ignore lint/suspicious/noExplicitAny: outputs of many operations.
  let kms: (name: string, input: unknown, caller?: typeof root) => Promise<any>;
  let keyId: string;
  let arn: string;

  beforeEach(async () => {
    account = await openTestAccount();
    const service = kmsService(account);
    kms = (name, input, caller) => account.run(service, name, input, caller);
    ({ KeyId: keyId, Arn: arn } = (await kms("CreateKey", { Description: "for trails" })).KeyMetadata);
  });
  afterEach(() => account.close());

  const encrypt = async (plaintext: string, context?: Record<string, string>, KeyId = keyId) =>
    (await kms("Encrypt", { KeyId, Plaintext: Buffer.from(plaintext), EncryptionContext: context })).CiphertextBlob;

  it("decrypts what it encrypted, for the same encryption context in any order, and tells the key", async () => {
    const CiphertextBlob = await encrypt("secret", { a: "1", b: "2" });
    expect(Buffer.from(CiphertextBlob).includes("secret")).toBe(false);
    const opened = await kms("Decrypt", { CiphertextBlob, EncryptionContext: { b: "2", a: "1" } });
    expect([text(opened.Plaintext), opened.KeyId]).toEqual(["secret", arn]);
  });

  it("refuses another context, an altered byte anywhere, and what is no ciphertext", async () => {
    const CiphertextBlob: Uint8Array = await encrypt("secret", { a: "1" });
    const refused = { name: "InvalidCiphertextException" };
    await expect(kms("Decrypt", { CiphertextBlob })).rejects.toMatchObject(refused);
    await expect(kms("Decrypt", { CiphertextBlob, EncryptionContext: { a: "2" } })).rejects.toMatchObject(refused);
    for (let at = 0; at < CiphertextBlob.length; at++) {
      const altered = Buffer.from(CiphertextBlob);
      altered[at]! ^= 1;
      await expect(kms("Decrypt", { CiphertextBlob: altered, EncryptionContext: { a: "1" } })).rejects.toMatchObject(
        refused,
      );
    }
    await expect(kms("Decrypt", { CiphertextBlob: Buffer.from("x") })).rejects.toMatchObject(refused);
  });

  it("refuses a key that did not encrypt the text", async () => {
    const other = (await kms("CreateKey", {})).KeyMetadata.KeyId;
    const CiphertextBlob = await encrypt("secret");
    await expect(kms("Decrypt", { CiphertextBlob, KeyId: other })).rejects.toMatchObject({
      name: "IncorrectKeyException",
    });
  });

  it("finds a key by id, ARN, alias and alias ARN", async () => {
    await kms("CreateAlias", { AliasName: "alias/trails", TargetKeyId: keyId });
    const aliasArn = `arn:aws:kms:${region}:${accountId}:alias/trails`;
    for (const KeyId of [keyId, arn, "alias/trails", aliasArn])
      expect((await kms("DescribeKey", { KeyId })).KeyMetadata.Arn).toBe(arn);
    expect((await kms("ListAliases", {})).Aliases).toMatchObject([{ AliasName: "alias/trails", AliasArn: aliasArn }]);
    await expect(kms("CreateAlias", { AliasName: "alias/trails", TargetKeyId: keyId })).rejects.toMatchObject({
      name: "AlreadyExistsException",
    });
    await kms("DeleteAlias", { AliasName: "alias/trails" });
    for (const KeyId of ["alias/trails", "nonsense", `${arn.slice(0, -1)}z`])
      await expect(kms("DescribeKey", { KeyId })).rejects.toMatchObject({ name: "NotFoundException" });
    await expect(kms("CreateAlias", { AliasName: "alias/aws/s3", TargetKeyId: keyId })).rejects.toMatchObject({
      name: "InvalidAliasNameException",
    });
  });

  it("makes data keys that Decrypt gives back", async () => {
    const made = await kms("GenerateDataKey", { KeyId: keyId, KeySpec: "AES_256" });
    expect(made.Plaintext).toHaveLength(32);
    const opened = await kms("Decrypt", { CiphertextBlob: made.CiphertextBlob });
    expect(Buffer.from(opened.Plaintext).equals(made.Plaintext)).toBe(true);
    const kept = await kms("GenerateDataKeyWithoutPlaintext", { KeyId: keyId, NumberOfBytes: 7 });
    expect(kept.Plaintext).toBeUndefined();
    expect((await kms("Decrypt", { CiphertextBlob: kept.CiphertextBlob })).Plaintext).toHaveLength(7);
    await expect(kms("GenerateDataKey", { KeyId: keyId })).rejects.toMatchObject({ name: "ValidationException" });
  });

  it("moves a ciphertext to another key and context", async () => {
    const other = (await kms("CreateKey", {})).KeyMetadata;
    const moved = await kms("ReEncrypt", {
      CiphertextBlob: await encrypt("secret", { a: "1" }),
      SourceEncryptionContext: { a: "1" },
      DestinationKeyId: other.KeyId,
      DestinationEncryptionContext: { c: "3" },
    });
    expect([moved.SourceKeyId, moved.KeyId]).toEqual([arn, other.Arn]);
    const opened = await kms("Decrypt", { CiphertextBlob: moved.CiphertextBlob, EncryptionContext: { c: "3" } });
    expect(text(opened.Plaintext)).toBe("secret");
  });

  it("does nothing with a disabled key", async () => {
    const CiphertextBlob = await encrypt("secret");
    await kms("DisableKey", { KeyId: keyId });
    await expect(encrypt("more")).rejects.toMatchObject({ name: "DisabledException" });
    await expect(kms("Decrypt", { CiphertextBlob })).rejects.toMatchObject({ name: "DisabledException" });
    await kms("EnableKey", { KeyId: keyId });
    expect(text((await kms("Decrypt", { CiphertextBlob })).Plaintext)).toBe("secret");
  });

  it("deletes a key after its waiting period, and its material for good", async () => {
    const upkeep = createKeyUpkeep(account);
    const CiphertextBlob = await encrypt("secret");
    await kms("ScheduleKeyDeletion", { KeyId: keyId, PendingWindowInDays: 7 });
    expect((await kms("DescribeKey", { KeyId: keyId })).KeyMetadata.KeyState).toBe("PendingDeletion");
    await expect(kms("Decrypt", { CiphertextBlob })).rejects.toMatchObject({ name: "KMSInvalidStateException" });
    await kms("CancelKeyDeletion", { KeyId: keyId });
    expect((await kms("DescribeKey", { KeyId: keyId })).KeyMetadata.KeyState).toBe("Disabled");
    await kms("ScheduleKeyDeletion", { KeyId: keyId, PendingWindowInDays: 7 });
    account.advance(7 * dayMs);
    await expect(kms("DescribeKey", { KeyId: keyId })).rejects.toMatchObject({ name: "NotFoundException" });
    expect(await upkeep.run(account.environment.clock.nowMs())).toEqual({ rotated: 0, destroyed: 1 });
    expect(await account.settings.read.selectFrom("kms_materials").selectAll().execute()).toEqual([]);
    await expect(kms("Decrypt", { CiphertextBlob })).rejects.toMatchObject({ name: "InvalidCiphertextException" });
  });

  it("rotates material and still opens what older material encrypted", async () => {
    const upkeep = createKeyUpkeep(account);
    const before = await encrypt("old");
    await kms("EnableKeyRotation", { KeyId: keyId, RotationPeriodInDays: 90 });
    expect(await upkeep.run(account.environment.clock.nowMs())).toEqual({ rotated: 0, destroyed: 0 });
    account.advance(90 * dayMs);
    expect(await upkeep.run(account.environment.clock.nowMs())).toEqual({ rotated: 1, destroyed: 0 });
    const after = await encrypt("new");
    const materials = [before, after].map((bytes) => Buffer.from(bytes).subarray(17, 33).toString("hex"));
    expect(materials[0]).not.toBe(materials[1]);
    expect(text((await kms("Decrypt", { CiphertextBlob: before })).Plaintext)).toBe("old");
    expect(text((await kms("Decrypt", { CiphertextBlob: after })).Plaintext)).toBe("new");
    const status = await kms("GetKeyRotationStatus", { KeyId: keyId });
    expect(status.NextRotationDate.getTime()).toBe(account.environment.clock.nowMs() + 90 * dayMs);
  });

  it("lets in whom the key policy names, and nobody else", async () => {
    const statement = {
      Effect: "Allow",
      Principal: { Service: "cloudtrail.amazonaws.com" },
      Action: "kms:GenerateDataKey*",
      Resource: "*",
      Condition: {
        StringLike: { "kms:EncryptionContext:aws:cloudtrail:arn": `arn:aws:cloudtrail:*:${accountId}:trail/*` },
      },
    };
    const dataKey = {
      KeyId: arn,
      KeySpec: "AES_256",
      EncryptionContext: { "aws:cloudtrail:arn": `arn:aws:cloudtrail:${region}:${accountId}:trail/main` },
    };
    const denied = { name: "AccessDeniedException" };
    await expect(kms("GenerateDataKey", dataKey, cloudTrail as never)).rejects.toMatchObject(denied);
    const { Policy } = await kms("GetKeyPolicy", { KeyId: keyId });
    const policy = JSON.parse(Policy);
    policy.Statement.push(statement);
    await kms("PutKeyPolicy", { KeyId: keyId, Policy: JSON.stringify(policy) });
    expect((await kms("GenerateDataKey", dataKey, cloudTrail as never)).Plaintext).toHaveLength(32);
    await expect(
      kms("GenerateDataKey", { ...dataKey, EncryptionContext: undefined }, cloudTrail as never),
    ).rejects.toMatchObject(denied);
    await expect(kms("Encrypt", { KeyId: arn, Plaintext: Buffer.from("x") }, stranger as never)).rejects.toMatchObject(
      denied,
    );
  });

  it("refuses a key policy that is none, and one that would lock its owner out", async () => {
    const malformed = { name: "MalformedPolicyDocumentException" };
    await expect(kms("PutKeyPolicy", { KeyId: keyId, Policy: "{}" })).rejects.toMatchObject(malformed);
    const Policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { AWS: stranger.kind === "root" && stranger.arn },
          Action: "kms:*",
          Resource: "*",
        },
      ],
    });
    await expect(kms("PutKeyPolicy", { KeyId: keyId, Policy })).rejects.toMatchObject(malformed);
    await kms("PutKeyPolicy", { KeyId: keyId, Policy, BypassPolicyLockoutSafetyCheck: true });
    await expect(kms("Encrypt", { KeyId: keyId, Plaintext: Buffer.from("x") })).rejects.toMatchObject({
      name: "AccessDeniedException",
    });
  });

  it("stores no plaintext material", async () => {
    const [row] = await account.settings.read.selectFrom("kms_materials").selectAll().execute();
    const material = account.vault.open(row!.sealed, `kms-material:${row!.material_id}`);
    expect(material).toHaveLength(32);
    expect(row!.sealed.includes(material.toString("base64url"))).toBe(false);
    expect(() => account.vault.open(row!.sealed, "kms-material:other")).toThrow();
  });

  it("refuses what it does not offer instead of making something else", async () => {
    for (const input of [
      { KeySpec: "RSA_2048" },
      { KeyUsage: "SIGN_VERIFY" },
      { MultiRegion: true },
      { Origin: "EXTERNAL" },
    ])
      await expect(kms("CreateKey", input)).rejects.toMatchObject({ name: "UnsupportedOperationException" });
  });

  it("pages and tags", async () => {
    await kms("CreateKey", { Tags: [{ TagKey: "team", TagValue: "blue" }] });
    const first = await kms("ListKeys", { Limit: 1 });
    expect(first).toMatchObject({ Truncated: true, Keys: [{}] });
    const second = await kms("ListKeys", { Limit: 1, Marker: first.NextMarker });
    expect(second.Truncated).toBe(false);
    expect(new Set([first.Keys[0].KeyId, second.Keys[0].KeyId]).size).toBe(2);
    await expect(kms("ListKeys", { Marker: "bogus" })).rejects.toMatchObject({ name: "InvalidMarkerException" });
    await kms("TagResource", {
      KeyId: keyId,
      Tags: [
        { TagKey: "a", TagValue: "1" },
        { TagKey: "b", TagValue: "2" },
      ],
    });
    await kms("UntagResource", { KeyId: keyId, TagKeys: ["a"] });
    expect((await kms("ListResourceTags", { KeyId: keyId })).Tags).toEqual([{ TagKey: "b", TagValue: "2" }]);
  });
});
