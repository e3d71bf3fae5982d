/** Event data stores of CloudTrail Lake. */
export interface LakeTables {
  /** One row a store, until seven days after its deletion. */
  event_data_stores: {
    /** UUID, the last part of the ARN; the name of the table in SQL. */
    store_id: string;
    account_id: string;
    region: string;
    name: string;
    arn: string;
    /** What its selectors select: `CloudTrail`, `Insight`, `ActivityAuditLog`, `ConfigurationItem` or `Evidence`. */
    kind: string;
    /** AWS's word: `ENABLED`, `STOPPED_INGESTION`, `PENDING_DELETION` ... */
    status: string;
    billing_mode: string;
    retention_days: number;
    termination_protection: number;
    multi_region: number;
    organization: number;
    kms_key_arn: string | null;
    /** Null while it is off. */
    federation_role_arn: string | null;
    created_ms: number;
    updated_ms: number;
    /** When deletion was asked for; null if it was not. */
    deletion_asked_ms: number | null;
  };

  /** How a store selected events, over time: one row a change, so that each event is judged by its own time. */
  event_data_store_states: {
    store_id: string;
    /** From 1, without gaps. */
    sequence: number;
    from_ms: number;
    /** 1 if events that happen are ingested. */
    ingesting: number;
    /** JSON of `AdvancedEventSelector[]`. */
    selectors: string;
    multi_region: number;
    /** Request id of the call that made the change. */
    changed_by: string;
  };
}
