import type { Environment } from "../environment.js";
import { DocumentBatch } from "../storage/document-batch.js";
import type { Scope } from "../storage/scope.js";
import type { SealedBatch, SealedTraces } from "../storage/sealed-traces.js";
import { EncryptionKeyUnusable, StoreBusy } from "../storage/store-error.js";
import { traceKeyContext } from "./customer-keys.js";
import type { DataKeys, KeysAsked } from "./data-keys.js";
import { openedBatch, sealedBatch, wrappedKeyOf } from "./document-sealing.js";

/** Batches read and written anew at once: some tens of megabytes. */
const batchesAtOnce = 64;
/** Others erase at the same time, and each undoes a part of what the other has written: not so often. */
const roundsMax = 10;

interface ErasingDeps {
  readonly sealed: SealedTraces;
  readonly dataKeys: DataKeys;
  readonly ids: Environment["ids"];
}

/**
 * Takes the documents of some traces out of every batch that holds any: such a batch is written anew without them, under
 * its id and its key, and what there was of it is removed. Its other documents can be read all the time.
 *
 * Of a batch that two processes write anew at once, or that a crash brought back, there are several generations. Erasing
 * only ever takes out, so what stays is what all of them hold; it is done when they are alike. The rows of the traces must
 * stay until then: they tell which batches these are. A batch whose key is gone for good can be read by nobody, and stays.
 *
 * @throws EncryptionKeyUnusable while a key is disabled or waits to be deleted: without it nothing can be taken out.
 */
export async function eraseDocuments(deps: ErasingDeps, scope: Scope, traceIds: readonly string[]): Promise<void> {
  const erased = new Set(traceIds);
  const asked: KeysAsked = new Map();
  let left = await deps.sealed.batchesOf(scope, traceIds);
  for (let round = 0; left.length > 0; round++) {
    if (round === roundsMax) throw new StoreBusy("batches of documents are written anew by too many at once");
    left = await writeAnew({ ...deps, asked }, scope, left, erased);
  }
}

/** @returns those of the batches that were written, to be looked at again. */
async function writeAnew(
  { sealed, dataKeys, ids, asked }: ErasingDeps & { readonly asked: KeysAsked },
  scope: Scope,
  batchIds: readonly string[],
  erased: ReadonlySet<string>,
): Promise<string[]> {
  const changed: string[] = [];
  const superseded: SealedBatch[] = [];
  for (let start = 0; start < batchIds.length; start += batchesAtOnce) {
    const stored = await sealed.readBatches(scope, batchIds.slice(start, start + batchesAtOnce));
    const anew: SealedBatch[] = [];
    for (const generations of byBatch(stored)) {
      const { batchId, receivedMs } = generations[0]!;
      const wrapped = wrappedKeyOf(generations[0]!);
      const plain = await keyIfAny(dataKeys, wrapped, scope, asked);
      if (plain === undefined) continue;
      const opened = generations.map((batch) => new DocumentBatch(openedBatch(scope, batch, plain)));
      const kept = opened
        .reduce((held, other) => held.only(({ place }) => other.holds(place)))
        .only(({ traceId }) => !erased.has(traceId));
      if (opened.every(({ size }) => size === kept.size)) continue;
      changed.push(batchId);
      superseded.push(...generations);
      // Even if nothing is left: another process that puts back what was here would not see that it was taken out.
      anew.push(sealedBatch({ scope, dataKey: { plain, wrapped }, ids, batchId, receivedMs, content: kept.bytes }));
    }
    await sealed.putBatches(scope, anew);
  }
  await sealed.eraseBatches(scope, superseded);
  return changed;
}

function byBatch(stored: readonly SealedBatch[]): Iterable<SealedBatch[]> {
  const found = new Map<string, SealedBatch[]>();
  for (const batch of stored) {
    const others = found.get(batch.batchId);
    if (others === undefined) found.set(batch.batchId, [batch]);
    else others.push(batch);
  }
  return found.values();
}

/** @returns undefined if it is gone for good. */
async function keyIfAny(
  dataKeys: DataKeys,
  wrapped: string,
  scope: Scope,
  asked: KeysAsked,
): Promise<Buffer | undefined> {
  try {
    return await dataKeys.open(wrapped, traceKeyContext(scope), asked);
  } catch (problem) {
    if (problem instanceof EncryptionKeyUnusable && problem.isGone) return undefined;
    throw problem;
  }
}
