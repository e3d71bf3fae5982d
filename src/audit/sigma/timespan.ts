import { SigmaError } from "./sigma-error.js";

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const timespanDaysMax = 365;

/** `90m`, `1h`, `14d`. @throws SigmaError */
export function timespanOf(name: string, value: unknown, minMs = 1_000): number {
  const [, count = "", unit = ""] = /^(\d{1,6})([smhd])$/.exec(typeof value === "string" ? value : "") ?? [];
  const spanMs = Number(count) * (unitMs[unit] ?? Number.NaN);
  if (!(spanMs >= minMs && spanMs <= timespanDaysMax * 86_400_000))
    throw new SigmaError(`'${name}' is a time such as 30s, 90m, 1h or 7d, of at most ${timespanDaysMax} days`);
  return spanMs;
}
