/**
 * Every column of the settings store that the vault seals, and what binds a text to its row. A new master key seals them
 * all anew; a test looks through the tables for others.
 */
export const sealedColumns = [
  { table: "iam_access_keys", key: "access_key_id", column: "sealed_secret", context: accessKeyContext },
  { table: "iam_passwords", key: "user_id", column: "sealed_hash", context: passwordContext },
  { table: "iam_earlier_passwords", key: "earlier_id", column: "sealed_hash", context: earlierPasswordContext },
  { table: "iam_mfa_devices", key: "serial", column: "sealed_seed", context: mfaSeedContext },
  { table: "kms_materials", key: "material_id", column: "sealed", context: materialContext },
  { table: "sns_certificates", key: "certificate_id", column: "private_key", context: certificateContext },
  { table: "sns_subscriptions", key: "arn", column: "token", context: subscriptionContext },
  { table: "sns_subscriptions", key: "arn", column: "unsubscribe_token", context: subscriptionContext },
  { table: "sns_subscriptions", key: "arn", column: "endpoint", context: subscriptionContext },
  { table: "store_keys", key: "store", column: "sealed", context: storeKeyContext },
  { table: "trail_signing_keys", key: "fingerprint", column: "private_key", context: signingKeyContext },
  { table: "tree", key: "name", column: "private_key", context: treeKeyContext },
  { table: "xray_erasure_selectors", key: "erasure_id", column: "sealed", context: erasureContext },
  { table: "xray_masking_keys", key: "account_id", column: "sealed", context: maskingKeyContext },
] as const satisfies readonly SealedColumn[];

interface SealedColumn {
  readonly table: string;
  /** What the context is made from; unique. */
  readonly key: string;
  readonly column: string;
  readonly context: (key: string) => string;
}

export function accessKeyContext(accessKeyId: string): string {
  return `access-key:${accessKeyId}`;
}

export function passwordContext(userId: string): string {
  return `password:${userId}`;
}

/** `AIDA…/TIME`: an earlier password stays the user's, and is moved without being opened. */
export function earlierPasswordContext(earlierId: string): string {
  return passwordContext(earlierId.slice(0, earlierId.indexOf("/")));
}

export function mfaSeedContext(serial: string): string {
  return `mfa:${serial}`;
}

export function materialContext(materialId: string): string {
  return `kms-material:${materialId}`;
}

export function certificateContext(certificateId: string): string {
  return `sns-certificate:${certificateId}`;
}

export function signingKeyContext(fingerprint: string): string {
  return `cloudtrail-signing-key:${fingerprint}`;
}

export function subscriptionContext(arn: string): string {
  return `sns-subscription:${arn}`;
}

export function storeKeyContext(store: string): string {
  return `store-key:${store}`;
}

export function maskingKeyContext(accountId: string): string {
  return `masking-key:${accountId}`;
}

export function erasureContext(erasureId: string): string {
  return `erasure:${erasureId}`;
}

/** There is one tree. */
export function treeKeyContext(_name: string): string {
  return "tree-signing-key";
}
