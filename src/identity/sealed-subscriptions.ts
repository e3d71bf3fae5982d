import type { SettingsStore } from "../storage/settings-store.js";
import { subscriptionContext } from "./sealed-columns.js";
import type { Vault } from "./vault.js";

/** What of a subscription is kept sealed. */
interface Secrets {
  readonly arn: string;
  readonly endpoint: string;
  readonly token: string;
  readonly unsubscribe_token: string;
}

export function sealSubscription<Row extends Secrets>(vault: Vault, row: Row): Row {
  return changed(row, (text) => vault.seal(Buffer.from(text), subscriptionContext(row.arn)));
}

export function openSubscription<Row extends Secrets>(vault: Vault, row: Row): Row {
  return changed(row, (text) => vault.open(text, subscriptionContext(row.arn)).toString());
}

function changed<Row extends Secrets>(row: Row, change: (text: string) => string): Row {
  const { endpoint, token, unsubscribe_token } = row;
  return { ...row, endpoint: change(endpoint), token: change(token), unsubscribe_token: change(unsubscribe_token) };
}

/** Seals what versions before this one kept in clear. */
export async function sealEarlierSubscriptions(settings: SettingsStore, vault: Vault): Promise<void> {
  await settings.transact(async (tx) => {
    const rows = await tx.selectFrom("sns_subscriptions").selectAll().where("sealed", "=", 0).execute();
    for (const row of rows) {
      const { arn, ...sealed } = sealSubscription(vault, { ...row, sealed: 1 });
      await tx.updateTable("sns_subscriptions").set(sealed).where("arn", "=", arn).execute();
    }
  });
}
