import type { Destinations } from "../../audit/destinations.js";
import type { ChannelIngestion } from "../../audit/lake/channel-ingestion.js";
import type { SigningKeys } from "../../audit/signing-keys.js";
import type { Tree } from "../../audit/tree/tree.js";
import type { Environment } from "../../environment.js";
import type { Authorizer } from "../../identity/authorizer.js";
import type { CallRateStore } from "../../storage/call-rate-store.js";
import type { EventStore } from "../../storage/event-store.js";
import type { LakeQueries } from "../../storage/lake-queries.js";
import type { SettingsStore } from "../../storage/settings-store.js";

import type { Installation } from "./scorecard/account-facts.js";

export interface CloudTrailDeps {
  readonly settings: SettingsStore;
  readonly events: EventStore;
  readonly lakeQueries: LakeQueries;
  readonly callRates: CallRateStore;
  readonly destinations: Destinations;
  readonly signingKeys: SigningKeys;
  readonly channelIngestion: ChannelIngestion;
  readonly tree: Tree;
  readonly authorizer: Authorizer;
  readonly installation: Installation;
  readonly environment: Environment;
}
