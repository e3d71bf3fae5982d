/** Groups of traces. The `Default` group has a row once it was changed. */
interface XrayGroups {
  account_id: string;
  region: string;
  group_name: string;
  group_arn: string;
  filter_expression: string;
  insights_enabled: number;
  notifications_enabled: number;
  created_ms: number;
  /** When the filter was last changed; graphs of ranges that hold this moment tell of two filters. */
  filter_changed_ms: number;
}

export interface XrayGroupTables {
  xray_groups: XrayGroups;
}
