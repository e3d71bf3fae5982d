import type { DeleteDashboardCommandInput } from "@aws-sdk/client-cloudtrail";
import { removeAttachments } from "../../../audit/attachments.js";
import { management } from "../../../audit/event.js";
import { operation } from "../../operation.js";
import type { CloudTrailDeps } from "../deps.js";
import { cloudTrailError } from "../errors.js";
import { dashboardAccess, dashboardResources, requireCustomDashboard } from "./find-dashboard.js";
import { putAliases } from "./stored-widgets.js";

export const deleteDashboard = (deps: CloudTrailDeps) =>
  operation<DeleteDashboardCommandInput, Record<string, never>>({
    name: "DeleteDashboard",
    readOnly: false,
    event: management,
    access: (input, call) => dashboardAccess(deps, "DeleteDashboard", input.DashboardId, call),

    async execute(input, call) {
      return call.commit(async (tx) => {
        const { row, arn, name } = await requireCustomDashboard(tx, input.DashboardId, call);
        if (row.termination_protection === 1)
          throw cloudTrailError("Conflict", `The dashboard ${name} is protected from deletion.`);
        await putAliases(tx, arn, [], call);
        await removeAttachments(tx, arn);
        await tx.deleteFrom("lake_dashboards").where("arn", "=", arn).execute();
        return {};
      });
    },

    resources: (input, call) => dashboardResources(input.DashboardId, call),
  });
