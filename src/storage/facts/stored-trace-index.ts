import type { TraceIndex } from "../trace-index.js";
import type { FactDatabase } from "./fact-database.js";
import type { FactWriter } from "./fact-writer.js";

/** The index of traces in the fact store. */
export function storedTraceIndex(_database: FactDatabase, _writer: FactWriter): TraceIndex {
  const unfinished = () => Promise.reject(new Error("the index of traces is being built"));
  return {
    putTraces: unfinished,
    positionsOf: unfinished,
    search: unfinished,
    graph: unfinished,
    series: unfinished,
    rollUp: unfinished,
    unindexed: unfinished,
  };
}
