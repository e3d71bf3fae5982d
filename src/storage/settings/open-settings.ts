import path from "node:path";
import type { Environment } from "../../environment.js";
import type { SettingsStore } from "../settings-store.js";
import { openPostgresSettings } from "./postgres-settings.js";
import { openSqliteSettings } from "./sqlite-settings.js";

export { openSqliteSettings } from "./sqlite-settings.js";

/** The settings store of this configuration, migrated: PostgreSQL if a URL is given, else a file of the data folder. */
export function openSettings(options: {
  readonly postgresUrl?: string;
  readonly dataFolder: string;
  readonly environment: Environment;
}): Promise<SettingsStore> {
  const { postgresUrl, dataFolder, environment } = options;
  return postgresUrl === undefined
    ? openSqliteSettings({ path: path.join(dataFolder, "settings.db"), environment })
    : openPostgresSettings({ url: postgresUrl, environment });
}
