import {
  CloudTrailClient,
  DescribeTrailsCommand,
  GetEventSelectorsCommand,
  GetTrailStatusCommand,
} from "@aws-sdk/client-cloudtrail";
import { clientOf } from "../../api/clients.js";
import { recordsTraces } from "./records-traces.js";

/** A trail that selects what happens to traces. */
export interface TraceTrail {
  readonly name: string;
  readonly isLogging: boolean;
  /** What the last delivery failed with. */
  readonly problem: string | undefined;
}

/** The trails that record who reads traces, or would if they were started. */
export async function loadTraceTrails(signal: AbortSignal): Promise<TraceTrail[]> {
  const client = clientOf(CloudTrailClient);
  const options = { abortSignal: signal };
  const { trailList = [] } = await client.send(new DescribeTrailsCommand({}), options);
  const found = await Promise.all(
    trailList.map(async ({ Name = "", TrailARN }): Promise<TraceTrail[]> => {
      const selectors = await client.send(new GetEventSelectorsCommand({ TrailName: TrailARN }), options);
      if (!recordsTraces(selectors.AdvancedEventSelectors)) return [];
      const status = await client.send(new GetTrailStatusCommand({ Name: TrailARN }), options);
      const problem = status.LatestDeliveryError || status.LatestCloudWatchLogsDeliveryError;
      return [{ name: Name, isLogging: status.IsLogging === true, problem: problem || undefined }];
    }),
  );
  return found.flat();
}
