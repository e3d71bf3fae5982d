/** Sampling rules. The `Default` rule has a row once it was changed. */
interface XraySamplingRules {
  account_id: string;
  region: string;
  rule_name: string;
  /** The rule without its ARN, JSON as on the wire. */
  rule: string;
  created_ms: number;
  modified_ms: number;
}

/** When the rules of an account and region last changed; stays when the last rule is deleted. */
interface XraySamplingRevisions {
  account_id: string;
  region: string;
  /** Grows with every change, also with two in the same millisecond. */
  last_modified_ms: number;
}

/** Anomalies that services reported on a rule with a boost, summed over them. */
interface XraySamplingAnomalies {
  account_id: string;
  region: string;
  rule_name: string;
  /** Start of the 10 seconds in which the reports arrived. */
  window_ms: number;
  anomaly_count: number;
  sampled_anomaly_count: number;
}

/** The latest boost of each rule: the one in force, or the one that the next has to wait for. */
interface XraySamplingBoosts {
  account_id: string;
  region: string;
  rule_name: string;
  /** Share of requests, decimal text: "0.25". */
  boost_rate: string;
  until_ms: number;
}

/** Tags of groups and sampling rules. */
interface XrayTags {
  arn: string;
  tag_key: string;
  tag_value: string;
}

export interface XraySamplingTables {
  xray_sampling_rules: XraySamplingRules;
  xray_sampling_revisions: XraySamplingRevisions;
  xray_sampling_anomalies: XraySamplingAnomalies;
  xray_sampling_boosts: XraySamplingBoosts;
  xray_tags: XrayTags;
}
