import type { UnsubscribeCommandInput } from "@aws-sdk/client-sns";
import { management } from "../../audit/event.js";
import { openSubscription } from "../../identity/sealed-subscriptions.js";
import { operation } from "../operation.js";
import type { SnsDeps } from "./deps.js";
import { invalidParameter } from "./errors.js";
import { sameText } from "./same-text.js";
import { requireSubscription, type SubscriptionRow, subscriptionAccess } from "./subscriptions.js";
import { topicResources } from "./topics.js";

/**
 * Ends a subscription. Besides those who may, whoever received its messages can: their link has a token after the ARN
 * (`arn:aws:sns:…/token`), which suffices without credentials.
 */
export const unsubscribe = (deps: SnsDeps) =>
  operation<UnsubscribeCommandInput, Record<string, never>>({
    name: "Unsubscribe",
    readOnly: false,
    event: management,
    anonymousAllowed: true,
    async access(input, call) {
      const { arn, token } = partsOf(input.SubscriptionArn);
      if (token === undefined) return subscriptionAccess(deps.settings.read, "Unsubscribe", call, arn);
      const row = await rowOfLink(deps, arn, token);
      return [
        {
          action: "sns:Unsubscribe",
          resource: row.topic_arn,
          resourceAccountId: row.account_id,
          resourcePolicy: { document: bearersPolicy, required: false },
        },
      ];
    },
    async execute(input, call) {
      const { arn: asked, token } = partsOf(input.SubscriptionArn);
      await call.commit(async (tx) => {
        const { arn } = await requireSubscription(tx, token === undefined ? call : { region: regionOf(asked) }, asked);
        const { numDeletedRows } = await tx
          .deleteFrom("sns_deliveries")
          .where("subscription_arn", "=", arn)
          .executeTakeFirst();
        await tx.deleteFrom("sns_subscriptions").where("arn", "=", arn).execute();
        if (numDeletedRows > 0n) call.note({ abandonedDeliveries: Number(numDeletedRows) });
      });
      return {};
    },
    recordedRequest: (input) => ({ subscriptionArn: partsOf(input?.SubscriptionArn).arn }),
    resources: (input) => topicResources(partsOf(input?.SubscriptionArn).arn?.split(":").slice(0, 6).join(":")),
  });

const bearersPolicy = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: "*", Action: "sns:Unsubscribe", Resource: "*" }],
});

function partsOf(given: string | undefined): { readonly arn?: string; readonly token?: string } {
  if (typeof given !== "string") return {};
  const slash = given.indexOf("/");
  return slash < 0 ? { arn: given } : { arn: given.slice(0, slash), token: given.slice(slash + 1) };
}

/** Callers without credentials have no region: the ARN tells it. */
const regionOf = (arn: string | undefined) => arn?.split(":")[3] ?? "";

/** @throws ServiceError InvalidParameter or NotFound */
async function rowOfLink(deps: SnsDeps, arn: string | undefined, token: string): Promise<SubscriptionRow> {
  const found = await requireSubscription(deps.settings.read, { region: regionOf(arn) }, arn);
  const row = openSubscription(deps.vault, found);
  if (row.unsubscribe_token === "" || !sameText(row.unsubscribe_token, token)) throw invalidParameter("Token");
  return row;
}
