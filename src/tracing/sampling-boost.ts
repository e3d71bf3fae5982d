/** Adaptive sampling of a rule, as its owner set it. */
export interface BoostSettings {
  readonly fixedRate: number;
  readonly maxRate: number;
  readonly cooldownWindowMinutes: number;
}

/** For a short time, more of a rule's requests are sampled. */
export interface Boost {
  readonly rate: number;
  readonly untilMs: number;
}

/** How long a boost lasts. */
const boostMs = 60_000;

/**
 * The boost that reported anomalies call for: the smallest rate that is expected to catch one of them, where none was
 * caught. One boost a cooldown window; windows are aligned to the clock, and a boost belongs to the window it ends in.
 *
 * @param seen by all services together in about one reporting interval.
 * @param latest the rule's last boost, in force or over.
 * @see AWS X-Ray Developer Guide, "Adaptive sampling"
 */
export function nextBoost(
  { fixedRate, maxRate, cooldownWindowMinutes }: BoostSettings,
  seen: { readonly anomalies: number; readonly sampledAnomalies: number },
  latest: Boost | undefined,
  nowMs: number,
): Boost | undefined {
  if (seen.anomalies === 0 || seen.sampledAnomalies > 0) return undefined;
  // Clients ignore a boost below the rate they have.
  if (maxRate < fixedRate) return undefined;
  if (latest !== undefined && !hasCooledDown(latest, cooldownWindowMinutes, nowMs)) return undefined;
  return { rate: Math.min(maxRate, Math.max(fixedRate, 1 / seen.anomalies)), untilMs: nowMs + boostMs };
}

/** A boost that ended at 1:14 allows the next from 1:20 if windows are 10 minutes long. */
function hasCooledDown(latest: Boost, cooldownWindowMinutes: number, nowMs: number): boolean {
  if (nowMs < latest.untilMs) return false;
  const windowMs = cooldownWindowMinutes * 60_000;
  return windowMs === 0 || Math.floor(nowMs / windowMs) > Math.floor(latest.untilMs / windowMs);
}

/** What clients are told of the latest boost: all of them the same while it lasts, never more than the rule allows now. */
export function boostInForce(settings: BoostSettings, latest: Boost | undefined, nowMs: number): Boost | undefined {
  if (latest === undefined || latest.untilMs <= nowMs || settings.maxRate < settings.fixedRate) return undefined;
  return { ...latest, rate: Math.min(latest.rate, settings.maxRate) };
}
