import { setTimeout as sleep } from "node:timers/promises";
import type { Environment } from "../environment.js";
import type { DaemonCounters } from "./daemon-counters.js";
import { type Serve, textOf, type Vouched, vouchedCall } from "./vouched-call.js";

/** The daemon's own numbers where AWS documents them: documents a batch, idle time, uploads at once. */
const batchDocumentsMax = 50;
const batchWaitMs = 1000;
const uploadsMax = 8;

/** A request body stays well under what the gateway takes (8 MiB). */
const batchBytesMax = 4 * 1024 * 1024;

/** AWS's daemon keeps 20 batches; this one shares its process with the store and rides out a slow commit. */
const queuedBatchesMax = 200;
const queuedBytesMax = 64 * 1024 * 1024;

/** Batches being filled, one a sender, so that the record of each upload tells from where it came. */
const openBatchesMax = 64;

const uploadAttemptsMax = 4;
const firstRetryMs = 100;

interface Batch {
  readonly sender: string;
  /** Each document as a JSON string, quotes included. */
  readonly documents: string[];
  bytes: number;
  readonly timer: NodeJS.Timeout;
}

/**
 * Gathers documents into calls of PutTraceSegments. The way from UDP cannot push back: a full queue gives up its oldest
 * batch, and counts every document of it.
 */
export class SegmentUploads {
  readonly #serve: Serve;
  readonly #vouched: Vouched;
  readonly #environment: Environment;
  readonly #counters: DaemonCounters;
  readonly #open = new Map<string, Batch>();
  readonly #queue: Batch[] = [];
  #queuedBytes = 0;
  #uploading = 0;
  #whenIdle: (() => void)[] = [];

  constructor(options: { serve: Serve; vouched: Vouched; environment: Environment; counters: DaemonCounters }) {
    this.#serve = options.serve;
    this.#vouched = options.vouched;
    this.#environment = options.environment;
    this.#counters = options.counters;
  }

  get queuedBatches(): number {
    return this.#queue.length;
  }

  /** @param sender address from which the document came. */
  add(document: string, sender: string): void {
    const quoted = JSON.stringify(document);
    const bytes = Buffer.byteLength(quoted) + 1;
    let batch = this.#open.get(sender);
    if (batch && batch.bytes + bytes > batchBytesMax) {
      this.#enqueue(batch);
      batch = undefined;
    }
    if (batch === undefined) batch = this.#openBatch(sender);
    batch.documents.push(quoted);
    batch.bytes += bytes;
    if (batch.documents.length >= batchDocumentsMax) this.#enqueue(batch);
  }

  /** Sends what is there and resolves once nothing is left. */
  async drain(): Promise<void> {
    for (const batch of [...this.#open.values()]) this.#enqueue(batch);
    if (this.#uploading > 0) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
  }

  #openBatch(sender: string): Batch {
    if (this.#open.size >= openBatchesMax) this.#enqueue(this.#open.values().next().value!);
    const timer = setTimeout(() => this.#enqueue(batch), batchWaitMs);
    const batch: Batch = { sender, documents: [], bytes: 0, timer };
    this.#open.set(sender, batch);
    return batch;
  }

  #enqueue(batch: Batch): void {
    clearTimeout(batch.timer);
    this.#open.delete(batch.sender);
    if (this.#uploading < uploadsMax) {
      this.#uploading++;
      void this.#uploadUntilEmpty(batch);
      return;
    }
    this.#queue.push(batch);
    this.#queuedBytes += batch.bytes;
    while (this.#queue.length > queuedBatchesMax || this.#queuedBytes > queuedBytesMax)
      this.#counters.spilled += this.#next()!.documents.length;
  }

  #next(): Batch | undefined {
    const batch = this.#queue.shift();
    if (batch) this.#queuedBytes -= batch.bytes;
    return batch;
  }

  /** Never rejects. */
  async #uploadUntilEmpty(first: Batch): Promise<void> {
    for (let batch: Batch | undefined = first; batch !== undefined; batch = this.#next()) await this.#upload(batch);
    this.#uploading--;
    if (this.#uploading > 0) return;
    for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  async #upload(batch: Batch): Promise<void> {
    const body = `{"TraceSegmentDocuments":[${batch.documents.join(",")}]}`;
    for (let attempt = 1; attempt <= uploadAttemptsMax; attempt++) {
      const outcome = await this.#attempt(body, batch.sender);
      if (outcome.kind === "accepted") {
        this.#counters.sent += batch.documents.length;
        this.#counters.unprocessed += outcome.unprocessed;
        return;
      }
      if (outcome.kind === "refused") break;
      if (attempt < uploadAttemptsMax) await sleep(firstRetryMs * 2 ** (attempt - 1));
    }
    this.#counters.failed += batch.documents.length;
  }

  async #attempt(
    body: string,
    sender: string,
  ): Promise<{ kind: "accepted"; unprocessed: number } | { kind: "refused" } | { kind: "failed" }> {
    try {
      const request = vouchedCall("/TraceSegments", body, this.#vouched, sender, this.#environment.clock.nowMs());
      const response = await this.#serve(request);
      if (response.status === 200) {
        const answer = JSON.parse(await textOf(response.body)) as { UnprocessedTraceSegments?: unknown[] };
        return { kind: "accepted", unprocessed: answer.UnprocessedTraceSegments?.length ?? 0 };
      }
      if (response.status >= 500) this.#counters.serverErrors++;
      else this.#counters.clientErrors++;
      return { kind: response.status >= 500 || response.status === 429 ? "failed" : "refused" };
    } catch {
      // The gateway answers whatever goes wrong behind it; a rejection means that it is gone itself.
      this.#counters.otherErrors++;
      return { kind: "failed" };
    }
  }
}
