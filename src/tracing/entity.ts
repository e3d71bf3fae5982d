/**
 * A segment or subsegment as it is given back: only what the schema of segment documents knows, in AWS's order of keys.
 * Times are epoch seconds with microseconds kept. Source: AWS X-Ray segment documents; order as seen in real output.
 */
export interface Entity {
  id: string;
  name: string;
  start_time: number;
  /** Segments, and detached subsegments that found no parent. */
  trace_id?: string;
  end_time?: number;
  parent_id?: string;
  in_progress?: boolean;
  /** Kept only on a detached subsegment that found no parent. */
  type?: "subsegment";
  inferred?: true;
  fault?: boolean;
  error?: boolean;
  throttle?: boolean;
  http?: HttpData;
  aws?: AwsData;
  sql?: Record<string, string>;
  annotations?: Record<string, string | number | boolean>;
  metadata?: Record<string, unknown>;
  service?: Record<string, string>;
  user?: string;
  origin?: string;
  resource_arn?: string;
  namespace?: string;
  cause?: string | CauseData;
  precursor_ids?: string[];
  traced?: boolean;
  links?: unknown[];
  subsegments?: Entity[];
}

export interface HttpData {
  request?: {
    method?: string;
    url?: string;
    user_agent?: string;
    client_ip?: string;
    x_forwarded_for?: boolean;
    traced?: boolean;
  };
  response?: { status?: number; content_length?: number | string };
}

/** Open: AWS keeps whatever the SDKs put there. */
export interface AwsData {
  account_id?: string;
  resource_names?: string[];
  [member: string]: unknown;
}

export interface CauseData {
  working_directory?: string;
  paths?: string[];
  exceptions?: ExceptionData[];
  /** Only on inferred segments. */
  message?: string;
}

export interface ExceptionData {
  message?: string;
  type?: string;
  remote?: boolean;
  truncated?: number;
  skipped?: number;
  stack?: { path?: string; line?: number; label?: string }[];
}
