import type { Selectable } from "kysely";
import type { EventResource } from "../../audit/event.js";
import type { AccessRequest } from "../../identity/access.js";
import type { Scope } from "../../storage/scope.js";
import type { SnsTables } from "../../storage/settings/tables/sns.js";
import type { SettingsQueries } from "../../storage/settings-store.js";
import type { Call } from "../operation.js";
import { decodePageToken, encodePageToken } from "../page-token.js";
import { invalidParameter, topicNotFound } from "./errors.js";

export type TopicRow = Selectable<SnsTables["sns_topics"]>;

/** Named limits; AWS's are larger. */
export const topicsMax = 10_000;
export const subscriptionsPerTopicMax = 100;
/** Deliveries of one topic that wait; above it publishers are told to slow down. */
export const waitingDeliveriesPerTopicMax = 20_000;
export const messageBytesMax = 262_144;

export const topicNamePattern = /^[A-Za-z0-9_-]{1,256}$/;
const topicArnForm = /^arn:aws:sns:([a-z0-9-]+):(\d{12}):([A-Za-z0-9_-]{1,256})$/;

export function topicArn(scope: Scope, name: string): string {
  return `arn:aws:sns:${scope.region}:${scope.accountId}:${name}`;
}

/** What AWS gives a new topic: its owner may do everything, others nothing. */
export function defaultPolicy(arn: string, accountId: string): string {
  return JSON.stringify({
    Version: "2008-10-17",
    Id: "__default_policy_ID",
    Statement: [
      {
        Sid: "__default_statement_ID",
        Effect: "Allow",
        Principal: { AWS: "*" },
        Action: [
          "SNS:GetTopicAttributes",
          "SNS:SetTopicAttributes",
          "SNS:AddPermission",
          "SNS:RemovePermission",
          "SNS:DeleteTopic",
          "SNS:Subscribe",
          "SNS:ListSubscriptionsByTopic",
          "SNS:Publish",
        ],
        Resource: arn,
        Condition: { StringEquals: { "AWS:SourceOwner": accountId } },
      },
    ],
  });
}

/** @throws ServiceError InvalidParameter if it is not a topic's ARN of this region. */
export function checkTopicArn(arn: string | undefined, call: Pick<Call, "region">): string {
  const [, region] = topicArnForm.exec(arn ?? "") ?? [];
  if (region === undefined || region !== call.region) throw invalidParameter("TopicArn");
  return arn!;
}

/** Topics of other accounts are found too: their policies decide. @throws ServiceError InvalidParameter or NotFound */
export async function requireTopic(
  settings: SettingsQueries,
  call: Pick<Call, "region">,
  arn: string | undefined,
): Promise<TopicRow> {
  const topic = await findTopic(settings, checkTopicArn(arn, call));
  if (topic === undefined) throw topicNotFound();
  return topic;
}

export function findTopic(settings: SettingsQueries, arn: string): Promise<TopicRow | undefined> {
  return settings.selectFrom("sns_topics").selectAll().where("arn", "=", arn).executeTakeFirst();
}

/** What must be allowed on a topic; one that does not exist belongs to the account in its ARN and has no policy. */
export async function topicAccess(
  settings: SettingsQueries,
  operation: string,
  call: Call,
  arn: string | undefined,
  conditions?: Record<string, string>,
): Promise<readonly AccessRequest[]> {
  const checked = checkTopicArn(arn, call);
  const topic = await findTopic(settings, checked);
  return [
    {
      action: `sns:${operation}`,
      resource: checked,
      resourceAccountId: topic?.account_id ?? checked.split(":")[4]!,
      conditions,
      resourcePolicy: { document: topic?.policy, required: false },
    },
  ];
}

export function topicResources(arn: unknown): readonly EventResource[] {
  return typeof arn === "string" && topicArnForm.test(arn)
    ? [{ type: "AWS::SNS::Topic", name: arn.split(":").at(-1)!, arn }]
    : [];
}

const pageSize = 100;

/** A page of rows ordered by ARN; the lists are small (`topicsMax`), so they are cut here. */
export function pageByArn<Row extends { readonly arn: string }>(
  rows: readonly Row[],
  nextToken: string | undefined,
  request: unknown,
): { page: Row[]; NextToken?: string } {
  // The CLI sends an empty token for the first page.
  const after = nextToken ? decodePageToken(nextToken, request)?.[0] : "";
  if (after === undefined) throw invalidParameter("NextToken");
  const rest = rows.filter((row) => row.arn > after).sort((left, right) => (left.arn < right.arn ? -1 : 1));
  const page = rest.slice(0, pageSize);
  return { page, NextToken: rest.length > pageSize ? encodePageToken([page.at(-1)!.arn], request) : undefined };
}
