import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  AttachUserPolicyCommand,
  ChangePasswordCommand,
  CreateAccessKeyCommand,
  CreateLoginProfileCommand,
  CreateUserCommand,
  CreateVirtualMFADeviceCommand,
  EnableMFADeviceCommand,
  IAMClient,
} from "@aws-sdk/client-iam";
import {
  CreateKeyCommand,
  DecryptCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  KMSClient,
} from "@aws-sdk/client-kms";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { AssumeRoleWithWebIdentityCommand, GetSessionTokenCommand, STSClient } from "@aws-sdk/client-sts";
import {
  BatchGetTracesCommand,
  GetTraceSummariesCommand,
  PutEncryptionConfigCommand,
  PutTraceSegmentsCommand,
  XRayClient,
} from "@aws-sdk/client-xray";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { codeOf } from "../src/identity/people/totp.js";
import { callExtension } from "./call-extension.js";
import { eventually, type RunningDosimeter, startDosimeter } from "./start-dosimeter.js";
import { placesOfTexts } from "./stored-text.js";

/** The one file that is there to hold a secret: whoever runs the service finds root's key in it (mode 0600). */
const meantToHold = /^root-credentials\.json holds /;

describe("secrets that passed through", () => {
  /** What must be found nowhere, by what it is. */
  const planted = new Map<string, string>();
  let dataFolder: string;
  let service: RunningDosimeter;
  const received: string[] = [];
  const subscriber = createServer((request, response) => {
    request.on("data", (chunk) => received.push(String(chunk)));
    request.on("end", () => response.end());
  });

  /** @returns a text like no other. */
  function plant(what: string, text = `planted-${what.replaceAll(" ", "-")}-${Math.random().toString(36).slice(2)}`) {
    planted.set(what, text);
    return text;
  }

  beforeAll(async () => {
    dataFolder = await mkdtemp(path.join(tmpdir(), "dosimeter-planted-"));
    await new Promise<void>((resolve) => subscriber.listen(0, "127.0.0.1", resolve));
    service = await startDosimeter({
      dataFolder,
      env: {
        DOSIMETER_MASTER_KEY: plant("master key", Buffer.alloc(32, 0xa7).toString("base64")),
        DOSIMETER_SMTP_URL: `smtp://relay:${plant("SMTP password")}@127.0.0.1:1`,
        DOSIMETER_SMTP_FROM: "dosimeter@example.com",
        DOSIMETER_NOTIFICATION_NETWORKS: "127.0.0.0/8",
      },
    });
    plant("root secret", service.root.secretAccessKey);
  });
  afterAll(async () => {
    await service?.stop();
    subscriber.close();
    await rm(dataFolder, { recursive: true, force: true });
  });

  it("lie in no byte that is stored and in no line of the log, nor do documents under a customer's key", async () => {
    const [iam, sts] = [service.client(IAMClient), service.client(STSClient)];
    await iam.send(new CreateUserCommand({ UserName: "ada" }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: "ada" }));
    plant("secret of an access key", AccessKey!.SecretAccessKey!);
    const Password = `Aa1!${plant("password")}`;
    await iam.send(new CreateLoginProfileCommand({ UserName: "ada", Password }));
    await signInWithSecondFactor(iam, Password);
    const { Credentials } = await sts.send(new GetSessionTokenCommand({}));
    plant("session token", Credentials!.SessionToken!);
    plant("secret of a session", Credentials!.SecretAccessKey!);
    const session = {
      accessKeyId: Credentials!.AccessKeyId!,
      secretAccessKey: Credentials!.SecretAccessKey!,
      sessionToken: Credentials!.SessionToken!,
    };

    const kms = service.client(KMSClient, session);
    const KeyId = (await kms.send(new CreateKeyCommand({}))).KeyMetadata!.Arn!;
    const Plaintext = Buffer.from(plant("KMS plaintext"));
    const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId, Plaintext }));
    await kms.send(new DecryptCommand({ CiphertextBlob }));
    const dataKey = await kms.send(new GenerateDataKeyCommand({ KeyId, KeySpec: "AES_256" }));
    plant("data key", Buffer.from(dataKey.Plaintext!).toString("base64"));

    await refused({ authorization: `Bearer ${plant("bearer token")}` });
    const signature = plant("signature", "5ec7e7".padEnd(64, "0123456789"));
    const scope = `${AccessKey!.AccessKeyId}/20260101/${service.region}/xray/aws4_request`;
    const signed = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=${signature}`;
    await refused({ authorization: signed, "x-amz-security-token": plant("token of a header") });

    await bringTokens(KeyId);

    const sns = service.client(SNSClient);
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: "alarms" }));
    const { port } = subscriber.address() as AddressInfo;
    const subscribe = (Endpoint: string) => sns.send(new SubscribeCommand({ TopicArn, Protocol: "http", Endpoint }));
    await expect(subscribe(`http://relay:${plant("password of a URL")}@127.0.0.1:${port}/`)).rejects.toThrow(
      "password",
    );
    await subscribe(`http://127.0.0.1:${port}/?key=${plant("key in a URL")}`);
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: "email", Endpoint: "ada@example.com" }));
    await sns.send(new PublishCommand({ TopicArn, Message: "hello" }));
    const confirmation = await eventually(
      async () => received.find((body) => body.includes("Token")),
      "a confirmation",
    );
    plant("token of a subscription", JSON.parse(confirmation).Token);

    const xray = service.client(XRayClient);
    await call("PutMaskingRule", { RuleName: "pets", MetadataPaths: [["**", "pet"]] });
    await xray.send(new PutEncryptionConfigCommand({ Type: "KMS", KeyId }));
    const now = Date.now() / 1000;
    const traceId = `1-${Math.floor(now).toString(16)}-${"c".repeat(24)}`;
    const document = {
      id: "d".repeat(16),
      trace_id: traceId,
      name: "shop",
      start_time: now - 1,
      end_time: now,
      annotations: { customer: "shown-in-the-index" },
      metadata: { order: { note: plant("document"), pet: plant("masked value") } },
    };
    await xray.send(new PutTraceSegmentsCommand({ TraceSegmentDocuments: [JSON.stringify(document)] }));
    const read = new BatchGetTracesCommand({ TraceIds: [traceId] });
    const { Traces } = await xray.send(read);
    expect(Traces![0]!.Segments![0]!.Document).toContain(planted.get("document"));
    const range = { StartTime: new Date(Date.now() - 60_000), EndTime: new Date(Date.now() + 60_000) };
    await eventually(
      async () => (await xray.send(new GetTraceSummariesCommand(range))).TraceSummaries!.length > 0,
      "the trace in the index",
    );

    const Annotation = { Key: "customer", Value: plant("value of an erasure") };
    await call("StartTraceErasure", { Annotation, Reason: "asked for" });

    // The data keys are at hand from the read before: they must not be used.
    await kms.send(new DisableKeyCommand({ KeyId }));
    await expect(xray.send(read)).rejects.toThrow("is disabled");
    await kms.send(new EnableKeyCommand({ KeyId }));
    expect((await xray.send(read)).Traces).toHaveLength(1);

    for (const client of [iam, sts, kms, sns, xray]) client.destroy();
    await service.stop();
    const log = service.standardError();
    for (const [what, text] of planted) expect(log.includes(text), `${what} in the log`).toBe(false);
    const found = await placesOfTexts(dataFolder, [...planted.values(), "shown-in-the-index"]);
    const meant = found.filter((place) => place.endsWith(" holds shown-in-the-index"));
    // That the search finds what is in clear: index columns are, as the documentation says.
    expect(meant).not.toEqual([]);
    expect(found.filter((place) => !meant.includes(place) && !meantToHold.test(place))).toEqual([]);
  });

  const call = async (name: string, input: object) => {
    const answer = await callExtension(service, "xray", name, input);
    expect(answer).not.toHaveProperty("__type");
  };

  /** Somebody gets a device and a new password, and signs in to the console, with some mistakes. */
  async function signInWithSecondFactor(iam: IAMClient, password: string): Promise<void> {
    const PolicyArn = "arn:aws:iam::aws:policy/AdministratorAccess";
    await iam.send(new AttachUserPolicyCommand({ UserName: "ada", PolicyArn }));
    const signIn = async (input: object, status = 200) => {
      const body = JSON.stringify({ Account: service.accountId, UserName: "ada", Password: password, ...input });
      const headers = { "content-type": "application/json" };
      const response = await fetch(`${service.endpoint}/dosimeter/ConsoleLogin`, { method: "POST", headers, body });
      expect(response.status).toBe(status);
      // biome-ignore lint/suspicious/noExplicitAny: an answer that no SDK types.
      return (await response.json()) as any;
    };
    await signIn({ Password: `Aa1!${plant("wrong password")}` }, 403);
    await signIn({ UserName: plant("password typed as a name") }, 403);

    const { Credentials } = await signIn({});
    plant("secret of a console session", Credentials.SecretAccessKey);
    plant("token of a console session", Credentials.SessionToken);
    const own = service.client(IAMClient, {
      accessKeyId: Credentials.AccessKeyId,
      secretAccessKey: Credentials.SecretAccessKey,
      sessionToken: Credentials.SessionToken,
    });
    const NewPassword = `Aa1!${plant("new password")}`;
    await own.send(new ChangePasswordCommand({ OldPassword: password, NewPassword }));
    own.destroy();

    const made = await iam.send(new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: "phone" }));
    const { SerialNumber, Base32StringSeed, QRCodePNG } = made.VirtualMFADevice!;
    const seed = plant("TOTP seed", Buffer.from(Base32StringSeed!).toString("latin1"));
    plant("TOTP seed as bytes", fromBase32(seed).toString("latin1"));
    plant("TOTP seed as a picture", Buffer.from(QRCodePNG!).toString("base64"));
    const step = Math.floor(Date.now() / 30_000);
    const [AuthenticationCode1, AuthenticationCode2] = [
      codeOf(fromBase32(seed), step - 1),
      codeOf(fromBase32(seed), step),
    ];
    const codes = { AuthenticationCode1, AuthenticationCode2 };
    await iam.send(new EnableMFADeviceCommand({ UserName: "ada", SerialNumber, ...codes }));
    const answer = await signIn({ Password: NewPassword, MFACode: codeOf(fromBase32(seed), step + 1) });
    plant("token of a console session with a code", answer.Credentials.SessionToken);
  }

  /** Tokens and keys in every place where a request may bring one; an object under a KMS key. */
  async function bringTokens(KeyId: string): Promise<void> {
    const jwt = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
    const claims = { iss: "https://issuer.example.com", sub: plant("subject of a refused token") };
    const WebIdentityToken = plant("web identity token", [jwt({ alg: "RS256" }), jwt(claims), "c2ln"].join("."));
    const RoleArn = `arn:aws:iam::${service.accountId}:role/none`;
    const sts = service.client(STSClient);
    const assume = new AssumeRoleWithWebIdentityCommand({ RoleArn, RoleSessionName: "s", WebIdentityToken });
    await expect(sts.send(assume)).rejects.toThrow();
    sts.destroy();

    for (const door of [service.otlpHttp, service.endpoint])
      await fetch(`${door}/v1/traces`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          authorization: `Bearer ${plant(`token of OTLP at ${door.slice(-5)}`)}`,
          "x-api-key": plant(`key of OTLP at ${door.slice(-5)}`),
          cookie: `session=${plant(`cookie of OTLP at ${door.slice(-5)}`)}`,
        },
        body: JSON.stringify({ resourceSpans: [] }),
      });

    const s3 = service.client(S3Client);
    await s3.send(new CreateBucketCommand({ Bucket: "sealed" }));
    const object = { Bucket: "sealed", Key: "one" };
    const Body = plant("object");
    await s3.send(new PutObjectCommand({ ...object, Body, ServerSideEncryption: "aws:kms", SSEKMSKeyId: KeyId }));
    expect(await (await s3.send(new GetObjectCommand(object))).Body!.transformToString()).toBe(Body);
    const SSECustomerKey = plant("key of a customer", Buffer.alloc(32, 0x5d).toString("base64"));
    const own = new PutObjectCommand({ ...object, Body: "x", SSECustomerAlgorithm: "AES256", SSECustomerKey });
    await expect(s3.send(own)).rejects.toThrow();
    s3.destroy();
    const query = new URLSearchParams({
      "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
      "X-Amz-Credential": `AKIANOBODY0000000001/20260101/${service.region}/s3/aws4_request`,
      "X-Amz-Date": "20260101T000000Z",
      "X-Amz-Expires": "60",
      "X-Amz-SignedHeaders": "host",
      "X-Amz-Signature": plant("signature of a URL", "0ddba11".padEnd(64, "0123456789")),
      "X-Amz-Security-Token": plant("token of a URL"),
    });
    expect((await fetch(`${service.endpoint}/sealed/one?${query}`)).status).toBe(403);
  }

  /** A call whose proof is wrong. */
  async function refused(headers: Record<string, string>): Promise<void> {
    const response = await fetch(`${service.endpoint}/TraceSummaries`, { method: "POST", headers, body: "{}" });
    expect([400, 403]).toContain(response.status);
  }
});

function fromBase32(text: string): Buffer {
  const bits = [...text.replace(/=+$/, "")].map((letter) =>
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0"),
  );
  return Buffer.from((bits.join("").match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}
