/** A week: how long a window's spread is remembered. */
const memoryMinutes = 10_080;
/** Windows by which what shorter windows have shown is believed. */
const priorWindows = 6;
/** Calls by which it is believed that calls come in clusters, and how large those are. */
const priorCalls = 5;
const clusterCalls = 8;

/**
 * How far the counts of windows of one length stray from their forecasts, beyond what chance alone does: as clusters of
 * calls (in proportion to the mean) and as rates that are off (in proportion to its square). The larger one counts.
 */
export class WindowSpread {
  #squares = 0;
  #counts = 0;
  #meanSquares = 0;
  clusters = clusterCalls;
  rates = 0;

  constructor(readonly minutes: number) {}

  /** @param shorter the spread of the next shorter windows, which is known sooner; undefined for the shortest. */
  learn(count: number, mean: number, shorter: WindowSpread | undefined): void {
    const decay = 1 - Math.min(0.5, this.minutes / memoryMinutes);
    const miss = count - mean;
    // Less the count and not the mean: windows without calls say nothing of how calls cluster.
    this.#squares = this.#squares * decay + miss * miss - count;
    this.#counts = this.#counts * decay + count;
    this.#meanSquares = this.#meanSquares * decay + mean * mean;
    const calls = shorter === undefined ? priorCalls : Math.max(priorCalls, priorWindows * mean);
    const clusters = shorter === undefined ? clusterCalls : shorter.clusters * 1.5;
    this.clusters = Math.max(0, (this.#squares + clusters * calls) / (this.#counts + calls));
    const squares = priorWindows * mean * mean;
    const rates = shorter === undefined ? 0.05 : shorter.rates;
    this.rates = Math.max(0, (this.#squares + rates * squares) / (this.#meanSquares + squares + 1e-9));
  }

  variance(mean: number): number {
    return mean + Math.max(this.clusters * mean, this.rates * mean * mean);
  }
}
