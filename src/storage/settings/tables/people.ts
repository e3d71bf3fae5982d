/** Passwords, second factors and what is known of how they and keys are used. */
export interface PeopleTables {
  /** The login profile of a user. */
  iam_passwords: {
    user_id: string;
    /** A hash by scrypt, sealed by the vault, the user's id being the context. */
    sealed_hash: string;
    created_ms: number;
    changed_ms: number;
    reset_required: number;
    last_used_ms: number | null;
  };

  /** Hashes of earlier passwords, sealed likewise; at most as many as a policy can ask for. */
  iam_earlier_passwords: {
    /** `AIDA…/TIME`: the two that follow. */
    earlier_id: string;
    user_id: string;
    replaced_ms: number;
    sealed_hash: string;
  };

  /** Absent for an account that has AWS's default. */
  iam_password_policies: {
    account_id: string;
    length_min: number;
    /** Classes of characters that must be there, by their first letter, `LNSU`: lower case, numbers, symbols, upper case. */
    classes: string;
    users_may_change: number;
    /** Null: passwords do not expire. */
    age_days_max: number | null;
    /** Null: any earlier password may be used again. */
    reuse_prevention: number | null;
    hard_expiry: number | null;
  };

  iam_mfa_devices: {
    /** Its ARN. */
    serial: string;
    account_id: string;
    name: string;
    /** Sealed by the vault, the serial being the context. */
    sealed_seed: string;
    created_ms: number;
    /** Both null until it is enabled for a user. */
    user_id: string | null;
    enabled_ms: number | null;
    /** The device's clock less ours, in steps of 30 seconds. */
    drift_steps: number;
    /** The step whose code was used last: it and all before it are worth nothing any more. */
    used_step: number;
  };

  iam_account_aliases: { account_id: string; alias: string };

  /** The last use of a key that was noted: at most one in 15 minutes. */
  iam_key_uses: { access_key_id: string; used_ms: number; region: string; service: string };

  iam_credential_reports: { account_id: string; generated_ms: number; content: string };
}
