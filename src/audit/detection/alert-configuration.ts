import { type Severity, severities } from "../sigma/rule.js";

/** Who is told of findings, and what "out of hours" means to an account. */
export interface AlertConfiguration {
  readonly topics: readonly { readonly topicArn: string; readonly minimumSeverity: Severity }[];
  readonly hours?: WorkingHours;
  /** What a rule finds again of the same caller and group so soon belongs to the same finding, and causes no alert. */
  readonly suppressionSeconds: number;
}

export interface WorkingHours {
  /** Of the IANA: `Europe/Berlin`. */
  readonly timeZone: string;
  /** `MON` ... `SUN`. */
  readonly days: readonly string[];
  /** Minutes from midnight; the end is not part of them. */
  readonly fromMinute: number;
  readonly untilMinute: number;
}

export const weekDays = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

export const defaultConfiguration: AlertConfiguration = { topics: [], suppressionSeconds: 3_600 };

export function reaches(severity: Severity, minimum: Severity): boolean {
  return severities.indexOf(severity) >= severities.indexOf(minimum);
}

/** Whether a moment is outside; undefined where an account has said no hours. */
export function hoursTest(hours: WorkingHours | undefined): ((timeMs: number) => boolean) | undefined {
  if (hours === undefined) return undefined;
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: hours.timeZone,
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  return (timeMs) => {
    const parts = new Map(format.formatToParts(timeMs).map(({ type, value }) => [type, value]));
    const minute = Number(parts.get("hour")) * 60 + Number(parts.get("minute"));
    const isDay = hours.days.includes(parts.get("weekday")?.toUpperCase() ?? "");
    return !isDay || minute < hours.fromMinute || minute >= hours.untilMinute;
  };
}
