import type { Environment } from "../../environment.js";
import type { SettingsStore } from "../../storage/settings-store.js";
import type { TraceStore } from "../../storage/trace-store.js";

/** What the X-Ray API stands on. */
export interface XrayDeps {
  readonly traces: TraceStore;
  readonly settings: SettingsStore;
  readonly environment: Environment;
}
