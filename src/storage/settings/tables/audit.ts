export interface AuditTables {
  /** Records that were committed with a change of settings, on their way into the event store. */
  event_outbox: {
    event_id: string;
    /** The stream of the process that will move it; one whose process died is claimed by another. */
    stream_id: string;
    /** JSON of an EventRow. */
    event: string;
    event_time_ms: number;
  };
}
