/** Queries over event data stores, and dashboards, which are made of them. */
export interface LakeQueryTables {
  /** One row a query, for seven days. */
  lake_queries: {
    query_id: string;
    account_id: string;
    region: string;
    /** AWS's word: `QUEUED`, `RUNNING`, `FINISHED` ... */
    status: string;
    /** As it was asked. */
    statement: string;
    /** As the engine runs it. */
    translated: string;
    /** JSON: names of the result's columns. */
    columns: string;
    /** The saved statement it was started by, and the refresh it is part of; null for others. */
    alias: string | null;
    refresh_id: string | null;
    /** What the statement was made from; null where a person wrote it. */
    prompt: string | null;
    created_ms: number;
    /** The process that runs it, and until when it is believed to; null while it waits. */
    holder: string | null;
    held_until_ms: number | null;
    ended_ms: number | null;
    execution_ms: number | null;
    error_message: string | null;
    rows_count: number | null;
    events_scanned: number | null;
    bytes_scanned: number | null;
    delivery_uri: string | null;
    /** AWS's word: `PENDING`, `SUCCESS` ...; null where nothing is delivered. */
    delivery_status: string | null;
  };

  /** The stores that a query reads. */
  lake_query_stores: {
    query_id: string;
    store_id: string;
  };

  /** Statements kept by name: those made from a prompt, and those of dashboards. */
  lake_query_aliases: {
    account_id: string;
    region: string;
    alias: string;
    statement: string;
    /** Null where it was not made from one. */
    prompt: string | null;
    /** JSON of names such as `$StartTime$`, in the order of the statement's placeholders. */
    parameters: string;
    /** Null for what GenerateQuery made, which is kept as long as results. */
    dashboard_arn: string | null;
    created_ms: number;
  };

  lake_dashboards: {
    arn: string;
    account_id: string;
    region: string;
    name: string;
    status: string;
    /** JSON: alias, statement, parameters and view of each. */
    widgets: string;
    /** JSON of `RefreshSchedule`; null for none. */
    schedule: string | null;
    termination_protection: number;
    created_ms: number;
    updated_ms: number;
    /** When the schedule refreshes it next; null while it does not. */
    next_refresh_ms: number | null;
    last_refresh_id: string | null;
    last_refresh_failure: string | null;
  };
}
