import { Worker } from "node:worker_threads";
import { StoreUnavailable } from "../../storage/store-error.js";
import type { FromMaker, ToMaker } from "./maker-messages.js";
import type { MadeRows, TraceMaker, TraceMakerQuestions } from "./trace-maker.js";

/** What is made at once is 16 MB of documents, in objects some ten times that. */
const heapMegabytesMax = 768;
/** Longer than the slowest answer of a store; what takes this long never ends. */
const makeMsMax = 120_000;

interface Job {
  readonly questions: TraceMakerQuestions;
  /** Why a question had no answer. */
  failure?: { readonly reason: unknown };
  readonly watch: NodeJS.Timeout;
  resolve(made: MadeRows): void;
  reject(reason: unknown): void;
}

/**
 * Makes traces in a thread of its own, so that reading documents and writing rows do not take the time of those that
 * send. A thread that dies, runs out of memory or does not come to an end is replaced: what it was at fails.
 *
 * @param program of the thread; it calls `hostMaker`.
 * @param onLost  called each time a thread was lost.
 */
export function makeInThread(program: string, onLost: (reason: unknown) => void): TraceMaker {
  const jobs = new Map<number, Job>();
  let last = 0;
  let worker: Worker | undefined;
  let worked = false;
  let closed = false;

  function start(): Worker {
    const started = new Worker(program, { resourceLimits: { maxOldGenerationSizeMb: heapMegabytesMax } });
    let problem: unknown;
    started.on("message", (message: FromMaker) => void heard(started, message));
    started.on("error", (reason) => {
      problem = reason;
    });
    started.on("exit", (code) => {
      if (worker !== started) return;
      worker = undefined;
      if (closed) return lose(new StoreUnavailable("the index of traces is closed"));
      const reason = problem ?? new Error(`the thread that makes traces ended with ${code}`);
      // A thread that never did anything tells nothing about a trace.
      lose(worked ? reason : new StoreUnavailable("the thread that makes traces does not work", { cause: reason }));
      onLost(reason);
    });
    started.unref();
    return started;
  }

  function lose(reason: unknown): void {
    for (const job of [...jobs.keys()]) end(job)?.reject(reason);
  }

  function end(number: number): Job | undefined {
    const job = jobs.get(number);
    jobs.delete(number);
    clearTimeout(job?.watch);
    return job;
  }

  async function heard(from: Worker, message: FromMaker): Promise<void> {
    switch (message.kind) {
      case "made":
        worked = true;
        end(message.job)?.resolve(message.made);
        return;
      case "failed": {
        worked = true;
        const job = end(message.job);
        job?.reject(job.failure === undefined ? message.reason : job.failure.reason);
        return;
      }
      case "question": {
        const tell = (answer: ToMaker) => from.postMessage(answer);
        const { job, question, ask, about } = message;
        const asking = jobs.get(job);
        if (asking === undefined) return;
        try {
          // What is asked and what it is asked about were put together by `hostMaker`, from the same types.
          const answer = await (asking.questions[ask] as (about: unknown) => Promise<unknown>)(about);
          tell({ kind: "answer", question, answer });
        } catch (reason) {
          asking.failure ??= { reason };
          tell({ kind: "no answer", question });
        }
        return;
      }
      default:
        message satisfies never;
    }
  }

  return {
    make(input, questions) {
      if (closed) return Promise.reject(new StoreUnavailable("the index of traces is closed"));
      worker ??= start();
      const target = worker;
      const job = ++last;
      return new Promise((resolve, reject) => {
        const watch = setTimeout(() => void target.terminate(), makeMsMax);
        watch.unref();
        jobs.set(job, { questions, watch, resolve, reject });
        target.postMessage({ kind: "make", job, input } satisfies ToMaker);
      });
    },

    async close() {
      closed = true;
      await worker?.terminate();
    },
  };
}
