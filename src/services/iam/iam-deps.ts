import type { Environment } from "../../environment.js";
import type { People } from "../../identity/people/people.js";
import type { Vault } from "../../identity/vault.js";
import type { SettingsStore } from "../../storage/settings-store.js";

export interface IamDeps {
  readonly settings: SettingsStore;
  readonly vault: Vault;
  readonly people: People;
  readonly environment: Environment;
}
