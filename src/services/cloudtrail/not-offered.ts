const lake = "CloudTrail Lake (event data stores and queries) is not offered by this version.";
const insights = "CloudTrail Insights are not offered by this version.";
const dashboards = "CloudTrail Lake dashboards are not offered by this version.";

/** Operations of CloudTrail that are refused, with the reason the caller is told. */
export const notOffered: Readonly<Record<string, string>> = {
  CancelQuery: lake,
  CreateDashboard: dashboards,
  DeleteDashboard: dashboards,
  DescribeQuery: lake,
  GenerateQuery: lake,
  GetDashboard: dashboards,
  GetQueryResults: lake,
  ListDashboards: dashboards,
  ListInsightsData: insights,
  ListInsightsMetricData: insights,
  ListQueries: lake,
  SearchSampleQueries: lake,
  StartDashboardRefresh: dashboards,
  StartQuery: lake,
  UpdateDashboard: dashboards,
};
