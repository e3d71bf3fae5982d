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
  };
  sns_subscriptions: {
    arn: string;
    topic_arn: string;
    account_id: string;
    region: string;
    /** `http` or `https`. */
    protocol: string;
    endpoint: string;
    confirmed: number;
    /** Proves that the endpoint's owner received the confirmation message. */
    token: string;
    raw_delivery: number;
    created_ms: number;
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
