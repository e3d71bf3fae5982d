import type { GetTrailStatusCommandOutput, Trail } from "@aws-sdk/client-cloudtrail";

type Status = Omit<GetTrailStatusCommandOutput, "$metadata">;

/** A place that a trail delivers to, and how its last delivery went. */
export interface Delivery {
  readonly to: "bucket" | "digest" | "logs" | "topic";
  readonly lastTime: Date | undefined;
  readonly error: string | undefined;
}

export interface TrailHealth {
  /** `waiting`: it is on, and has delivered nothing yet. */
  readonly state: "delivering" | "waiting" | "stopped" | "failing";
  readonly deliveries: readonly Delivery[];
}

/** What GetTrailStatus says, in one word and place by place. A trail that is stopped may still fail with what is left. */
export function healthOf(status: Status): TrailHealth {
  const deliveries: Delivery[] = [
    delivery("bucket", status.LatestDeliveryTime, status.LatestDeliveryError),
    delivery("digest", status.LatestDigestDeliveryTime, status.LatestDigestDeliveryError),
    delivery("logs", status.LatestCloudWatchLogsDeliveryTime, status.LatestCloudWatchLogsDeliveryError),
    delivery("topic", status.LatestNotificationTime, status.LatestNotificationError),
  ];
  const isFailing = deliveries.some(({ error }) => error !== undefined);
  const state = isFailing
    ? "failing"
    : status.IsLogging !== true
      ? "stopped"
      : status.LatestDeliveryTime === undefined && status.LatestCloudWatchLogsDeliveryTime === undefined
        ? "waiting"
        : "delivering";
  return { state, deliveries };
}

/** Places that a trail has, or once had and told of. */
export function placesOf({ deliveries }: TrailHealth, trail: Trail | undefined): readonly Delivery[] {
  const has: Record<Delivery["to"], boolean> = {
    bucket: true,
    digest: trail?.LogFileValidationEnabled !== false,
    logs: trail === undefined || trail.CloudWatchLogsLogGroupArn !== undefined,
    topic: trail === undefined || trail.SnsTopicARN !== undefined,
  };
  return deliveries.filter(({ to, lastTime, error }) => has[to] || lastTime !== undefined || error !== undefined);
}

function delivery(to: Delivery["to"], lastTime: Date | undefined, error: string | undefined): Delivery {
  return { to, lastTime, error: error || undefined };
}
