import { CloudTrailClient, GetTrailStatusCommand } from "@aws-sdk/client-cloudtrail";
import Alert from "@cloudscape-design/components/alert";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { clientOf } from "../../api/clients.js";
import { useLoaded } from "../../api/use-loaded.js";
import { ConsoleLink } from "../../parts/console-link.js";
import { useMoments } from "../../parts/moments.js";
import { texts } from "../../texts/enable-xray.js";
import type { EnableChoices } from "./enable-choices.js";
import { healthOf } from "./trail-health.js";

const words = texts.finished;
const lookEveryMs = 3000;

/** Where to look now, and whether the first records have arrived. */
export function EnableFinished({ choices: { trailName, logs, group } }: { choices: EnableChoices }) {
  const moments = useMoments();
  const status = useLoaded(
    trailName,
    (abortSignal) => clientOf(CloudTrailClient).send(new GetTrailStatusCommand({ Name: trailName }), { abortSignal }),
    { everyMs: lookEveryMs },
  );
  const deliveries = status.value === undefined ? [] : healthOf(status.value).deliveries;
  const error = deliveries.find((delivery) => delivery.error !== undefined)?.error;
  const first = deliveries.find(({ to }) => to === (logs ? "logs" : "bucket"))?.lastTime;
  return (
    <Alert type="success" header={words.header(trailName)}>
      <SpaceBetween size="s">
        <span>{words.body}</span>
        {error !== undefined ? (
          <StatusIndicator type="error">{words.failing(error)}</StatusIndicator>
        ) : first === undefined ? (
          <StatusIndicator type="in-progress">{words.waiting}</StatusIndicator>
        ) : (
          <StatusIndicator type="success">{words.delivered(moments.full(first))}</StatusIndicator>
        )}
        <SpaceBetween direction="horizontal" size="m">
          {logs && <ConsoleLink to={`/logs?group=${encodeURIComponent(group)}`}>{words.toLogs}</ConsoleLink>}
          <ConsoleLink to="/events">{words.toEvents}</ConsoleLink>
          <ConsoleLink to={`/trails/${trailName}`}>{words.toTrail}</ConsoleLink>
        </SpaceBetween>
      </SpaceBetween>
    </Alert>
  );
}
