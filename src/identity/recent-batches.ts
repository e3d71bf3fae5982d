import type { Scope } from "../storage/scope.js";
import type { NewBatch } from "./document-sealing.js";

/** Some seconds of a busy service: what the index of traces reads comes from here then. */
const recentBytesMax = 32 * 1024 ** 2;

/** Batches that this process has encrypted lately, with what they hold. */
export class RecentBatches {
  readonly #batches = new Map<string, NewBatch>();
  #bytes = 0;

  add(scope: Scope, made: NewBatch): void {
    this.#batches.set(keyOf(scope, made.batch.batchId), made);
    this.#bytes += bytesOf(made);
    for (const [key, oldest] of this.#batches) {
      if (this.#bytes <= recentBytesMax) return;
      this.#batches.delete(key);
      this.#bytes -= bytesOf(oldest);
    }
  }

  find(scope: Scope, batchId: string): NewBatch | undefined {
    return this.#batches.get(keyOf(scope, batchId));
  }

  clear(): void {
    this.#batches.clear();
    this.#bytes = 0;
  }
}

function keyOf({ accountId, region }: Scope, batchId: string): string {
  return `${accountId}/${region}/${batchId}`;
}

function bytesOf({ batch, content }: NewBatch): number {
  return content.length + batch.ciphertext.length;
}
