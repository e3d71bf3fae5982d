import { durationText } from "../parts/durations.js";
import type { Outcomes } from "../parts/service-map/graph.js";

const numbers = new Intl.NumberFormat("en-US");
const compact = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });

export function countText(count: number): string {
  return numbers.format(count);
}

/** `12 k` where there is little room. */
export function shortCountText(count: number): string {
  return count < 10_000 ? numbers.format(count) : compact.format(count);
}

/** `14 %`, `0.3 %`; never 0 % of something, nor 100 % of not all. */
export function shareText(part: number, whole: number): string {
  if (whole === 0 || part === 0) return "0 %";
  const percent = (100 * part) / whole;
  if (percent < 0.1) return "< 0.1 %";
  if (part < whole && percent > 99.9) return "> 99.9 %";
  return `${percent >= 10 ? Math.round(percent * 10) / 10 : Math.round(percent * 100) / 100} %`;
}

export function requestsText(count: number): string {
  return count === 1 ? "1 request" : `${numbers.format(count)} requests`;
}

/** `DynamoDB Table` of `AWS::DynamoDB::Table`. */
export function typeText(type: string): string {
  if (type === "client") return "Clients";
  if (type === "remote") return "Remote service";
  return type.replace(/^AWS::/, "").replaceAll("::", " ");
}

/** Words of the map of services, wherever it is shown. */
export const mapTexts = {
  outcomes: { ok: "OK", error: "Errors (4xx)", throttle: "Throttled (429)", fault: "Faults (5xx)" },
  badges: { fault: "!", throttle: "»", error: "?" },
  clients: "Clients",
  clientsOf: (name: string) => `Clients of ${name}`,
  group: "Group",
  allTraces: "All traces",
  unnamed: "(no name)",
  zoomIn: "Zoom in",
  zoomOut: "Zoom out",
  fit: "Show everything",
  legend: "Rings show how requests ended:",
  keyboard: "Arrow keys move between services, Enter opens one, + and - zoom, 0 shows everything.",
  mean: (seconds: number | undefined) => (seconds === undefined ? "–" : durationText(seconds)),
  faultShare: (share: string) => `${share} faults`,
  noTimes: "No response times were counted.",
  within: (share: number) => `${share * 100} % within`,
  timesLabel: (quantiles: readonly (readonly [share: number, seconds: number])[]) =>
    `Response times: ${quantiles.map(([share, seconds]) => `${share * 100} % within ${durationText(seconds)}`).join(", ")}`,
  rate: (count: number, minutes: number) => {
    const perMinute = count / minutes;
    return `${perMinute >= 10 ? shortCountText(Math.round(perMinute)) : Number(perMinute.toPrecision(2))}/min`;
  },
  /** What a screen reader says of a node. */
  node: (name: string, type: string, outcomes: Outcomes, seconds: number | undefined) =>
    [
      name,
      typeText(type),
      ...(outcomes.total > 0 ? [requestsText(outcomes.total)] : []),
      ...(outcomes.fault > 0 ? [`${shareText(outcomes.fault, outcomes.total)} faults`] : []),
      ...(outcomes.error > 0 ? [`${shareText(outcomes.error, outcomes.total)} errors`] : []),
      ...(outcomes.throttle > 0 ? [`${shareText(outcomes.throttle, outcomes.total)} throttled`] : []),
      ...(seconds === undefined ? [] : [`${durationText(seconds)} on average`]),
    ]
      .filter((part) => part !== "")
      .join(", "),
} as const;
