import type { DashboardWidget } from "./dashboards.js";

/** A dashboard that everybody has and nobody changes. */
export interface ManagedDashboard {
  readonly name: string;
  readonly widgets: readonly DashboardWidget[];
}

/** Stands for the id of the store that a managed dashboard is refreshed for. */
export const storePlace = "$EventDataStoreId$";

const span = "eventtime >= '?' AND eventtime <= '?'";
const spanParameters = ["$StartTime$", "$EndTime$"];

type Draw =
  | { readonly View: "Table" }
  | {
      readonly View: "LineChart";
      readonly XAxisColumn: string;
      readonly YAxisColumn: string;
      readonly FilterColumn?: string;
    }
  | { readonly View: "PieChart"; readonly LabelColumn: string; readonly ValueColumn: string }
  | {
      readonly View: "BarChart";
      readonly LabelColumn: string;
      readonly ValueColumn: string;
      readonly Orientation: string;
    };

const line = { View: "LineChart", XAxisColumn: "period", YAxisColumn: "events" } as const;
const pie = (LabelColumn: string) => ({ View: "PieChart", LabelColumn, ValueColumn: "events" }) as const;
const bar = (LabelColumn: string) =>
  ({ View: "BarChart", LabelColumn, ValueColumn: "events", Orientation: "Horizontal" }) as const;
const table = { View: "Table" } as const;

/** @param rest grouping, order and limit. */
function widget(
  alias: string,
  title: string,
  draw: Draw,
  select: string,
  where: string,
  rest: string,
): DashboardWidget {
  return {
    alias: `AWSCloudTrail-${alias}`,
    statement: `SELECT ${select}\nFROM ${storePlace}\nWHERE ${conditions(where)}\n${rest}`,
    parameters: spanParameters,
    view: { Title: title, Height: "2", Width: "4", ...draw },
  };
}

function conditions(where: string): string {
  return where === "" ? span : `${span}\n  AND ${where}`;
}

/** Events over time, period by period. */
function overTime(alias: string, title: string, where: string): DashboardWidget {
  return {
    alias: `AWSCloudTrail-${alias}`,
    statement:
      `SELECT date_trunc('?', eventtime) AS period, count(*) AS events\nFROM ${storePlace}\n` +
      `WHERE ${conditions(where)}\nGROUP BY 1\nORDER BY 1`,
    parameters: ["$Period$", ...spanParameters],
    view: { Title: title, Height: "2", Width: "8", ...line },
  };
}

const ofXray = "eventsource = 'xray.amazonaws.com'";

/** Each is run in `tests/lake-dashboards.spec.ts`. */
export const managedDashboards: readonly ManagedDashboard[] = [
  {
    name: "AWSCloudTrail-XRayActivity",
    widgets: [
      overTime("XRay-calls", "Calls over time", ofXray),
      widget(
        "XRay-readers",
        "Who reads traces",
        bar("reader"),
        "useridentity.arn AS reader, count(*) AS events",
        `${ofXray} AND eventname IN ('BatchGetTraces', 'GetTraceSummaries', 'GetTraceGraph', 'ListRetrievedTraces')`,
        "GROUP BY 1\nORDER BY 2 DESC\nLIMIT 20",
      ),
      widget(
        "XRay-operations",
        "Operations",
        pie("eventname"),
        "eventname, count(*) AS events",
        ofXray,
        "GROUP BY 1\nORDER BY 2 DESC\nLIMIT 20",
      ),
      widget(
        "XRay-changes",
        "Changes of settings",
        table,
        "eventtime, useridentity.arn, eventname, requestparameters",
        `${ofXray} AND readonly = false AND managementevent = true`,
        "ORDER BY eventtime DESC\nLIMIT 50",
      ),
      widget(
        "XRay-refused",
        "Refused calls",
        table,
        "useridentity.arn, eventname, errorcode, count(*) AS events",
        `${ofXray} AND errorcode IS NOT NULL`,
        "GROUP BY 1, 2, 3\nORDER BY 4 DESC\nLIMIT 50",
      ),
    ],
  },
  {
    name: "AWSCloudTrail-Configuration",
    widgets: [
      overTime(
        "Configuration-changes",
        "Changes over time",
        "eventsource = 'cloudtrail.amazonaws.com' AND readonly = false",
      ),
      widget(
        "Configuration-latest",
        "Latest changes",
        table,
        "eventtime, useridentity.arn, eventname, requestparameters",
        "eventsource = 'cloudtrail.amazonaws.com' AND readonly = false",
        "ORDER BY eventtime DESC\nLIMIT 50",
      ),
      widget(
        "Configuration-stopped",
        "Logging stopped and trails deleted",
        table,
        "eventtime, useridentity.arn, eventname, errorcode",
        "eventsource = 'cloudtrail.amazonaws.com' AND eventname IN ('StopLogging', 'DeleteTrail', 'DeleteEventDataStore', 'StopEventDataStoreIngestion')",
        "ORDER BY eventtime DESC\nLIMIT 50",
      ),
      widget(
        "Configuration-people",
        "Who changes it",
        bar("person"),
        "useridentity.arn AS person, count(*) AS events",
        "eventsource = 'cloudtrail.amazonaws.com' AND readonly = false",
        "GROUP BY 1\nORDER BY 2 DESC\nLIMIT 20",
      ),
    ],
  },
  {
    name: "AWSCloudTrail-Errors",
    widgets: [
      overTime("Errors-time", "Errors over time", "errorcode IS NOT NULL"),
      widget(
        "Errors-codes",
        "Error codes",
        pie("errorcode"),
        "errorcode, count(*) AS events",
        "errorcode IS NOT NULL",
        "GROUP BY 1\nORDER BY 2 DESC\nLIMIT 20",
      ),
      widget(
        "Errors-denied",
        "Access denied",
        table,
        "useridentity.arn, eventsource, eventname, count(*) AS events",
        "(errorcode LIKE '%AccessDenied%' OR errorcode LIKE '%Unauthorized%')",
        "GROUP BY 1, 2, 3\nORDER BY 4 DESC\nLIMIT 50",
      ),
      widget(
        "Errors-services",
        "Errors per service",
        bar("eventsource"),
        "eventsource, count(*) AS events",
        "errorcode IS NOT NULL",
        "GROUP BY 1\nORDER BY 2 DESC\nLIMIT 20",
      ),
    ],
  },
  {
    name: "AWSCloudTrail-TopCallers",
    widgets: [
      overTime("Callers-time", "Calls over time", ""),
      widget(
        "Callers-people",
        "Users and roles",
        bar("caller"),
        "useridentity.arn AS caller, count(*) AS events",
        "",
        "GROUP BY 1\nORDER BY 2 DESC\nLIMIT 20",
      ),
      widget(
        "Callers-addresses",
        "Source addresses",
        bar("sourceipaddress"),
        "sourceipaddress, count(*) AS events",
        "",
        "GROUP BY 1\nORDER BY 2 DESC\nLIMIT 20",
      ),
      widget(
        "Callers-operations",
        "Operations",
        pie("eventname"),
        "eventname, count(*) AS events",
        "",
        "GROUP BY 1\nORDER BY 2 DESC\nLIMIT 20",
      ),
      widget(
        "Callers-clients",
        "Clients",
        table,
        "useragent, count(*) AS events",
        "",
        "GROUP BY 1\nORDER BY 2 DESC\nLIMIT 20",
      ),
    ],
  },
];

export const highlightsName = "AWSCloudTrail-Highlights";

/** Of the Highlights dashboard: what stands out in one store. */
export const highlightsWidgets: readonly DashboardWidget[] = [
  overTime("Highlights-errors", "Errors", "errorcode IS NOT NULL"),
  widget(
    "Highlights-denied",
    "Access denied",
    table,
    "useridentity.arn, eventname, count(*) AS events",
    "errorcode LIKE '%AccessDenied%'",
    "GROUP BY 1, 2\nORDER BY 3 DESC\nLIMIT 20",
  ),
  widget(
    "Highlights-crossaccount",
    "Total cross-account access",
    table,
    "useridentity.accountid, count(*) AS events",
    "useridentity.accountid <> recipientaccountid",
    "GROUP BY 1\nORDER BY 2 DESC\nLIMIT 20",
  ),
  widget(
    "Highlights-root",
    "Use of the root user",
    table,
    "eventtime, eventsource, eventname, sourceipaddress",
    "useridentity.type = 'Root' AND useridentity.invokedby IS NULL",
    "ORDER BY eventtime DESC\nLIMIT 20",
  ),
  widget(
    "Highlights-audit",
    "Changes of the audit itself",
    table,
    "eventtime, useridentity.arn, eventname",
    "eventsource = 'cloudtrail.amazonaws.com' AND readonly = false",
    "ORDER BY eventtime DESC\nLIMIT 20",
  ),
  widget(
    "Highlights-readers",
    "Who reads traces",
    bar("reader"),
    "useridentity.arn AS reader, count(*) AS events",
    `${ofXray} AND readonly = true`,
    "GROUP BY 1\nORDER BY 2 DESC\nLIMIT 20",
  ),
];
