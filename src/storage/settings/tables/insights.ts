/** CloudTrail Insights. */
export interface InsightsTables {
  /** One row an event data store that wants Insights. */
  event_data_store_insights: {
    store_id: string;
    account_id: string;
    region: string;
    /** The event data store that gets them. */
    destination_arn: string;
    /** JSON of `InsightSelection[]`. */
    selections: string;
    since_ms: number;
  };

  /** Insights that were told of, until nobody can ask for them any more. */
  call_insights: {
    /** `sharedEventID` of its two events. */
    shared_event_id: string;
    account_id: string;
    region: string;
    /** Key of the series it is about. */
    series_key: string;
    /** ARN of the trail or event data store it is for; empty: every trail of the account that wants it. */
    addressee: string;
    start_ms: number;
    /** Null while it lasts. */
    end_ms: number | null;
    /** JSON of a `ToldInsight`. */
    finding: string;
  };

  /** One row: up to where minutes were counted and judged, and what came of it was told. */
  call_insight_progress: {
    name: string;
    /** The first minute that was not, since the epoch. */
    next_minute: number;
  };
}
