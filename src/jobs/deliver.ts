import type { TrailRow } from "../audit/trails.js";
import { deliverToLogs } from "./deliver-to-logs.js";
import { deliverToS3 } from "./deliver-to-s3.js";
import { createSelectionCache, type DeliveryContext } from "./delivery-context.js";
import type { EventStreams, HeldStream } from "./event-streams.js";
import { LeaseLost } from "./lease.js";
import { publishNotifications } from "./notify.js";
import { removeDeletedTrails } from "./remove-deleted-trails.js";

/**
 * Brings events to where trails want them. `run` delivers, for each stream this process holds, what became durable
 * before it began; a destination that fails is tried again later and holds up nothing else.
 */
export function createDelivery(deps: DeliveryContext & { readonly streams: EventStreams }) {
  const { settings, events, streams, environment } = deps;
  const selections = createSelectionCache(settings);

  async function deliverStream(stream: HeldStream): Promise<void> {
    // The order matters: first what is durable, then the trails and their states.
    const lastCommit = await events.lastCommit(stream.streamId);
    await streams.noteCommit(stream, lastCommit);
    const trails = await settings.read.selectFrom("trails").selectAll().orderBy("trail_id").execute();
    for (const trail of trails) await Promise.all([toS3(trail, stream, lastCommit), toLogs(trail, stream, lastCommit)]);
  }

  /** What is not a destination's failure (a store that is away) must not keep other trails from being delivered. */
  async function apart(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (reason) {
      if (reason instanceof LeaseLost) throw reason;
      deps.reportFailure(what, reason);
    }
  }

  const toS3 = (trail: TrailRow, stream: HeldStream, lastCommit: number) =>
    apart(`delivery of ${trail.arn}`, () => deliverToS3(deps, streams, selections, trail, stream, lastCommit));
  const toLogs = (trail: TrailRow, stream: HeldStream, lastCommit: number) =>
    apart(`delivery of ${trail.arn}`, () => deliverToLogs(deps, streams, selections, trail, stream, lastCommit));

  return {
    async run(): Promise<void> {
      const held = await streams.hold();
      for (const stream of held) {
        try {
          await deliverStream(stream);
        } catch (reason) {
          if (!(reason instanceof LeaseLost)) throw reason;
          deps.reportFailure(`delivery of stream ${stream.streamId}`, reason);
        }
      }
      const [first] = held;
      if (first) await apart("notifications", () => publishNotifications(deps, first));
      await removeDeletedTrails(settings, environment.clock.nowMs());
      await streams.retire();
    },
  };
}
