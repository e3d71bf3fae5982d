/** How far the minutes of a group's traces have been looked at. */
interface XrayInsightGroups {
  group_arn: string;
  account_id: string;
  region: string;
  group_name: string;
  /** End of the last minute. */
  judged_until_ms: number;
}

interface XrayInsights {
  insight_id: string;
  account_id: string;
  region: string;
  group_arn: string;
  group_name: string;
  /** `ACTIVE` or `CLOSED`. */
  state: string;
  start_ms: number;
  /** Null while it is active. */
  end_ms: number | null;
  /** JSON of an `Insight`. */
  insight: string;
}

interface XrayInsightEvents {
  insight_id: string;
  /** From 1, in the order in which they happened. */
  sequence: number;
  /** JSON of an `InsightEvent`. */
  event: string;
}

/** Events on their way to a topic. */
interface XrayInsightNotifications {
  notification_id: string;
  account_id: string;
  region: string;
  group_arn: string;
  topic_arn: string;
  message: string;
  created_ms: number;
  attempts: number;
  /** Not before then. */
  retry_ms: number;
}

export interface XrayInsightsTables {
  xray_insight_groups: XrayInsightGroups;
  xray_insights: XrayInsights;
  xray_insight_events: XrayInsightEvents;
  xray_insight_notifications: XrayInsightNotifications;
}
