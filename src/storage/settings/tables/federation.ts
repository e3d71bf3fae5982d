export interface FederationTables {
  /** OpenID Connect issuers whose tokens an account takes. Their tags are in `iam_tags`, by this ARN. */
  iam_openid_providers: {
    provider_arn: string;
    account_id: string;
    /** As it was given, with its scheme: what `iss` of a token must be. */
    issuer: string;
    /** JSON arrays of texts. */
    client_ids: string;
    thumbprints: string;
    created_ms: number;
  };

  iam_instance_profiles: {
    /** `AIPA…` */
    profile_id: string;
    account_id: string;
    name: string;
    name_lower: string;
    path: string;
    arn: string;
    created_ms: number;
    /** The one role in it. */
    role_id: string | null;
  };
}
