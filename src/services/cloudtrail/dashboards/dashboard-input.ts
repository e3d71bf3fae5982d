import type { RequestWidget, RefreshSchedule as WireSchedule } from "@aws-sdk/client-cloudtrail";
import { type DashboardWidget, type RefreshSchedule, refreshValues } from "../../../audit/lake/dashboards.js";
import { highlightsName } from "../../../audit/lake/managed-dashboards.js";
import type { SettingsQueries, SettingsTransaction } from "../../../storage/settings-store.js";
import { Constraints } from "../../constraints.js";
import type { Call } from "../../operation.js";
import { validationError } from "../../service-error.js";
import { cloudTrailError } from "../errors.js";
import { prepareStatement } from "../queries/prepare-statement.js";

const widgetsMax = 10;
const parameterNames = ["$StartTime$", "$EndTime$", "$Period$"];

export const namePattern = /^[a-zA-Z0-9_-]+$/;

/** @throws ValidationException, ServiceQuotaExceeded */
export function checkWidgets(widgets: readonly RequestWidget[]): void {
  const constraints = new Constraints();
  for (const [index, widget] of widgets.entries()) {
    const path = `widgets.${index + 1}.member`;
    constraints
      .required(`${path}.queryStatement`, widget.QueryStatement)
      .length(`${path}.queryStatement`, widget.QueryStatement, { min: 1, max: 10_000 })
      .length(`${path}.queryParameters`, widget.QueryParameters, { min: 1, max: 10 });
    for (const [at, name] of (widget.QueryParameters ?? []).entries())
      constraints.oneOf(`${path}.queryParameters.${at + 1}.member`, name, parameterNames);
    checkView(constraints, `${path}.viewProperties`, widget.ViewProperties ?? {});
  }
  constraints.check();
  if (widgets.length > widgetsMax)
    throw cloudTrailError("ServiceQuotaExceeded", `A dashboard can have at most ${widgetsMax} widgets.`);
}

const ofAll = ["Height", "Width", "Title", "View"];
const views: Readonly<Record<string, { readonly required: readonly string[]; readonly optional: readonly string[] }>> =
  {
    Table: { required: [], optional: [] },
    LineChart: { required: ["YAxisColumn", "XAxisColumn"], optional: ["FilterColumn"] },
    PieChart: { required: ["LabelColumn", "ValueColumn"], optional: ["FilterColumn"] },
    BarChart: { required: ["LabelColumn", "ValueColumn"], optional: ["FilterColumn", "Orientation"] },
  };

/** Source: CloudTrail User Guide, "View properties for widgets". */
function checkView(constraints: Constraints, path: string, view: Readonly<Record<string, string>>): void {
  constraints.oneOf(`${path}.View`, view["View"], Object.keys(views));
  const { required, optional } = views[view["View"] ?? ""] ?? { required: [], optional: [] };
  for (const name of [...ofAll, ...required]) constraints.required(`${path}.${name}`, view[name]);
  const known = [...ofAll, ...required, ...optional];
  for (const [key, value] of Object.entries(view)) {
    constraints.oneOf(path, key, known);
    constraints.length(`${path}.${key}`, value, { min: 1, max: 128 });
    constraints.pattern(`${path}.${key}`, value, /^[a-zA-Z0-9._\- ]+$/);
  }
  for (const name of ["Height", "Width"]) constraints.pattern(`${path}.${name}`, view[name], /^[1-9]\d{0,3}$/);
  constraints.oneOf(`${path}.Orientation`, view["Orientation"], ["Horizontal", "Vertical"]);
}

/**
 * Widgets as they are kept. One that was there before, with the same statement, keeps its alias and so its results.
 * @returns also the stores they read. @throws InvalidQueryStatement, InactiveEventDataStore
 */
export async function preparedWidgets(
  queries: SettingsQueries | SettingsTransaction,
  wanted: readonly RequestWidget[],
  before: readonly DashboardWidget[],
  newAlias: () => string,
  call: Call,
): Promise<{ readonly widgets: DashboardWidget[]; readonly storeIds: Set<string> }> {
  const free = [...before];
  const values = refreshValues({}, call.nowMs)!;
  const storeIds = new Set<string>();
  const widgets: DashboardWidget[] = [];
  for (const { QueryStatement: statement = "", QueryParameters: parameters = [], ViewProperties } of wanted) {
    const { storeIds: read } = await prepareStatement(
      queries,
      statement,
      parameters.map((name) => values[name]!),
      call,
    );
    for (const storeId of read) storeIds.add(storeId);
    const same = free.findIndex(
      (widget) => widget.statement === statement && JSON.stringify(widget.parameters) === JSON.stringify(parameters),
    );
    const [kept] = same < 0 ? [] : free.splice(same, 1);
    widgets.push({ alias: kept?.alias ?? newAlias(), statement, parameters, view: ViewProperties ?? {} });
  }
  return { widgets, storeIds };
}

const hoursAllowed = [1, 6, 12, 24];

/** @throws ValidationException */
export function scheduleOf(wire: WireSchedule): RefreshSchedule {
  const { Frequency, Status, TimeOfDay } = wire;
  const [unit, value] = [Frequency?.Unit, Frequency?.Value];
  new Constraints()
    .required("refreshSchedule.frequency.unit", unit)
    .oneOf("refreshSchedule.frequency.unit", unit, ["HOURS", "DAYS"])
    .required("refreshSchedule.frequency.value", value)
    .oneOf("refreshSchedule.status", Status, ["ENABLED", "DISABLED"])
    .pattern("refreshSchedule.timeOfDay", TimeOfDay, /^([01]\d|2[0-3]):[0-5]\d$/)
    .check();
  const allowed = unit === "HOURS" ? hoursAllowed : [1];
  if (!allowed.includes(value as number))
    throw validationError(`A refresh schedule of ${unit} has a value of ${allowed.join(", ")}, not ${value}.`);
  return { unit: unit!, value: value!, enabled: Status !== "DISABLED", timeOfDay: TimeOfDay ?? "00:00" };
}

export function scheduleView(schedule: RefreshSchedule): WireSchedule {
  return {
    Frequency: { Unit: schedule.unit, Value: schedule.value },
    Status: schedule.enabled ? "ENABLED" : "DISABLED",
    TimeOfDay: schedule.timeOfDay,
  };
}

/** The Highlights dashboard is ours but for being on or off, every six hours. @throws ValidationException */
export function checkHighlights(
  name: string,
  widgets: readonly RequestWidget[] | undefined,
  schedule: RefreshSchedule | undefined,
): void {
  if (name !== highlightsName) return;
  if (widgets !== undefined && widgets.length > 0)
    throw validationError(`The widgets of ${highlightsName} are managed by CloudTrail: give none.`);
  if (schedule === undefined || schedule.unit !== "HOURS" || schedule.value !== 6 || !schedule.enabled)
    throw validationError(`${highlightsName} needs a refresh schedule of 6 HOURS that is ENABLED.`);
}
