import type { Environment } from "../../environment.js";
import type { Vault } from "../../identity/vault.js";
import type { SettingsStore } from "../../storage/settings-store.js";

export interface SnsDeps {
  readonly settings: SettingsStore;
  /** Opens endpoints and tokens of subscriptions. */
  readonly vault: Vault;
  readonly environment: Environment;
  /** Whether there is an SMTP relay that e-mail subscriptions are served through. */
  readonly mailOffered?: boolean;
}
