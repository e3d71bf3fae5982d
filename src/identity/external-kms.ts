import { DecryptCommand, EncryptCommand, KMSClient } from "@aws-sdk/client-kms";

/** The KMS, elsewhere, whose key wraps the master key. */
export interface ExternalKms {
  readonly keyArn: string;
  wrap(key: Buffer): Promise<string>;
  /** @param keyArn of the key that wrapped it, which may be an earlier one. */
  unwrap(wrapped: string, keyArn: string): Promise<Buffer>;
}

/** Seen by that KMS's key policy and record. */
const context = { "dosimeter:purpose": "master-key" };
const timeouts = { requestTimeout: 10_000, connectionTimeout: 5_000 };
const attemptsMax = 4;

/** Speaks AWS KMS's protocol to the URL, with its own credentials. Each failure says what it was that could not be had. */
export function externalKms(settings: {
  readonly url: string;
  readonly keyArn: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}): ExternalKms {
  const { url, keyArn, accessKeyId, secretAccessKey } = settings;
  const region = keyArn.split(":")[3]!;

  async function asked<Answer>(what: string, ask: (kms: KMSClient) => Promise<Answer>): Promise<Answer> {
    const credentials = { accessKeyId, secretAccessKey };
    const kms = new KMSClient({
      endpoint: url,
      region,
      credentials,
      maxAttempts: attemptsMax,
      requestHandler: timeouts,
    });
    try {
      return await ask(kms);
    } catch (problem) {
      const { name, message } = problem as Error;
      throw new Error(`the master key could not be ${what} by the KMS at ${url}: ${name}: ${message}`, {
        cause: problem,
      });
    } finally {
      kms.destroy();
    }
  }

  return {
    keyArn,
    wrap: (key) =>
      asked("wrapped", async (kms) => {
        const command = new EncryptCommand({ KeyId: keyArn, Plaintext: key, EncryptionContext: context });
        return Buffer.from((await kms.send(command)).CiphertextBlob!).toString("base64");
      }),
    unwrap: (wrapped, wrappedBy) =>
      asked("unwrapped", async (kms) => {
        const CiphertextBlob = Buffer.from(wrapped, "base64");
        const command = new DecryptCommand({ KeyId: wrappedBy, CiphertextBlob, EncryptionContext: context });
        return Buffer.from((await kms.send(command)).Plaintext!);
      }),
  };
}
