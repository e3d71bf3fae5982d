import type { UpdateDashboardCommandInput, UpdateDashboardResponse } from "@aws-sdk/client-cloudtrail";
import { management } from "../../../audit/event.js";
import { nextRefreshMs } from "../../../audit/lake/dashboards.js";
import { operation } from "../../operation.js";
import type { CloudTrailDeps } from "../deps.js";
import { accessToStores } from "../queries/prepare-statement.js";
import { checkHighlights, checkWidgets, preparedWidgets, scheduleOf, scheduleView } from "./dashboard-input.js";
import {
  dashboardAccess,
  dashboardResources,
  requireCustomDashboard,
  scheduleOfRow,
  widgetsOf,
  widgetView,
} from "./find-dashboard.js";
import { putAliases } from "./stored-widgets.js";

/** Widgets that are given replace all there were; what is not given stays. */
export const updateDashboard = (deps: CloudTrailDeps) =>
  operation<UpdateDashboardCommandInput, UpdateDashboardResponse>({
    name: "UpdateDashboard",
    readOnly: false,
    event: management,

    access: (input, call) => dashboardAccess(deps, "UpdateDashboard", input.DashboardId, call),

    async execute(input, call) {
      const given = input.RefreshSchedule && scheduleOf(input.RefreshSchedule);
      checkWidgets(input.Widgets ?? []);
      const { read } = deps.settings;
      await requireCustomDashboard(read, input.DashboardId, call);
      const { storeIds } = await preparedWidgets(read, input.Widgets ?? [], [], () => "", call);
      for (const access of await accessToStores(read, "StartQuery", storeIds, call)) await call.demand(access);
      const newAlias = () => `AWSCloudTrail-${deps.environment.ids.uuid()}`;
      return call.commit(async (tx) => {
        const { row, arn, name, widgets: shown } = await requireCustomDashboard(tx, input.DashboardId, call);
        const before = widgetsOf(row);
        const schedule = given ?? scheduleOfRow(row);
        checkHighlights(
          name,
          input.Widgets,
          given === undefined || given.enabled ? schedule : { ...given, enabled: true },
        );
        const widgets =
          input.Widgets === undefined
            ? before
            : (await preparedWidgets(tx, input.Widgets, before, newAlias, call)).widgets;
        const protection = input.TerminationProtectionEnabled ?? row.termination_protection === 1;
        await tx
          .updateTable("lake_dashboards")
          .set({
            status: "UPDATED",
            widgets: JSON.stringify(widgets),
            schedule: schedule === undefined ? null : JSON.stringify(schedule),
            termination_protection: protection ? 1 : 0,
            updated_ms: call.nowMs,
            ...(given && { next_refresh_ms: nextRefreshMs(given, call.nowMs) ?? null }),
          })
          .where("arn", "=", arn)
          .execute();
        await putAliases(tx, arn, widgets, call);
        return {
          DashboardArn: arn,
          Name: name,
          Type: "CUSTOM" as const,
          Widgets: (input.Widgets === undefined ? shown : widgets).map(widgetView),
          ...(schedule && { RefreshSchedule: scheduleView(schedule) }),
          TerminationProtectionEnabled: protection,
          CreatedTimestamp: new Date(row.created_ms),
          UpdatedTimestamp: new Date(call.nowMs),
        };
      });
    },

    resources: (input, call) => dashboardResources(input.DashboardId, call),
  });
