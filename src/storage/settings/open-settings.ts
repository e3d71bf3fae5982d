import path from "node:path";
import type { Environment } from "../../environment.js";
import type { SettingsStore } from "../settings-store.js";
import { openSqliteSettings } from "./sqlite-settings.js";

export { openSqliteSettings } from "./sqlite-settings.js";

/** The settings store of this configuration, migrated: PostgreSQL if a URL is given, else a file of the data folder. */
export async function openSettings(options: {
  readonly postgresUrl?: string;
  readonly dataFolder: string;
  readonly environment: Environment;
}): Promise<SettingsStore> {
  const { postgresUrl, dataFolder, environment } = options;
  if (postgresUrl === undefined) return openSqliteSettings({ path: path.join(dataFolder, "settings.db"), environment });
  // Its client takes a while to load, which most never need.
  const { openPostgresSettings } = await import("./postgres-settings.js");
  return openPostgresSettings({ url: postgresUrl, environment });
}
