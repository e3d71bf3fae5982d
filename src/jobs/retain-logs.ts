import type { LogEventStore } from "../storage/log-event-store.js";
import type { SettingsStore } from "../storage/settings-store.js";

const dayMs = 86_400_000;

/** What one run did. */
export interface LogRetentionReport {
  readonly groupsTrimmed: number;
  readonly deletionsFinished: number;
}

/**
 * Deletes log events older than their group's retention, and those of streams and groups that were deleted but whose
 * events could not be at the time. Several processes may run it at once: deleting again is harmless. Readers never see
 * expired events, so when it runs matters to the disk alone.
 */
export function createLogRetention(deps: { readonly settings: SettingsStore; readonly logEvents: LogEventStore }) {
  return {
    /** Does all it can. @throws AggregateError of what failed; the next run tries it again. */
    async run(nowMs: number): Promise<LogRetentionReport> {
      const failures: unknown[] = [];
      const attempt = async (work: () => Promise<void>): Promise<number> => {
        try {
          await work();
          return 1;
        } catch (failure) {
          failures.push(failure);
          return 0;
        }
      };
      let groupsTrimmed = 0;
      let deletionsFinished = 0;

      const expiring = await deps.settings.read
        .selectFrom("log_groups")
        .select(["account_id", "region", "group_id", "retention_days"])
        .where("retention_days", "is not", null)
        .execute();
      for (const { account_id: accountId, region, group_id, retention_days } of expiring) {
        const beforeMs = nowMs - retention_days! * dayMs;
        groupsTrimmed += await attempt(() =>
          deps.logEvents.deleteLogEvents({ accountId, region }, group_id, { beforeMs }),
        );
      }

      const pending = await deps.settings.read.selectFrom("log_deletions").selectAll().execute();
      for (const { account_id: accountId, region, group_id, stream_name } of pending)
        deletionsFinished += await attempt(async () => {
          // A new stream of the same name waits for the deletion to be finished and may have been made meanwhile.
          const still = await deps.settings.read
            .selectFrom("log_deletions")
            .select("group_id")
            .where("group_id", "=", group_id)
            .where("stream_name", "=", stream_name)
            .executeTakeFirst();
          if (still === undefined) return;
          const which = stream_name === "" ? {} : { logStreamName: stream_name };
          await deps.logEvents.deleteLogEvents({ accountId, region }, group_id, which);
          await deps.settings.transact(async (tx) => {
            await tx
              .deleteFrom("log_deletions")
              .where("group_id", "=", group_id)
              .where("stream_name", "=", stream_name)
              .execute();
          });
        });

      if (failures.length > 0) throw new AggregateError(failures, "some log events could not be deleted");
      return { groupsTrimmed, deletionsFinished };
    },
  };
}
