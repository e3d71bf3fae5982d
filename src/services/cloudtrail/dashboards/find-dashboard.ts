import type { Widget } from "@aws-sdk/client-cloudtrail";
import type { EventResource } from "../../../audit/event.js";
import {
  type DashboardRow,
  type DashboardWidget,
  dashboardArn,
  type RefreshSchedule,
} from "../../../audit/lake/dashboards.js";
import { highlightsName, highlightsWidgets, managedDashboards } from "../../../audit/lake/managed-dashboards.js";
import type { AccessRequest } from "../../../identity/access.js";
import type { SettingsQueries, SettingsTransaction } from "../../../storage/settings-store.js";
import { Constraints } from "../../constraints.js";
import type { Call } from "../../operation.js";
import type { CloudTrailDeps } from "../deps.js";
import { cloudTrailError } from "../errors.js";
import { resourceAccess } from "../resource-access.js";
import { namedResource } from "../resource-kinds.js";

/** The ARN meant by a name or an ARN. What policies are asked about, so also for what is malformed. */
export function dashboardArnOf(nameOrArn: string | undefined, call: Call): string {
  const id = nameOrArn ?? "*";
  return id.startsWith("arn:") ? id : dashboardArn(call.region, call.accountId, id);
}

export function dashboardAccess(
  deps: CloudTrailDeps,
  action: string,
  nameOrArn: string | undefined,
  call: Call,
): Promise<readonly [AccessRequest]> {
  return resourceAccess(deps.settings.read, action, dashboardArnOf(nameOrArn, call));
}

/** For the record. */
export function dashboardResources(nameOrArn: string | undefined, call: Call): readonly EventResource[] {
  return nameOrArn === undefined ? [] : namedResource(dashboardArnOf(nameOrArn, call));
}

/** A dashboard of the account and region: managed ones have a row once they were refreshed. */
export interface FoundDashboard {
  readonly arn: string;
  readonly name: string;
  readonly managed: boolean;
  readonly widgets: readonly DashboardWidget[];
  readonly row: DashboardRow | undefined;
}

/** @throws ValidationException, ResourceNotFound */
export async function requireDashboard(
  queries: SettingsQueries | SettingsTransaction,
  nameOrArn: string | undefined,
  call: Call,
): Promise<FoundDashboard> {
  new Constraints()
    .required("dashboardId", nameOrArn)
    .pattern("dashboardId", nameOrArn, /^[a-zA-Z0-9._/\-:]+$/)
    .check();
  const arn = dashboardArnOf(nameOrArn, call);
  const row = await queries
    .selectFrom("lake_dashboards")
    .selectAll()
    .where("arn", "=", arn)
    .where("account_id", "=", call.accountId)
    .where("region", "=", call.region)
    .executeTakeFirst();
  const managed = managedDashboards.find(({ name }) => dashboardArn(call.region, call.accountId, name) === arn);
  if (managed !== undefined) return { arn, name: managed.name, managed: true, widgets: managed.widgets, row };
  if (row === undefined) throw cloudTrailError("ResourceNotFound", `The dashboard was not found: ${arn.slice(0, 256)}`);
  const widgets = row.name === highlightsName ? highlightsWidgets : widgetsOf(row);
  return { arn, name: row.name, managed: false, widgets, row };
}

/** @throws ConflictException: what is managed is read and refreshed, and nothing else. */
export async function requireCustomDashboard(
  queries: SettingsQueries | SettingsTransaction,
  nameOrArn: string | undefined,
  call: Call,
): Promise<FoundDashboard & { readonly row: DashboardRow }> {
  const found = await requireDashboard(queries, nameOrArn, call);
  if (found.managed || found.row === undefined)
    throw cloudTrailError("Conflict", `The dashboard ${found.name} is managed by CloudTrail and cannot be changed.`);
  return { ...found, row: found.row };
}

/** Those that the account made. */
export function widgetsOf(row: DashboardRow): DashboardWidget[] {
  return JSON.parse(row.widgets) as DashboardWidget[];
}

export function scheduleOfRow(row: DashboardRow | undefined): RefreshSchedule | undefined {
  return row?.schedule == null ? undefined : (JSON.parse(row.schedule) as RefreshSchedule);
}

export function widgetView(widget: DashboardWidget): Widget {
  return {
    QueryAlias: widget.alias,
    QueryStatement: widget.statement,
    ...(widget.parameters.length > 0 && { QueryParameters: [...widget.parameters] }),
    ViewProperties: { ...widget.view },
  };
}
