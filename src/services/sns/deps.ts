import type { Environment } from "../../environment.js";
import type { SettingsStore } from "../../storage/settings-store.js";

export interface SnsDeps {
  readonly settings: SettingsStore;
  readonly environment: Environment;
}
