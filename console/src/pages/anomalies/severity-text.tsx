import Badge, { type BadgeProps } from "@cloudscape-design/components/badge";
import { anomaliesTexts } from "../../texts/anomalies.js";
import type { Severity } from "./detection-api.js";

const colors: Readonly<Record<Severity, BadgeProps["color"]>> = {
  informational: "severity-neutral",
  low: "severity-low",
  medium: "severity-medium",
  high: "severity-high",
  critical: "severity-critical",
};

export function SeverityText({ severity }: { severity: Severity }) {
  return <Badge color={colors[severity]}>{anomaliesTexts.severity[severity] ?? severity}</Badge>;
}
