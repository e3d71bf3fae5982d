import type { HistogramEntry } from "@aws-sdk/client-xray";
import type { Totals } from "./graph-totals.js";

/** The statistics of a node and of an edge look the same. Source: AWS X-Ray API Reference, ServiceStatistics. */
export function statisticsOf(totals: Totals) {
  const { okCount, errorCount, throttleCount, faultCount, totalUs } = totals;
  return {
    OkCount: okCount,
    ErrorStatistics: {
      ThrottleCount: throttleCount,
      OtherCount: errorCount,
      TotalCount: throttleCount + errorCount,
    },
    FaultStatistics: { OtherCount: faultCount, TotalCount: faultCount },
    TotalCount: totalCountOf(totals),
    TotalResponseTime: totalUs / 1_000_000,
  };
}

export function totalCountOf({ okCount, errorCount, throttleCount, faultCount }: Totals): number {
  return okCount + errorCount + throttleCount + faultCount;
}

/** Values in seconds with milliseconds. */
export function histogramOf({ histogram }: Totals): HistogramEntry[] {
  return [...histogram].map(([ms, Count]) => ({ Value: ms / 1000, Count }));
}
