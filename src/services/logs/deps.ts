import type { Environment } from "../../environment.js";
import type { LogEventStore } from "../../storage/log-event-store.js";
import type { MetricStore } from "../../storage/metric-store.js";
import type { SettingsStore } from "../../storage/settings-store.js";

export interface LogsDeps {
  readonly settings: SettingsStore;
  readonly logEvents: LogEventStore;
  readonly metrics: MetricStore;
  readonly environment: Environment;
}
