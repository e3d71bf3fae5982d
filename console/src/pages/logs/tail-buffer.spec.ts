import { describe, expect, it } from "vitest";
import { keptMax, merged, nextFromMs, readable, type ShownEvent, traceIdOf } from "./tail-buffer.js";

const event = (id: string, timeMs: number): ShownEvent => ({ id, timeMs, stream: "s", message: "m" });

describe("a live tail", () => {
  it("has each event once, newest first, however late it came", () => {
    const known = merged([], [event("b", 2_000), event("d", 4_000)]);
    const now = merged(known, [event("d", 4_000), event("c", 3_000)]);
    expect(now.map(({ id }) => id)).toEqual(["d", "c", "b"]);
    expect(merged(now, [event("c", 3_000)])).toBe(now);
  });

  it("keeps so many and no more", () => {
    const many = Array.from({ length: keptMax + 5 }, (_, index) => event(String(index), index));
    expect(merged([], many)).toHaveLength(keptMax);
    expect(merged([], many)[0]!.timeMs).toBe(keptMax + 4);
  });

  it("looks back before the newest that it knows, but not before its beginning", () => {
    expect(nextFromMs([], 7)).toBe(7);
    expect(nextFromMs([event("a", 100_000)], 7)).toBe(85_000);
    expect(nextFromMs([event("a", 100_000)], 95_000)).toBe(95_000);
  });
});

it("a message of JSON names its trace in either form, any other none", () => {
  const traceId = "1-68ff0a2c-0123456789abcdef01234567";
  expect(traceIdOf('{"traceId":"68ff0a2c0123456789abcdef01234567"}')).toBe(traceId);
  expect(traceIdOf(`{"trace_id":"${traceId}"}`)).toBe(traceId);
  for (const message of ['{"traceId":7}', '{"traceId":"x"}', "[]", "{", "traceId"])
    expect(traceIdOf(message)).toBeUndefined();
});

it("a message of JSON is shown in lines, any other as it is", () => {
  expect(readable('{"a":[1]}')).toBe('{\n  "a": [\n    1\n  ]\n}');
  expect(readable("{not json")).toBe("{not json");
  expect(readable("GET /")).toBe("GET /");
});
