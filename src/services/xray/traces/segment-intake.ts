import type { Environment } from "../../../environment.js";
import type { Vault } from "../../../identity/vault.js";
import type { Scope } from "../../../storage/scope.js";
import { SettingsCache } from "../../../storage/settings-cache.js";
import type { SettingsStore } from "../../../storage/settings-store.js";
import type { TraceStore } from "../../../storage/trace-store.js";
import { erasedAmong, hasErasedTraces } from "../../../tracing/erasures.js";
import type { Masker } from "../../../tracing/masking/masker.js";
import type { RejectionLog } from "../../../tracing/rejections.js";
import { readMasker } from "../masking/stored-rules.js";
import { SegmentBatch } from "./segment-batch.js";

/** Accounts and regions whose rules are kept at hand, compiled. */
const scopesMax = 1000;

/** What has to be known of an account and region before its documents are stored. */
interface Entrance {
  readonly masker: Masker | undefined;
  /** Some of its traces were erased lately. */
  readonly erased: boolean;
}

/**
 * The one way of documents into the store, whatever door they came through: masked by the rules in force, and without
 * those of traces that were erased.
 */
export class SegmentIntake {
  readonly #deps: { readonly traces: TraceStore; readonly rejections: RejectionLog; readonly settings: SettingsStore };
  readonly #entrances: SettingsCache<Entrance>;

  constructor(deps: {
    readonly traces: TraceStore;
    readonly rejections: RejectionLog;
    readonly settings: SettingsStore;
    readonly vault: Vault;
    readonly environment: Environment;
  }) {
    this.#deps = deps;
    this.#entrances = new SettingsCache({
      settings: deps.settings,
      clock: deps.environment.clock,
      entriesMax: scopesMax,
      load: async (key) => {
        const [accountId = "", region = ""] = key.split("/");
        const scope = { accountId, region };
        const masker = await readMasker(deps.settings.read, deps.vault, scope);
        return { masker, erased: await hasErasedTraces(deps.settings.read, scope) };
      },
    });
  }

  /** An empty batch for the documents of one call. Rejects if the rules cannot be read: nothing is stored unmasked. */
  async open(scope: Scope, receivedMs: number): Promise<SegmentBatch> {
    const { masker } = await this.#entrances.get(`${scope.accountId}/${scope.region}`);
    return new SegmentBatch({ scope, receivedMs, rejections: this.#deps.rejections, masker });
  }

  async store(scope: Scope, batch: SegmentBatch): Promise<void> {
    const { erased } = await this.#entrances.get(`${scope.accountId}/${scope.region}`);
    if (erased && batch.rows.length > 0) {
      const traceIds = [...new Set(batch.rows.map(({ traceId }) => traceId))];
      batch.refuseErased(await erasedAmong(this.#deps.settings.read, scope, traceIds));
    }
    if (batch.rows.length > 0) await this.#deps.traces.putSegments(scope, batch.rows);
  }
}
