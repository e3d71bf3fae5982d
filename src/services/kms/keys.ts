import type { KeyMetadata } from "@aws-sdk/client-kms";
import type { Selectable } from "kysely";
import type { EventResource } from "../../audit/event.js";
import type { AccessRequest } from "../../identity/access.js";
import { type AccessedKey, type KeyUse, keyAccess, keyAccessAs } from "../../identity/key-access.js";
import type { GrantedOperation } from "../../identity/key-grants.js";
import type { Scope } from "../../storage/scope.js";
import type { KmsTables } from "../../storage/settings/tables/kms.js";
import type { SettingsQueries } from "../../storage/settings-store.js";
import type { Call } from "../operation.js";
import type { KmsDeps } from "./deps.js";
import { disabled, invalidArn, invalidState, notFound } from "./errors.js";

export type KeyRow = Selectable<KmsTables["kms_keys"]>;

/** Named limit; AWS's is 100,000. */
export const keysMax = 10_000;

export const policyName = "default";
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const arnForm = /^arn:aws:kms:([a-z0-9-]+):(\d{12}):(key\/(.+)|alias\/.+)$/;

export function keyArn(key: Pick<KeyRow, "account_id" | "region" | "key_id">): string {
  return `arn:aws:kms:${key.region}:${key.account_id}:key/${key.key_id}`;
}

export function aliasArn(scope: Scope, name: string): string {
  return `arn:aws:kms:${scope.region}:${scope.accountId}:${name}`;
}

/** The account's root may do everything, which lets IAM policies of the account decide. */
export function defaultPolicy(accountId: string): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Id: "key-default-1",
    Statement: [
      {
        Sid: "Enable IAM User Permissions",
        Effect: "Allow",
        Principal: { AWS: `arn:aws:iam::${accountId}:root` },
        Action: "kms:*",
        Resource: "*",
      },
    ],
  });
}

/**
 * The key that a key id, key ARN, alias name or alias ARN names. Key ARNs of other accounts are found too: their key
 * policies decide.
 *
 * @param forms which spellings the operation takes.
 * @throws ServiceError NotFoundException or InvalidArnException
 */
export async function findKey(
  settings: SettingsQueries,
  call: Call,
  reference: string,
  forms: "any" | "no-alias" = "any",
): Promise<KeyRow> {
  const { accountId, name } = parseReference(call, reference);
  if (name.startsWith("alias/")) {
    if (forms === "no-alias") throw notFound(`Invalid keyId '${reference}'`);
    const alias = await settings
      .selectFrom("kms_aliases")
      .select("key_id")
      .where("account_id", "=", accountId)
      .where("region", "=", call.region)
      .where("name", "=", name)
      .executeTakeFirst();
    if (alias === undefined)
      throw notFound(`Alias ${aliasArn({ accountId, region: call.region }, name)} is not found.`);
    return findKeyById(settings, call, accountId, alias.key_id);
  }
  if (!uuid.test(name)) throw notFound(`Invalid keyId '${name.slice(0, 128)}'`);
  return findKeyById(settings, call, accountId, name);
}

function parseReference(call: Call, reference: string): { accountId: string; name: string } {
  if (!reference.startsWith("arn:")) return { accountId: call.accountId, name: reference };
  const [, region, accountId, resource, keyId] = arnForm.exec(reference) ?? [];
  if (region === undefined || accountId === undefined || resource === undefined)
    throw invalidArn(`Invalid arn ${reference.slice(0, 256)}`);
  if (region !== call.region) throw notFound(`Invalid arn ${region}`);
  return { accountId, name: keyId ?? resource };
}

async function findKeyById(
  settings: SettingsQueries,
  call: Pick<Call, "region" | "nowMs">,
  accountId: string,
  keyId: string,
): Promise<KeyRow> {
  const key = await settings
    .selectFrom("kms_keys")
    .selectAll()
    .where("key_id", "=", keyId)
    .where("account_id", "=", accountId)
    .where("region", "=", call.region)
    .executeTakeFirst();
  if (key === undefined || isDestroyed(key, call.nowMs))
    throw notFound(`Key '${keyArn({ account_id: accountId, region: call.region, key_id: keyId })}' does not exist`);
  return key;
}

/** For ciphertexts, which name their key but not its account. */
export async function findKeyOfCiphertext(
  settings: SettingsQueries,
  call: Call,
  keyId: string,
): Promise<KeyRow | undefined> {
  const key = await settings
    .selectFrom("kms_keys")
    .selectAll()
    .where("key_id", "=", keyId)
    .where("region", "=", call.region)
    .executeTakeFirst();
  return key === undefined || isDestroyed(key, call.nowMs) ? undefined : key;
}

export function isDestroyed(key: KeyRow, nowMs: number): boolean {
  return key.deletion_ms !== null && key.deletion_ms <= nowMs;
}

/** @throws ServiceError DisabledException or KMSInvalidStateException */
export function requireUsable(key: KeyRow): void {
  requireNotPending(key);
  if (key.enabled === 0) throw disabled(`${keyArn(key)} is disabled.`);
}

/** @throws ServiceError KMSInvalidStateException */
export function requireNotPending(key: KeyRow): void {
  if (key.deletion_ms !== null) throw invalidState(`${keyArn(key)} is pending deletion.`);
}

/** What an operation asks of a key that no grant can permit: the key's policy must let the call in. */
export function accessTo(
  operation: string,
  key: KeyRow,
  call: Call,
  conditions: AccessRequest["conditions"] = {},
): AccessRequest {
  return keyAccessAs(undefined, accessedKey(key), call, { operation, conditions });
}

/** What an operation asks of a key where a grant may also permit it. */
export function accessOrGrant(
  { settings }: KmsDeps,
  operation: GrantedOperation,
  key: KeyRow,
  call: Call,
  use: Omit<KeyUse, "operation"> = {},
): Promise<AccessRequest> {
  return keyAccess(settings.read, accessedKey(key), call, { operation, ...use });
}

export function accessedKey(key: KeyRow): AccessedKey {
  const { key_id: keyId, account_id: accountId, policy } = key;
  return { keyId, arn: keyArn(key), accountId, policy, tags: JSON.parse(key.tags) };
}

export function keyResource(key: Pick<KeyRow, "account_id" | "region" | "key_id">): EventResource {
  return { type: "AWS::KMS::Key", name: key.key_id, arn: keyArn(key) };
}

/** What is known of the key for the record, also when it was not found. */
export function resourcesOf(reference: unknown, output: unknown, call: Call): readonly EventResource[] {
  const answered = (output as { KeyId?: unknown } | undefined)?.KeyId;
  const arn = [answered, reference].find((each): each is string => typeof each === "string");
  if (arn === undefined || arn === "") return [];
  if (arn.startsWith("arn:aws:kms:")) return [{ type: "AWS::KMS::Key", name: arn.split("/").at(-1)!, arn }];
  if (arn.startsWith("alias/")) return [{ type: "AWS::KMS::Alias", name: arn, arn: aliasArn(call, arn) }];
  return [{ type: "AWS::KMS::Key", name: arn, arn: `arn:aws:kms:${call.region}:${call.accountId}:key/${arn}` }];
}

export function metadataOf(key: KeyRow): KeyMetadata {
  const pending = key.deletion_ms !== null;
  return {
    AWSAccountId: key.account_id,
    KeyId: key.key_id,
    Arn: keyArn(key),
    CreationDate: new Date(key.created_ms),
    Enabled: key.enabled === 1 && !pending,
    Description: key.description,
    KeyUsage: "ENCRYPT_DECRYPT",
    KeyState: pending ? "PendingDeletion" : key.enabled === 1 ? "Enabled" : "Disabled",
    DeletionDate: key.deletion_ms === null ? undefined : new Date(key.deletion_ms),
    Origin: "AWS_KMS",
    KeyManager: "CUSTOMER",
    CustomerMasterKeySpec: "SYMMETRIC_DEFAULT",
    KeySpec: "SYMMETRIC_DEFAULT",
    EncryptionAlgorithms: ["SYMMETRIC_DEFAULT"],
    MultiRegion: false,
    CurrentKeyMaterialId: materialIdShown(key.material_id),
  };
}

/** AWS shows 64 hexadecimal digits; ours are a UUID, so the rest is zeros. */
export function materialIdShown(materialId: string): string {
  return materialId.replaceAll("-", "").padEnd(64, "0");
}
