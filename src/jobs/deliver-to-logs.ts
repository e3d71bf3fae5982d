import { errorCodeOf, type LogStreamPlace } from "../audit/destinations.js";
import type { TrailRow } from "../audit/trails.js";
import type { CommittedEvent } from "../storage/event-store.js";
import type { SettingsTransaction } from "../storage/settings-store.js";
import { moveCheckpoint, postponeCheckpoint, readCheckpoint } from "./checkpoint.js";
import { type DeliveryContext, identityOf, type SelectionCache } from "./delivery-context.js";
import type { EventStreams, HeldStream } from "./event-streams.js";
import { assertHeld, LeaseLost } from "./lease.js";
import { noteStatus } from "./trail-status.js";

/** AWS's limits. Source: CloudWatch Logs API Reference, PutLogEvents; CloudTrail User Guide for the record's size. */
const recordBytesMax = 256 * 1024;
const putBytesMax = 1_048_576;
const putEventsMax = 10_000;
const perEventBytes = 26;

/** The checkpoint moves at the latest after so many events read, selected or not. */
const readEventsMax = 100_000;

/** Name of a log group within `arn:aws:logs:REGION:ACCT:log-group:NAME:*`. */
export function logGroupNameOf(groupArn: string): string {
  return groupArn.split(":").slice(6).join(":").replace(/:\*$/, "");
}

/** `ACCT_CloudTrail_REGION`, the region being the trail's. */
export function logStreamNameOf(trail: { readonly account_id: string; readonly home_region: string }): string {
  return `${trail.account_id}_CloudTrail_${trail.home_region}`;
}

/**
 * Delivers a stream to a trail's log group: a log event a record. CloudWatch Logs knows no repeats, so a crash between
 * a put and its checkpoint sends that put again (at most one put a stream); nothing is left out but aggregated events,
 * which are for S3 alone. Independent of S3.
 */
export async function deliverToLogs(
  context: DeliveryContext,
  streams: EventStreams,
  selections: SelectionCache,
  trail: TrailRow,
  stream: HeldStream,
  untilCommit: number,
): Promise<void> {
  const { settings, events, environment, destinations } = context;
  if (trail.logs_group_arn === null || trail.logs_role_arn === null) return;
  const key = { trailId: trail.trail_id, streamId: stream.streamId, destination: "logs" as const };
  const checkpoint = await readCheckpoint(settings.read, key);
  if (checkpoint.commit >= untilCommit || checkpoint.retryMs > environment.clock.nowMs()) return;
  const { selects, everLogged } = await selections(trail);
  if (!everLogged) return fenced((tx) => moveCheckpoint(tx, key, untilCommit));

  const place: LogStreamPlace = {
    groupName: logGroupNameOf(trail.logs_group_arn),
    streamName: logStreamNameOf(trail),
    roleArn: trail.logs_role_arn,
  };
  const sinceMs = trail.logs_since_ms ?? 0;
  const range = { afterCommit: checkpoint.commit, untilCommit, accountId: trail.account_id };
  let batch = emptyBatch();
  /** All of it is in the batch or was put. */
  let commit = checkpoint.commit;
  /** As the checkpoint has it. */
  let moved = checkpoint.commit;
  let read = 0;
  try {
    for await (const rows of events.readCommits(stream.streamId, range))
      for (const event of rows) {
        if (event.commit !== commit) {
          if (read >= readEventsMax) await put(commit);
          commit = event.commit;
        }
        read++;
        if (event.category === "Aggregated") continue;
        if (event.eventTimeMs >= sinceMs && selects(event)) await add(event);
      }
    await put(untilCommit);
  } catch (reason) {
    if (reason instanceof LeaseLost) throw reason;
    context.reportFailure(`delivery of ${trail.arn} to log group ${place.groupName}`, reason);
    await fenced((tx) => noteFailure(tx, errorCodeOf(reason)));
  }

  async function add(event: CommittedEvent): Promise<void> {
    const bytes = Buffer.byteLength(event.record);
    if (bytes > recordBytesMax) {
      batch.oversize++;
      return;
    }
    // What is full is put before the next is added; only whole commits before it move the checkpoint.
    if (batch.bytes + bytes + perEventBytes > putBytesMax || batch.messages.length >= putEventsMax)
      await put(event.commit - 1);
    batch.messages.push(event.record);
    batch.bytes += bytes + perEventBytes;
    batch.regions.add(event.region);
  }

  /** Sends the batch and moves the checkpoint to `until`, in which nothing is that was not sent. */
  async function put(until: number): Promise<void> {
    const { messages, regions, oversize } = batch;
    batch = emptyBatch();
    read = 0;
    if (messages.length > 0) {
      await streams.renew(stream);
      await send(messages);
    } else if (oversize === 0 && until === moved) return;
    const nowMs = environment.clock.nowMs();
    await fenced(async (tx) => {
      await moveCheckpoint(tx, key, Math.max(until, moved));
      for (const region of messages.length > 0 ? new Set([...regions, trail.home_region]) : [])
        await noteStatus(tx, trail.trail_id, region, { logs_delivery_ms: nowMs, logs_delivery_error: null });
      if (oversize > 0) await countOversize(tx, oversize);
    });
    moved = Math.max(until, moved);
  }

  async function send(messages: readonly string[]): Promise<void> {
    const timestamp = environment.clock.nowMs();
    const logEvents = messages.map((message) => ({ timestamp, message }));
    try {
      await destinations.putLogEvents(identityOf(trail), place, logEvents);
    } catch (reason) {
      if (errorCodeOf(reason) !== "ResourceNotFoundException") throw reason;
      // The stream was deleted. If it is the group that is missing, this fails likewise and says so.
      await destinations.createLogStream(identityOf(trail), place);
      await destinations.putLogEvents(identityOf(trail), place, logEvents);
    }
  }

  async function fenced(work: (tx: SettingsTransaction) => Promise<void>): Promise<void> {
    await settings.transact(async (tx) => {
      await assertHeld(tx, stream.lease);
      await work(tx);
    });
  }

  async function countOversize(tx: SettingsTransaction, count: number): Promise<void> {
    await noteStatus(tx, trail.trail_id, trail.home_region, {});
    await tx
      .updateTable("trail_status")
      .set((eb) => ({ logs_oversize_count: eb("logs_oversize_count", "+", count) }))
      .where("trail_id", "=", trail.trail_id)
      .where("region", "=", trail.home_region)
      .execute();
    context.reportFailure(
      `${count} records of ${trail.arn} exceed ${recordBytesMax} bytes and were not sent to ${place.groupName}`,
      undefined,
    );
  }

  async function noteFailure(tx: SettingsTransaction, code: string | undefined): Promise<void> {
    const nowMs = environment.clock.nowMs();
    if (code !== undefined) await noteStatus(tx, trail.trail_id, trail.home_region, { logs_delivery_error: code });
    await postponeCheckpoint(tx, { ...checkpoint, commit: moved }, nowMs);
  }
}

function emptyBatch() {
  return { messages: [] as string[], regions: new Set<string>(), bytes: 0, oversize: 0 };
}
