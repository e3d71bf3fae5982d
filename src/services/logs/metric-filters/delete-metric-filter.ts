import type { DeleteMetricFilterCommandInput } from "@aws-sdk/client-cloudwatch-logs";
import { management } from "../../../audit/event.js";
import { Constraints } from "../../constraints.js";
import { operation } from "../../operation.js";
import { ServiceError } from "../../service-error.js";
import type { LogsDeps } from "../deps.js";
import { check } from "../errors.js";
import { requireGroup } from "../log-groups.js";
import { accessTo, checkGroupName, groupResources } from "../names.js";

/** What was counted stays. */
export const deleteMetricFilter = (_deps: LogsDeps) =>
  operation<DeleteMetricFilterCommandInput, Record<string, never>>({
    name: "DeleteMetricFilter",
    readOnly: false,
    event: management,
    access: (input, call) => [accessTo("DeleteMetricFilter", call, input.logGroupName!)],
    async execute(input, call) {
      check(
        checkGroupName(new Constraints(), input.logGroupName)
          .length("filterName", input.filterName, { min: 1, max: 512 })
          .pattern("filterName", input.filterName, /^[^:*]*$/),
      );
      return call.commit(async (tx) => {
        const group = await requireGroup(tx, call, input.logGroupName!);
        const { numDeletedRows } = await tx
          .deleteFrom("log_metric_filters")
          .where("group_id", "=", group.group_id)
          .where("filter_name", "=", input.filterName!)
          .executeTakeFirst();
        if (numDeletedRows === 0n)
          throw new ServiceError("ResourceNotFoundException", "The specified metric filter does not exist.");
        return {};
      });
    },
    resources: (input, call) => groupResources(call, input?.logGroupName),
  });
