import { readPrompt } from "./read-prompt.js";
import type { Dimension, Intent } from "./rules.js";

const columns: Readonly<Record<Dimension, string>> = {
  user: "useridentity.arn",
  operation: "eventname",
  service: "eventsource",
  region: "awsregion",
  address: "sourceipaddress",
  error: "errorcode",
  account: "useridentity.accountid",
  role: "useridentity.sessioncontext.sessionissuer.username",
  client: "useragent",
};

const rowsDefault = 100;

/**
 * A statement over one store that answers a prompt, made from what the prompt says.
 * @throws PromptNotUnderstood
 */
export function queryOfPrompt(prompt: string, storeId: string): string {
  const intent = readPrompt(prompt);
  const from = `FROM ${storeId}${intent.conditions.length > 0 ? `\nWHERE ${intent.conditions.join("\n  AND ")}` : ""}`;
  return intent.counted ? countedQuery(intent, from) : listingQuery(intent, from);
}

function countedQuery(intent: Intent, from: string): string {
  const { period, dimensions } = intent;
  const keys = [
    ...(period === undefined ? [] : [`date_trunc('${period}', eventtime) AS period`]),
    ...[...dimensions].map((dimension) => `${columns[dimension]} AS ${dimension}`),
  ];
  const values = [...keys, "count(*) AS events", ...(dimensions.has("user") ? ["max(eventtime) AS lasttime"] : [])];
  const parts = [`SELECT ${values.join(", ")}`, from];
  // What has no error is in no group of errors.
  if (keys.length > 0) parts.push(`GROUP BY ${keys.map((_, index) => index + 1).join(", ")}`);
  if (keys.length > 0) parts.push(`ORDER BY ${period === undefined ? "events DESC" : "period"}`);
  if (intent.limit !== undefined) parts.push(`LIMIT ${intent.limit}`);
  return parts.join("\n");
}

function listingQuery(intent: Intent, from: string): string {
  const errors = intent.conditions.some((condition) => condition.includes("errorcode"))
    ? ", errorcode, errormessage"
    : "";
  return [
    `SELECT eventtime, useridentity.arn, eventsource, eventname${errors}, sourceipaddress, eventid`,
    from,
    `ORDER BY eventtime${intent.oldestFirst ? "" : " DESC"}`,
    `LIMIT ${intent.limit ?? rowsDefault}`,
  ].join("\n");
}
