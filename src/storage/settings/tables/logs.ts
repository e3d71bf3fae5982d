export interface LogsTables {
  log_groups: {
    account_id: string;
    region: string;
    name: string;
    /** Names its events in the fact store; new when a group of the same name is made again. */
    group_id: string;
    created_ms: number;
    /** Null: events do not expire. */
    retention_days: number | null;
    deletion_protected: number;
    /** JSON object. */
    tags: string;
  };
  log_streams: {
    group_id: string;
    name: string;
    created_ms: number;
  };
  /** What is counted in the log events of a group. */
  log_metric_filters: {
    group_id: string;
    filter_name: string;
    pattern: string;
    /** JSON of AWS's `MetricTransformation`. */
    transformation: string;
    created_ms: number;
  };
  /** Events still to be deleted from the fact store because their stream or group is gone. */
  log_deletions: {
    account_id: string;
    region: string;
    group_id: string;
    /** Empty: the whole group. */
    stream_name: string;
  };
  /** What services may do with the log groups of an account and region. */
  logs_resource_policies: {
    account_id: string;
    region: string;
    policy_name: string;
    /** JSON text as it was given. */
    document: string;
    updated_ms: number;
  };
}
