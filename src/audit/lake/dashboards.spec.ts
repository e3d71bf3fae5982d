import { describe, expect, it } from "vitest";
import { nextRefreshMs, type RefreshSchedule, refreshValues } from "./dashboards.js";

const schedule = (more: Partial<RefreshSchedule>): RefreshSchedule => ({
  unit: "HOURS",
  value: 1,
  enabled: true,
  timeOfDay: "00:00",
  ...more,
});
const next = (of: RefreshSchedule, now: string) => {
  const ms = nextRefreshMs(of, Date.parse(now));
  return ms === undefined ? undefined : new Date(ms).toISOString();
};

describe("the next refresh of a dashboard", () => {
  it("is on the minute of an hourly schedule, whatever its hour says", () => {
    const hourly = schedule({ timeOfDay: "15:20" });
    expect(next(hourly, "2026-03-01T10:10:00Z")).toBe("2026-03-01T10:20:00.000Z");
    expect(next(hourly, "2026-03-01T10:20:00Z")).toBe("2026-03-01T11:20:00.000Z");
  });

  it("counts hours from midnight", () => {
    expect(next(schedule({ value: 6 }), "2026-03-01T10:10:00Z")).toBe("2026-03-01T12:00:00.000Z");
    expect(next(schedule({ value: 24, timeOfDay: "09:30" }), "2026-03-01T10:10:00Z")).toBe("2026-03-02T00:30:00.000Z");
  });

  it("is at the time of day of a daily schedule", () => {
    const daily = schedule({ unit: "DAYS", timeOfDay: "09:30" });
    expect(next(daily, "2026-03-01T09:29:59Z")).toBe("2026-03-01T09:30:00.000Z");
    expect(next(daily, "2026-03-01T10:10:00Z")).toBe("2026-03-02T09:30:00.000Z");
  });

  it("is never while the schedule is off, or there is none", () => {
    expect(next(schedule({ enabled: false }), "2026-03-01T10:10:00Z")).toBeUndefined();
    expect(nextRefreshMs(undefined, 0)).toBeUndefined();
  });
});

describe("the values of a refresh", () => {
  const now = Date.parse("2026-03-02T12:00:00Z");

  it("are the last 24 hours, hour by hour, where none are given", () => {
    expect(refreshValues({}, now)).toEqual({
      $StartTime$: "2026-03-01 12:00:00",
      $EndTime$: "2026-03-02 12:00:00",
      $Period$: "hour",
    });
  });

  it("are times as SQL writes them", () => {
    const given = { $StartTime$: "2026-02-01T10:30:00Z", $EndTime$: "2026-02-02", $Period$: "DAY" };
    expect(refreshValues(given, now)).toEqual({
      $StartTime$: "2026-02-01 10:30:00",
      $EndTime$: "2026-02-02 00:00:00",
      $Period$: "day",
    });
  });

  it.each([[{ $StartTime$: "soon" }], [{ $Period$: "FORTNIGHT" }], [{ $StartTime$: "2026-04-01" }]])(
    "are refused where they make no span: %o",
    (given) => expect(refreshValues(given, now)).toBeUndefined(),
  );
});
