import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Caller } from "../../identity/caller.js";
import { type NotificationSigner, openNotificationSigning } from "../../identity/notification-signing.js";
import { OutboundNetwork } from "../../identity/outbound-network.js";
import { createNotificationDelivery, type FailedDelivery } from "../../jobs/deliver-notifications.js";
import { accountId, cloudTrail, openTestAccount, region, stranger, type TestAccount } from "../test-account.fixture.js";
import { snsService } from "./service.js";

interface Received {
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** A receiver of notifications. */
class Receiver {
  readonly received: Received[] = [];
  status = 200;
  readonly #server: Server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      this.received.push({ headers: request.headers, body });
      response.writeHead(this.status, { location: "http://127.0.0.1:1/" }).end("x");
    });
  });

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook?key=1`;
  }

  close(): Promise<unknown> {
    return new Promise((resolve) => this.#server.close(resolve));
  }
}

describe("SNS", () => {
  let account: TestAccount;
  // biome-ignore lint/suspicious/noExplicitAny: outputs of many operations.
  let sns: (name: string, input: unknown, caller?: Caller) => Promise<any>;
  let receiver: Receiver;
  let endpoint: string;
  let deliver: () => Promise<{ delivered: number; retried: number; dead: number }>;
  let failed: FailedDelivery[];
  let signer: NotificationSigner;
  let TopicArn: string;

  beforeEach(async () => {
    account = await openTestAccount();
    const service = snsService(account);
    signer = await openNotificationSigning(account);
    sns = (name, input, caller) => account.run(service, name, input, caller);
    receiver = new Receiver();
    endpoint = await receiver.open();
    failed = [];
    const delivery = createNotificationDelivery({
      settings: account.settings,
      vault: account.vault,
      signer: async () => signer,
      network: new OutboundNetwork(["127.0.0.0/8"]),
      onFailure: (each) => failed.push(each),
    });
    deliver = () => delivery.run(account.environment.clock.nowMs());
    ({ TopicArn } = await sns("CreateTopic", { Name: "trail-files" }));
  });
  afterEach(async () => {
    await receiver.close();
    await account.close();
  });

  /** Subscribes the receiver and confirms it as its owner would. */
  async function subscribed(attributes?: Record<string, string>): Promise<string> {
    await sns("Subscribe", { TopicArn, Protocol: "http", Endpoint: endpoint, Attributes: attributes });
    await deliver();
    const { Token } = JSON.parse(receiver.received.splice(0)[0]!.body);
    return (await sns("ConfirmSubscription", { TopicArn, Token })).SubscriptionArn;
  }

  it("makes a topic once", async () => {
    expect(TopicArn).toBe(`arn:aws:sns:${region}:${accountId}:trail-files`);
    expect(await sns("CreateTopic", { Name: "trail-files" })).toEqual({ TopicArn });
    await expect(
      sns("CreateTopic", { Name: "trail-files", Attributes: { DisplayName: "other" } }),
    ).rejects.toMatchObject({ name: "InvalidParameter" });
    expect((await sns("ListTopics", {})).Topics).toEqual([{ TopicArn }]);
    for (const Name of ["a.fifo", "a b", "", "x".repeat(257)])
      await expect(sns("CreateTopic", { Name })).rejects.toMatchObject({ name: "InvalidParameter" });
  });

  it("sends nothing but a confirmation until its token has come back", async () => {
    expect(await sns("Subscribe", { TopicArn, Protocol: "http", Endpoint: endpoint })).toEqual({
      SubscriptionArn: "pending confirmation",
    });
    await sns("Publish", { TopicArn, Message: "too early" });
    expect(await deliver()).toMatchObject({ delivered: 1 });
    const [{ headers, body }] = receiver.received.splice(0) as [Received];
    const confirmation = JSON.parse(body);
    expect(headers["x-amz-sns-message-type"]).toBe("SubscriptionConfirmation");
    const url = new URL(confirmation.SubscribeURL);
    expect([url.host, url.searchParams.get("Action"), url.searchParams.get("TopicArn")]).toEqual([
      "127.0.0.1:4566",
      "ConfirmSubscription",
      TopicArn,
    ]);
    await expect(sns("ConfirmSubscription", { TopicArn, Token: "guess" })).rejects.toMatchObject({
      name: "InvalidParameter",
    });
    const Token = url.searchParams.get("Token");
    const { SubscriptionArn } = await sns("ConfirmSubscription", { TopicArn, Token }, { kind: "anonymous" });
    expect(SubscriptionArn.startsWith(`${TopicArn}:`)).toBe(true);
    expect((await sns("ListSubscriptionsByTopic", { TopicArn })).Subscriptions).toMatchObject([{ SubscriptionArn }]);
    expect(await deliver()).toMatchObject({ delivered: 0 });
  });

  it("delivers a published message in SNS's envelope, once, and forgets it", async () => {
    const SubscriptionArn = await subscribed();
    const { MessageId } = await sns("Publish", {
      TopicArn,
      Message: "grüß dich",
      Subject: "Hello",
      MessageAttributes: { colour: { DataType: "String", StringValue: "blue" } },
    });
    expect(await deliver()).toEqual({ delivered: 1, retried: 0, dead: 0 });
    expect(await deliver()).toEqual({ delivered: 0, retried: 0, dead: 0 });
    const [{ headers, body }] = receiver.received as [Received];
    expect(headers).toMatchObject({
      "x-amz-sns-message-type": "Notification",
      "x-amz-sns-message-id": MessageId,
      "x-amz-sns-topic-arn": TopicArn,
      "x-amz-sns-subscription-arn": SubscriptionArn,
      "content-type": "text/plain; charset=UTF-8",
    });
    expect(JSON.parse(body)).toMatchObject({
      Type: "Notification",
      MessageId,
      TopicArn,
      Subject: "Hello",
      Message: "grüß dich",
      Timestamp: "2026-03-01T00:00:00.000Z",
      MessageAttributes: { colour: { Type: "String", Value: "blue" } },
    });
    for (const table of ["sns_messages", "sns_deliveries"] as const)
      expect(await account.settings.read.selectFrom(table).selectAll().execute()).toEqual([]);
  });

  it("delivers the bare message where that was asked for, and the form of its protocol", async () => {
    await subscribed({ RawMessageDelivery: "true" });
    await sns("Publish", {
      TopicArn,
      Message: JSON.stringify({ default: "for all", http: "for http" }),
      MessageStructure: "json",
    });
    await deliver();
    expect(receiver.received[0]).toMatchObject({ body: "for http", headers: { "x-amz-sns-rawdelivery": "true" } });
  });

  it("tries again with growing pauses until the receiver takes it", async () => {
    const SubscriptionArn = await subscribed();
    receiver.status = 302;
    await sns("Publish", { TopicArn, Message: "m" });
    expect(await deliver()).toMatchObject({ retried: 1 });
    expect(await deliver()).toMatchObject({ retried: 0, delivered: 0 });
    account.advance(1000);
    receiver.status = 503;
    expect(await deliver()).toMatchObject({ retried: 1 });
    account.advance(1000);
    expect(await deliver()).toMatchObject({ retried: 0, delivered: 0 });
    const { Attributes } = await sns("GetSubscriptionAttributes", { SubscriptionArn });
    expect(Attributes).toMatchObject({ DeliveriesWaiting: "1", LastDeliveryError: "the receiver answered 503" });
    account.advance(1000);
    receiver.status = 200;
    expect(await deliver()).toMatchObject({ delivered: 1 });
    expect(receiver.received).toHaveLength(3);
  });

  it("gives up after twelve attempts, says so, and shows it", async () => {
    const SubscriptionArn = await subscribed();
    receiver.status = 500;
    const { MessageId } = await sns("Publish", { TopicArn, Message: "m" });
    for (let attempt = 1; attempt <= 12; attempt++) {
      await deliver();
      account.advance(3_600_000);
    }
    expect(receiver.received).toHaveLength(12);
    expect(failed.map(({ attempts, givenUp }) => [attempts, givenUp])).toEqual(
      Array.from({ length: 12 }, (_, index) => [index + 1, index === 11]),
    );
    expect(failed.at(-1)).toEqual({
      messageId: MessageId,
      subscriptionArn: SubscriptionArn,
      attempts: 12,
      reason: "the receiver answered 500",
      givenUp: true,
    });
    const { Attributes } = await sns("GetSubscriptionAttributes", { SubscriptionArn });
    expect(Attributes).toMatchObject({ DeliveriesWaiting: "0", DeliveriesDead: "1" });
    account.advance(15 * 86_400_000);
    await deliver();
    expect(await account.settings.read.selectFrom("sns_messages").selectAll().execute()).toEqual([]);
  });

  it("keeps a message whose delivery died with its process", async () => {
    await subscribed();
    await sns("Publish", { TopicArn, Message: "m" });
    // As a killed process leaves it: claimed, never finished.
    await account.settings.transact(async (tx) => {
      await tx
        .updateTable("sns_deliveries")
        .set({ attempts: 1, next_ms: Date.UTC(2026, 2, 1) + 60_000 })
        .execute();
    });
    expect(await deliver()).toMatchObject({ delivered: 0 });
    account.advance(60_000);
    expect(await deliver()).toMatchObject({ delivered: 1 });
  });

  it("lets in whom the topic's policy names", async () => {
    await subscribed();
    const denied = { name: "AccessDeniedException" };
    await expect(sns("Publish", { TopicArn, Message: "m" }, cloudTrail)).rejects.toMatchObject(denied);
    await expect(sns("Publish", { TopicArn, Message: "m" }, stranger)).rejects.toMatchObject(denied);
    const policy = {
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: "cloudtrail.amazonaws.com" },
          Action: "SNS:Publish",
          Resource: TopicArn,
        },
      ],
    };
    await sns("SetTopicAttributes", { TopicArn, AttributeName: "Policy", AttributeValue: JSON.stringify(policy) });
    await sns("Publish", { TopicArn, Message: "m" }, cloudTrail);
    expect(await deliver()).toMatchObject({ delivered: 1 });
    await expect(
      sns("SetTopicAttributes", { TopicArn, AttributeName: "Policy", AttributeValue: "{}" }),
    ).rejects.toMatchObject({ name: "InvalidParameter" });
  });

  it("refuses protocols it cannot deliver to, and endpoints that are none", async () => {
    const attempts: [string, string | undefined][] = [
      ["email", "a@example.com"],
      ["sqs", `arn:aws:sqs:${region}:${accountId}:q`],
      ["lambda", "arn"],
      ["gopher", "gopher://x"],
      ["http", undefined],
      ["http", "nonsense"],
      ["http", "https://example.com"],
      ["https", "http://example.com"],
      ["http", "http://user:secret@example.com/"],
      ["http", "file:///etc/passwd"],
    ];
    for (const [Protocol, Endpoint] of attempts)
      await expect(sns("Subscribe", { TopicArn, Protocol, Endpoint })).rejects.toMatchObject({
        name: "InvalidParameter",
      });
  });

  it("never posts to itself, its neighbours or a metadata address unless a setting says so", async () => {
    const strict = createNotificationDelivery({
      settings: account.settings,
      vault: account.vault,
      signer: async () => signer,
      network: new OutboundNetwork([]),
      onFailure: () => {},
    });
    const { port } = new URL(endpoint);
    for (const host of ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "0.0.0.0"])
      await sns("Subscribe", { TopicArn, Protocol: "http", Endpoint: `http://${host}:${port}/` });
    expect(await strict.run(account.environment.clock.nowMs())).toEqual({ delivered: 0, retried: 5, dead: 0 });
    expect(receiver.received).toEqual([]);
  });

  it("judges addresses, in whatever form they come", () => {
    const network = new OutboundNetwork(["10.1.0.0/16", "127.0.0.2"]);
    for (const address of ["8.8.8.8", "172.15.0.1", "2001:db8::1", "10.1.2.3", "127.0.0.2"])
      expect([address, network.permits(address)]).toEqual([address, true]);
    for (const address of [
      "127.0.0.1",
      "169.254.169.254",
      "10.0.0.1",
      "172.31.255.255",
      "192.168.1.1",
      "100.64.0.1",
      "fd12::1",
      "0.0.0.0",
      "224.0.0.1",
      "255.255.255.255",
      "::",
      "::1",
      "fe80::1",
      "fe80::1%eth0",
      "ff02::1",
      "fd00:ec2::254",
      "::ffff:169.254.169.254",
      "::ffff:7f00:1",
      "64:ff9b::a9fe:a9fe",
    ])
      expect([address, network.permits(address)]).toEqual([address, false]);
    expect(() => new OutboundNetwork(["nonsense"])).toThrow("nonsense");
  });

  it("ends a subscription and a topic with all that waits for them", async () => {
    const SubscriptionArn = await subscribed();
    await sns("Publish", { TopicArn, Message: "m" });
    await sns("Unsubscribe", { SubscriptionArn });
    expect(await deliver()).toMatchObject({ delivered: 0 });
    await expect(sns("GetSubscriptionAttributes", { SubscriptionArn })).rejects.toMatchObject({ name: "NotFound" });
    await sns("DeleteTopic", { TopicArn });
    await expect(sns("Publish", { TopicArn, Message: "m" })).rejects.toMatchObject({ name: "NotFound" });
    expect(await account.settings.read.selectFrom("sns_messages").selectAll().execute()).toEqual([]);
  });

  it("forgets a subscription that nobody confirmed", async () => {
    receiver.status = 500;
    await sns("Subscribe", { TopicArn, Protocol: "http", Endpoint: endpoint });
    account.advance(3 * 86_400_000 + 1);
    await deliver();
    expect((await sns("ListSubscriptions", {})).Subscriptions).toEqual([]);
  });

  it("refuses messages that are too long, empty or oddly titled", async () => {
    for (const input of [
      { Message: "x".repeat(262_145) },
      { Message: "" },
      { Message: "m", Subject: "a\nb" },
      { Message: "m", Subject: "x".repeat(101) },
      { Message: "not json", MessageStructure: "json" },
      { Message: "{}", MessageStructure: "json" },
      { Message: "m", PhoneNumber: "+1" },
      { Message: "m", MessageGroupId: "g" },
    ])
      await expect(sns("Publish", { TopicArn, ...input })).rejects.toMatchObject({ name: "InvalidParameter" });
  });

  it("keeps bodies, titles, tokens and query strings out of the record", () => {
    const recorded = (name: string, input: unknown) =>
      JSON.stringify(snsService(account).operations.find((each) => each.name === name)!.recordedRequest!(input));
    expect(recorded("Publish", { TopicArn, Message: "secret", Subject: "secret" })).not.toContain("secret");
    expect(recorded("ConfirmSubscription", { TopicArn, Token: "secret" })).not.toContain("secret");
    expect(recorded("Subscribe", { Endpoint: "https://example.com/a?key=secret" })).not.toContain("secret");
  });
});
