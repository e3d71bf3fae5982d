import { performance } from "node:perf_hooks";

/** Looks closer together than this are one. */
const lookMs = 200;
/** A loop that is busy for more of the time than this has no time to give. */
const saturatedFrom = 0.75;

/**
 * Tells whether the thread that serves calls has been busy all the time since the last look: then those who send wait for
 * it, and whatever else is done on the machine takes from them.
 */
export function loopLoad(): () => boolean {
  let last = performance.eventLoopUtilization();
  let saturated = false;
  return () => {
    const now = performance.eventLoopUtilization();
    const since = performance.eventLoopUtilization(now, last);
    if (since.active + since.idle >= lookMs) {
      saturated = since.utilization > saturatedFrom;
      last = now;
    }
    return saturated;
  };
}
