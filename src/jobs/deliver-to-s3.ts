import type { Selectable } from "kysely";
import { errorCodeOf } from "../audit/destinations.js";
import { type LogFile, logFileKey } from "../audit/log-file.js";
import type { TrailRow } from "../audit/trails.js";
import type { SettingsTables } from "../storage/settings/tables.js";
import type { SettingsTransaction } from "../storage/settings-store.js";
import { type Checkpoint, moveCheckpoint, postponeCheckpoint, readCheckpoint } from "./checkpoint.js";
import { type Collected, collectFiles } from "./collect-events.js";
import { type DeliveryContext, identityOf, type SelectionCache } from "./delivery-context.js";
import type { EventStreams, HeldStream } from "./event-streams.js";
import { assertHeld, LeaseLost } from "./lease.js";
import { noteStatus } from "./trail-status.js";

type Plan = Selectable<SettingsTables["trail_plans"]>;

/**
 * Delivers a stream to a trail's bucket, each event once.
 *
 *     plan committed -> objects written -> checkpoint moved, files listed, plan removed (one transaction)
 *
 * A crash or a take-over anywhere leaves a plan, from which the next holder of the stream makes the same objects under
 * the same keys. A former holder that wakes up writes the same objects once more and then fails at the fence.
 *
 * @param untilCommit everything up to here is durable. It was asked before the trail's states are read, so that a
 *   change of the trail that was acknowledged before an event is known when that event is selected.
 */
export async function deliverToS3(
  context: DeliveryContext,
  streams: EventStreams,
  selections: SelectionCache,
  trail: TrailRow,
  stream: HeldStream,
  untilCommit: number,
): Promise<void> {
  const { settings, events, environment } = context;
  const key = { trailId: trail.trail_id, streamId: stream.streamId, destination: "s3" as const };
  let checkpoint = await readCheckpoint(settings.read, key);
  if (checkpoint.retryMs > environment.clock.nowMs()) return;

  const left = await pendingPlan();
  if (left !== undefined) {
    const { selects } = await selections(trail, left.state_sequence);
    const collected = await collectFiles(events, rangeOf(left), selects, false);
    if (!(await carryOut(left, collected.files))) return;
    checkpoint = await readCheckpoint(settings.read, key);
  }

  while (checkpoint.commit < untilCommit) {
    const { selects, stateSequence, everLogged } = await selections(trail);
    const range = { ...rangeBase(), afterCommit: checkpoint.commit, untilCommit };
    const collected: Collected = everLogged
      ? await collectFiles(events, range, selects, true)
      : { untilCommit, files: [] };
    if (collected.files.length === 0) {
      await fenced((tx) => moveCheckpoint(tx, key, collected.untilCommit));
    } else {
      const plan = await decide(collected.untilCommit, checkpoint.commit, stateSequence);
      if (!(await carryOut(plan, collected.files))) return;
    }
    checkpoint = { ...checkpoint, commit: collected.untilCommit, attempts: 0, retryMs: 0 };
  }

  function rangeBase() {
    return { streamId: stream.streamId, accountId: trail.account_id };
  }

  function rangeOf(plan: Plan) {
    return { ...rangeBase(), afterCommit: plan.after_commit, untilCommit: plan.until_commit };
  }

  async function fenced<Result>(work: (tx: SettingsTransaction) => Promise<Result>): Promise<Result> {
    return settings.transact(async (tx) => {
      await assertHeld(tx, stream.lease);
      return work(tx);
    });
  }

  async function pendingPlan(): Promise<Plan | undefined> {
    return settings.read
      .selectFrom("trail_plans")
      .selectAll()
      .where("trail_id", "=", trail.trail_id)
      .where("stream_id", "=", stream.streamId)
      .executeTakeFirst();
  }

  async function decide(until: number, after: number, stateSequence: number): Promise<Plan> {
    const plan: Plan = {
      trail_id: trail.trail_id,
      stream_id: stream.streamId,
      after_commit: after,
      until_commit: until,
      state_sequence: stateSequence,
      planned_ms: environment.clock.nowMs(),
      bucket: trail.bucket,
      prefix: trail.prefix,
      kms_key_arn: trail.kms_key_arn,
    };
    await fenced(async (tx) => {
      await tx.insertInto("trail_plans").values(plan).execute();
    });
    return plan;
  }

  /** @returns false if a destination failed: the plan stays, or goes where its trail now has another destination. */
  async function carryOut(plan: Plan, files: readonly LogFile[]): Promise<boolean> {
    const named = files.map((file) => ({ ...file, key: keyOf(plan, file) }));
    for (const file of named) {
      try {
        await streams.renew(stream);
        await context.destinations.putObject(identityOf(trail), {
          bucket: plan.bucket,
          key: file.key,
          body: file.body,
          ...(plan.kms_key_arn !== null && { kmsKeyArn: plan.kms_key_arn }),
        });
      } catch (reason) {
        if (reason instanceof LeaseLost) throw reason;
        context.reportFailure(`delivery of ${trail.arn} to s3://${plan.bucket}/${file.key}`, reason);
        await fenced((tx) => noteFailure(tx, plan, file.region, errorCodeOf(reason)));
        return false;
      }
    }
    await fenced((tx) => finish(tx, plan, named));
    return true;
  }

  function keyOf(plan: Plan, file: LogFile): string {
    const { region, folder } = file;
    return logFileKey(
      { ...(plan.prefix !== null && { prefix: plan.prefix }), accountId: trail.account_id, region, folder },
      plan.planned_ms,
      [trail.arn, trail.trail_id, plan.stream_id, plan.after_commit, plan.until_commit, file.region, file.part],
    );
  }

  async function noteFailure(tx: SettingsTransaction, plan: Plan, region: string, code: string | undefined) {
    const nowMs = environment.clock.nowMs();
    // AWS shows no error for timeouts; what it said before stays.
    const error = code === undefined ? {} : { delivery_error: code };
    await noteStatus(tx, trail.trail_id, region, { delivery_attempt_ms: nowMs, ...error });
    await postponeCheckpoint(tx, checkpoint as Checkpoint, nowMs);
    const now = await tx.selectFrom("trails").selectAll().where("trail_id", "=", trail.trail_id).executeTakeFirst();
    const moved =
      now !== undefined &&
      (now.bucket !== plan.bucket || now.prefix !== plan.prefix || now.kms_key_arn !== plan.kms_key_arn);
    if (moved) await removePlan(tx, plan);
  }

  async function removePlan(tx: SettingsTransaction, plan: Plan): Promise<void> {
    const { numDeletedRows } = await tx
      .deleteFrom("trail_plans")
      .where("trail_id", "=", plan.trail_id)
      .where("stream_id", "=", plan.stream_id)
      .where("until_commit", "=", plan.until_commit)
      .executeTakeFirst();
    if (numDeletedRows !== 1n) throw new LeaseLost(`the delivery of ${trail.arn} was finished by another`);
  }

  async function finish(tx: SettingsTransaction, plan: Plan, files: readonly (LogFile & { key: string })[]) {
    const nowMs = environment.clock.nowMs();
    await removePlan(tx, plan);
    await moveCheckpoint(tx, key, plan.until_commit);
    const now = await tx.selectFrom("trails").selectAll().where("trail_id", "=", trail.trail_id).executeTakeFirst();
    for (const file of files) {
      await noteStatus(tx, trail.trail_id, file.region, {
        delivery_ms: nowMs,
        delivery_attempt_ms: nowMs,
        delivery_error: null,
      });
      if (now?.validation === 1)
        await tx
          .insertInto("trail_files")
          .values({
            trail_id: trail.trail_id,
            region: file.region,
            bucket: plan.bucket,
            object_key: file.key,
            sha256: file.sha256,
            oldest_event_ms: file.oldestEventMs,
            newest_event_ms: file.newestEventMs,
            delivered_ms: nowMs,
            digest_key: null,
          })
          .execute();
    }
    if (now !== undefined && now.sns_topic_arn !== null && now.deleted_ms === null)
      await addNotifications(tx, plan, files, now.sns_topic_arn, nowMs);
  }

  async function addNotifications(
    tx: SettingsTransaction,
    plan: Plan,
    files: readonly (LogFile & { key: string })[],
    topicArn: string,
    nowMs: number,
  ) {
    for (const region of new Set(files.map((file) => file.region))) {
      const keys = files.filter((file) => file.region === region).map((file) => file.key);
      await tx
        .insertInto("trail_notifications")
        .values({
          notification_id: environment.ids.uuid(),
          trail_id: trail.trail_id,
          region,
          topic_arn: topicArn,
          message: JSON.stringify({ s3Bucket: plan.bucket, s3ObjectKey: keys }),
          created_ms: nowMs,
          attempts: 0,
          retry_ms: 0,
        })
        .execute();
    }
  }
}
