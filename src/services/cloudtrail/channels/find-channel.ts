import type { EventResource } from "../../../audit/event.js";
import { type ChannelRow, channelArn, isChannelArn } from "../../../audit/lake/channels.js";
import type { SettingsQueries, SettingsTransaction } from "../../../storage/settings-store.js";
import { Constraints } from "../../constraints.js";
import type { Call } from "../../operation.js";
import { cloudTrailError } from "../errors.js";

/** The ARN meant by an ARN or its last part, well-formed or not: what policies are asked about. */
export function channelArnOf(arnOrId: string, call: Call): string {
  return arnOrId.startsWith("arn:") ? arnOrId : channelArn(call.region, call.accountId, arnOrId);
}

/**
 * A channel by ARN or UUID, of the call's region. A channel of another account does not exist for the caller.
 * @throws ValidationException, ChannelARNInvalid, ChannelNotFound
 */
export async function requireChannel(
  queries: SettingsQueries | SettingsTransaction,
  arnOrId: string,
  call: Call,
): Promise<ChannelRow> {
  new Constraints()
    .length("channel", arnOrId, { min: 3, max: 256 })
    .pattern("channel", arnOrId, /^[a-zA-Z0-9._/\-:]+$/)
    .check();
  const arn = channelArnOf(arnOrId, call);
  if (!isChannelArn(arn)) throw cloudTrailError("ChannelARNInvalid", `The channel ARN is not valid: ${arn}`);
  const channel = await queries
    .selectFrom("channels")
    .selectAll()
    .where("arn", "=", arn)
    .where("account_id", "=", call.accountId)
    .where("region", "=", call.region)
    .executeTakeFirst();
  if (channel === undefined) throw cloudTrailError("ChannelNotFound", `The channel was not found: ${arn}`);
  return channel;
}

/** The channel a call is about, for its record: also where the call failed. */
export function channelResources(arnOrId: string | undefined, call: Call): readonly EventResource[] {
  if (!arnOrId) return [];
  const arn = channelArnOf(arnOrId, call);
  return [{ type: "AWS::CloudTrail::Channel", name: arn.slice(arn.lastIndexOf("/") + 1), arn }];
}
