import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useLocation } from "wouter";
import type { Loaded } from "../../api/use-loaded.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { common } from "../../texts/common.js";
import { texts } from "../../texts/overview.js";
import type { TraceTrail } from "./load-trails.js";

const wizard = "/trails/enable-xray";

type Trails = Loaded<readonly TraceTrail[]>;

/** The way to a trail, where nothing records who reads traces. */
export function TrailsAlert({ trails: { value } }: { trails: Trails }) {
  const [, navigate] = useLocation();
  if (value === undefined || value.some(({ isLogging }) => isLogging)) return null;
  return (
    <Alert
      type="warning"
      header={texts.notRecording}
      action={
        <Button
          variant="primary"
          href={`/console${wizard}`}
          onFollow={(event) => {
            event.preventDefault();
            navigate(wizard);
          }}
        >
          {texts.record}
        </Button>
      }
    >
      {texts.notRecordingBody}
    </Alert>
  );
}

/** Whether anything records who reads traces. */
export function TrailsCard({ trails }: { trails: Trails }) {
  const { value, failure, loading, reload } = trails;
  const recording = value?.filter(({ isLogging }) => isLogging) ?? [];
  const stopped = value?.filter(({ isLogging }) => !isLogging) ?? [];
  return (
    <Container fitHeight header={<Header variant="h2">{texts.trails}</Header>}>
      <SpaceBetween size="s">
        <FailureAlert failure={failure} retry={reload} />
        {value === undefined ? (
          <Box color="text-body-secondary">{loading && common.loading}</Box>
        ) : recording.length === 0 ? (
          <StatusIndicator type="warning">{texts.notRecording}</StatusIndicator>
        ) : (
          <StatusIndicator type="success">{texts.recording(recording.map(({ name }) => name))}</StatusIndicator>
        )}
        {recording.map(({ name, problem }) =>
          problem === undefined ? null : (
            <StatusIndicator key={name} type="error">
              {texts.trailFailed(name, problem)}
            </StatusIndicator>
          ),
        )}
        {stopped.length > 0 && (
          <StatusIndicator type="stopped">{texts.stopped(stopped.map(({ name }) => name))}</StatusIndicator>
        )}
      </SpaceBetween>
    </Container>
  );
}
