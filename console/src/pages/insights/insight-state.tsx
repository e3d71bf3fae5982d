import type { InsightState } from "@aws-sdk/client-xray";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { texts } from "../../texts/insights.js";

export function InsightStateText({ state }: { state: InsightState | undefined }) {
  return state === "ACTIVE" ? (
    <StatusIndicator type="error">{texts.active}</StatusIndicator>
  ) : (
    <StatusIndicator type="stopped">{texts.closed}</StatusIndicator>
  );
}
