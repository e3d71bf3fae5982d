import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from "@aws-sdk/client-iam";
import {
  CreateKeyCommand,
  DecryptCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  EncryptCommand,
  KMSClient,
} from "@aws-sdk/client-kms";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningDosimeter, startDosimeter } from "./start-dosimeter.js";

/** A second process is the external KMS, to which the first one speaks AWS's protocol. */
describe("a master key that another KMS wraps", () => {
  let dataFolder: string;
  let elsewhere: RunningDosimeter;
  let there: KMSClient;
  let keyArn: string;
  let env: Record<string, string>;
  let service: RunningDosimeter | undefined;

  const start = async (more: Record<string, string> = {}) => {
    service = await startDosimeter({ dataFolder, env: { ...env, ...more } });
    return service;
  };
  const stop = async () => {
    await service?.stop();
    service = undefined;
  };

  beforeAll(async () => {
    dataFolder = await mkdtemp(path.join(tmpdir(), "dosimeter-wrapped-"));
    elsewhere = await startDosimeter();
    there = elsewhere.client(KMSClient);
    keyArn = (await there.send(new CreateKeyCommand({}))).KeyMetadata!.Arn!;
    const iam = elsewhere.client(IAMClient);
    await iam.send(new CreateUserCommand({ UserName: "dosimeter" }));
    const Statement = { Effect: "Allow", Action: ["kms:Encrypt", "kms:Decrypt"], Resource: keyArn };
    await iam.send(
      new PutUserPolicyCommand({
        UserName: "dosimeter",
        PolicyName: "master-key",
        PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement }),
      }),
    );
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: "dosimeter" }));
    iam.destroy();
    env = {
      DOSIMETER_MASTER_KEY_KMS_URL: elsewhere.endpoint,
      DOSIMETER_MASTER_KEY_KMS_KEY: keyArn,
      DOSIMETER_MASTER_KEY_KMS_ACCESS_KEY_ID: AccessKey!.AccessKeyId!,
      DOSIMETER_MASTER_KEY_KMS_SECRET_ACCESS_KEY: AccessKey!.SecretAccessKey!,
    };
  });
  afterAll(async () => {
    there?.destroy();
    await stop();
    await elsewhere?.stop();
    await rm(dataFolder, { recursive: true, force: true });
  });

  it("is asked for at each start, lies nowhere here, and is refused while the key there is disabled", async () => {
    let kms = (await start()).client(KMSClient);
    const KeyId = (await kms.send(new CreateKeyCommand({}))).KeyMetadata!.KeyId!;
    const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from("secret") }));
    kms.destroy();
    expect(existsSync(path.join(dataFolder, "master.key"))).toBe(false);
    await stop();

    await there.send(new DisableKeyCommand({ KeyId: keyArn }));
    await expect(start()).rejects.toThrow("could not be unwrapped by the KMS");
    await there.send(new EnableKeyCommand({ KeyId: keyArn }));
    await expect(start({ DOSIMETER_MASTER_KEY_KMS_SECRET_ACCESS_KEY: "wrong" })).rejects.toThrow(
      "InvalidSignatureException",
    );

    kms = (await start()).client(KMSClient);
    expect(Buffer.from((await kms.send(new DecryptCommand({ CiphertextBlob }))).Plaintext!).toString()).toBe("secret");
    kms.destroy();
    await stop();
  });

  it("gives way to one of the environment, and is then worth nothing", async () => {
    const masterKey = Buffer.alloc(32, 9).toString("base64");
    const kms = (await start({ DOSIMETER_MASTER_KEY: masterKey })).client(KMSClient);
    await kms.send(new CreateKeyCommand({}));
    kms.destroy();
    expect(service!.standardError()).toContain("sealed anew");
    await stop();
    await expect(start()).rejects.toThrow("sealed under another master key");
  });
});
