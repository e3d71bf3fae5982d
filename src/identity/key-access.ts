import type { SettingsQueries, SettingsTransaction } from "../storage/settings-store.js";
import type { AccessRequest } from "./access.js";
import type { Caller } from "./caller.js";
import type { EncryptionContext } from "./key-ciphertext.js";
import { type GrantedOperation, type GrantQuestion, grantedAs, grantOperations } from "./key-grants.js";
import type { PrincipalMatch } from "./policy/principal.js";

/** The key asked for, as its row or `CustomerKey` has it. */
export interface AccessedKey {
  readonly keyId: string;
  readonly arn: string;
  readonly accountId: string;
  /** JSON text. */
  readonly policy: string;
  /** By name. */
  readonly tags?: Readonly<Record<string, string>>;
}

export interface KeyUse {
  /** As IAM spells it after `kms:`. */
  readonly operation: string;
  readonly context?: EncryptionContext;
  /** Short name of the service that uses the key in the caller's name: `s3`, `xray`. */
  readonly via?: string;
  /** Further condition keys. */
  readonly conditions?: AccessRequest["conditions"];
  readonly child?: GrantQuestion["child"];
}

/** A call as decisions about keys see it. */
export type KeyCall = { readonly caller: Caller; readonly accountId: string; readonly region: string };

/**
 * What the caller must be allowed to use a key so. Its policy must let them in, or a grant; the policy may leave the
 * choice to identity policies of the account. An explicit Deny wins over both.
 */
export async function keyAccess(
  queries: SettingsQueries | SettingsTransaction,
  key: AccessedKey,
  call: KeyCall,
  use: KeyUse,
): Promise<AccessRequest> {
  const { operation, context, child } = use;
  const granted = isGrantable(operation)
    ? await grantedAs(queries, key.keyId, call.caller, { operation, context, ...(child && { child }) })
    : undefined;
  return keyAccessAs(granted, key, call, use);
}

/** The same where it is known which grant permits it, or that none can. */
export function keyAccessAs(
  granted: PrincipalMatch | undefined,
  key: AccessedKey,
  call: KeyCall,
  use: KeyUse,
): AccessRequest {
  return {
    action: `kms:${use.operation}`,
    resource: key.arn,
    resourceAccountId: key.accountId,
    ...(use.via !== undefined && { viaService: true }),
    conditions: {
      "kms:CallerAccount": call.accountId,
      "kms:KeySpec": "SYMMETRIC_DEFAULT",
      "kms:KeyUsage": "ENCRYPT_DECRYPT",
      "kms:KeyOrigin": "AWS_KMS",
      "kms:MultiRegion": "false",
      ...(use.via !== undefined && { "kms:ViaService": `${use.via}.${call.region}.amazonaws.com` }),
      ...contextConditions(use.context),
      ...Object.fromEntries(Object.entries(key.tags ?? {}).map(([name, value]) => [`aws:ResourceTag/${name}`, value])),
      ...use.conditions,
    },
    resourcePolicy: { document: key.policy, required: true, ...(granted && { granted }) },
  };
}

function isGrantable(operation: string): operation is GrantedOperation {
  return grantOperations.some((each) => each === operation);
}

function contextConditions(context: EncryptionContext): Record<string, string | string[]> {
  const entries = Object.entries(context ?? {});
  if (entries.length === 0) return {};
  return {
    "kms:EncryptionContextKeys": entries.map(([key]) => key),
    ...Object.fromEntries(entries.map(([key, value]) => [`kms:EncryptionContext:${key}`, value])),
  };
}
