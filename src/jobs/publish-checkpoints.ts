import type { Destinations } from "../audit/destinations.js";
import { checkpointKey } from "../audit/log-file.js";
import { currentStateRow, type TrailRow } from "../audit/trails.js";
import type { Checkpoint, Tree } from "../audit/tree/tree.js";
import type { Environment } from "../environment.js";
import type { SettingsStore } from "../storage/settings-store.js";
import { identityOf, type ReportFailure } from "./delivery-context.js";
import { takeLease } from "./lease.js";

const leaseName = "publish checkpoints";
/** Longer than one takes; each renews it. */
const leaseMs = 120_000;

/**
 * Puts the newest checkpoint of the tree into the bucket of every trail that logs with validation, as often as its digests
 * come: so it is outside of this service, and where an auditor looks. The key follows from the checkpoint, so a repeat after
 * a crash writes the same object.
 */
export function createCheckpointPublishing(deps: {
  readonly settings: SettingsStore;
  readonly tree: Pick<Tree, "checkpoint">;
  readonly destinations: Pick<Destinations, "putObject">;
  readonly environment: Environment;
  readonly holder: string;
  readonly digestSeconds: number;
  readonly reportFailure: ReportFailure;
}) {
  const { settings, destinations, environment } = deps;
  const { clock } = environment;

  async function dueTrails(checkpoint: Checkpoint): Promise<TrailRow[]> {
    const trails = await settings.read
      .selectFrom("trails")
      .leftJoin("tree_publications", "tree_publications.trail_id", "trails.trail_id")
      .selectAll("trails")
      .where("trails.validation", "=", 1)
      .where("trails.deleted_ms", "is", null)
      .where((eb) =>
        eb.or([
          eb("tree_publications.size", "is", null),
          eb.and([
            eb("tree_publications.size", "<", checkpoint.size),
            eb("tree_publications.published_ms", "<=", clock.nowMs() - deps.digestSeconds * 1000),
          ]),
        ]),
      )
      .execute();
    const states = await Promise.all(trails.map((trail) => currentStateRow(settings.read, trail.trail_id)));
    return trails.filter((_, place) => states[place]!.logging === 1);
  }

  async function publish(trail: TrailRow, checkpoint: Checkpoint): Promise<void> {
    const place = {
      ...(trail.prefix !== null && { prefix: trail.prefix }),
      accountId: trail.account_id,
      region: trail.home_region,
    };
    await destinations.putObject(identityOf(trail), {
      bucket: trail.bucket,
      key: checkpointKey(place, trail.name, checkpoint.madeMs),
      body: Buffer.from(checkpoint.note),
      contentType: "text/plain; charset=utf-8",
      ...(trail.kms_key_arn !== null && { kmsKeyArn: trail.kms_key_arn }),
    });
  }

  return {
    async run(): Promise<void> {
      const checkpoint = await deps.tree.checkpoint();
      if (checkpoint === undefined) return;
      for (const trail of await dueTrails(checkpoint)) {
        const lease = await settings.transact((tx) => takeLease(tx, leaseName, deps.holder, clock.nowMs(), leaseMs));
        if (lease === undefined) return;
        try {
          await publish(trail, checkpoint);
        } catch (reason) {
          // The bucket's own failure is told by the digests, too; the next run tries again.
          deps.reportFailure(`checkpoint of ${trail.arn} to s3://${trail.bucket}`, reason);
          continue;
        }
        const published = { size: checkpoint.size, published_ms: clock.nowMs() };
        await settings.transact((tx) =>
          tx
            .insertInto("tree_publications")
            .values({ trail_id: trail.trail_id, ...published })
            .onConflict((conflict) => conflict.column("trail_id").doUpdateSet(published))
            .execute(),
        );
      }
    },
  };
}
