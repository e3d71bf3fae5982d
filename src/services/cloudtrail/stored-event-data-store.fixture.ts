import type { SettingsStore } from "../../storage/settings-store.js";
import { accountId, region } from "../test-account.fixture.js";

export const storeId = "11111111-2222-3333-4444-555555555555";

/** Puts an event data store into the settings of a test account. @returns its ARN */
export async function storedEventDataStore(
  settings: SettingsStore,
  facts: { readonly storeId?: string; readonly status?: string; readonly kind?: string } = {},
): Promise<string> {
  const store_id = facts.storeId ?? storeId;
  const arn = `arn:aws:cloudtrail:${region}:${accountId}:eventdatastore/${store_id}`;
  await settings.transact(async (tx) => {
    await tx.deleteFrom("event_data_stores").where("store_id", "=", store_id).execute();
    await tx
      .insertInto("event_data_stores")
      .values({
        store_id,
        account_id: accountId,
        region,
        name: `all-${store_id}`,
        arn,
        kind: facts.kind ?? "CloudTrail",
        status: facts.status ?? "ENABLED",
        billing_mode: "EXTENDABLE_RETENTION_PRICING",
        retention_days: 366,
        termination_protection: 1,
        multi_region: 1,
        organization: 0,
        kms_key_arn: null,
        federation_role_arn: null,
        created_ms: 0,
        updated_ms: 0,
        deletion_asked_ms: null,
      })
      .execute();
  });
  return arn;
}
