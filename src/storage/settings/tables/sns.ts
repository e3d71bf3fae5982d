export interface SnsTables {
  sns_topics: {
    arn: string;
    account_id: string;
    region: string;
    name: string;
    display_name: string;
    /** Topic policy, JSON text. */
    policy: string;
    /** JSON object. */
    tags: string;
    created_ms: number;
    /** 1 or 2: how its messages are signed. */
    signature_version: number;
  };
  sns_subscriptions: {
    arn: string;
    topic_arn: string;
    account_id: string;
    region: string;
    /** `http`, `https`, `email` or `email-json`. */
    protocol: string;
    /** A URL or an address. URLs hold passwords at times. Sealed by the vault, as the tokens are. */
    endpoint: string;
    confirmed: number;
    /** Proves that the endpoint's owner received the confirmation message. */
    token: string;
    raw_delivery: number;
    created_ms: number;
    /** In the link that ends it; empty for subscriptions from before there were such links. */
    unsubscribe_token: string;
    /** Scheme and host under which this service was reached when it was made; empty likewise. */
    base_url: string;
    /** 0: from before endpoint and tokens were sealed; sealed at the next start. */
    sealed: number;
  };
  /** Certificates of the keys that sign messages, one at a time. */
  sns_certificates: {
    certificate_id: string;
    pem: string;
    /** Sealed. */
    private_key: string;
    created_ms: number;
    valid_until_ms: number;
  };
  /** Messages that are still to be delivered somewhere, or could not be. */
  sns_messages: {
    message_id: string;
    topic_arn: string;
    /** `Notification` or `SubscriptionConfirmation`. */
    type: string;
    subject: string | null;
    message: string;
    /** JSON object as it stands in the envelope, or null. */
    attributes: string | null;
    /** Scheme and host under which the publisher reached this service. */
    base_url: string;
    published_ms: number;
  };
  sns_deliveries: {
    message_id: string;
    subscription_arn: string;
    topic_arn: string;
    /** `waiting` or `dead`. */
    state: string;
    attempts: number;
    /** Waiting: not before then. Dead: when it died. */
    next_ms: number;
    last_error: string;
  };
}
