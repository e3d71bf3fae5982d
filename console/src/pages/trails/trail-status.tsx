import type { GetTrailStatusCommandOutput, Trail } from "@aws-sdk/client-cloudtrail";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import type { Loaded } from "../../api/use-loaded.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { useMoments } from "../../parts/moments.js";
import { common } from "../../texts/common.js";
import { texts } from "../../texts/trails.js";
import { HealthIndicator } from "./health-indicator.js";
import { healthOf, placesOf } from "./trail-health.js";

const words = texts.trail;

/** What truly happened to the deliveries, place by place. */
export function TrailStatusSection({
  status,
  trail,
}: {
  status: Loaded<GetTrailStatusCommandOutput>;
  trail: Trail | undefined;
}) {
  const moments = useMoments();
  const { value } = status;
  const time = (at: Date | undefined) => (at === undefined ? common.nothing : moments.full(at));
  return (
    <Container header={<Header variant="h2">{words.status}</Header>}>
      <SpaceBetween size="l">
        <FailureAlert failure={status.failure} retry={status.reload} />
        {value !== undefined && (
          <KeyValuePairs
            columns={3}
            items={[
              { label: texts.columns.health, value: <HealthIndicator status={value} /> },
              { label: `${words.startedAt} (${moments.zone})`, value: time(value.StartLoggingTime) },
              { label: `${words.stoppedAt} (${moments.zone})`, value: time(value.StopLoggingTime) },
            ]}
          />
        )}
        {value !== undefined && (
          <Table
            variant="embedded"
            items={[...placesOf(healthOf(value), trail)]}
            trackBy="to"
            wrapLines
            ariaLabels={{ tableLabel: words.status }}
            columnDefinitions={[
              { id: "to", header: words.toWhere, isRowHeader: true, cell: ({ to }) => texts.deliveries[to] },
              {
                id: "time",
                header: `${words.lastTime} (${moments.zone})`,
                cell: ({ lastTime }) => (lastTime === undefined ? words.never : moments.full(lastTime)),
              },
              {
                id: "error",
                header: words.lastError,
                cell: ({ error, lastTime }) =>
                  error !== undefined ? (
                    <StatusIndicator type="error">{error}</StatusIndicator>
                  ) : lastTime === undefined ? (
                    common.nothing
                  ) : (
                    <StatusIndicator type="success">{words.well}</StatusIndicator>
                  ),
              },
            ]}
          />
        )}
      </SpaceBetween>
    </Container>
  );
}
