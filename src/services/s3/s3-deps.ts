import type { Recorder } from "../../audit/recorder.js";
import type { Environment } from "../../environment.js";
import type { Vault } from "../../identity/vault.js";
import type { ObjectStore } from "../../storage/object-store.js";
import type { SettingsStore } from "../../storage/settings-store.js";
import type { Buckets } from "./buckets.js";
import type { KmsKeys } from "./kms-keys.js";

/** What the service is made from. */
export interface S3Deps {
  readonly settings: SettingsStore;
  readonly objects: ObjectStore;
  /** Opens material of KMS keys. */
  readonly vault: Vault;
  /** Seals the keys of objects that no KMS key does. */
  readonly objectVault: Vault;
  /** For the calls to KMS that S3 makes in its callers' names. */
  readonly recorder: Recorder;
  readonly environment: Environment;
}

/** What its operations share. */
export interface S3Parts extends S3Deps {
  readonly buckets: Buckets;
  readonly kmsKeys: KmsKeys;
}
