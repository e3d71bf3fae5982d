/** What hangs on any kind of CloudTrail's resources, by ARN. Tags are in `trail_tags`. */
export interface CloudTrailTables {
  /** Policies of event data stores, channels and dashboards. */
  cloudtrail_policies: {
    arn: string;
    /** JSON text, as it was put. */
    document: string;
  };

  /** What event data stores want of their events, where it is not the default. */
  event_configurations: {
    /** Of the store. */
    arn: string;
    /** `Standard` or `Large`. */
    max_event_size: string;
    /** JSON of `ContextKeySelector[]`. */
    context_keys: string;
  };
}
