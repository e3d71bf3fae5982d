import type {
  DeleteChannelCommandInput,
  UpdateChannelCommandInput,
  UpdateChannelResponse,
} from "@aws-sdk/client-cloudtrail";
import { removeAttachments } from "../../../audit/attachments.js";
import { management } from "../../../audit/event.js";
import { channelStores } from "../../../audit/lake/channels.js";
import { operation } from "../../operation.js";
import type { CloudTrailDeps } from "../deps.js";
import { cloudTrailError } from "../errors.js";
import { resourceAccess } from "../resource-access.js";
import { checkChannelInput, checkNameFree, destinationsView, putDestinations, storesOf } from "./channel-input.js";
import { storeAccess } from "./create-channel.js";
import { channelArnOf, channelResources, requireChannel } from "./find-channel.js";

/** The source of a channel stays; its name and its destinations can be others. */
export const updateChannel = (deps: CloudTrailDeps) =>
  operation<UpdateChannelCommandInput, UpdateChannelResponse>({
    name: "UpdateChannel",
    readOnly: false,
    event: management,

    access: async (input, call) => [
      ...(await resourceAccess(deps.settings.read, "UpdateChannel", channelArnOf(input.Channel as string, call))),
      ...storeAccess("UpdateChannel", input.Destinations, call),
    ],

    async execute(input, call) {
      checkChannelInput(input);
      const { Name: name, Destinations: destinations } = input;
      await requireChannel(deps.settings.read, input.Channel as string, call);
      if (name === undefined && destinations === undefined)
        throw cloudTrailError("InvalidParameter", "Give the channel another name or other destinations.");
      if (destinations) await storesOf(deps.settings.read, destinations, call);
      return call.commit(async (tx) => {
        const channel = await requireChannel(tx, input.Channel as string, call);
        const { channel_id } = channel;
        if (name !== undefined) {
          await checkNameFree(tx, name, call, channel_id);
          await tx.updateTable("channels").set({ name }).where("channel_id", "=", channel_id).execute();
        }
        if (destinations) await putDestinations(tx, channel_id, await storesOf(tx, destinations, call));
        return {
          ChannelArn: channel.arn,
          Name: name ?? channel.name,
          Source: channel.source,
          Destinations: destinationsView(await channelStores(tx, channel_id)),
        };
      });
    },

    resources: (input, call) => channelResources(input.Channel, call),
  });

/** What came through the channel stays in its event data stores. */
export const deleteChannel = (deps: CloudTrailDeps) =>
  operation<DeleteChannelCommandInput, Record<string, never>>({
    name: "DeleteChannel",
    readOnly: false,
    event: management,
    access: (input, call) =>
      resourceAccess(deps.settings.read, "DeleteChannel", channelArnOf(input.Channel as string, call)),

    async execute(input, call) {
      await requireChannel(deps.settings.read, input.Channel as string, call);
      return call.commit(async (tx) => {
        const { channel_id, arn } = await requireChannel(tx, input.Channel as string, call);
        for (const table of ["channel_ingestion", "channel_destinations", "channels"] as const)
          await tx.deleteFrom(table).where("channel_id", "=", channel_id).execute();
        await removeAttachments(tx, arn);
        return {};
      });
    },

    resources: (input, call) => channelResources(input.Channel, call),
  });
