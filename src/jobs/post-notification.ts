import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { isIP } from "node:net";
import type { NotificationSigner } from "../identity/notification-signing.js";
import { AddressRefused, type OutboundNetwork } from "../identity/outbound-network.js";
import { envelopeOf, type Notification } from "./notification-envelope.js";

const answerMsMax = 15_000;

/**
 * Posts one message as SNS does, and resolves if the receiver answers 2xx. Redirects are not followed; the answer's body
 * is not read.
 *
 * @throws Error that says why it was not taken.
 */
export function postNotification(
  notification: Notification,
  network: OutboundNetwork,
  signer: NotificationSigner,
): Promise<void> {
  const url = new URL(notification.endpoint);
  const host = url.hostname.replace(/^\[|\]$/g, "");
  // A literal address is connected to without a look-up, so it is judged here.
  if (isIP(host) !== 0 && !network.permits(host)) return Promise.reject(new AddressRefused(host));
  const body = Buffer.from(notification.raw ? notification.message : envelopeOf(notification, signer));
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
