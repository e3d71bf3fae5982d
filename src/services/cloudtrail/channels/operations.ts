import type { AnyOperation } from "../../operation.js";
import type { CloudTrailDeps } from "../deps.js";
import { deleteChannel, updateChannel } from "./change-channel.js";
import { createChannel } from "./create-channel.js";
import { getChannel, listChannels } from "./read-channels.js";

export const channelOperations = (deps: CloudTrailDeps): readonly AnyOperation[] => [
  createChannel(deps),
  updateChannel(deps),
  deleteChannel(deps),
  getChannel(deps),
  listChannels(deps),
];
