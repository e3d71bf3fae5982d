import type {
  CreateLogGroupCommandInput,
  DeleteLogGroupCommandInput,
  PutLogGroupDeletionProtectionCommandInput,
} from "@aws-sdk/client-cloudwatch-logs";
import { management } from "../../audit/event.js";
import { Constraints } from "../constraints.js";
import { operation } from "../operation.js";
import { ServiceError } from "../service-error.js";
import type { LogsDeps } from "./deps.js";
import { check, invalidParameter, limitExceeded } from "./errors.js";
import { logGroupsMax, requireGroup } from "./log-groups.js";
import { accessTo, checkGroupName, groupNameOf, groupResources, knownGroupName } from "./names.js";
import { deletePending } from "./pending-deletions.js";
import { checkTags } from "./tag-rules.js";

type Nothing = Record<string, never>;

export const createLogGroup = (deps: LogsDeps) =>
  operation<CreateLogGroupCommandInput, Nothing>({
    name: "CreateLogGroup",
    readOnly: false,
    event: management,
    access: (input, call) => [
      accessTo("CreateLogGroup", call, input.logGroupName!),
      ...(input.tags === undefined ? [] : [accessTo("TagResource", call, input.logGroupName!)]),
    ],
    async execute(input, call) {
      const name = input.logGroupName!;
      const constraints = checkGroupName(new Constraints(), name);
      check(constraints.oneOf("logGroupClass", input.logGroupClass, logGroupClasses));
      if ((input.logGroupClass ?? "STANDARD") !== "STANDARD")
        throw invalidParameter("Only log groups of class STANDARD are offered here.");
      if (input.kmsKeyId !== undefined)
        throw invalidParameter("Encryption of log groups with a KMS key is not offered here.");
      checkTags(input.tags);
      const count = await deps.settings.read
        .selectFrom("log_groups")
        .select((select) => select.fn.countAll<number>().as("count"))
        .where("account_id", "=", call.accountId)
        .where("region", "=", call.region)
        .executeTakeFirstOrThrow();
      if (Number(count.count) >= logGroupsMax)
        throw limitExceeded(`Resource limit exceeded: ${logGroupsMax} log groups.`);
      const groupId = deps.environment.ids.uuid();
      await call.commit(async (tx) => {
        const inserted = await tx
          .insertInto("log_groups")
          .values({
            account_id: call.accountId,
            region: call.region,
            name,
            group_id: groupId,
            created_ms: call.nowMs,
            retention_days: null,
            deletion_protected: input.deletionProtectionEnabled ? 1 : 0,
            tags: JSON.stringify(input.tags ?? {}),
          })
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirst();
        if (Number(inserted.numInsertedOrUpdatedRows) === 0)
          throw new ServiceError("ResourceAlreadyExistsException", "The specified log group already exists");
      });
      return {};
    },
    resources: (input, call) => groupResources(call, input?.logGroupName),
  });

const logGroupClasses = ["STANDARD", "INFREQUENT_ACCESS", "ESSENTIALS", "DELIVERY"];

export const deleteLogGroup = (deps: LogsDeps) =>
  operation<DeleteLogGroupCommandInput, Nothing>({
    name: "DeleteLogGroup",
    readOnly: false,
    event: management,
    access: (input, call) => [accessTo("DeleteLogGroup", call, input.logGroupName!)],
    async execute(input, call) {
      const name = input.logGroupName!;
      check(checkGroupName(new Constraints(), name));
      const deletion = { account_id: call.accountId, region: call.region, group_id: "", stream_name: "" };
      await call.commit(async (tx) => {
        const group = await requireGroup(tx, call, name);
        if (group.deletion_protected === 1)
          throw new ServiceError("ValidationException", "The specified log group has deletion protection enabled.");
        deletion.group_id = group.group_id;
        await tx.deleteFrom("log_metric_filters").where("group_id", "=", group.group_id).execute();
        await tx.deleteFrom("log_streams").where("group_id", "=", group.group_id).execute();
        await tx.deleteFrom("log_deletions").where("group_id", "=", group.group_id).execute();
        await tx.deleteFrom("log_groups").where("group_id", "=", group.group_id).execute();
        await tx.insertInto("log_deletions").values(deletion).execute();
      });
      await deletePending(deps, deletion);
      return {};
    },
    resources: (input, call) => groupResources(call, input?.logGroupName),
  });

export const putLogGroupDeletionProtection = (_deps: LogsDeps) =>
  operation<PutLogGroupDeletionProtectionCommandInput, Nothing>({
    name: "PutLogGroupDeletionProtection",
    readOnly: false,
    event: management,
    access: (input, call) => [
      accessTo(
        "PutLogGroupDeletionProtection",
        call,
        groupNameOf({ logGroupIdentifier: input.logGroupIdentifier }, call),
      ),
    ],
    async execute(input, call) {
      const name = groupNameOf({ logGroupIdentifier: input.logGroupIdentifier }, call);
      check(checkGroupName(new Constraints(), name, "logGroupIdentifier"));
      await call.commit(async (tx) => {
        const group = await requireGroup(tx, call, name);
        await tx
          .updateTable("log_groups")
          .set({ deletion_protected: input.deletionProtectionEnabled ? 1 : 0 })
          .where("group_id", "=", group.group_id)
          .execute();
      });
      return {};
    },
    resources: (input, call) => groupResources(call, knownGroupName(input, call)),
  });
