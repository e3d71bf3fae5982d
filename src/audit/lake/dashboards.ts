import type { Selectable } from "kysely";
import type { SettingsTables } from "../../storage/settings/tables.js";

export type DashboardRow = Selectable<SettingsTables["lake_dashboards"]>;

export interface DashboardWidget {
  readonly alias: string;
  readonly statement: string;
  /** `$StartTime$`, `$EndTime$`, `$Period$`, in the order of the statement's places. */
  readonly parameters: readonly string[];
  readonly view: Readonly<Record<string, string>>;
}

export interface RefreshSchedule {
  readonly unit: "HOURS" | "DAYS";
  readonly value: number;
  readonly enabled: boolean;
  /** `HH:MM`, UTC. */
  readonly timeOfDay: string;
}

/** `arn:aws:cloudtrail:REGION:ACCT:dashboard/NAME` */
export function dashboardArn(region: string, accountId: string, name: string): string {
  return `arn:aws:cloudtrail:${region}:${accountId}:dashboard/${name}`;
}

/** The next moment of a schedule after `nowMs`; undefined while it is off. Hours are counted from midnight, UTC. */
export function nextRefreshMs(schedule: RefreshSchedule | undefined, nowMs: number): number | undefined {
  if (!schedule?.enabled) return undefined;
  const [hours = 0, minutes = 0] = schedule.timeOfDay.split(":").map(Number);
  const hourMs = 3_600_000;
  const days = schedule.unit === "DAYS";
  const periodMs = schedule.value * (days ? 24 * hourMs : hourMs);
  // A schedule of hours goes by the minutes alone.
  const offsetMs = minutes * 60_000 + (days ? hours * hourMs : 0);
  return Math.floor((nowMs - offsetMs) / periodMs + 1) * periodMs + offsetMs;
}

const units = ["MINUTE", "HOUR", "DAY", "WEEK", "MONTH"];
const spanDefaultMs = 24 * 3_600_000;

/**
 * The values of a refresh by their names, as a statement gets them: times as `YYYY-MM-DD HH:MM:SS`. What is not given is
 * the last 24 hours, hour by hour.
 *
 * @returns undefined if a value is none of its kind.
 */
export function refreshValues(
  given: Readonly<Record<string, string>>,
  nowMs: number,
): Readonly<Record<string, string>> | undefined {
  const endMs = timeOf(given["$EndTime$"]) ?? nowMs;
  const startMs = timeOf(given["$StartTime$"]) ?? endMs - spanDefaultMs;
  const period = (given["$Period$"] ?? "HOUR").toUpperCase();
  if (!units.includes(period) || !(startMs <= endMs)) return undefined;
  return { $StartTime$: sqlTime(startMs), $EndTime$: sqlTime(endMs), $Period$: period.toLowerCase() };
}

/** Also without a zone: UTC. */
function timeOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [, date, time = "00:00:00"] =
    /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}(?::\d{2})?(?:\.\d{1,3})?)Z?)?$/.exec(text) ?? [];
  return date === undefined ? Number.NaN : Date.parse(`${date}T${time}Z`);
}

function sqlTime(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 19).replace("T", " ");
}
