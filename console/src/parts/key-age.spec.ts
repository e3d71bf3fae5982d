import { expect, it } from "vitest";
import { keyAge } from "./key-age.js";

const dayMs = 86_400_000;
const nowMs = 200 * dayMs;
const key = { status: "Active", createdMs: nowMs - 91 * dayMs, lastUsedMs: nowMs - dayMs };

it("calls a key old after 90 days, and unused after 45, while it can be used", () => {
  expect(keyAge(key, nowMs)).toEqual({ days: 91, isOld: true, isUnused: false });
  expect(keyAge({ ...key, createdMs: nowMs - 90 * dayMs }, nowMs).isOld).toBe(false);
  expect(keyAge({ ...key, lastUsedMs: nowMs - 46 * dayMs }, nowMs).isUnused).toBe(true);
  expect(keyAge({ ...key, status: "Inactive", lastUsedMs: null }, nowMs)).toEqual({
    ...{ days: 91, isOld: false, isUnused: false },
  });
});

it("counts a key that was never used from its making, and says nothing of one whose use is not known", () => {
  expect(keyAge({ ...key, lastUsedMs: null }, nowMs).isUnused).toBe(true);
  expect(keyAge({ ...key, createdMs: nowMs, lastUsedMs: null }, nowMs)).toEqual({
    ...{ days: 0, isOld: false, isUnused: false },
  });
  expect(keyAge({ ...key, lastUsedMs: undefined }, nowMs).isUnused).toBe(false);
});
