import type { Anomaly, AnomalyKind, AnomalySize, Stream } from "./streams.js";

/** A stream with what is wrong in it. */
export interface Case {
  readonly stream: Stream;
  readonly anomalies: readonly Anomaly[];
}

/** Of one case: when alarms began, in order. */
export type Alarms = readonly number[];

/** An alarm so long after an anomaly is still of it: it was in a window that was judged. */
const graceMinutes = 60;

export interface Score {
  readonly falseAlarms: number;
  readonly seriesDays: number;
  readonly found: readonly { readonly anomaly: Anomaly; readonly delayMinutes: number | undefined }[];
}

/**
 * Anomalies are found by the first alarm that begins while they last (or just after); further ones of the same anomaly
 * count as nothing, all others as false.
 */
export function score(cases: readonly Case[], alarms: readonly Alarms[], fromMinute: number): Score {
  let falseAlarms = 0;
  let minutes = 0;
  const found: { anomaly: Anomaly; delayMinutes: number | undefined }[] = [];
  cases.forEach(({ stream, anomalies }, index) => {
    minutes += stream.counts.length - fromMinute;
    const own = alarms[index]!.filter((minute) => minute >= fromMinute);
    for (const minute of own)
      if (!anomalies.some((each) => minute >= each.startMinute && minute < each.endMinute + graceMinutes))
        falseAlarms++;
    for (const anomaly of anomalies) {
      const first = own.find((minute) => minute >= anomaly.startMinute && minute < anomaly.endMinute + graceMinutes);
      found.push({ anomaly, delayMinutes: first === undefined ? undefined : first - anomaly.startMinute + 1 });
    }
  });
  return { falseAlarms, seriesDays: minutes / 1440, found };
}

/** False alarms a week of a thousand series. */
export const weeklyPerThousand = ({ falseAlarms, seriesDays }: Score) => (falseAlarms / seriesDays) * 7000;

export const recallOf = ({ found }: Pick<Score, "found">) =>
  found.filter(({ delayMinutes }) => delayMinutes !== undefined).length / found.length;

export function precisionOf({ falseAlarms, found }: Score): number {
  const hits = found.filter(({ delayMinutes }) => delayMinutes !== undefined).length;
  return hits / Math.max(1, hits + falseAlarms);
}

export function only(score: Score, kind?: AnomalyKind, size?: AnomalySize): Pick<Score, "found"> {
  return {
    found: score.found.filter(
      ({ anomaly }) => (kind === undefined || anomaly.kind === kind) && (size === undefined || anomaly.size === size),
    ),
  };
}

export function quantileDelay({ found }: Pick<Score, "found">, share: number): number {
  const delays = found.flatMap(({ delayMinutes }) => delayMinutes ?? []).sort((one, other) => one - other);
  return delays[Math.min(delays.length - 1, Math.floor(delays.length * share))] ?? Number.NaN;
}
