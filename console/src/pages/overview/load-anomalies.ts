import { CloudTrailClient, LookupEventsCommand } from "@aws-sdk/client-cloudtrail";
import { clientOf } from "../../api/clients.js";

/** A rate of calls that is, or was, out of the ordinary. */
export interface Anomaly {
  readonly id: string;
  readonly time: Date;
  readonly eventName: string;
  readonly type: string;
  /** In the service's own words, where it has them. */
  readonly text: string | undefined;
}

const lookBackMs = 7 * 24 * 60 * 60_000;

/** The last ones that began, newest first. */
export async function loadAnomalies(anomaliesMax: number, signal: AbortSignal): Promise<Anomaly[]> {
  const input = { EventCategory: "insight", StartTime: new Date(Date.now() - lookBackMs), MaxResults: 50 } as const;
  const { Events = [] } = await clientOf(CloudTrailClient).send(new LookupEventsCommand(input), {
    abortSignal: signal,
  });
  return Events.flatMap(({ EventId = "", EventTime, CloudTrailEvent = "{}" }): Anomaly[] => {
    const { insightDetails: details } = JSON.parse(CloudTrailEvent);
    if (details?.state !== "Start" || EventTime === undefined) return [];
    const { eventName, insightType: type, insightContext } = details;
    return [{ id: EventId, time: EventTime, eventName, type, text: insightContext?.explanation?.text }];
  }).slice(0, anomaliesMax);
}
