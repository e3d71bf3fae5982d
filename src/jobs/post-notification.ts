import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { isIP } from "node:net";
import { AddressRefused, type NotificationNetwork } from "./notification-network.js";

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
  /** Of confirmations only. */
  readonly token: string;
}

const answerMsMax = 15_000;

/**
 * Posts one message as SNS does, and resolves if the receiver answers 2xx. Redirects are not followed; the answer's body
 * is not read.
 *
 * @throws Error that says why it was not taken.
 */
export function postNotification(notification: Notification, network: NotificationNetwork): Promise<void> {
  const url = new URL(notification.endpoint);
  const host = url.hostname.replace(/^\[|\]$/g, "");
  // A literal address is connected to without a look-up, so it is judged here.
  if (isIP(host) !== 0 && !network.permits(host)) return Promise.reject(new AddressRefused(host));
  const body = Buffer.from(bodyOf(notification));
  return new Promise((resolve, reject) => {
    const send = url.protocol === "https:" ? requestHttps : requestHttp;
    const request = send(url, {
      method: "POST",
      agent: false,
      lookup: network.lookup,
      headers: { ...headersOf(notification), "content-length": body.length },
      signal: AbortSignal.timeout(answerMsMax),
    });
    request.on("error", reject);
    request.on("response", (response) => {
      response.destroy();
      const status = response.statusCode ?? 0;
      if (status >= 200 && status < 300) resolve();
      else reject(new Error(`the receiver answered ${status}`));
    });
    request.end(body);
  });
}

function headersOf(notification: Notification): Record<string, string> {
  const confirmation = notification.type === "SubscriptionConfirmation";
  return {
    "content-type": "text/plain; charset=UTF-8",
    "user-agent": "Dosimeter Notification Service Agent",
    "x-amz-sns-message-type": notification.type,
    "x-amz-sns-message-id": notification.messageId,
    "x-amz-sns-topic-arn": notification.topicArn,
    ...(!confirmation && { "x-amz-sns-subscription-arn": notification.subscriptionArn }),
    ...(!confirmation && notification.raw && { "x-amz-sns-rawdelivery": "true" }),
  };
}

/** SNS's JSON envelope, without the signature: there is no certificate of Amazon's to check it with. */
function bodyOf(notification: Notification): string {
  const { type, raw, messageId, topicArn, subject, message, attributes, publishedMs } = notification;
  const common = { Type: type, MessageId: messageId };
  const Timestamp = new Date(publishedMs).toISOString();
  if (type === "SubscriptionConfirmation") {
    const query = new URLSearchParams({ Action: "ConfirmSubscription", TopicArn: topicArn, Token: notification.token });
    return JSON.stringify({
      ...common,
      Token: notification.token,
      TopicArn: topicArn,
      Message: message,
      SubscribeURL: `${notification.baseUrl}?${query}`,
      Timestamp,
    });
  }
  if (raw) return message;
  const query = new URLSearchParams({ Action: "Unsubscribe", SubscriptionArn: notification.subscriptionArn });
  return JSON.stringify({
    ...common,
    TopicArn: topicArn,
    Subject: subject ?? undefined,
    Message: message,
    Timestamp,
    UnsubscribeURL: `${notification.baseUrl}?${query}`,
    MessageAttributes: attributes === null ? undefined : JSON.parse(attributes),
  });
}
