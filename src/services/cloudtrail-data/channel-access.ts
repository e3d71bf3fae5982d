import { readResourcePolicy } from "../../audit/attachments.js";
import { type ChannelRow, channelArn, isChannelArn } from "../../audit/lake/channels.js";
import type { AccessRequest } from "../../identity/access.js";
import { parsePolicy } from "../../identity/policy/document.js";
import type { SettingsStore } from "../../storage/settings-store.js";
import type { Call } from "../operation.js";
import { ServiceError } from "../service-error.js";
import type { PutAuditEventsRequest } from "./schema.js";

/** The ARN meant by an ARN or its last part. */
export function channelArnOf(arnOrId: string, call: Call): string {
  return arnOrId.startsWith("arn:") ? arnOrId : channelArn(call.region, call.accountId, arnOrId);
}

/** @throws InvalidChannelARN, ChannelNotFound */
export async function requireChannel(settings: SettingsStore, arnOrId: string, call: Call): Promise<ChannelRow> {
  const arn = channelArnOf(arnOrId, call);
  if (!isChannelArn(arn)) throw new ServiceError("InvalidChannelARN", "The channel ARN is not valid.");
  const channel = await settings.read
    .selectFrom("channels")
    .selectAll()
    .where("arn", "=", arn)
    .where("region", "=", call.region)
    .executeTakeFirst();
  if (channel === undefined) throw new ServiceError("ChannelNotFound", `The channel was not found: ${arn}`);
  return channel;
}

/**
 * Who may send events through a channel: those of its account whom their own policies or the channel's let, and those of
 * other accounts whom both let. Where the channel's policy names an external id, every call must send it.
 *
 * @throws InvalidChannelARN, ChannelNotFound, ChannelInsufficientPermission
 */
export async function channelAccess(
  settings: SettingsStore,
  { channelArn: arnOrId, externalId }: PutAuditEventsRequest,
  call: Call,
): Promise<AccessRequest[]> {
  const channel = await requireChannel(settings, arnOrId, call);
  const document = await readResourcePolicy(settings.read, channel.arn);
  const tags = await settings.read.selectFrom("trail_tags").selectAll().where("arn", "=", channel.arn).execute();
  const access: AccessRequest = {
    action: "cloudtrail-data:PutAuditEvents",
    resource: channel.arn,
    resourceAccountId: channel.account_id,
    conditions: {
      ...Object.fromEntries(tags.map((tag) => [`aws:ResourceTag/${tag.tag_key}`, tag.tag_value ?? ""])),
      ...(externalId !== undefined && { "cloudtrail:ExternalId": externalId }),
    },
    ...(document !== undefined && { resourcePolicy: { document, required: false } }),
  };
  const wanted = externalIdsOf(document);
  if (wanted.length > 0 && (externalId === undefined || !wanted.includes(externalId)))
    throw insufficient("The channel's policy asks for an external id that this call does not have.");
  if (channel.account_id !== call.accountId && !(await call.may(access)))
    throw insufficient("The policy of the channel does not let this caller send events.");
  return [access];
}

function insufficient(message: string): ServiceError {
  return new ServiceError("ChannelInsufficientPermission", message);
}

function externalIdsOf(document: string | undefined): string[] {
  if (document === undefined) return [];
  return parsePolicy(document, "resource").statements.flatMap(({ conditions }) =>
    Object.values(conditions)
      .flatMap((keys) => Object.entries(keys))
      .filter(([key]) => key.toLowerCase() === "cloudtrail:externalid")
      .flatMap(([, values]) => values),
  );
}
