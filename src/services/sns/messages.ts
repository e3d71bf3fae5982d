import type { MessageAttributeValue } from "@aws-sdk/client-sns";
import type { Selectable } from "kysely";
import type { SnsTables } from "../../storage/settings/tables/sns.js";
import type { SettingsTransaction } from "../../storage/settings-store.js";
import type { Call } from "../operation.js";
import { invalidParameter } from "./errors.js";
import type { Protocol } from "./subscriptions.js";
import { messageBytesMax } from "./topics.js";

export type MessageRow = Selectable<SnsTables["sns_messages"]>;

/** Puts a message on its way: from here on the job `deliver-notifications` sees to it. */
export async function enqueue(
  tx: SettingsTransaction,
  sent: { readonly message: MessageRow; readonly subscriptionArns: readonly string[] },
): Promise<void> {
  const { message, subscriptionArns } = sent;
  await tx.insertInto("sns_messages").values(message).execute();
  await tx
    .insertInto("sns_deliveries")
    .values(
      subscriptionArns.map((arn) => ({
        message_id: message.message_id,
        subscription_arn: arn,
        topic_arn: message.topic_arn,
        state: "waiting",
        attempts: 0,
        next_ms: message.published_ms,
        last_error: "",
      })),
    )
    .execute();
}

/** Under which the caller reached us: what a receiver can reach us under is not known better. */
export function baseUrlOf(call: Pick<Call, "host" | "secureTransport">): string {
  return `${call.secureTransport ? "https" : "http"}://${call.host}/`;
}

/** As they stand in the envelope. @throws ServiceError InvalidParameter */
export function attributesOf(attributes: Readonly<Record<string, MessageAttributeValue>> | undefined): string | null {
  const entries = Object.entries(attributes ?? {}).map(([name, value]) => {
    if (!/^[A-Za-z0-9_.-]{1,256}$/.test(name)) throw invalidParameter("MessageAttributes Reason: attribute name");
    if (!/^(String|Number|Binary|String\.Array)(\.|$)/.test(value.DataType ?? ""))
      throw invalidParameter("MessageAttributes Reason: DataType must be String, String.Array, Number or Binary");
    const binary = value.DataType!.startsWith("Binary");
    const text = binary ? Buffer.from(value.BinaryValue ?? []).toString("base64") : value.StringValue;
    if (!text) throw invalidParameter(`MessageAttributes Reason: '${name}' must have a non-empty value`);
    return [name, { Type: value.DataType, Value: text }] as const;
  });
  return entries.length === 0 ? null : JSON.stringify(Object.fromEntries(entries));
}

/** The text that receivers of a protocol get, and its length checked. @throws ServiceError InvalidParameter */
export function messageFor(
  protocol: Protocol,
  input: { readonly Message?: string; readonly MessageStructure?: string },
): string {
  const message = input.Message!;
  if (message === "") throw invalidParameter("Empty message");
  if (Buffer.byteLength(message) > messageBytesMax) throw invalidParameter("Message too long");
  if (input.MessageStructure === undefined) return message;
  if (input.MessageStructure !== "json") throw invalidParameter("MessageStructure");
  let forms: unknown;
  try {
    forms = JSON.parse(message);
  } catch {
    throw invalidParameter("Message Structure - JSON message body failed to parse");
  }
  const isObject = typeof forms === "object" && forms !== null && !Array.isArray(forms);
  const { default: common, [protocol]: own } = (isObject ? forms : {}) as Record<string, unknown>;
  if (typeof common !== "string") throw invalidParameter("Message Structure - No default entry in JSON message body");
  return typeof own === "string" ? own : common;
}
