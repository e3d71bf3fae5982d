const insights = "CloudTrail Insights are not offered by this version.";

/** Operations of CloudTrail that are refused, with the reason the caller is told. */
export const notOffered: Readonly<Record<string, string>> = {
  ListInsightsData: insights,
  ListInsightsMetricData: insights,
};
