export interface KmsTables {
  kms_keys: {
    key_id: string;
    account_id: string;
    region: string;
    description: string;
    /** A key with a `deletion_ms` is pending deletion, whatever this says. */
    enabled: number;
    created_ms: number;
    /** When the key may be destroyed; from then on it is not found. */
    deletion_ms: number | null;
    /** The waiting period asked for. */
    deletion_days: number | null;
    /** Key policy, JSON text. */
    policy: string;
    /** JSON object. */
    tags: string;
    /** Material that encrypts now; earlier ones still decrypt. */
    material_id: string;
    /** Null: no automatic rotation. */
    rotation_days: number | null;
    next_rotation_ms: number | null;
  };
  kms_materials: {
    material_id: string;
    key_id: string;
    /** 32 bytes, sealed by the vault with the material's id as context. */
    sealed: string;
    created_ms: number;
    /** `created`, `automatic` or `on-demand`. */
    origin: string;
  };
  kms_grants: {
    /** 64 hexadecimal digits. */
    grant_id: string;
    key_id: string;
    /** Account that made it. */
    account_id: string;
    name: string | null;
    /** ARN of a principal, or the id of an account. */
    grantee: string;
    retiring: string | null;
    /** JSON array of names. */
    operations: string;
    /** JSON object: `EncryptionContextEquals`, `EncryptionContextSubset`. */
    constraints: string;
    created_ms: number;
  };
  /** One row, `id` 1: which master key seals the secrets in these tables. */
  master_key: {
    id: number;
    /** A known text, sealed. */
    sealed_check: string;
    /** Key of an external KMS, and the master key as it encrypted it (base64). */
    kms_key_arn: string | null;
    wrapped: string | null;
  };

  /** Keys of other stores, which seal what lies there: `objects`. */
  store_keys: { store: string; sealed: string };

  kms_aliases: {
    account_id: string;
    region: string;
    /** With the `alias/` prefix. */
    name: string;
    key_id: string;
    created_ms: number;
    updated_ms: number;
  };
}
