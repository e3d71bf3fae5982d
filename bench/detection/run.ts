import { RateDetector } from "../../src/audit/insights/rate-detector.js";
import {
  type Case,
  only,
  precisionOf,
  quantileDelay,
  recallOf,
  type Score,
  score,
  weeklyPerThousand,
} from "./evaluate.js";
import { makeCases } from "./make-cases.js";
import { anomalyKinds } from "./streams.js";
import { baselines, tuned } from "./textbook.js";

const seed = Number(process.argv[2] ?? 1);
const seriesCount = Number(process.argv[3] ?? 500);
const historyDays = 28;
const judgedDays = 28;

const cases = makeCases({ seed, seriesCount, historyDays, judgedDays });
const fromMinute = historyDays * 1440;
/** A Monday: 5 January 1970. */
const firstMinute = 4 * 1440;
const started = performance.now();
const ours = score(cases, detect(cases), fromMinute);
const seconds = (performance.now() - started) / 1000;
console.log(
  `seed ${seed}, ${seriesCount} series, ${historyDays} days of history, ${judgedDays} judged; ${seconds.toFixed(0)} s`,
);
const rows: (readonly [string, Score])[] = [["the detector", ours]];
if (process.argv[4] !== "alone")
  for (const baseline of baselines)
    rows.push([baseline.name, tuned(cases, baseline, fromMinute, Math.max(1, weeklyPerThousand(ours)))]);
for (const [name, result] of rows) {
  console.log(
    `${name}: false ${result.falseAlarms} = ${weeklyPerThousand(result).toFixed(2)} a week per 1000; recall ${recallOf(result).toFixed(3)}; precision ${precisionOf(result).toFixed(3)}; delay ${quantileDelay(result, 0.5)}/${quantileDelay(result, 0.9)} min`,
  );
  console.log(
    `   ${anomalyKinds.map((kind) => `${kind} ${(["small", "medium", "large"] as const).map((size) => recallOf(only(result, kind, size)).toFixed(2)).join("/")} (${only(result, kind).found.length})`).join("; ")}`,
  );
}

/** One account with all series. @returns when alarms began. */
function detect(all: readonly Case[]): number[][] {
  const detector = new RateDetector(firstMinute);
  const alarms = all.map((): number[] => []);
  const keys = all.map((_, index) => String(index));
  const minutes = all[0]!.stream.counts.length;
  const counts = new Map<string, number>();
  for (let minute = 0; minute < minutes; minute++) {
    counts.clear();
    all.forEach(({ stream }, index) => {
      const count = stream.counts[minute]!;
      if (count > 0) counts.set(keys[index]!, count);
    });
    for (const { seriesKey, period } of detector.step(counts)) {
      if (period.endMinute !== undefined) continue;
      alarms[Number(seriesKey)]!.push(minute);
      if (process.env["SHOW"] && minute >= fromMinute) {
        const { stream, anomalies } = all[Number(seriesKey)]!;
        const hit = anomalies.find((each) => minute >= each.startMinute && minute < each.endMinute + 60);
        if (!hit || process.env["SHOW"] === "all")
          console.log(stream.kind, seriesKey, minute, hit ? "hit" : "false", JSON.stringify(period));
      }
    }
  }
  return alarms;
}
