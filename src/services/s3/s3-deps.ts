import type { Environment } from "../../environment.js";
import type { ObjectStore } from "../../storage/object-store.js";
import type { SettingsStore } from "../../storage/settings-store.js";
import type { Buckets } from "./buckets.js";

/** What the service is made from. */
export interface S3Deps {
  readonly settings: SettingsStore;
  readonly objects: ObjectStore;
  readonly environment: Environment;
}

/** What its operations share. */
export interface S3Parts extends S3Deps {
  readonly buckets: Buckets;
}
