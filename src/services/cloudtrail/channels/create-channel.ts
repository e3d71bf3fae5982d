import type { CreateChannelCommandInput, CreateChannelResponse, Destination } from "@aws-sdk/client-cloudtrail";
import { management } from "../../../audit/event.js";
import { channelArn } from "../../../audit/lake/channels.js";
import type { SettingsQueries, SettingsTransaction } from "../../../storage/settings-store.js";
import { type Call, operation } from "../../operation.js";
import type { CloudTrailDeps } from "../deps.js";
import { cloudTrailError } from "../errors.js";
import { storeArnOf } from "../lake/find-store.js";
import { checkTags, putTags, requestTagConditions } from "../tags/tag-rules.js";
import { checkChannelInput, checkNameFree, destinationsView, putDestinations, storesOf } from "./channel-input.js";

/** AWS's quota, an account and region. */
const channelsMax = 25;
/** The one source here: AWS's partners have no way to this service. There may be several channels of it. */
const customSource = "Custom";

/** Makes a way for events from outside into event data stores. Its ARN is what applications send events to. */
export const createChannel = (deps: CloudTrailDeps) =>
  operation<CreateChannelCommandInput, CreateChannelResponse>({
    name: "CreateChannel",
    readOnly: false,
    event: management,

    access: (input, call) => [
      {
        action: "cloudtrail:CreateChannel",
        resource: channelArn(call.region, call.accountId, "*"),
        conditions: requestTagConditions(input.Tags),
      },
      ...storeAccess("CreateChannel", input.Destinations, call),
    ],

    async execute(input, call) {
      checkChannelInput(input);
      const name = input.Name as string;
      const destinations = input.Destinations as readonly Destination[];
      const tags = input.Tags ?? [];
      checkTags(tags);
      if (input.Source !== customSource)
        throw cloudTrailError(
          "InvalidSource",
          `The source must be ${customSource}: no partner is integrated with this service.`,
        );
      await storesOf(deps.settings.read, destinations, call);
      const channelId = deps.environment.ids.uuid();
      const arn = channelArn(call.region, call.accountId, channelId);
      return call.commit(async (tx) => {
        await checkNameFree(tx, name, call);
        await checkRoom(tx, call);
        const stores = await storesOf(tx, destinations, call);
        await tx
          .insertInto("channels")
          .values({
            channel_id: channelId,
            account_id: call.accountId,
            region: call.region,
            name,
            arn,
            source: customSource,
            created_ms: deps.environment.clock.nowMs(),
          })
          .execute();
        await putDestinations(tx, channelId, stores);
        await putTags(tx, arn, tags);
        return {
          ChannelArn: arn,
          Name: name,
          Source: customSource,
          Destinations: destinationsView(stores),
          ...(tags.length > 0 && { Tags: tags }),
        };
      });
    },

    resources: (input, _call, output) =>
      output?.ChannelArn === undefined
        ? []
        : [{ type: "AWS::CloudTrail::Channel", name: input.Name as string, arn: output.ChannelArn }],
  });

/** Who ties a channel to a store must be allowed to for both. */
export function storeAccess(action: string, destinations: readonly Destination[] | undefined, call: Call) {
  return (destinations ?? [])
    .filter(({ Location }) => Location !== undefined)
    .map(({ Location }) => ({ action: `cloudtrail:${action}`, resource: storeArnOf(Location as string, call) }));
}

/** @throws ChannelMaxLimitExceeded */
async function checkRoom(queries: SettingsQueries | SettingsTransaction, call: Call): Promise<void> {
  const channels = await queries
    .selectFrom("channels")
    .select("channel_id")
    .where("account_id", "=", call.accountId)
    .where("region", "=", call.region)
    .execute();
  if (channels.length >= channelsMax)
    throw cloudTrailError("ChannelMaxLimitExceeded", `There can be at most ${channelsMax} channels in a region.`);
}
