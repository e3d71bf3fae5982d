import type { Environment } from "../environment.js";
import type { SettingsStore } from "../storage/settings-store.js";
import { keyBytes, vaultOf } from "./open-vault.js";
import { storeKeyContext } from "./sealed-columns.js";
import type { Vault } from "./vault.js";

/**
 * A vault for what lies outside the settings store, where a new master key could not seal everything anew: its own key is
 * in the settings, made at the first start, and only that is sealed under the master key.
 */
export async function openStoreVault(
  store: string,
  deps: { readonly settings: SettingsStore; readonly vault: Vault; readonly environment: Environment },
): Promise<Vault> {
  const { settings, vault, environment } = deps;
  const made = vault.seal(environment.ids.bytes(keyBytes), storeKeyContext(store));
  const { sealed } = await settings.transact(async (tx) => {
    await tx
      .insertInto("store_keys")
      .values({ store, sealed: made })
      .onConflict((conflict) => conflict.column("store").doNothing())
      .execute();
    return tx.selectFrom("store_keys").selectAll().where("store", "=", store).executeTakeFirstOrThrow();
  });
  return vaultOf(vault.open(sealed, storeKeyContext(store)), environment);
}
