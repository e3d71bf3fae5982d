/** Calls that are counted together: of one account and region. */
export interface CallSeries {
  readonly accountId: string;
  readonly region: string;
  readonly category: "Management" | "Data";
  /** `xray.amazonaws.com` */
  readonly eventSource: string;
  readonly eventName: string;
  /** Empty: every call that is counted (of management events, the writes). Else the calls that failed with it. */
  readonly errorCode: string;
}

/** The calls of a series in one minute. */
export interface MinuteCount {
  /** Since the epoch. */
  readonly minute: number;
  readonly series: CallSeries;
  readonly calls: number;
}

/** By what a series' calls are told apart: who called, with what, and how it ended (`null`: well). */
export const callAttributes = ["userIdentityArn", "userAgent", "errorCode"] as const;
export type CallAttribute = (typeof callAttributes)[number];

export interface CallTotals {
  readonly calls: number;
  /** Values with most calls first, as far as they were among the first twenty of their minute. */
  readonly attributions: readonly {
    readonly attribute: CallAttribute;
    readonly value: string;
    readonly calls: number;
  }[];
}

/**
 * Counts of calls a minute, made of the record. A minute may be counted again: the last count stands. Bounds are minutes
 * since the epoch, the first inclusive, the second exclusive. Every promise below has a test in
 * `call-rate-store.contract.ts`.
 */
export interface CallRateStore {
  /**
   * Counts what is recorded of these minutes, of every account, each event once. Sees every append that this process had
   * acknowledged before.
   *
   * @param watchedFrom minutes from here on are known to have been watched, also where nothing happened in them.
   */
  count(fromMinute: number, untilMinute: number, watchedFrom: number): Promise<void>;

  /** Minutes before `beforeMinute` (and in the last four weeks before it) of which something was recorded since. */
  recordedLate(sinceMs: number, beforeMinute: number): Promise<number[]>;

  /** The first minute of which there is an event, of those not before `fromMinute`. */
  firstMinute(fromMinute: number): Promise<number | undefined>;

  /** Counts in the order of their minutes, and which minutes were watched or had any event. */
  readMinutes(
    fromMinute: number,
    untilMinute: number,
  ): Promise<{ readonly counts: readonly MinuteCount[]; readonly watched: ReadonlySet<number> }>;

  readTotals(series: CallSeries, fromMinute: number, untilMinute: number): Promise<CallTotals>;

  /** Calls of a series by periods of some minutes, those with calls only, oldest first, at most `limit`. */
  readPeriods(
    series: CallSeries,
    range: {
      readonly fromMinute: number;
      readonly untilMinute: number;
      readonly minutes: number;
      readonly limit: number;
    },
  ): Promise<{ readonly minute: number; readonly calls: number }[]>;
}

/** Names a series in memory and in the settings store. */
export function seriesKeyOf({ category, eventSource, eventName, errorCode }: CallSeries): string {
  return JSON.stringify([category, eventSource, eventName, errorCode]);
}
