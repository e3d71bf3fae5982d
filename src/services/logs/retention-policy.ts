import type {
  DeleteRetentionPolicyCommandInput,
  PutRetentionPolicyCommandInput,
} from "@aws-sdk/client-cloudwatch-logs";
import { management } from "../../audit/event.js";
import { Constraints } from "../constraints.js";
import { type Call, operation } from "../operation.js";
import type { LogsDeps } from "./deps.js";
import { check } from "./errors.js";
import { requireGroup } from "./log-groups.js";
import { accessTo, checkGroupName, groupResources } from "./names.js";

type Nothing = Record<string, never>;

const retentionDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
].map(String);

export const putRetentionPolicy = (_deps: LogsDeps) =>
  operation<PutRetentionPolicyCommandInput, Nothing>({
    name: "PutRetentionPolicy",
    readOnly: false,
    event: management,
    access: (input, call) => [accessTo("PutRetentionPolicy", call, input.logGroupName!)],
    async execute(input, call) {
      const constraints = checkGroupName(new Constraints(), input.logGroupName);
      check(constraints.oneOf("retentionInDays", String(input.retentionInDays), retentionDays));
      return setRetention(call, input.logGroupName!, input.retentionInDays!);
    },
    resources: (input, call) => groupResources(call, input?.logGroupName),
  });

export const deleteRetentionPolicy = (_deps: LogsDeps) =>
  operation<DeleteRetentionPolicyCommandInput, Nothing>({
    name: "DeleteRetentionPolicy",
    readOnly: false,
    event: management,
    access: (input, call) => [accessTo("DeleteRetentionPolicy", call, input.logGroupName!)],
    async execute(input, call) {
      check(checkGroupName(new Constraints(), input.logGroupName));
      return setRetention(call, input.logGroupName!, null);
    },
    resources: (input, call) => groupResources(call, input?.logGroupName),
  });

async function setRetention(call: Call, groupName: string, days: number | null): Promise<Nothing> {
  await call.commit(async (tx) => {
    const group = await requireGroup(tx, call, groupName);
    await tx.updateTable("log_groups").set({ retention_days: days }).where("group_id", "=", group.group_id).execute();
  });
  return {};
}
