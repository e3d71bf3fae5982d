import { expect, it } from "vitest";
import { readPeriod } from "./use-period.js";

it("a period in an address is a stretch up to now, or two times in order, or nothing", () => {
  const nowMs = Date.UTC(2026, 0, 2);
  expect(readPeriod("30m", nowMs)).toEqual({ start: new Date(nowMs - 1_800_000), end: new Date(nowMs) });
  expect(readPeriod("2d", nowMs)?.start).toEqual(new Date(nowMs - 2 * 86_400_000));
  const times = "2026-01-01T00:00:00.000Z~2026-01-01T01:00:00.000Z";
  expect(readPeriod(times, nowMs)?.end.toISOString()).toBe("2026-01-01T01:00:00.000Z");
  for (const wrong of ["", "0m", "30", "30y", "x~y", "2026-01-02~2026-01-01", "123456m"])
    expect(readPeriod(wrong, nowMs)).toBeUndefined();
});
