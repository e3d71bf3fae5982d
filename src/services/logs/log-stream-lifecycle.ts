import type { CreateLogStreamCommandInput, DeleteLogStreamCommandInput } from "@aws-sdk/client-cloudwatch-logs";
import { management } from "../../audit/event.js";
import { Constraints } from "../constraints.js";
import { operation } from "../operation.js";
import { ServiceError } from "../service-error.js";
import type { LogsDeps } from "./deps.js";
import { check, limitExceeded, streamNotFound } from "./errors.js";
import { logStreamsPerGroupMax, requireGroup } from "./log-groups.js";
import { accessTo, checkGroupName, checkStreamName, groupResources } from "./names.js";
import { deletePending } from "./pending-deletions.js";

type Nothing = Record<string, never>;

export const createLogStream = (deps: LogsDeps) =>
  operation<CreateLogStreamCommandInput, Nothing>({
    name: "CreateLogStream",
    readOnly: false,
    event: management,
    access: (input, call) => [accessTo("CreateLogStream", call, input.logGroupName!, input.logStreamName!)],
    async execute(input, call) {
      const groupName = input.logGroupName!;
      const name = input.logStreamName!;
      check(checkStreamName(checkGroupName(new Constraints(), groupName), name));
      const group = await requireGroup(deps.settings.read, call, groupName);
      const count = await deps.settings.read
        .selectFrom("log_streams")
        .select((select) => select.fn.countAll<number>().as("count"))
        .where("group_id", "=", group.group_id)
        .executeTakeFirstOrThrow();
      if (Number(count.count) >= logStreamsPerGroupMax)
        throw limitExceeded(`Resource limit exceeded: ${logStreamsPerGroupMax} log streams in a log group.`);
      await finishDeletion(deps, group.group_id, name);
      await call.commit(async (tx) => {
        const { group_id } = await requireGroup(tx, call, groupName);
        const inserted = await tx
          .insertInto("log_streams")
          .values({ group_id, name, created_ms: call.nowMs })
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirst();
        if (Number(inserted.numInsertedOrUpdatedRows) === 0)
          throw new ServiceError("ResourceAlreadyExistsException", "The specified log stream already exists");
      });
      return {};
    },
    resources: (input, call) => groupResources(call, input?.logGroupName),
  });

/** Events of a deleted stream of the same name must not come back with the new one. */
async function finishDeletion(deps: LogsDeps, groupId: string, streamName: string): Promise<void> {
  const pending = await deps.settings.read
    .selectFrom("log_deletions")
    .selectAll()
    .where("group_id", "=", groupId)
    .where("stream_name", "=", streamName)
    .executeTakeFirst();
  if (pending !== undefined && !(await deletePending(deps, pending)))
    throw new ServiceError("ServiceUnavailableException", "The former log stream is still being deleted.", {
      httpStatus: 503,
    });
}

export const deleteLogStream = (deps: LogsDeps) =>
  operation<DeleteLogStreamCommandInput, Nothing>({
    name: "DeleteLogStream",
    readOnly: false,
    event: management,
    access: (input, call) => [accessTo("DeleteLogStream", call, input.logGroupName!, input.logStreamName!)],
    async execute(input, call) {
      const groupName = input.logGroupName!;
      const name = input.logStreamName!;
      check(checkStreamName(checkGroupName(new Constraints(), groupName), name));
      const deletion = { account_id: call.accountId, region: call.region, group_id: "", stream_name: name };
      await call.commit(async (tx) => {
        const group = await requireGroup(tx, call, groupName);
        if (group.deletion_protected === 1)
          throw new ServiceError("ValidationException", "The specified log group has deletion protection enabled.");
        const deleted = await tx
          .deleteFrom("log_streams")
          .where("group_id", "=", group.group_id)
          .where("name", "=", name)
          .executeTakeFirst();
        if (Number(deleted.numDeletedRows) === 0) throw streamNotFound();
        deletion.group_id = group.group_id;
        await tx
          .insertInto("log_deletions")
          .values(deletion)
          .onConflict((conflict) => conflict.doNothing())
          .execute();
      });
      await deletePending(deps, deletion);
      return {};
    },
    resources: (input, call) => groupResources(call, input?.logGroupName),
  });
