import type { NotificationSigner } from "../identity/notification-signing.js";

/** A message on its way to one subscription. */
export interface Notification {
  readonly messageId: string;
  readonly type: string;
  readonly topicArn: string;
  readonly subscriptionArn: string;
  readonly endpoint: string;
  readonly raw: boolean;
  readonly subject: string | null;
  readonly message: string;
  /** JSON object or null. */
  readonly attributes: string | null;
  readonly publishedMs: number;
  readonly baseUrl: string;
  /** How its topic wants it signed: 1 or 2. */
  readonly signatureVersion: number;
  /** Of confirmations only. */
  readonly token: string;
  /** Of the link that ends the subscription; empty: that takes a signed request. */
  readonly unsubscribeToken: string;
}

/** The link that confirms a subscription. */
export function subscribeUrl({ topicArn, token, baseUrl }: Notification): string {
  return `${baseUrl}?${new URLSearchParams({ Action: "ConfirmSubscription", TopicArn: topicArn, Token: token })}`;
}

/** The link that ends a subscription. */
export function unsubscribeUrl({ subscriptionArn, unsubscribeToken, baseUrl }: Notification): string {
  const SubscriptionArn = unsubscribeToken === "" ? subscriptionArn : `${subscriptionArn}/${unsubscribeToken}`;
  return `${baseUrl}?${new URLSearchParams({ Action: "Unsubscribe", SubscriptionArn })}`;
}

/** SNS's JSON envelope, signed as SNS signs it. */
export function envelopeOf(notification: Notification, signer: NotificationSigner): string {
  const { type, messageId, topicArn, subject, message, attributes, publishedMs } = notification;
  const common = { Type: type, MessageId: messageId };
  const Timestamp = new Date(publishedMs).toISOString();
  if (type === "SubscriptionConfirmation") {
    const signed = {
      ...common,
      Token: notification.token,
      TopicArn: topicArn,
      Message: message,
      SubscribeURL: subscribeUrl(notification),
      Timestamp,
    };
    return JSON.stringify({ ...signed, ...signatureOf(signed, notification, signer) });
  }
  const signed = { ...common, TopicArn: topicArn, Subject: subject ?? undefined, Message: message, Timestamp };
  return JSON.stringify({
    ...signed,
    ...signatureOf(signed, notification, signer),
    UnsubscribeURL: unsubscribeUrl(notification),
    MessageAttributes: attributes === null ? undefined : JSON.parse(attributes),
  });
}

/** Source: SNS Developer Guide, "Verifying the signatures of Amazon SNS messages": names in order, each with its value. */
function signatureOf(
  members: Readonly<Record<string, string | undefined>>,
  { signatureVersion, baseUrl }: Notification,
  signer: NotificationSigner,
) {
  const names = Object.keys(members).filter((name) => members[name] !== undefined);
  const text = names
    .sort()
    .map((name) => `${name}\n${members[name]}\n`)
    .join("");
  return {
    SignatureVersion: String(signatureVersion),
    Signature: signer.sign(signatureVersion, text),
    SigningCertURL: new URL(signer.certificatePath, baseUrl).href,
  };
}
