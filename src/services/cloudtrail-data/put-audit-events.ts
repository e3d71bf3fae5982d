import { createHash } from "node:crypto";
import type { ChannelIngestion } from "../../audit/lake/channel-ingestion.js";
import { type ChannelRow, channelStores } from "../../audit/lake/channels.js";
import type { EventDataStoreRow } from "../../audit/lake/event-data-stores.js";
import { isoSeconds } from "../../audit/parameters.js";
import type { Environment } from "../../environment.js";
import type { LakeEvent, LakeStore } from "../../storage/lake-store.js";
import type { SettingsStore } from "../../storage/settings-store.js";
import { Constraints } from "../constraints.js";
import { type Call, operation } from "../operation.js";
import { ServiceError, validationError } from "../service-error.js";
import { channelAccess, channelArnOf, requireChannel } from "./channel-access.js";
import { EventRefused, readEventData } from "./event-data.js";
import type { AuditEvent, PutAuditEventsRequest, PutAuditEventsResponse } from "./schema.js";

export interface CloudTrailDataDeps {
  readonly settings: SettingsStore;
  readonly lake: LakeStore;
  readonly channelIngestion: ChannelIngestion;
  readonly environment: Environment;
}

const resourceType = "AWS::CloudTrail::Channel";
const eventsMax = 100;
const requestBytesMax = 1024 * 1024;
const dayMs = 24 * 3600 * 1000;
/** Version of the format of records of events from outside. */
const eventVersion = "1.0";
/** The event store holds no later time. */
const endOfTimeMs = Date.UTC(2299, 11, 31);

/**
 * Puts events of applications into the event data stores of a channel. An event is `successful` once it is durable and
 * found by queries; one that is refused does not keep the others out.
 */
export const putAuditEvents = (deps: CloudTrailDataDeps) =>
  operation<PutAuditEventsRequest, PutAuditEventsResponse>({
    name: "PutAuditEvents",
    readOnly: false,
    event: { category: "Data", resourceType },
    access: (input, call) => channelAccess(deps.settings, input, call),

    async execute(input, call) {
      checkRequest(input);
      const channel = await requireChannel(deps.settings, input.channelArn, call);
      const stores = await activeStores(deps.settings, channel);
      const nowMs = deps.environment.clock.nowMs();
      const read = input.auditEvents.map((event) => readEvent(event, { channel, stores, nowMs, call, deps }));
      const events = read.flatMap((one) => ("events" in one ? one.events : []));
      // The ids of the events are new, so nothing is told apart by the token but this call.
      if (events.length > 0) await deps.lake.append(events, `audit-events/${call.requestId}`);
      noteIngestion(deps.channelIngestion, channel, read, nowMs);
      return {
        successful: read.flatMap((one) => ("events" in one ? [{ id: one.id, eventID: one.eventId }] : [])),
        failed: read.flatMap((one) =>
          "refused" in one ? [{ id: one.id, errorCode: one.refused.code, errorMessage: one.refused.message }] : [],
        ),
      };
    },

    resources: (input, call) => {
      const arn = channelArnOf(input.channelArn, call);
      return [{ type: resourceType, name: arn.slice(arn.lastIndexOf("/") + 1), arn }];
    },
  });

/** @throws ValidationException, DuplicatedAuditEventId */
function checkRequest({ auditEvents, externalId }: PutAuditEventsRequest): void {
  const ids = auditEvents.map(({ id }) => id);
  const constraints = new Constraints()
    .length("externalId", externalId, { min: 2, max: 1224 })
    .pattern("externalId", externalId, /^[\w+=,.@:/-]*$/)
    // By their ids: what is shown of a wrong value is recorded.
    .length("auditEvents", ids, { min: 1, max: eventsMax });
  for (const [index, id] of ids.slice(0, eventsMax).entries())
    constraints
      .length(`auditEvents.${index + 1}.member.id`, id, { min: 1, max: 128 })
      .pattern(`auditEvents.${index + 1}.member.id`, id, /^[-_A-Za-z0-9]+$/);
  constraints.check();
  const bytes = auditEvents.reduce((sum, { eventData }) => sum + Buffer.byteLength(eventData), 0);
  if (bytes > requestBytesMax) throw validationError("The events of a request can have at most 1 MB together.");
  if (new Set(ids).size < ids.length)
    throw new ServiceError("DuplicatedAuditEventId", "Two or more events of the request have the same id.");
}

/** @throws UnsupportedOperationException if the channel leads nowhere for now. */
async function activeStores(settings: SettingsStore, channel: ChannelRow): Promise<EventDataStoreRow[]> {
  const stores = await channelStores(settings.read, channel.channel_id);
  const active = stores.filter(({ status }) => status !== "PENDING_DELETION");
  if (active.length === 0)
    throw new ServiceError("UnsupportedOperationException", "The channel has no active event data store.");
  return active;
}

type ReadEvent = { readonly id: string; readonly eventId: string } & (
  | { readonly events: readonly LakeEvent[] }
  | { readonly refused: EventRefused }
);

function readEvent(
  { id, eventData, eventDataChecksum }: AuditEvent,
  to: {
    readonly channel: ChannelRow;
    readonly stores: readonly EventDataStoreRow[];
    readonly nowMs: number;
    readonly call: Call;
    readonly deps: CloudTrailDataDeps;
  },
): ReadEvent {
  const { channel, stores, nowMs, call, deps } = to;
  const eventId = deps.environment.ids.uuid();
  try {
    if (eventDataChecksum && eventDataChecksum !== createHash("sha256").update(eventData).digest("base64"))
      throw new EventRefused("InvalidChecksum", "eventDataChecksum is not the base64 of SHA-256 of eventData.");
    const { eventTime, eventTimeMs, json } = readEventData(eventData, channel.account_id);
    const keepers = stores.filter(({ retention_days }) => eventTimeMs >= nowMs - retention_days * dayMs);
    if (keepers.length === 0 || eventTimeMs >= endOfTimeMs)
      throw new EventRefused("InvalidData", "eventTime is outside of the time that the event data store keeps.");
    const facts = {
      eventVersion,
      eventCategory: "ActivityAuditLog",
      eventType: "ActivityLog",
      eventID: eventId,
      eventTime,
      awsRegion: call.region,
      recipientAccountId: channel.account_id,
      metadata: { ingestionTime: isoSeconds(nowMs), channelARN: channel.arn },
    };
    const record = `${JSON.stringify(facts).slice(0, -1)},"eventData":${json}}`;
    return {
      id,
      eventId,
      events: keepers.map(({ store_id }) => ({ storeId: store_id, eventTimeMs, eventId, record })),
    };
  } catch (reason) {
    if (!(reason instanceof EventRefused)) throw reason;
    return { id, eventId, refused: reason };
  }
}

function noteIngestion(
  ingestion: ChannelIngestion,
  channel: ChannelRow,
  read: readonly ReadEvent[],
  timeMs: number,
): void {
  const stored = read.filter((one) => "events" in one).at(-1);
  const refused = read.flatMap((one) => ("refused" in one ? [one.refused] : [])).at(-1);
  ingestion.note(channel.channel_id, {
    timeMs,
    attemptEventId: read.at(-1)!.eventId,
    ...(stored && { successEventId: stored.eventId }),
    ...(refused && { errorCode: refused.code }),
  });
}
