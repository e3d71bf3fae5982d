import type {
  GetDashboardCommandInput,
  GetDashboardResponse,
  ListDashboardsCommandInput,
  ListDashboardsResponse,
} from "@aws-sdk/client-cloudtrail";
import { management } from "../../../audit/event.js";
import { dashboardArn } from "../../../audit/lake/dashboards.js";
import { managedDashboards } from "../../../audit/lake/managed-dashboards.js";
import { Constraints } from "../../constraints.js";
import { operation } from "../../operation.js";
import { encodePageToken } from "../../page-token.js";
import type { CloudTrailDeps } from "../deps.js";
import { listPageMax, positionOf } from "../queries/query-input.js";
import { scheduleView } from "./dashboard-input.js";
import {
  dashboardAccess,
  dashboardArnOf,
  dashboardResources,
  requireDashboard,
  scheduleOfRow,
  widgetView,
} from "./find-dashboard.js";

export const getDashboard = (deps: CloudTrailDeps) =>
  operation<GetDashboardCommandInput, GetDashboardResponse>({
    name: "GetDashboard",
    readOnly: true,
    event: management,
    access: (input, call) => dashboardAccess(deps, "GetDashboard", input.DashboardId, call),

    async execute(input, call) {
      const { arn, managed, widgets, row } = await requireDashboard(deps.settings.read, input.DashboardId, call);
      const schedule = scheduleOfRow(row);
      return {
        DashboardArn: arn,
        Type: managed ? "MANAGED" : "CUSTOM",
        Status: (row?.status ?? "CREATED") as GetDashboardResponse["Status"] & string,
        Widgets: widgets.map(widgetView),
        ...(schedule && { RefreshSchedule: scheduleView(schedule) }),
        ...(row &&
          !managed && { CreatedTimestamp: new Date(row.created_ms), UpdatedTimestamp: new Date(row.updated_ms) }),
        ...(row?.last_refresh_id != null && { LastRefreshId: row.last_refresh_id }),
        ...(row?.last_refresh_failure != null && { LastRefreshFailureReason: row.last_refresh_failure }),
        TerminationProtectionEnabled: managed || row?.termination_protection === 1,
      };
    },

    resources: (input, call) => dashboardResources(input.DashboardId, call),
  });

/** By name; custom ones and those that everybody has. */
export const listDashboards = (deps: CloudTrailDeps) =>
  operation<ListDashboardsCommandInput, ListDashboardsResponse>({
    name: "ListDashboards",
    readOnly: true,
    event: management,
    access: (_input, call) => [{ action: "cloudtrail:ListDashboards", resource: dashboardArnOf("*", call) }],

    async execute(input, call) {
      const { NamePrefix: prefix, Type: type, MaxResults: limit = listPageMax } = input;
      new Constraints()
        .length("namePrefix", prefix, { min: 3, max: 128 })
        .pattern("namePrefix", prefix, /^[a-zA-Z0-9_-]+$/)
        .oneOf("type", type, ["MANAGED", "CUSTOM"])
        .length("nextToken", input.NextToken, { min: 4, max: 1000 })
        .range("maxResults", limit, { min: 1, max: listPageMax })
        .check();
      const request = { operation: "ListDashboards", prefix, type };
      const [after = ""] = positionOf(input.NextToken, request) ?? [];
      const rows = await deps.settings.read
        .selectFrom("lake_dashboards")
        .select("name")
        .where("account_id", "=", call.accountId)
        .where("region", "=", call.region)
        .execute();
      const managed = new Set(managedDashboards.map(({ name }) => name));
      const found = [...new Set([...rows.map(({ name }) => name), ...managed])]
        .filter((name) => name.startsWith(prefix ?? "") && name > after)
        .filter((name) => type === undefined || (type === "MANAGED") === managed.has(name))
        .sort();
      const page = found.slice(0, limit);
      return {
        Dashboards: page.map((name) => ({
          DashboardArn: dashboardArn(call.region, call.accountId, name),
          Type: managed.has(name) ? ("MANAGED" as const) : ("CUSTOM" as const),
        })),
        ...(found.length > limit && { NextToken: encodePageToken([page.at(-1)!], request) }),
      };
    },
  });
