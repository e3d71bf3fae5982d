import type { Environment } from "../../../environment.js";
import type { Vault } from "../../../identity/vault.js";
import type { Scope } from "../../../storage/scope.js";
import { SettingsCache } from "../../../storage/settings-cache.js";
import type { SettingsStore } from "../../../storage/settings-store.js";
import type { TraceStore } from "../../../storage/trace-store.js";
import type { Masker } from "../../../tracing/masking/masker.js";
import type { RejectionLog } from "../../../tracing/rejections.js";
import { readMasker } from "../masking/stored-rules.js";
import { SegmentBatch } from "./segment-batch.js";

/** Accounts and regions whose rules are kept at hand, compiled. */
const scopesMax = 1000;

/** The one way of documents into the store, whatever door they came through: masked by the rules in force. */
export class SegmentIntake {
  readonly #deps: { readonly traces: TraceStore; readonly rejections: RejectionLog };
  readonly #maskers: SettingsCache<Masker | undefined>;

  constructor(deps: {
    readonly traces: TraceStore;
    readonly rejections: RejectionLog;
    readonly settings: SettingsStore;
    readonly vault: Vault;
    readonly environment: Environment;
  }) {
    this.#deps = deps;
    this.#maskers = new SettingsCache({
      settings: deps.settings,
      clock: deps.environment.clock,
      entriesMax: scopesMax,
      load: (key) => {
        const [accountId = "", region = ""] = key.split("/");
        return readMasker(deps.settings.read, deps.vault, { accountId, region });
      },
    });
  }

  /** An empty batch for the documents of one call. Rejects if the rules cannot be read: nothing is stored unmasked. */
  async open(scope: Scope, receivedMs: number): Promise<SegmentBatch> {
    const masker = await this.#maskers.get(`${scope.accountId}/${scope.region}`);
    return new SegmentBatch({ scope, receivedMs, rejections: this.#deps.rejections, masker });
  }

  async store(scope: Scope, batch: SegmentBatch): Promise<void> {
    if (batch.rows.length > 0) await this.#deps.traces.putSegments(scope, batch.rows);
  }
}
