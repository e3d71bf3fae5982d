import type { Scope } from "../../storage/scope.js";
import type { EncodedTraces } from "../../storage/trace-index.js";
import type { TraceReading, TraceRows } from "../../storage/trace-source.js";
import type { IndexedTrace } from "../../tracing/trace-facts.js";
import type { GroupFilter } from "./group-filters.js";
import { type AskedPlace, makeIndexedTraces } from "./make-indexed-traces.js";

export interface TraceMakerInput {
  readonly scope: Scope;
  readonly documents: TraceRows;
  readonly bytesMaxPerTrace: number;
  readonly groups: readonly GroupFilter[];
  readonly nowMs: number;
  /** What is made now is later than this version, even if the store's clock was set back. */
  readonly versionAbove: number;
}

/** What has to be asked of the stores meanwhile. */
export interface TraceMakerQuestions {
  readLinked(traceIds: readonly string[]): Promise<TraceRows>;
  formerPlaces(asked: readonly AskedPlace[]): Promise<ReadonlyMap<string, number>>;
}

export interface MadeRows {
  readonly encoded: EncodedTraces;
  readonly version: number;
  /** Traces that were read, whatever became of them, and whether there are more to read. */
  readonly read: readonly string[];
  readonly more: boolean;
  /** As in `MadeTraces`. */
  readonly traces: readonly { readonly traceId: string; readonly timeMs: number; readonly movable: boolean }[];
  readonly failed: readonly { readonly traceId: string; readonly reason: unknown }[];
  readonly promised: readonly string[];
  readonly unlinked: readonly string[];
  readonly skippedGroupTests: number;
}

/** Makes rows of the index from documents: here, or in a thread of its own. */
export interface TraceMaker {
  /** Rejects with what a question was answered with, if that was a failure; with anything else if it cannot be done. */
  make(input: TraceMakerInput, questions: TraceMakerQuestions): Promise<MadeRows>;
  close(): Promise<void>;
}

/** The forms in which the store gives documents and takes rows. */
export interface TraceCodec {
  readingOf(rows: Uint8Array, bytesMaxPerTrace: number, batches: ReadonlyMap<string, Uint8Array>): TraceReading;
  encodeTraces(scope: Scope, traces: readonly IndexedTrace[]): EncodedTraces;
}

/** Makes them in this thread. */
export function makeHere(codec: TraceCodec): TraceMaker {
  return {
    async make(input, questions) {
      const { scope, bytesMaxPerTrace, groups, nowMs } = input;
      const read = ({ rows, batches }: TraceRows) => codec.readingOf(rows, bytesMaxPerTrace, batches);
      const reading = read(input.documents);
      const version = Math.max(reading.readUs, input.versionAbove + 1);
      const made = await makeIndexedTraces(
        { reading: { ...reading, readUs: version }, groups, nowMs },
        {
          readLinked: async (traceIds) => read(await questions.readLinked(traceIds)),
          formerPlaces: (asked) => questions.formerPlaces(asked),
        },
      );
      return {
        encoded: codec.encodeTraces(scope, made.traces),
        version,
        read: [...reading.traces.map(({ traceId }) => traceId), ...reading.unreadable],
        more: reading.more,
        traces: made.traces.map(({ facts: { traceId, timeMs } }) => ({
          traceId,
          timeMs,
          movable: made.movable.has(traceId),
        })),
        failed: made.failed,
        promised: made.promised,
        unlinked: made.unlinked,
        skippedGroupTests: made.skippedGroupTests,
      };
    },
    close: () => Promise.resolve(),
  };
}
