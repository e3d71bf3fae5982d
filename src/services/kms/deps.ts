import type { Environment } from "../../environment.js";
import type { Vault } from "../../identity/vault.js";
import type { SettingsStore } from "../../storage/settings-store.js";

export interface KmsDeps {
  readonly settings: SettingsStore;
  readonly vault: Vault;
  readonly environment: Environment;
}
