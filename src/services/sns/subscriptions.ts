import type { Selectable } from "kysely";
import type { AccessRequest } from "../../identity/access.js";
import type { SnsTables } from "../../storage/settings/tables/sns.js";
import type { SettingsQueries } from "../../storage/settings-store.js";
import type { Call } from "../operation.js";
import { invalidParameter, subscriptionNotFound } from "./errors.js";
import { findTopic } from "./topics.js";

export type SubscriptionRow = Selectable<SnsTables["sns_subscriptions"]>;

const subscriptionArnForm =
  /^arn:aws:sns:([a-z0-9-]+):\d{12}:[A-Za-z0-9_-]{1,256}:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** @throws ServiceError InvalidParameter or NotFound */
export async function requireSubscription(
  settings: SettingsQueries,
  call: Pick<Call, "region">,
  arn: string | undefined,
): Promise<SubscriptionRow> {
  const [, region] = subscriptionArnForm.exec(arn ?? "") ?? [];
  if (region === undefined || region !== call.region) throw invalidParameter("SubscriptionArn");
  const row = await settings.selectFrom("sns_subscriptions").selectAll().where("arn", "=", arn!).executeTakeFirst();
  if (row === undefined) throw subscriptionNotFound();
  return row;
}

/** IAM sees a subscription's calls as about its topic. */
export async function subscriptionAccess(
  settings: SettingsQueries,
  operation: string,
  call: Call,
  arn: string | undefined,
): Promise<readonly AccessRequest[]> {
  const subscription = await requireSubscription(settings, call, arn);
  const topic = await findTopic(settings, subscription.topic_arn);
  return [
    {
      action: `sns:${operation}`,
      resource: subscription.topic_arn,
      resourceAccountId: subscription.account_id,
      resourcePolicy: { document: topic?.policy, required: false },
    },
  ];
}

export const protocols = ["http", "https", "email", "email-json"] as const;
export type Protocol = (typeof protocols)[number];

/**
 * An endpoint that messages may be sent to. Which addresses a URL may resolve to is decided when a message is sent, by
 * the delivery job, because names can change what they mean.
 *
 * @throws ServiceError InvalidParameter
 */
export function checkEndpoint(protocol: string, endpoint: string | undefined, mailOffered: boolean): string {
  if (protocol === "email" || protocol === "email-json") {
    if (!mailOffered)
      throw invalidParameter(
        `Protocol ${protocol} is not offered here: no SMTP relay is configured (DOSIMETER_SMTP_URL)`,
      );
    if (endpoint === undefined || endpoint.length > mailLengthMax || !mailForm.test(endpoint))
      throw invalidParameter("Email address");
    return endpoint;
  }
  if (protocol !== "http" && protocol !== "https") {
    const known = ["sms", "sqs", "application", "lambda", "firehose"].includes(protocol);
    throw invalidParameter(
      known ? `Protocol ${protocol} is not offered here: use http, https, email or email-json` : "Protocol",
    );
  }
  if (endpoint === undefined || endpoint.length > endpointLengthMax || !URL.canParse(endpoint))
    throw invalidParameter("Endpoint");
  const url = new URL(endpoint);
  if (url.protocol !== `${protocol}:`) throw invalidParameter("Endpoint must match the specified protocol");
  if (url.username !== "" || url.password !== "")
    throw invalidParameter("Endpoint with a user name or password is not offered here");
  return endpoint;
}

/** One plain address: nothing that a mail header or an SMTP command could take for more. */
const mailForm =
  /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+$/;
const mailLengthMax = 254;
const endpointLengthMax = 2048;

/** For the record: where messages go, without the secrets that query strings tend to hold. */
export function endpointShown(endpoint: unknown): string | undefined {
  if (typeof endpoint !== "string") return undefined;
  if (!URL.canParse(endpoint)) return endpoint.slice(0, 100);
  const { origin, pathname, search } = new URL(endpoint);
  return `${origin}${pathname}${search === "" ? "" : "?…"}`;
}
