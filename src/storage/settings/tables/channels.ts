/** Channels, through which events from outside come into event data stores. */
export interface ChannelTables {
  channels: {
    /** UUID, the last part of the ARN. */
    channel_id: string;
    account_id: string;
    region: string;
    name: string;
    arn: string;
    source: string;
    created_ms: number;
  };

  /** The event data stores of a channel: a store with a row here cannot be deleted. */
  channel_destinations: {
    channel_id: string;
    store_id: string;
    /** From 1, in the order in which they were given. */
    position: number;
  };

  /** What GetChannel tells of a channel's ingestion; no row until something was tried. */
  channel_ingestion: {
    channel_id: string;
    success_ms: number | null;
    success_event_id: string | null;
    error_code: string | null;
    attempt_ms: number;
    attempt_event_id: string;
  };
}
