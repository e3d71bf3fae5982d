import type { EncryptionConfig } from "@aws-sdk/client-xray";
import type { Scope } from "../../../storage/scope.js";
import type { SettingsQueries } from "../../../storage/settings-store.js";

/** Until every process has seen a change, documents may still be stored by the setting before it. */
const updatingMs = 2000;

export interface EncryptionSetting {
  /** Empty: nothing is encrypted with a key of the customer. */
  readonly keyArn: string;
  readonly changedMs: number;
}

export async function readEncryption(
  queries: SettingsQueries,
  { accountId, region }: Scope,
): Promise<EncryptionSetting | undefined> {
  const row = await queries
    .selectFrom("xray_encryption")
    .select(["key_arn", "changed_ms"])
    .where("account_id", "=", accountId)
    .where("region", "=", region)
    .executeTakeFirst();
  return row && { keyArn: row.key_arn, changedMs: row.changed_ms };
}

export function encryptionView(setting: EncryptionSetting | undefined, nowMs: number): EncryptionConfig {
  if (setting === undefined) return { Status: "ACTIVE", Type: "NONE" };
  const Status = nowMs - setting.changedMs < updatingMs ? "UPDATING" : "ACTIVE";
  if (setting.keyArn === "") return { Status, Type: "NONE" };
  return { KeyId: setting.keyArn, Status, Type: "KMS" };
}
