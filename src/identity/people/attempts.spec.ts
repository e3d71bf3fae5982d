import { describe, expect, it } from "vitest";
import { AttemptLimit, TooManyAttempts } from "./attempts.js";
import { addressAttemptsOf } from "./people.js";

const rules = { freeMax: 3, firstDelayMs: 1_000, delayMsMax: 60_000 };

function openLimit() {
  let nowMs = 0;
  const limit = new AttemptLimit({ nowMs: () => nowMs, monotonicMs: () => nowMs }, rules);
  /** Milliseconds until an attempt is let through. */
  const delay = (who: string) => {
    const from = nowMs;
    for (;;) {
      try {
        limit.begin(who);
        return nowMs - from;
      } catch (problem) {
        if (!(problem instanceof TooManyAttempts)) throw problem;
        nowMs += 500;
      }
    }
  };
  const advance = (ms: number) => {
    nowMs += ms;
  };
  return { limit, delay, advance };
}

describe("a limit on attempts", () => {
  it("delays more and more, up to a most", () => {
    const { delay } = openLimit();
    const delays = Array.from({ length: 11 }, () => delay("ann"));
    expect(delays).toEqual([0, 0, 0, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  });

  it("counts attempts that have not ended, so guessing side by side gains nothing", () => {
    const { limit } = openLimit();
    for (let i = 0; i < 3; i++) limit.begin("ann");
    expect(() => limit.begin("ann")).toThrow(TooManyAttempts);
  });

  it("does not grow by what it refused, and keeps each apart", () => {
    const { limit, delay, advance } = openLimit();
    for (let i = 0; i < 3; i++) limit.begin("ann");
    for (let i = 0; i < 100; i++) expect(() => limit.begin("ann")).toThrow(TooManyAttempts);
    expect(delay("bob")).toBe(0);
    advance(1_000);
    expect(delay("ann")).toBe(0);
  });

  it("forgets after success, and after an hour", () => {
    const { limit, delay, advance } = openLimit();
    for (let i = 0; i < 3; i++) limit.begin("ann");
    limit.forget("ann");
    for (let i = 0; i < 3; i++) expect(delay("ann")).toBe(0);
    advance(60 * 60_000 + 1);
    for (let i = 0; i < 3; i++) expect(delay("ann")).toBe(0);
  });

  it("takes back only the attempt that succeeded where many share a name", () => {
    const { limit, delay } = openLimit();
    limit.begin("office");
    limit.begin("office");
    limit.begin("office");
    limit.takeBack("office");
    expect(delay("office")).toBe(0);
    expect(delay("office")).toBe(1_000);
  });
});

describe("an address", () => {
  it("of IPv6 is its network of 64 bits", () => {
    const network = "2001:db8:0:7";
    for (const address of ["2001:db8:0:7:1:2:3:4", "2001:db8:0:7::1", "2001:db8:0:7:ffff::"])
      expect(addressAttemptsOf(address)).toBe(network);
    expect(addressAttemptsOf("::1")).toBe("0:0:0:0");
    expect(addressAttemptsOf("192.0.2.1")).toBe("192.0.2.1");
  });
});
