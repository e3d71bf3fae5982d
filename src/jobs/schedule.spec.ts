import { describe, expect, it } from "vitest";
import { schedule } from "./schedule.js";

/** A job that ends when it is told to. */
function heldJob() {
  const started: (() => void)[] = [];
  let running = 0;
  let most = 0;
  return {
    started,
    most: () => most,
    job: {
      name: "held",
      everyMs: 1,
      async run() {
        most = Math.max(most, ++running);
        await new Promise<void>((resolve) => started.push(resolve));
        running--;
      },
    },
  };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("the schedule", () => {
  it("runs again and again, reports what fails and goes on", async () => {
    const reported: string[] = [];
    let runs = 0;
    let third = () => {};
    const reached = new Promise<void>((resolve) => {
      third = resolve;
    });
    const run = async () => {
      if (++runs === 3) third();
      throw new Error("again");
    };
    const jobs = schedule([{ name: "failing", everyMs: 1, run }], (what) => reported.push(what));
    jobs.start();
    await reached;
    await jobs.close();
    expect(reported.slice(0, 3)).toEqual(["failing", "failing", "failing"]);
    const at = runs;
    await settled();
    expect(runs).toBe(at);
  });

  it("never runs a job beside itself, and runs once more for what came during a run", async () => {
    const { job, started, most } = heldJob();
    const jobs = schedule([job], () => {});
    const first = jobs.runNow("held");
    const second = jobs.runNow();
    await settled();
    expect(started).toHaveLength(1);
    started[0]?.();
    await first;
    await settled();
    expect(started).toHaveLength(2);
    started[1]?.();
    await second;
    expect(most()).toBe(1);
    await jobs.close();
  });

  it("closes only after what is under way has ended", async () => {
    const { job, started } = heldJob();
    const jobs = schedule([job], () => {});
    const run = jobs.runNow();
    await settled();
    let closed = false;
    const closing = jobs.close().then(() => {
      closed = true;
    });
    await settled();
    expect(closed).toBe(false);
    started[0]?.();
    await Promise.all([run, closing]);
    expect(closed).toBe(true);
  });
});
