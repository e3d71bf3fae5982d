export interface Job {
  readonly name: string;
  readonly everyMs: number;
  run(): Promise<void>;
}

/**
 * Runs jobs at their pace: a job's next run begins `everyMs` after its last one ended, so no job ever overlaps itself.
 * A failed run is reported and the job goes on.
 */
export function schedule(jobs: readonly Job[], reportFailure: (what: string, reason: unknown) => void) {
  let closed = false;
  const workers = jobs.map((job) => {
    let timer: NodeJS.Timeout | undefined;
    let running: Promise<void> | undefined;

    /** Never rejects. */
    async function attempt(): Promise<void> {
      try {
        await job.run();
      } catch (reason) {
        reportFailure(job.name, reason);
      }
    }

    function plan(): void {
      if (!closed) timer = setTimeout(() => void runNow(), job.everyMs);
    }

    /** Waits for the run that is under way, then runs once more: what was done before the call is seen by the run. */
    async function runNow(): Promise<void> {
      clearTimeout(timer);
      const before = running ?? Promise.resolve();
      const mine = before.then(attempt);
      running = mine;
      await mine;
      if (running === mine) {
        running = undefined;
        plan();
      }
    }

    return {
      name: job.name,
      runNow,
      plan,
      async drain(): Promise<void> {
        clearTimeout(timer);
        await running;
      },
    };
  });

  return {
    start(): void {
      for (const worker of workers) worker.plan();
    },

    /** Runs a job, or all in their order, at once. */
    async runNow(name?: string): Promise<void> {
      for (const worker of workers) if (name === undefined || worker.name === name) await worker.runNow();
    },

    /** Starts nothing more and resolves when what is under way has ended. */
    async close(): Promise<void> {
      closed = true;
      await Promise.all(workers.map((worker) => worker.drain()));
    },
  };
}
