import type { Selectable } from "kysely";
import type { LogsTables } from "../../storage/settings/tables/logs.js";
import type { LogsDeps } from "./deps.js";

/**
 * Deletes the events of a stream or group that is gone. The wish was committed with the change itself, so if this
 * fails, or the process dies before it, the retention job does it later.
 *
 * @returns whether the events are gone.
 */
export async function deletePending(
  deps: Pick<LogsDeps, "settings" | "logEvents">,
  deletion: Selectable<LogsTables["log_deletions"]>,
): Promise<boolean> {
  const { account_id: accountId, region, group_id: groupId, stream_name: streamName } = deletion;
  try {
    await deps.logEvents.deleteLogEvents(
      { accountId, region },
      groupId,
      streamName === "" ? {} : { logStreamName: streamName },
    );
  } catch {
    // Still in the table: the retention job tries again, and says so if it fails too.
    return false;
  }
  await deps.settings.transact(async (tx) => {
    await tx
      .deleteFrom("log_deletions")
      .where("group_id", "=", groupId)
      .where("stream_name", "=", streamName)
      .execute();
  });
  return true;
}
