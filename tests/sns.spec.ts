import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import {
  ConfirmSubscriptionCommand,
  CreateTopicCommand,
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  InvalidParameterException,
  ListSubscriptionsByTopicCommand,
  NotFoundException,
  PublishCommand,
  SNSClient,
  SubscribeCommand,
} from "@aws-sdk/client-sns";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startMailRelay } from "./mail-relay.js";
import { eventually, type RunningDosimeter, startDosimeter } from "./start-dosimeter.js";

interface Envelope {
  readonly Type: string;
  readonly MessageId: string;
  readonly Message: string;
  readonly Token?: string;
  readonly SubscribeURL?: string;
  readonly SignatureVersion?: string;
  readonly SigningCertURL?: string;
  readonly UnsubscribeURL?: string;
}

/** SNS over the wire, against the real process. */
describe("SNS over the wire", () => {
  let service: RunningDosimeter;
  let sns: SNSClient;
  const received: Envelope[] = [];
  const receiver = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      received.push(JSON.parse(body));
      response.end();
    });
  });

  let relay: Awaited<ReturnType<typeof startMailRelay>>;

  beforeAll(async () => {
    await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
    relay = await startMailRelay();
    const mail = { DOSIMETER_SMTP_URL: relay.url, DOSIMETER_SMTP_FROM: "Dosimeter <dosimeter@example.com>" };
    service = await startDosimeter({ env: { DOSIMETER_NOTIFICATION_NETWORKS: "127.0.0.0/8", ...mail } });
    sns = service.client(SNSClient);
  });
  afterAll(async () => {
    sns?.destroy();
    await service?.stop();
    receiver.close();
    await relay?.close();
  });

  const next = (type: string) =>
    eventually(async () => {
      const index = received.findIndex((envelope) => envelope.Type === type);
      return index < 0 ? undefined : received.splice(index, 1)[0];
    }, `a ${type}`);

  it("delivers to an endpoint that opened its SubscribeURL", async () => {
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: "trail-files" }));
    const Endpoint = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
    const pending = await sns.send(new SubscribeCommand({ TopicArn, Protocol: "http", Endpoint }));
    expect(pending.SubscriptionArn).toBe("pending confirmation");

    const confirmation = await next("SubscriptionConfirmation");
    const opened = await fetch(confirmation.SubscribeURL!);
    expect([opened.status, await opened.text()]).toEqual([
      200,
      expect.stringContaining(`<SubscriptionArn>${TopicArn}:`),
    ]);

    const { MessageId } = await sns.send(new PublishCommand({ TopicArn, Message: "a file is there" }));
    expect(await next("Notification")).toMatchObject({ MessageId, Message: "a file is there" });
    const { Subscriptions } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }));
    const { Attributes } = await eventually(async () => {
      const SubscriptionArn = Subscriptions![0]!.SubscriptionArn!;
      const answer = await sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }));
      return answer.Attributes!["DeliveriesWaiting"] === "0" ? answer : undefined;
    }, "the delivery to be finished");
    expect(Attributes).toMatchObject({ PendingConfirmation: "false", DeliveriesDead: "0" });
  });

  it("refuses a wrong token, with credentials or without", async () => {
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: "guarded" }));
    await expect(sns.send(new ConfirmSubscriptionCommand({ TopicArn, Token: "x" }))).rejects.toBeInstanceOf(
      InvalidParameterException,
    );
    const query = new URLSearchParams({ Action: "ConfirmSubscription", TopicArn: TopicArn!, Token: "x" });
    expect((await fetch(`${service.endpoint}/?${query}`)).status).toBe(400);
  });

  it("throws the SDK's errors", async () => {
    const TopicArn = `arn:aws:sns:us-east-1:${service.accountId}:none`;
    await expect(sns.send(new GetTopicAttributesCommand({ TopicArn }))).rejects.toBeInstanceOf(NotFoundException);
    await expect(sns.send(new CreateTopicCommand({ Name: "x.fifo" }))).rejects.toBeInstanceOf(
      InvalidParameterException,
    );
  });

  const mailFor = (address: string, subject: RegExp) =>
    eventually(async () => {
      const index = relay.received.findIndex(
        ({ to, headers }) => to.includes(address) && subject.test(headers["subject"]!),
      );
      return index < 0 ? undefined : relay.received.splice(index, 1)[0];
    }, `mail for ${address}`);
  const linkIn = (text: string) => /^http:\S+$/m.exec(text)![0];

  it("sends e-mail to who opened the link, until they open the other one", async () => {
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: "by-mail" }));
    const Endpoint = "ana@example.com";
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: "email", Endpoint }));
    const question = await mailFor(Endpoint, /^Confirm your subscription to by-mail$/);
    expect(question.headers).toMatchObject({
      from: "Dosimeter <dosimeter@example.com>",
      to: Endpoint,
      "auto-submitted": "auto-generated",
    });
    expect((await fetch(linkIn(question.text))).status).toBe(200);

    const Message = `größer: ${"a line that is longer than a line of mail may be ".repeat(30)}\n.\nan end`;
    await sns.send(new PublishCommand({ TopicArn, Message, Subject: "Traces were read" }));
    const mail = await mailFor(Endpoint, /^Traces were read$/);
    expect(mail.text.startsWith(`${Message}\n\n--\n`)).toBe(true);
    const link = linkIn(mail.text);
    expect(mail.headers["list-unsubscribe"]).toBe(`<${link}>`);

    expect((await fetch(link.replace(/.$/, (last) => (last === "0" ? "1" : "0")))).status).toBe(400);
    expect((await fetch(link.slice(0, link.lastIndexOf("%2F")))).status).toBe(403);
    expect((await fetch(link)).status).toBe(200);
    expect((await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }))).Subscriptions).toEqual([]);
  });

  it("takes no address that could be more than one, or a header", async () => {
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: "odd-addresses" }));
    const odd = [
      "a@example.com,b@example.com",
      "a@example.com\r\nBcc: b@example.com",
      "A <a@example.com>",
      "a@b",
      "a",
      '"a b"@example.com',
      "",
    ];
    for (const Endpoint of odd)
      await expect(sns.send(new SubscribeCommand({ TopicArn, Protocol: "email", Endpoint }))).rejects.toBeInstanceOf(
        InvalidParameterException,
      );
    for (const Subject of ["a\r\nBcc: b@example.com", "a\nb"])
      await expect(sns.send(new PublishCommand({ TopicArn, Message: "m", Subject }))).rejects.toBeInstanceOf(
        InvalidParameterException,
      );
  });

  it("signs messages so that the guide's check accepts them, and none that was changed", async () => {
    const guide = await readFile(resolve(import.meta.dirname, "../docs/guide/detection-rules.md"), "utf8");
    const folder = await mkdtemp(join(tmpdir(), "dosimeter-guide-"));
    const file = join(folder, "check.mjs");
    await writeFile(file, /```js\n([\s\S]*?)```/.exec(guide)![1]!);
    const { isAuthentic } = (await import(pathToFileURL(file).href)) as {
      isAuthentic(message: object, pem: string): boolean;
    };

    const Endpoint = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/signed`;
    const mailed = "json@example.com";
    for (const SignatureVersion of ["1", "2"]) {
      const { TopicArn } = await sns.send(
        new CreateTopicCommand({ Name: `signed-${SignatureVersion}`, Attributes: { SignatureVersion } }),
      );
      await sns.send(new SubscribeCommand({ TopicArn, Protocol: "http", Endpoint }));
      await sns.send(new SubscribeCommand({ TopicArn, Protocol: "email-json", Endpoint: mailed }));
      const byMail = JSON.parse((await mailFor(mailed, /^Confirm/)).text) as Envelope;
      const confirmation = await next("SubscriptionConfirmation");
      const pem = await (await fetch(confirmation.SigningCertURL!)).text();
      for (const question of [confirmation, byMail]) {
        expect(isAuthentic(question, pem)).toBe(true);
        await fetch(question.SubscribeURL!);
      }
      await sns.send(new PublishCommand({ TopicArn, Message: "read: größer", Subject: "s" }));
      for (const message of [await next("Notification"), JSON.parse((await mailFor(mailed, /^s$/)).text) as Envelope]) {
        expect(message).toMatchObject({ SignatureVersion, SigningCertURL: confirmation.SigningCertURL });
        expect(isAuthentic(message, pem)).toBe(true);
        for (const change of [{ Message: "x" }, { Subject: "x" }, { MessageId: "x" }, { TopicArn: "x" }])
          expect(isAuthentic({ ...message, ...change }, pem)).toBe(false);
      }
      await sns.send(new PublishCommand({ TopicArn, Message: "untitled" }));
      const untitled = await next("Notification");
      expect(isAuthentic(untitled, pem)).toBe(true);
      // The link of an HTTP message ends its subscription, too.
      expect((await fetch(untitled.UnsubscribeURL!)).status).toBe(200);
    }
    await rm(folder, { recursive: true });
  });
});
