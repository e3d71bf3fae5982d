import { invalidRequest } from "./errors.js";

const hourMs = 3_600_000;

/**
 * The range of time that a call asks about, epoch milliseconds.
 *
 * @param hoursMax the longest that may be asked.
 * @throws ServiceError unless both are times, in their order, and not too far apart.
 */
export function timeRangeOf(
  { StartTime, EndTime }: { readonly StartTime?: Date | undefined; readonly EndTime?: Date | undefined },
  hoursMax = Number.POSITIVE_INFINITY,
): { fromMs: number; untilMs: number } {
  const fromMs = StartTime?.getTime() ?? Number.NaN;
  const untilMs = EndTime?.getTime() ?? Number.NaN;
  if (Number.isNaN(fromMs)) throw invalidRequest("StartTime must be a point in time");
  if (Number.isNaN(untilMs)) throw invalidRequest("EndTime must be a point in time");
  if (fromMs >= untilMs) throw invalidRequest("StartTime must be before EndTime");
  // AWS's own words.
  if (untilMs - fromMs > hoursMax * hourMs) throw invalidRequest(`Time range cannot be longer than ${hoursMax} hours`);
  return { fromMs, untilMs };
}
