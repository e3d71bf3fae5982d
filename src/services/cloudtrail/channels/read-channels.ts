import type {
  GetChannelCommandInput,
  GetChannelResponse,
  IngestionStatus,
  ListChannelsCommandInput,
  ListChannelsResponse,
} from "@aws-sdk/client-cloudtrail";
import { management } from "../../../audit/event.js";
import { channelStores } from "../../../audit/lake/channels.js";
import { operation } from "../../operation.js";
import type { CloudTrailDeps } from "../deps.js";
import { listPage, pageOf } from "../list-page.js";
import { resourceAccess } from "../resource-access.js";
import { destinationsView } from "./channel-input.js";
import { channelArnOf, channelResources, requireChannel } from "./find-channel.js";

/** A channel, and how ingestion through it went last. No channel here belongs to a service: there is no `SourceConfig`. */
export const getChannel = (deps: CloudTrailDeps) =>
  operation<GetChannelCommandInput, GetChannelResponse>({
    name: "GetChannel",
    readOnly: true,
    event: management,
    access: (input, call) =>
      resourceAccess(deps.settings.read, "GetChannel", channelArnOf(input.Channel as string, call)),

    async execute(input, call) {
      const channel = await requireChannel(deps.settings.read, input.Channel as string, call);
      return {
        ChannelArn: channel.arn,
        Name: channel.name,
        Source: channel.source,
        Destinations: destinationsView(await channelStores(deps.settings.read, channel.channel_id)),
        IngestionStatus: await ingestionStatus(deps, channel.channel_id),
      };
    },

    resources: (input, call) => channelResources(input.Channel, call),
  });

/** Empty until something was tried. */
async function ingestionStatus(deps: CloudTrailDeps, channelId: string): Promise<IngestionStatus> {
  await deps.channelIngestion.flush();
  const row = await deps.settings.read
    .selectFrom("channel_ingestion")
    .selectAll()
    .where("channel_id", "=", channelId)
    .executeTakeFirst();
  if (row === undefined) return {};
  return {
    ...(row.success_ms !== null && { LatestIngestionSuccessTime: new Date(row.success_ms) }),
    ...(row.success_event_id !== null && { LatestIngestionSuccessEventID: row.success_event_id }),
    ...(row.error_code !== null && { LatestIngestionErrorCode: row.error_code }),
    LatestIngestionAttemptTime: new Date(row.attempt_ms),
    LatestIngestionAttemptEventID: row.attempt_event_id,
  };
}

export const listChannels = (deps: CloudTrailDeps) =>
  operation<ListChannelsCommandInput, ListChannelsResponse>({
    name: "ListChannels",
    readOnly: true,
    event: management,
    access: () => [{ action: "cloudtrail:ListChannels", resource: "*" }],

    async execute(input, call) {
      const page = listPage(input, ["ListChannels", call.accountId, call.region]);
      const found = await deps.settings.read
        .selectFrom("channels")
        .select(["arn", "name"])
        .where("account_id", "=", call.accountId)
        .where("region", "=", call.region)
        .where("arn", ">", page.after?.[0] ?? "")
        .orderBy("arn")
        .limit(page.max + 1)
        .execute();
      const { rows, ...next } = pageOf(found, page, ({ arn }) => [arn]);
      return { Channels: rows.map(({ arn, name }) => ({ ChannelArn: arn, Name: name })), ...next };
    },
  });
