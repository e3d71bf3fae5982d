/** Clients that report on a sampling rule: who shares its reservoir. */
interface XraySamplingClients {
  account_id: string;
  region: string;
  rule_name: string;
  client_id: string;
  last_report_ms: number;
  /** What the client was told last that it may take of the reservoir, a second. */
  quota: number;
}

/** What clients reported on a rule, summed over them. */
interface XraySamplingWindows {
  account_id: string;
  region: string;
  rule_name: string;
  /** Start of the 10 seconds in which the reports arrived. */
  window_ms: number;
  request_count: number;
  sampled_count: number;
  borrow_count: number;
}

/** The latest telemetry record of each sender of segments. */
interface XrayTelemetry {
  account_id: string;
  region: string;
  /** Hash of the sender's resource ARN, instance id and host name; a key of fixed length. */
  reporter: string;
  resource_arn: string;
  instance_id: string;
  hostname: string;
  /** When it was received. */
  received_ms: number;
  /** The record, JSON as on the wire. */
  record: string;
}

export interface XrayTables {
  xray_sampling_clients: XraySamplingClients;
  xray_sampling_windows: XraySamplingWindows;
  xray_telemetry: XrayTelemetry;
}
