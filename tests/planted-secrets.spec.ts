import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { CreateAccessKeyCommand, CreateLoginProfileCommand, CreateUserCommand, IAMClient } from "@aws-sdk/client-iam";
import {
  CreateKeyCommand,
  DecryptCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  KMSClient,
} from "@aws-sdk/client-kms";
import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { GetSessionTokenCommand, STSClient } from "@aws-sdk/client-sts";
import {
  BatchGetTracesCommand,
  GetTraceSummariesCommand,
  PutEncryptionConfigCommand,
  PutTraceSegmentsCommand,
  XRayClient,
} from "@aws-sdk/client-xray";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
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
      metadata: { order: { note: plant("document") } },
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

  /** A call whose proof is wrong. */
  async function refused(headers: Record<string, string>): Promise<void> {
    const response = await fetch(`${service.endpoint}/TraceSummaries`, { method: "POST", headers, body: "{}" });
    expect([400, 403]).toContain(response.status);
  }
});
