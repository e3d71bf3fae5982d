import { createHmac, timingSafeEqual } from "node:crypto";

/** Length of a step of time, and of a code: what every authenticator app takes for granted. */
export const stepMs = 30_000;
const codeDigits = 6;
/** RFC 6238, 5.2: how many steps a code may be away from the device's own time, for clocks and for slow fingers. */
const stepsAway = 1;
/** How far a device may be off when it is enabled or brought into step again: ten minutes either way. */
const driftStepsMax = 20;

export const mfaCodePattern = /^\d{6}$/;

/** What is known of a device's time. */
export interface DeviceTime {
  readonly driftSteps: number;
  /** No code of this step or an earlier one counts. */
  readonly usedStep: number;
}

/** The code of a step. Source: RFC 4226, 5.3; RFC 6238, 4, with HMAC-SHA-1. */
export function codeOf(seed: Uint8Array, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const digest = createHmac("sha1", seed).update(counter).digest();
  const truncated = digest.readUInt32BE(digest[19]! & 0xf) & 0x7f_ff_ff_ff;
  return String(truncated % 10 ** codeDigits).padStart(codeDigits, "0");
}

/** @returns the step whose code it is, or undefined if it is of none that may be used now. */
export function stepOfCode(seed: Uint8Array, code: string, time: DeviceTime, nowMs: number): number | undefined {
  const now = Math.floor(nowMs / stepMs) + time.driftSteps;
  let found: number | undefined;
  for (let step = now - stepsAway; step <= now + stepsAway; step++)
    if (step >= 0 && step > time.usedStep && isCode(seed, step, code)) found = step;
  return found;
}

/** Finds out what time it is for a device by two codes that follow each other. */
export function timeOfCodes(
  seed: Uint8Array,
  codes: readonly [first: string, second: string],
  usedStep: number,
  nowMs: number,
): DeviceTime | undefined {
  const now = Math.floor(nowMs / stepMs);
  for (let step = now - driftStepsMax; step <= now + driftStepsMax; step++)
    if (step >= 0 && step > usedStep && isCode(seed, step, codes[0]) && isCode(seed, step + 1, codes[1])) {
      // The second code is the one shown now; a step on either side of it is taken anyway.
      return { driftSteps: step + 1 - now, usedStep: step + 1 };
    }
  return undefined;
}

function isCode(seed: Uint8Array, step: number, code: string): boolean {
  if (!mfaCodePattern.test(code)) return false;
  return timingSafeEqual(Buffer.from(codeOf(seed, step), "latin1"), Buffer.from(code, "latin1"));
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** RFC 4648, 6, without padding: of five bytes each there is none. */
export function base32Of(bytes: Uint8Array): string {
  let text = "";
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += alphabet[(value >>> (bits - 5)) & 31];
    value &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + alphabet[(value << (5 - bits)) & 31];
}
