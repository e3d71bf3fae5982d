/** Tables of trails, their delivery and their digests. */
export interface TrailTables {
  /** One row a trail. A deleted one stays until what happened before its deletion has been delivered and sealed. */
  trails: {
    /** Never used again, unlike name and ARN. */
    trail_id: string;
    account_id: string;
    home_region: string;
    name: string;
    arn: string;
    bucket: string;
    prefix: string | null;
    /** As given: a name or an ARN. */
    sns_topic_name: string | null;
    sns_topic_arn: string | null;
    include_global: number;
    multi_region: number;
    validation: number;
    logs_group_arn: string | null;
    logs_role_arn: string | null;
    /** Events before this are not sent to the log group: it was not attached yet. */
    logs_since_ms: number | null;
    kms_key_arn: string | null;
    custom_selectors: number;
    /** 1 if it wants Insights. */
    insight_selectors: number;
    /** Null if never given: AWS's default, true. */
    recursive_logging: number | null;
    created_ms: number;
    deleted_ms: number | null;
  };

  /** How a trail selected events, over time: one row a change, so that each event is judged by its own time. */
  trail_states: {
    trail_id: string;
    /** From 1, without gaps. */
    sequence: number;
    from_ms: number;
    logging: number;
    /** JSON of `TrailSelectors`. */
    selectors: string;
    multi_region: number;
    include_global: number;
    recursive: number;
    /** JSON of `InsightSelection[]`; null if it wants none. */
    insights: string | null;
    /** JSON of `AggregationTemplate[]`; null for none. */
    aggregations: string | null;
    /** Request id of the call that made the change; its own record is selected by the states before and after it. */
    changed_by: string;
  };

  trail_tags: { arn: string; tag_key: string; tag_value: string | null };

  /** Who does a piece of work now. A new holder gets a higher token, and every write of the work checks the token. */
  leases: { name: string; holder: string; token: number; until_ms: number };

  /** Streams of the event store: one a process that writes events. */
  event_streams: {
    stream_id: string;
    writer_seen_ms: number;
    /** All commits up to here were durable when it was written. */
    known_commit: number;
    /** Set once its writer is gone and all of it was delivered. */
    retired_ms: number | null;
  };

  /** Up to where a trail has taken a stream; commit 0 where there is no row. */
  trail_checkpoints: {
    trail_id: string;
    stream_id: string;
    /** `s3` or `logs`. */
    destination: string;
    commit_number: number;
    /** Failures in a row, and when to try again. */
    attempts: number;
    retry_ms: number;
  };

  /** Up to where the followers of the record have taken a stream; commit 0 where there is no row. */
  followed_streams: {
    stream_id: string;
    commit_number: number;
    /** End of a range that was begun and perhaps not ended; null if there is none. */
    planned_commit: number | null;
  };

  /** A delivery to S3 that was decided and perhaps not finished: all that its objects' keys and bytes follow from. */
  trail_plans: {
    trail_id: string;
    stream_id: string;
    after_commit: number;
    until_commit: number;
    /** States up to this one are used. */
    state_sequence: number;
    planned_ms: number;
    bucket: string;
    prefix: string | null;
    kms_key_arn: string | null;
  };

  /** SNS messages of finished deliveries, not yet published. */
  trail_notifications: {
    notification_id: string;
    trail_id: string;
    region: string;
    topic_arn: string;
    message: string;
    created_ms: number;
    attempts: number;
    retry_ms: number;
  };

  /** Data events of a trail, counted in windows of five minutes that are not yet over. */
  aggregate_counts: {
    trail_id: string;
    region: string;
    window_start_ms: number;
    event_source: string;
    template: string;
    primary_value: string;
    /** JSON of `Counts`. */
    counts: string;
  };

  trail_status: {
    trail_id: string;
    region: string;
    delivery_ms: number | null;
    delivery_attempt_ms: number | null;
    delivery_error: string | null;
    notification_ms: number | null;
    notification_attempt_ms: number | null;
    notification_error: string | null;
    logs_delivery_ms: number | null;
    logs_delivery_error: string | null;
    digest_ms: number | null;
    digest_error: string | null;
    /** Records too large for CloudWatch Logs, which S3 has. */
    logs_oversize_count: number;
  };

  /** Log files delivered while validation was on and not yet listed in a delivered digest. */
  trail_files: {
    trail_id: string;
    region: string;
    bucket: string;
    object_key: string;
    /** Hex SHA-256 of the uncompressed file. */
    sha256: string;
    oldest_event_ms: number;
    newest_event_ms: number;
    delivered_ms: number;
    /** Key of the digest that will list it; null while none has claimed it. */
    digest_key: string | null;
  };

  /** The newest digest of a trail in a region. The four `previous` columns are null before the first. */
  trail_chains: {
    trail_id: string;
    region: string;
    previous_bucket: string | null;
    previous_key: string | null;
    previous_sha256: string | null;
    previous_signature: string | null;
    /** End of the newest digest's interval: whole seconds. */
    end_ms: number;
  };

  /** A digest that was decided and perhaps not yet written. At most one a chain. */
  trail_digest_plans: {
    trail_id: string;
    region: string;
    start_ms: number;
    end_ms: number;
    bucket: string;
    object_key: string;
    kms_key_arn: string | null;
    fingerprint: string;
    attempts: number;
    retry_ms: number;
  };

  trail_signing_keys: {
    fingerprint: string;
    region: string;
    /** Base64 of the DER of a PKCS#1 RSAPublicKey. */
    public_key: string;
    /** PKCS#8 DER, sealed by the vault. */
    private_key: string;
    valid_from_ms: number;
    valid_until_ms: number;
  };
}
