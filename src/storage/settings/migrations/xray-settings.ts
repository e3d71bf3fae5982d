import type { Migration } from "../migration.js";

/** In order; add at the end, never change one that was released. Names are unique over all areas. */
export const xraySettingsMigrations: readonly Migration[] = [];
