import type { Environment } from "../../environment.js";
import type { SettingsStore } from "../../storage/settings-store.js";

export interface SnsDeps {
  readonly settings: SettingsStore;
  readonly environment: Environment;
  /** Whether there is an SMTP relay that e-mail subscriptions are served through. */
  readonly mailOffered?: boolean;
}
