const dayMs = 86_400_000;
/** As the scorecard judges them. */
const [ageDaysMax, unusedDaysMax] = [90, 45];

export interface KeyAge {
  readonly days: number;
  /** In use and older than auditors allow. */
  readonly isOld: boolean;
  /** Could be used, and was not for so long that it should not be. */
  readonly isUnused: boolean;
}

/** @param lastUsedMs `null`: never; undefined: not known. */
export function keyAge(
  { status, createdMs, lastUsedMs }: { status: string; createdMs: number; lastUsedMs: number | null | undefined },
  nowMs: number,
): KeyAge {
  const days = Math.max(0, Math.floor((nowMs - createdMs) / dayMs));
  const isActive = status === "Active";
  const restMs = lastUsedMs === undefined ? 0 : nowMs - (lastUsedMs ?? createdMs);
  return { days, isOld: isActive && days > ageDaysMax, isUnused: isActive && restMs > unusedDaysMax * dayMs };
}
