import type { Environment } from "../../environment.js";
import type { Vault } from "../../identity/vault.js";
import type { ExposureStore } from "../../storage/exposure-store.js";
import type { SettingsStore } from "../../storage/settings-store.js";
import type { TraceIndex } from "../../storage/trace-index.js";
import type { TraceStore } from "../../storage/trace-store.js";
import type { RejectionLog } from "../../tracing/rejections.js";
import type { SegmentIntake } from "./traces/segment-intake.js";

/** What the X-Ray API stands on. */
export interface XrayDeps {
  readonly traces: TraceStore;
  readonly index: TraceIndex;
  readonly exposure: ExposureStore;
  readonly settings: SettingsStore;
  readonly environment: Environment;
  readonly rejections: RejectionLog;
  /** Seals the material of the KMS key that is made for X-Ray on demand, and the keys of masked values. */
  readonly vault: Vault;
}

/** What the operations that take documents stand on. */
export interface IntakeDeps extends XrayDeps {
  readonly intake: SegmentIntake;
}
