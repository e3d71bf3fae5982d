/** Detection rules, what they remember, what they found, and alerts on their way. */
export interface DetectionTables {
  /** One row an account that has changed anything. */
  detection_accounts: {
    account_id: string;
    /** Raised with each change of rules or configuration: who follows the record reads them again. */
    revision: number;
    /** JSON of an `AlertConfiguration`. */
    configuration: string;
  };

  /** Rules of an account's own, and what it changed of those that ship. */
  detection_rules: {
    account_id: string;
    rule_id: string;
    /** Sigma, YAML; null: as shipped. */
    rule_text: string | null;
    enabled: number;
    updated_ms: number;
    /** ARN of who changed it. */
    updated_by: string;
  };

  /** Since when a rule, in the version that its memory is of, looks at the events of an account. */
  detection_beginnings: {
    account_id: string;
    rule_id: string;
    memory_version: string;
    since_ms: number;
  };

  /** What rules remember: of a group, or of a value. */
  detection_memories: {
    account_id: string;
    rule_id: string;
    memory_version: string;
    /** Hash of the group, and of the value where there is one. */
    item: string;
    /** JSON of a `Memory`. */
    memory: string;
    /** From then on it does not matter any more. */
    forget_ms: number;
  };

  detection_findings: {
    finding_id: string;
    account_id: string;
    region: string;
    rule_id: string;
    title: string;
    severity: string;
    caller: string;
    /** Hash of rule, caller and group: what happens again soon belongs to the same finding. */
    alike: string;
    /** `OPEN`, `ACKNOWLEDGED` or `CLOSED`. */
    status: string;
    first_ms: number;
    last_ms: number;
    event_count: number;
    /** JSON array of the last event ids. */
    event_ids: string;
    detail: string;
    event_name: string;
    source_address: string;
    note: string;
    updated_ms: number;
    /** ARN of who acknowledged or closed it. */
    updated_by: string;
  };

  /** Alerts on their way to a topic. */
  detection_alerts: {
    alert_id: string;
    account_id: string;
    region: string;
    rule_id: string;
    topic_arn: string;
    subject: string;
    message: string;
    created_ms: number;
    attempts: number;
    /** Not before then. */
    retry_ms: number;
  };
}
