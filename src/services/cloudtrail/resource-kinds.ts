import type { EventResource } from "../../audit/event.js";
import type { SettingsQueries, SettingsTransaction } from "../../storage/settings-store.js";
import type { Call } from "../operation.js";
import type { ServiceError } from "../service-error.js";
import { cloudTrailError } from "./errors.js";
import { findTrail } from "./trails/find-trail.js";

type Queries = SettingsQueries | SettingsTransaction;

/** A resource that was found by its ARN. */
export interface FoundResource {
  /** As it is stored. */
  readonly arn: string;
  /** Where it can be changed. */
  readonly homeRegion: string;
  /** An event data store that waits for its end. */
  readonly inactive: boolean;
}

/** A kind of resource that is named by ARN: what has tags, and partly policies. */
export interface ResourceKind {
  /** As the record calls it. */
  readonly type: string;
  notFound(arn: string): ServiceError;
  find(queries: Queries, arn: string, call: Call): Promise<FoundResource | undefined>;
}

/** By the word in the ARN before the slash. */
const resourceKinds: Readonly<Record<string, ResourceKind>> = {
  trail: {
    type: "AWS::CloudTrail::Trail",
    notFound: resourceNotFound,
    async find(queries, arn, call) {
      const trail = await findTrail(queries, arn, call);
      return trail && { arn: trail.arn, homeRegion: trail.home_region, inactive: false };
    },
  },
  eventdatastore: {
    type: "AWS::CloudTrail::EventDataStore",
    notFound: (arn) => cloudTrailError("EventDataStoreNotFound", `The event data store was not found: ${arn}`),
    async find(queries, arn, call) {
      const store = await queries
        .selectFrom("event_data_stores")
        .select(["arn", "region", "status"])
        .where("arn", "=", arn)
        .where("account_id", "=", call.accountId)
        .where("region", "=", call.region)
        .executeTakeFirst();
      return store && { arn: store.arn, homeRegion: store.region, inactive: store.status === "PENDING_DELETION" };
    },
  },
  channel: {
    type: "AWS::CloudTrail::Channel",
    notFound: (arn) => cloudTrailError("ChannelNotFound", `The channel was not found: ${arn}`),
    async find(queries, arn, call) {
      const channel = await queries
        .selectFrom("channels")
        .select(["arn", "region"])
        .where("arn", "=", arn)
        .where("account_id", "=", call.accountId)
        .where("region", "=", call.region)
        .executeTakeFirst();
      return channel && { arn: channel.arn, homeRegion: channel.region, inactive: false };
    },
  },
  dashboard: {
    type: "AWS::CloudTrail::Dashboard",
    notFound: resourceNotFound,
    async find(queries, arn, call) {
      const dashboard = await queries
        .selectFrom("lake_dashboards")
        .select(["arn", "region"])
        .where("arn", "=", arn)
        .where("account_id", "=", call.accountId)
        .where("region", "=", call.region)
        .executeTakeFirst();
      return dashboard && { arn: dashboard.arn, homeRegion: dashboard.region, inactive: false };
    },
  },
};

function resourceNotFound(arn: string): ServiceError {
  return cloudTrailError("ResourceNotFound", `The resource was not found: ${arn}`);
}

/** The word for the kind in an ARN of CloudTrail's, known here or not; undefined if it is no such ARN. */
export function resourceKindWord(arn: string): string | undefined {
  return arnPattern.exec(arn)?.[1];
}

/** What kind of resource an ARN names. @throws CloudTrailARNInvalid, ResourceTypeNotSupported */
export function kindOf(arn: string): ResourceKind {
  const word = resourceKindWord(arn);
  if (word === undefined) throw cloudTrailError("CloudTrailARNInvalid", `The ARN is not valid: ${arn.slice(0, 256)}`);
  const kind = Object.hasOwn(resourceKinds, word) ? resourceKinds[word] : undefined;
  if (kind === undefined)
    throw cloudTrailError("ResourceTypeNotSupported", `Resources of type ${word} are not supported here.`);
  return kind;
}

const arnPattern = /^arn:aws[a-z-]*:cloudtrail:[a-z0-9-]+:\d{12}:([a-z]+)\/[A-Za-z0-9._-]{1,128}$/;

/** The resource an ARN names, for the record: also where there is none. */
export function namedResource(arn: string | undefined): readonly EventResource[] {
  const word = resourceKindWord(arn ?? "") ?? "";
  if (!arn || !Object.hasOwn(resourceKinds, word)) return [];
  return [{ type: resourceKinds[word]!.type, name: arn.slice(arn.lastIndexOf("/") + 1), arn }];
}
