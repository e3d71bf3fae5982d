export interface IdentityTables {
  /** One row, `id` 1: grows with every change of identity, so that other processes see at little cost that one came. */
  identity_revision: { id: number; revision: number };

  /** Users, groups and roles. */
  iam_entities: {
    /** `AIDA…`, `AGPA…`, `AROA…`: never used again, unlike names. */
    entity_id: string;
    account_id: string;
    kind: "user" | "group" | "role";
    name: string;
    /** Names differ in more than case. */
    name_lower: string;
    path: string;
    arn: string;
    created_ms: number;
    /** Users and roles: ARN of the managed policy that bounds them. */
    boundary_arn: string | null;
    /** Roles only, as the next two. */
    description: string | null;
    max_session_seconds: number | null;
    /** JSON text as it was given. */
    trust_policy: string | null;
  };

  iam_group_members: { group_id: string; user_id: string };

  iam_access_keys: {
    access_key_id: string;
    account_id: string;
    /** Id of the user; the account's own id for its root. */
    owner_id: string;
    status: "Active" | "Inactive";
    /** Sealed by the vault, the access key id being the context. */
    sealed_secret: string;
    created_ms: number;
  };

  /** Managed policies of customers; AWS's own are part of the program. */
  iam_policies: {
    policy_arn: string;
    /** `ANPA…` */
    policy_id: string;
    account_id: string;
    name: string;
    name_lower: string;
    path: string;
    description: string | null;
    default_version: number;
    /** Versions are numbered on, also after deletions. */
    last_version: number;
    created_ms: number;
    updated_ms: number;
  };

  iam_policy_versions: { policy_arn: string; version: number; document: string; created_ms: number };

  /** Managed policies, AWS's too, attached to entities. */
  iam_attached_policies: { entity_id: string; account_id: string; policy_arn: string };

  /** Reports of when services were last used: what was asked for, not what it says. */
  iam_access_reports: {
    job_id: string;
    account_id: string;
    /** Id of the user or role that asked, or of the account for root. */
    caller_id: string;
    resource_arn: string;
    granularity: "SERVICE_LEVEL" | "ACTION_LEVEL";
    created_ms: number;
  };

  iam_inline_policies: { entity_id: string; policy_name: string; document: string };

  /** Tags of users, roles and managed policies, by their id. */
  iam_tags: { entity_id: string; tag_key: string; tag_key_lower: string; tag_value: string };
}
