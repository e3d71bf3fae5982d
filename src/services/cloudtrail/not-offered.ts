const lake = "CloudTrail Lake (event data stores and queries) is not offered by this version.";
const insights = "CloudTrail Insights are not offered by this version.";
const dashboards = "CloudTrail Lake dashboards are not offered by this version.";
const imports = "Imports into CloudTrail Lake are not offered by this version.";

/** Operations of CloudTrail that are refused, with the reason the caller is told. */
export const notOffered: Readonly<Record<string, string>> = {
  CancelQuery: lake,
  CreateDashboard: dashboards,
  DeleteDashboard: dashboards,
  DescribeQuery: lake,
  GenerateQuery: lake,
  GetDashboard: dashboards,
  GetImport: imports,
  GetQueryResults: lake,
  ListDashboards: dashboards,
  ListImportFailures: imports,
  ListImports: imports,
  ListInsightsData: insights,
  ListInsightsMetricData: insights,
  ListQueries: lake,
  SearchSampleQueries: lake,
  StartDashboardRefresh: dashboards,
  StartImport: imports,
  StartQuery: lake,
  StopImport: imports,
  UpdateDashboard: dashboards,
};
