import { describe, expect, it } from "vitest";
import { RateDetector, type SeriesFinding } from "./rate-detector.js";

/** A Monday, midnight UTC: 5 January 1970. */
const monday = 4 * 1440;
const day = 1440;
const week = 7 * day;

/** Numbers from a seed; it is in the name of each test that uses it. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

function poisson(mean: number, random: () => number): number {
  let count = 0;
  for (let product = random(); product > Math.exp(-mean); product *= random()) count++;
  return count;
}

const isWeekend = (minute: number) => Math.floor((minute - monday) / day) % 7 >= 5;
const isOffice = (minute: number) => {
  const hour = (minute % day) / 60;
  return hour >= 9 && hour < 17;
};
/** Twenty calls a minute in office hours on weekdays, else one. */
const officeRate = (minute: number) => (isOffice(minute) && !isWeekend(minute) ? 20 : 1);

/** What is found in one series. @param countOf a minute; undefined: nobody watched. */
function watch(minutes: number, countOf: (minute: number) => number | undefined): (SeriesFinding & { at: number })[] {
  const detector = new RateDetector(monday);
  const findings: (SeriesFinding & { at: number })[] = [];
  for (let minute = monday; minute < monday + minutes; minute++) {
    const count = countOf(minute);
    if (count === undefined) detector.pass();
    else for (const each of detector.step(new Map([["calls", count]]))) findings.push({ ...each, at: minute });
  }
  return findings;
}

const begun = (findings: readonly (SeriesFinding & { at: number })[]) =>
  findings.filter(({ period }) => period.endMinute === undefined);

describe("detection of unusual rates", () => {
  it("finds no fault with the first calls of a new account, nor with its first day (seed 1)", () => {
    const random = randomFrom(1);
    const cluster = (minute: number) => (minute < monday + 5 ? 120 : random() < 0.01 ? Math.ceil(random() * 60) : 0);
    expect(watch(day, cluster)).toEqual([]);
  });

  it("finds an extreme burst within minutes of the beginning of the record", () => {
    const found = begun(watch(30, (minute) => (minute === monday ? 1 : minute === monday + 15 ? 3_000 : 0)));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ at: monday + 15, period: { startMinute: monday + 15 } });
  });

  it("learns time of day and weekday: an office's rate is unusual at night and on Sunday, and nowhere else (seed 2)", () => {
    const random = randomFrom(2);
    const night = monday + 5 * week + 3 * 60;
    const sunday = monday + 5 * week + 6 * day + 12 * 60;
    const unusual = (minute: number) => [night, sunday].some((from) => minute >= from && minute < from + 30);
    const found = begun(watch(6 * week, (minute) => poisson(unusual(minute) ? 20 : officeRate(minute), random)));
    const late = found.filter(({ at }) => at >= monday + 2 * week);
    expect(late.map(({ at }) => [night, sunday].findIndex((from) => at >= from && at < from + 30))).toEqual([0, 1]);
  });

  it("finds a series that falls silent, soon, and tells when it speaks again", () => {
    const silent = monday + 3 * week + 600;
    const findings = watch(3 * week + day, (minute) => (minute >= silent && minute < silent + 90 ? 0 : 2));
    expect(findings).toHaveLength(2);
    const [start, end] = findings;
    expect(start!.period.grounds).toMatchObject({ direction: "drop", observed: expect.any(Number) });
    expect(start!.at - silent).toBeLessThan(30);
    expect(Math.abs(end!.period.endMinute! - (silent + 90))).toBeLessThanOrEqual(10);
    expect(end!.period.startMinute).toBe(start!.period.startMinute);
  });

  it("takes minutes in which nobody watched for what they are", () => {
    const away = monday + 10 * day + 600;
    expect(watch(11 * day, (minute) => (minute >= away && minute < away + 300 ? undefined : 2))).toEqual([]);
  });

  it("is not misled by what was unusual before (seed 3)", () => {
    const random = randomFrom(3);
    const spikes = [monday + 2 * week + 700, monday + 3 * week + 200];
    const found = begun(
      watch(4 * week, (minute) =>
        spikes.some((from) => minute >= from && minute < from + 6) ? 400 : poisson(officeRate(minute), random),
      ),
    );
    expect(found.filter(({ at }) => at >= monday + week).map(({ at }) => at)).toEqual(spikes);
  });

  it("no longer tells what it has told three times", () => {
    const hour = (week_: number) => monday + 2 * week + week_ * 2 * day + 100;
    const runs = [0, 1, 2, 3, 4].map(hour);
    const found = begun(watch(5 * week, (minute) => (runs.includes(minute) ? 500 : 0)));
    expect(found.map(({ at }) => at)).toEqual(runs.slice(0, 3));
  });

  it("takes a new level for usual after a day (seed 4)", () => {
    const random = randomFrom(4);
    const step = monday + 2 * week;
    const findings = watch(4 * week, (minute) => poisson(minute < step ? 10 : 40, random)).filter(
      ({ at }) => at >= step,
    );
    expect(findings).toHaveLength(2);
    expect(findings[1]!.at - step).toBeLessThanOrEqual(day + 10);
    expect(findings[1]!.period.endMinute).toBeDefined();
  });

  it("says what would have been usual, what was, and how unlikely that is (seed 5)", () => {
    const random = randomFrom(5);
    const at = monday + 2 * week + 700;
    const [found] = begun(watch(2 * week + day, (minute) => (minute === at ? 300 : poisson(20, random))));
    const { grounds } = found!.period;
    expect(grounds).toMatchObject({ direction: "rise", windowMinutes: 1, observed: 300 });
    expect(grounds.expected).toBeGreaterThan(15);
    expect(grounds.expected).toBeLessThan(25);
    expect(grounds.band.high).toBeGreaterThan(40);
    expect(grounds.band.high).toBeLessThan(150);
    expect(grounds.log10Probability).toBeLessThan(-8);
  });

  it("finds the same again where it is told the same again (seed 6)", () => {
    const counts = () => {
      const random = randomFrom(6);
      return (minute: number) => (minute % 5000 === 77 ? 900 : poisson(officeRate(minute), random));
    };
    const first = watch(3 * week, counts());
    expect(first.length).toBeGreaterThan(2);
    expect(watch(3 * week, counts())).toEqual(first);
  });
});
