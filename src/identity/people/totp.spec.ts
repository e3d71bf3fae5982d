import { describe, expect, it } from "vitest";
import { base32Of, codeOf, stepMs, stepOfCode, timeOfCodes } from "./totp.js";

const seed = Buffer.from("12345678901234567890");
const never = { driftSteps: 0, usedStep: 0 };
const nowMs = Date.UTC(2026, 2, 1);
const now = nowMs / stepMs;

describe("codes of a device", () => {
  it("are those of RFC 6238, appendix B, in their last six digits", () => {
    const times = [59, 1_111_111_109, 1_111_111_111, 1_234_567_890, 2_000_000_000, 20_000_000_000];
    expect(times.map((seconds) => codeOf(seed, Math.floor(seconds / 30)))).toEqual([
      ...["287082", "081804", "050471", "005924", "279037", "353130"],
    ]);
  });

  it("are taken of this step and of one beside it, and of no other", () => {
    const taken = [-2, -1, 0, 1, 2].map((away) => stepOfCode(seed, codeOf(seed, now + away), never, nowMs));
    expect(taken).toEqual([undefined, now - 1, now, now + 1, undefined]);
  });

  it("are taken once, and no earlier one after that", () => {
    const used = { driftSteps: 0, usedStep: now };
    const taken = [-1, 0, 1].map((away) => stepOfCode(seed, codeOf(seed, now + away), used, nowMs));
    expect(taken).toEqual([undefined, undefined, now + 1]);
  });

  it("follow the device's own clock", () => {
    const late = { driftSteps: -7, usedStep: 0 };
    expect(stepOfCode(seed, codeOf(seed, now - 7), late, nowMs)).toBe(now - 7);
    expect(stepOfCode(seed, codeOf(seed, now), late, nowMs)).toBeUndefined();
  });

  it("of anything but six digits are wrong", () => {
    for (const code of ["", "12345", "1234567", "12345a", "１２３４５６"])
      expect(stepOfCode(seed, code, never, nowMs)).toBeUndefined();
  });
});

describe("two codes in a row", () => {
  const codes = (first: number) => [codeOf(seed, first), codeOf(seed, first + 1)] as const;

  it("say what time it is for the device, up to ten minutes off, and are used up", () => {
    expect(timeOfCodes(seed, codes(now - 20), 0, nowMs)).toEqual({ driftSteps: -19, usedStep: now - 19 });
    expect(timeOfCodes(seed, codes(now), 0, nowMs)).toEqual({ driftSteps: 1, usedStep: now + 1 });
    expect(timeOfCodes(seed, codes(now - 21), 0, nowMs)).toBeUndefined();
  });

  it("are refused in the wrong order, twice the same, or when they were used before", () => {
    const [first, second] = codes(now);
    expect(timeOfCodes(seed, [second, first], 0, nowMs)).toBeUndefined();
    expect(timeOfCodes(seed, [first, first], 0, nowMs)).toBeUndefined();
    expect(timeOfCodes(seed, [first, second], now, nowMs)).toBeUndefined();
  });
});

describe("base 32", () => {
  it("is that of RFC 4648, section 10, without padding", () => {
    expect(["", "f", "fo", "foo", "foob", "fooba", "foobar"].map((text) => base32Of(Buffer.from(text)))).toEqual([
      ...["", "MY", "MZXQ", "MZXW6", "MZXW6YQ", "MZXW6YTB", "MZXW6YTBOI"],
    ]);
  });
});
