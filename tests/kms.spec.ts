import { CloudTrailClient, LookupEventsCommand } from "@aws-sdk/client-cloudtrail";
import {
  CreateAliasCommand,
  CreateKeyCommand,
  DecryptCommand,
  DisabledException,
  DisableKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GetKeyPolicyCommand,
  InvalidCiphertextException,
  KMSClient,
  ListAliasesCommand,
  NotFoundException,
  ScheduleKeyDeletionCommand,
} from "@aws-sdk/client-kms";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually, type RunningDosimeter, startDosimeter } from "./start-dosimeter.js";

/** KMS over the wire, against the real process. */
describe("KMS over the wire", () => {
  let service: RunningDosimeter;
  let kms: KMSClient;

  beforeAll(async () => {
    service = await startDosimeter();
    kms = service.client(KMSClient);
  });
  afterAll(async () => {
    kms?.destroy();
    await service?.stop();
  });

  it("encrypts, decrypts and records neither plaintext nor ciphertext", async () => {
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Description: "wire" }));
    expect(KeyMetadata).toMatchObject({ Enabled: true, KeyState: "Enabled", CreationDate: expect.any(Date) });
    const KeyId = KeyMetadata!.KeyId!;
    await kms.send(new CreateAliasCommand({ AliasName: "alias/wire", TargetKeyId: KeyId }));
    expect((await kms.send(new ListAliasesCommand({ KeyId }))).Aliases).toMatchObject([{ AliasName: "alias/wire" }]);
    const Plaintext = Buffer.from("a very secret text");
    const EncryptionContext = { purpose: "test" };
    const { CiphertextBlob } = await kms.send(
      new EncryptCommand({ KeyId: "alias/wire", Plaintext, EncryptionContext }),
    );
    const opened = await kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext }));
    expect(Buffer.from(opened.Plaintext!).toString()).toBe("a very secret text");
    expect(opened.KeyId).toBe(KeyMetadata!.Arn);
    await expect(kms.send(new DecryptCommand({ CiphertextBlob }))).rejects.toBeInstanceOf(InvalidCiphertextException);
    const dataKey = await kms.send(new GenerateDataKeyCommand({ KeyId, KeySpec: "AES_256" }));
    expect(dataKey.Plaintext).toHaveLength(32);
    expect(JSON.parse((await kms.send(new GetKeyPolicyCommand({ KeyId }))).Policy!).Statement).toHaveLength(1);

    const trail = service.client(CloudTrailClient);
    const records = await eventually(async () => {
      const { Events } = await trail.send(
        new LookupEventsCommand({
          LookupAttributes: [{ AttributeKey: "EventSource", AttributeValue: "kms.amazonaws.com" }],
        }),
      );
      const names = Events!.map((event) => event.EventName);
      return names.includes("GenerateDataKey") && names.includes("Encrypt") ? Events! : undefined;
    }, "the calls in event history");
    trail.destroy();
    const text = records.map((event) => event.CloudTrailEvent).join("\n");
    for (const secret of [Plaintext, CiphertextBlob!, dataKey.Plaintext!, dataKey.CiphertextBlob!])
      expect(text).not.toContain(Buffer.from(secret).toString("base64"));
    expect(text).toContain('"encryptionContext":{"purpose":"test"}');
    const created = records.find((event) => event.EventName === "CreateKey")!;
    expect(JSON.parse(created.CloudTrailEvent!).responseElements.keyMetadata.keyId).toBe(KeyId);
  });

  it("throws the SDK's errors", async () => {
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    const KeyId = KeyMetadata!.KeyId!;
    await kms.send(new DisableKeyCommand({ KeyId }));
    await expect(kms.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from("x") }))).rejects.toBeInstanceOf(
      DisabledException,
    );
    const { DeletionDate } = await kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
    expect(DeletionDate!.getTime()).toBeGreaterThan(Date.now() + 6 * 86_400_000);
    await expect(
      kms.send(new EncryptCommand({ KeyId: "alias/none", Plaintext: Buffer.from("x") })),
    ).rejects.toBeInstanceOf(NotFoundException);
  });
});
