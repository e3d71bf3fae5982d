import type { GetTrailStatusCommandOutput } from "@aws-sdk/client-cloudtrail";
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import { texts } from "../../texts/trails.js";
import { healthOf, type TrailHealth } from "./trail-health.js";

const types: Record<TrailHealth["state"], StatusIndicatorProps.Type> = {
  delivering: "success",
  waiting: "in-progress",
  stopped: "stopped",
  failing: "error",
};

export function HealthIndicator({ status }: { status: GetTrailStatusCommandOutput | undefined }) {
  if (status === undefined) return <>{texts.health.unknown}</>;
  const { state } = healthOf(status);
  return <StatusIndicator type={types[state]}>{texts.health[state]}</StatusIndicator>;
}
