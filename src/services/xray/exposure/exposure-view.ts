import type { ReaderSum, ReadSum, TraceAccess } from "../../../storage/exposure-store.js";

export const seconds = (ms: number): number => ms / 1000;

/** The times of reads, where there are any. */
export function readTimes({ firstReadMs, lastReadMs }: Pick<ReadSum, "firstReadMs" | "lastReadMs">) {
  return {
    ...(firstReadMs !== undefined && { FirstReadTime: seconds(firstReadMs) }),
    ...(lastReadMs !== undefined && { LastReadTime: seconds(lastReadMs) }),
  };
}

export function sumView(sum: ReadSum) {
  return { ReadCount: sum.readCount, RefusalCount: sum.refusalCount, ...readTimes(sum) };
}

export function readerView(reader: ReaderSum) {
  return {
    Caller: reader.callerArn,
    PrincipalIds: reader.principalIds,
    TraceCount: reader.traceCount,
    Kinds: reader.kinds.map((kind) => kind.toUpperCase()),
    ...sumView(reader),
  };
}

export function accessView(access: TraceAccess) {
  return {
    Time: seconds(access.timeMs),
    EventId: access.eventId,
    Caller: access.callerArn,
    PrincipalId: access.principalId,
    Operation: access.operation,
    Kind: access.kind.toUpperCase(),
    Outcome: access.errorCode === "" ? "READ" : "REFUSED",
    ...(access.errorCode !== "" && { ErrorCode: access.errorCode }),
    Request: JSON.parse(access.selector),
  };
}
