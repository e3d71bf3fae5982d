import type { Environment } from "../environment.js";
import { DocumentBatch } from "../storage/document-batch.js";
import type { Scope } from "../storage/scope.js";
import type { SealedBatch, SealedTraces, Sealer } from "../storage/sealed-traces.js";
import { SettingsCache } from "../storage/settings-cache.js";
import type { SettingsStore } from "../storage/settings-store.js";
import { EncryptionKeyUnusable } from "../storage/store-error.js";
import type { TraceEraser } from "../storage/trace-eraser.js";
import type { TraceSource } from "../storage/trace-source.js";
import type { SegmentRow, StoredTrace, TraceStore } from "../storage/trace-store.js";
import { traceKeyContext } from "./customer-keys.js";
import { type DataKey, DataKeys, type KeysAsked } from "./data-keys.js";
import { batchesMax, openedBatch, sealerFor, wrappedKeyOf } from "./document-sealing.js";
import { eraseDocuments } from "./erase-documents.js";
import { RecentBatches } from "./recent-batches.js";
import type { Vault } from "./vault.js";

/** Accounts and regions whose settings are kept at hand. */
const scopesMax = 1000;
/** Batches that are in memory at once, when traces are read. */
const batchesAtOnce = 64;

interface TraceStores {
  readonly traces: TraceStore;
  readonly source: TraceSource;
  readonly eraser: TraceEraser;
}

/**
 * Traces whose documents are encrypted while an account and region is set so, beneath all that reads, writes and erases
 * them: those that become durable together as one ciphertext (`document-sealing.ts`), of which rows tell the place. Ids,
 * times, and what the index knows of a trace stay in clear.
 *
 * @param settingsScopeOf the account and region whose setting holds for what is kept in a scope.
 */
export function encryptedTraces(
  stores: TraceStores & { readonly sealed: SealedTraces },
  deps: {
    readonly settings: SettingsStore;
    readonly vault: Vault;
    readonly environment: Environment;
    readonly settingsScopeOf: (scope: Scope) => Scope;
  },
): TraceStores {
  const { traces, source, eraser, sealed } = stores;
  const { settings, environment } = deps;
  const dataKeys = new DataKeys(deps);
  const recent = new RecentBatches();
  const sealers = new WeakMap<DataKey, Sealer>();
  /** Id of the key that new documents are encrypted with, of each account and region. */
  const keyIds = new SettingsCache<string | undefined>({
    settings,
    clock: environment.clock,
    entriesMax: scopesMax,
    load: async (key) => {
      const [accountId = "", region = ""] = key.split("/");
      const row = await settings.read
        .selectFrom("xray_encryption")
        .select("key_arn")
        .where("account_id", "=", accountId)
        .where("region", "=", region)
        .executeTakeFirst();
      return row && row.key_arn !== "" ? row.key_arn.split("/").at(-1) : undefined;
    },
  });

  /** One a data key: what it is given at once is encrypted at once. */
  function sealerOf(scope: Scope, dataKey: DataKey): Sealer {
    let sealer = sealers.get(dataKey);
    if (sealer === undefined) {
      sealer = sealerFor(scope, dataKey, environment.ids, (made) => recent.add(scope, made));
      sealers.set(dataKey, sealer);
    }
    return sealer;
  }

  /**
   * The key is asked for in each reading, whatever is at hand.
   *
   * @throws EncryptionKeyUnusable; Error if the batch was altered.
   */
  async function open(scope: Scope, batch: SealedBatch, asked: KeysAsked): Promise<DocumentBatch> {
    const plainKey = await dataKeys.open(wrappedKeyOf(batch), traceKeyContext(scope), asked);
    return new DocumentBatch(recent.find(scope, batch.batchId)?.content ?? openedBatch(scope, batch, plainKey));
  }

  /** Those that exist of so many that they may be in memory at once. */
  async function* openAll(
    scope: Scope,
    batchIds: readonly string[],
  ): AsyncGenerator<[string, () => Promise<DocumentBatch>]> {
    const asked: KeysAsked = new Map();
    for (let start = 0; start < batchIds.length; start += batchesAtOnce) {
      const some = batchIds.slice(start, start + batchesAtOnce);
      const atHand = some.flatMap((batchId) => recent.find(scope, batchId)?.batch ?? []);
      const found = new Set(atHand.map(({ batchId }) => batchId));
      const others = some.filter((batchId) => !found.has(batchId));
      const read = others.length === 0 ? [] : await sealed.readBatches(scope, others);
      for (const batch of [...atHand, ...read]) yield [batch.batchId, () => open(scope, batch, asked)];
    }
  }

  /** What is not in its batch was erased since the rows were read. */
  async function opened(scope: Scope, stored: readonly StoredTrace[]): Promise<StoredTrace[]> {
    const byBatch = new Map<string, SegmentRow[]>();
    for (const { segments } of stored)
      for (const row of segments) {
        if (row.sealedIn === undefined) continue;
        const others = byBatch.get(row.sealedIn.batchId);
        if (others === undefined) byBatch.set(row.sealedIn.batchId, [row]);
        else others.push(row);
      }
    if (byBatch.size === 0) return [...stored];
    const documents = new Map<SegmentRow, string>();
    for await (const [batchId, openBatch] of openAll(scope, [...byBatch.keys()])) {
      const batch = await openBatch();
      for (const row of byBatch.get(batchId)!) {
        const document = batch.documentOf(row);
        if (document !== undefined) documents.set(row, document);
      }
    }
    return stored.flatMap((trace) => {
      const segments = trace.segments.flatMap((row) => {
        if (row.sealedIn === undefined) return row;
        const { sealedIn, ...others } = row;
        const document = documents.get(row);
        return document === undefined ? [] : { ...others, document };
      });
      return segments.length === 0 ? [] : { ...trace, segments };
    });
  }

  return {
    traces: {
      async putSegments(scope, batch) {
        const { accountId, region } = deps.settingsScopeOf(scope);
        const known = keyIds.get(`${accountId}/${region}`);
        const keyId = known instanceof Promise ? await known : known;
        if (keyId === undefined) return traces.putSegments(scope, batch);
        const dataKey = await dataKeys.current(keyId, traceKeyContext(scope), batchesMax(batch));
        await sealed.putSealed(scope, batch, sealerOf(scope, dataKey));
      },

      async readTraces(scope, traceIds, bytesMaxPerTrace) {
        return opened(scope, await traces.readTraces(scope, traceIds, bytesMaxPerTrace));
      },
    },

    source: {
      settled: () => source.settled(),

      /** For the index, which cannot wait until somebody enables a key again: what cannot be read is left out. */
      async readRows(scope, traceIds, limits) {
        const found = await source.readRows(scope, traceIds, limits);
        const places = sealed.placesOf(found.rows);
        const batches = new Map<string, Uint8Array>();
        for await (const [batchId, openBatch] of openAll(scope, [...places.keys()])) {
          const wanted = places.get(batchId)!;
          try {
            batches.set(batchId, (await openBatch()).only(({ place }) => wanted.has(place)).bytes);
          } catch (problem) {
            if (!(problem instanceof EncryptionKeyUnusable)) throw problem;
          }
        }
        return { ...found, batches };
      },

      receivedTraces: (range) => source.receivedTraces(range),
      firstReceivedMs: () => source.firstReceivedMs(),
    },

    eraser: {
      amountOf: (scope, traceIds) => eraser.amountOf(scope, traceIds),
      traceIds: (scope, after, limit) => eraser.traceIds(scope, after, limit),

      async eraseTraces(scope, traceIds) {
        recent.clear();
        await eraseDocuments({ sealed, dataKeys, ids: environment.ids }, scope, traceIds);
        await eraser.eraseTraces(scope, traceIds);
      },

      eraseSpans: (scope, logGroupId, otelIds) => eraser.eraseSpans(scope, logGroupId, otelIds),
      nowSeconds: () => eraser.nowSeconds(),
      removeOldFiles: (erasedSeconds) => eraser.removeOldFiles(erasedSeconds),
    },
  };
}
