import { availableParallelism } from "node:os";
import path from "node:path";
import { Worker } from "node:worker_threads";
import { programFolder } from "../program-folder.js";
import { type Inspect, type Inspection, inspectFile } from "./inspect-file.js";
import { openSource, type SourcePlace } from "./sources.js";

/** Files a thread has at once: one is read while another is hashed. */
const filesAThread = 2;

interface Waiting {
  readonly key: string;
  resolve(inspection: Inspection): void;
  reject(reason: unknown): void;
}

export interface Inspector {
  readonly inspect: Inspect;
  /** How many files are worth asking for at once. */
  readonly atOnce: number;
  close(): Promise<void>;
}

/** Reads, uncompresses and hashes in threads: as many as there are processors, unless told otherwise. */
export function inspectInThreads(place: SourcePlace, threads = availableParallelism()): Inspector {
  // Tests run the sources as they are written, which a thread cannot load.
  if (import.meta.url.endsWith(".ts")) {
    const source = openSource(place);
    return { inspect: (key) => inspectFile(source, key), atOnce: filesAThread, close: async () => undefined };
  }
  const queue: Waiting[] = [];
  const workers = Array.from({ length: threads }, () => thread(place, queue));
  return {
    inspect(key) {
      return new Promise((resolve, reject) => {
        queue.push({ key, resolve, reject });
        for (const worker of workers) worker.take();
      });
    },
    atOnce: threads * filesAThread,
    close: async () => void (await Promise.all(workers.map((worker) => worker.end()))),
  };
}

function thread(place: SourcePlace, queue: Waiting[]) {
  const worker = new Worker(path.join(programFolder, "verify/inspection-thread.js"), { workerData: place });
  const underWay = new Map<number, Waiting>();
  let last = 0;
  let broken: unknown;
  function take(): void {
    while (underWay.size < filesAThread && queue.length > 0) {
      const next = queue.shift()!;
      if (broken !== undefined) next.reject(broken);
      else {
        underWay.set(++last, next);
        worker.postMessage({ number: last, key: next.key });
      }
    }
  }
  worker.on("message", ({ number, inspection, problem }: FromThread) => {
    const waiting = underWay.get(number);
    underWay.delete(number);
    if (inspection !== undefined) waiting?.resolve(inspection);
    else waiting?.reject(problem);
    take();
  });
  worker.on("error", (reason) => {
    broken = reason;
    for (const waiting of underWay.values()) waiting.reject(reason);
    underWay.clear();
    take();
  });
  return { take, end: () => worker.terminate() };
}

export interface FromThread {
  readonly number: number;
  readonly inspection?: Inspection;
  /** The source failed: an `Error`. */
  readonly problem?: unknown;
}
