/** Jobs that fetch traces for somebody. Rows go some time after the job has ended. */
interface XrayRetrievals {
  /** What its caller has instead of a name. */
  token: string;
  account_id: string;
  region: string;
  /** JSON array of the ids asked for, in the form of the store, each once. */
  trace_ids: string;
  /** Only traces that meet this range count; both inclusive. */
  from_ms: number;
  until_ms: number;
  /** `SCHEDULED`, `RUNNING`, `COMPLETE`, `FAILED` or `CANCELLED`; a job that takes too long is found by its times. */
  status: string;
  created_ms: number;
  /** When a worker last began on it; 0: none has. */
  begun_ms: number;
  /** When it ended; 0: it has not. */
  ended_ms: number;
  /** JSON array of the ids found, in the order of their start. */
  found_ids: string;
}

export interface XrayRetrievalTables {
  xray_retrievals: XrayRetrievals;
}
