const lake = "CloudTrail Lake (event data stores and queries) is not offered by this version.";
const insights = "CloudTrail Insights are not offered by this version.";
const dashboards = "CloudTrail Lake dashboards are not offered by this version.";
const imports = "Imports into CloudTrail Lake are not offered by this version.";

/** Operations of CloudTrail that are refused, with the reason the caller is told. */
export const notOffered: Readonly<Record<string, string>> = {
  CancelQuery: lake,
  CreateDashboard: dashboards,
  CreateEventDataStore: lake,
  DeleteDashboard: dashboards,
  DeleteEventDataStore: lake,
  DescribeQuery: lake,
  DisableFederation: lake,
  EnableFederation: lake,
  GenerateQuery: lake,
  GetDashboard: dashboards,
  GetEventDataStore: lake,
  GetImport: imports,
  GetQueryResults: lake,
  ListDashboards: dashboards,
  ListEventDataStores: lake,
  ListImportFailures: imports,
  ListImports: imports,
  ListInsightsData: insights,
  ListInsightsMetricData: insights,
  ListQueries: lake,
  RestoreEventDataStore: lake,
  SearchSampleQueries: lake,
  StartDashboardRefresh: dashboards,
  StartEventDataStoreIngestion: lake,
  StartImport: imports,
  StartQuery: lake,
  StopEventDataStoreIngestion: lake,
  StopImport: imports,
  UpdateDashboard: dashboards,
  UpdateEventDataStore: lake,
};
