import type { Case } from "./evaluate.js";
import { Random } from "./random.js";
import {
  type Anomaly,
  addAnomaly,
  kindsFor,
  makeStream,
  minutesPerDay,
  type StreamKind,
  streamKinds,
} from "./streams.js";

/**
 * Series drawn by the weights of their kinds. After the history, every other one has an anomaly or two, days apart; one in
 * seven is an operation that nobody used before its anomaly. History has anomalies, too: nobody cleans it.
 */
export function makeCases(options: {
  readonly seed: number;
  readonly seriesCount: number;
  readonly historyDays: number;
  readonly judgedDays: number;
}): Case[] {
  const random = new Random(options.seed);
  const { historyDays, judgedDays } = options;
  const minutes = (historyDays + judgedDays) * minutesPerDay;
  const kinds = (Object.entries(streamKinds) as [StreamKind, number][]).flatMap(([kind, weight]) =>
    Array.from({ length: weight }, () => kind),
  );
  return Array.from({ length: options.seriesCount }, (_, index): Case => {
    const drawn = kinds[random.whole(0, kinds.length - 1)]!;
    const kind = index % 7 === 6 ? "never used" : drawn;
    const stream = makeStream(kind, minutes, new Random(options.seed * 7919 + index));
    const possible = kindsFor(stream);
    const anomalies: Anomaly[] = [];
    if (random.next() < 0.3 && kind !== "never used")
      addAnomaly(
        stream,
        pick(possible, random),
        random.whole(3 * minutesPerDay, (historyDays - 2) * minutesPerDay),
        random,
      );
    if (index % 2 === 0 || kind === "never used") {
      const first = historyDays * minutesPerDay + random.whole(minutesPerDay, (judgedDays / 2 - 2) * minutesPerDay);
      const second = first + random.whole(5 * minutesPerDay, 10 * minutesPerDay);
      for (const at of random.next() < 0.4 && kind !== "never used" ? [first, second] : [first]) {
        const anomaly = addAnomaly(stream, pick(possible, random), at, random);
        if (anomaly) anomalies.push(anomaly);
      }
    }
    return { stream, anomalies };
  });
}

function pick<Item>(items: readonly Item[], random: Random): Item {
  return items[random.whole(0, items.length - 1)]!;
}
