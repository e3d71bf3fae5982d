import { createTransport } from "nodemailer";
import { type Notification, subscribeUrl, unsubscribeUrl } from "./notification-envelope.js";

const stepMsMax = 15_000;

/** Sends messages of SNS as e-mail through an SMTP relay. */
export interface Mailer {
  /**
   * Resolves once the relay has taken it. @throws Error that says why it was not taken.
   *
   * @param envelope sent in place of text for people.
   */
  send(notification: Notification, envelope?: string): Promise<void>;
  close(): void;
}

/**
 * @param url such as `smtp://user:password@mail.example.com:587`; TLS is used where the relay offers it, and with `smtps:`
 *   from the start. @param from `Dosimeter <dosimeter@example.com>`.
 */
export function createMailer(options: { readonly url: string; readonly from: string }): Mailer {
  const transport = createTransport(
    {
      url: options.url,
      connectionTimeout: stepMsMax,
      greetingTimeout: stepMsMax,
      socketTimeout: stepMsMax,
      disableFileAccess: true,
      disableUrlAccess: true,
    },
    { from: options.from },
  );
  return {
    async send(notification, envelope) {
      const { type, topicArn, messageId, subscriptionArn, subject } = notification;
      const isConfirmation = type === "SubscriptionConfirmation";
      const topicName = topicArn.split(":").at(-1)!;
      await transport.sendMail({
        // An address that was checked, and no list of addresses to be read.
        to: { name: "", address: notification.endpoint },
        subject: isConfirmation
          ? `Confirm your subscription to ${topicName}`
          : (subject ?? `Notification of ${topicName}`),
        text: envelope ?? (isConfirmation ? confirmationText(notification) : plainText(notification)),
        // The same at every attempt, so that mail programs show a repeat once.
        messageId: `<${messageId}.${subscriptionArn.split(":").at(-1)}@dosimeter>`,
        headers: {
          "Auto-Submitted": "auto-generated",
          ...(!isConfirmation && { "List-Unsubscribe": `<${unsubscribeUrl(notification)}>` }),
        },
      });
    },
    close: () => transport.close(),
  };
}

function confirmationText(notification: Notification): string {
  return [
    "Somebody wants this address to receive the messages of the topic",
    notification.topicArn,
    "",
    "To confirm the subscription, open this link:",
    subscribeUrl(notification),
    "",
    "If you do not want them, do nothing: without confirmation nothing more is sent.",
    "",
  ].join("\n");
}

function plainText(notification: Notification): string {
  return [
    notification.message,
    "",
    "--",
    `Topic: ${notification.topicArn}`,
    "To stop receiving its messages, open this link:",
    unsubscribeUrl(notification),
    "",
  ].join("\n");
}
