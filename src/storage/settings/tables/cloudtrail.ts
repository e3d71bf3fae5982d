/** What hangs on any kind of CloudTrail's resources, by ARN. Tags are in `trail_tags`. */
export interface CloudTrailTables {
  /** Policies of event data stores, channels and dashboards. */
  cloudtrail_policies: {
    arn: string;
    /** JSON text, as it was put. */
    document: string;
  };
}
