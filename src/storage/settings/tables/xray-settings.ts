/** What documents of traces are encrypted with. No row: nothing was ever set. */
interface XrayEncryption {
  account_id: string;
  region: string;
  /** Of a KMS key; empty: documents are stored as they are. */
  key_arn: string;
  changed_ms: number;
}

interface XrayResourcePolicies {
  account_id: string;
  region: string;
  policy_name: string;
  /** JSON text as it was given. */
  document: string;
  /** From 1, one more with every change. */
  revision: number;
  updated_ms: number;
}

/**
 * Where traces go from a moment on, and which share of them is indexed: the latest row whose moment has come is in
 * force; one may be ahead. What was in force when a document was received decides where it is kept.
 */
interface XrayTracePeriods {
  account_id: string;
  region: string;
  from_ms: number;
  /** `XRay` or `CloudWatchLogs` */
  destination: string;
  /** Decimal text; where the destination is `XRay`, every trace is indexed whatever this says. */
  indexed_percentage: string;
}

/** The indexing rule `Default`, once it was changed. */
interface XrayIndexingRules {
  account_id: string;
  region: string;
  /** Decimal text. */
  desired_percentage: string;
  modified_ms: number;
}

export interface XraySettingsTables {
  xray_encryption: XrayEncryption;
  xray_resource_policies: XrayResourcePolicies;
  xray_trace_periods: XrayTracePeriods;
  xray_indexing_rules: XrayIndexingRules;
}
