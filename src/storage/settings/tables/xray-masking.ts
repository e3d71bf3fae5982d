/** What is masked in documents of an account and region before they are stored. */
interface XrayMaskingRules {
  account_id: string;
  region: string;
  rule_name: string;
  /** JSON of a MaskingRule without its name. */
  definition: string;
  created_ms: number;
  modified_ms: number;
}

/** What values of an account are hashed with. */
interface XrayMaskingKeys {
  account_id: string;
  sealed: string;
  created_ms: number;
}

export interface XrayMaskingTables {
  xray_masking_rules: XrayMaskingRules;
  xray_masking_keys: XrayMaskingKeys;
}
