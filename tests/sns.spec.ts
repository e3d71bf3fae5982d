import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
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
import { eventually, type RunningDosimeter, startDosimeter } from "./start-dosimeter.js";

interface Envelope {
  readonly Type: string;
  readonly MessageId: string;
  readonly Message: string;
  readonly Token?: string;
  readonly SubscribeURL?: string;
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

  beforeAll(async () => {
    await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
    service = await startDosimeter({ env: { DOSIMETER_NOTIFICATION_NETWORKS: "127.0.0.0/8" } });
    sns = service.client(SNSClient);
  });
  afterAll(async () => {
    sns?.destroy();
    await service?.stop();
    receiver.close();
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
});
