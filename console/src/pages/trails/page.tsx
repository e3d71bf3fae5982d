import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import { useLocation } from "wouter";
import { session } from "../../api/session.js";
import { useLoaded } from "../../api/use-loaded.js";
import { ConsoleLink } from "../../parts/console-link.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { listCount } from "../../parts/list-count.js";
import { type Moments, useMoments } from "../../parts/moments.js";
import { NothingHere } from "../../parts/nothing-here.js";
import { common } from "../../texts/common.js";
import { texts } from "../../texts/trails.js";
import { HealthIndicator } from "./health-indicator.js";
import { type ListedTrail, listTrails } from "./read-trails.js";
import { recordsTraces } from "./xray-selectors.js";

const lookEveryMs = 15_000;

/** All trails with what truly happens to their deliveries. */
export default function TrailsPage() {
  const [, navigate] = useLocation();
  const moments = useMoments();
  const trails = useLoaded("trails", listTrails, { everyMs: lookEveryMs });
  const known = trails.value ?? [];
  // One that may not be seen may record them.
  const lacksTraces =
    trails.value !== undefined &&
    known.every(({ selectors, status }) => selectors && (!recordsTraces(selectors) || status?.IsLogging === false));
  const toWizard = () => navigate("/trails/enable-xray");

  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          description={texts.description}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button iconName="refresh" loading={trails.loading} ariaLabel={texts.reload} onClick={trails.reload} />
              <Button variant="primary" onClick={toWizard}>
                {texts.enable}
              </Button>
            </SpaceBetween>
          }
        >
          {texts.title}
        </Header>
      }
    >
      <SpaceBetween size="l">
        <FailureAlert failure={trails.failure} retry={trails.reload} />
        {lacksTraces && (
          <Alert type="info" header={texts.noTraces.header} action={<Button onClick={toWizard}>{texts.enable}</Button>}>
            {texts.noTraces.body}
          </Alert>
        )}
        <Table
          items={known}
          trackBy={({ trail }) => trail.TrailARN ?? ""}
          columnDefinitions={columns(moments)}
          loading={trails.value === undefined && trails.loading}
          loadingText={common.loading}
          wrapLines
          variant="container"
          header={<Header {...listCount(trails.value)}>{texts.title}</Header>}
          ariaLabels={{ tableLabel: texts.title }}
          empty={trails.value === undefined ? common.nothing : <NothingHere text={texts.none} hint={texts.noneHint} />}
        />
      </SpaceBetween>
    </ContentLayout>
  );
}

function columns(moments: Moments): TableProps.ColumnDefinition<ListedTrail>[] {
  const lastTime = (time: Date | undefined, error: string | undefined) =>
    error ? (
      <StatusIndicator type="error">{error}</StatusIndicator>
    ) : time === undefined ? (
      texts.never
    ) : (
      moments.full(time)
    );
  return [
    {
      id: "name",
      header: texts.columns.name,
      isRowHeader: true,
      cell: ({ trail }) => <ConsoleLink to={addressOf(trail)}>{trail.Name}</ConsoleLink>,
    },
    { id: "health", header: texts.columns.health, cell: ({ status }) => <HealthIndicator status={status} /> },
    {
      id: "traces",
      header: texts.columns.traces,
      cell: ({ selectors }) =>
        selectors === undefined ? (
          texts.traces.unknown
        ) : recordsTraces(selectors) ? (
          <StatusIndicator type="success">{texts.traces.yes}</StatusIndicator>
        ) : (
          <StatusIndicator type="stopped">{texts.traces.no}</StatusIndicator>
        ),
    },
    {
      id: "bucket",
      header: texts.columns.bucket,
      cell: ({ status }) => lastTime(status?.LatestDeliveryTime, status?.LatestDeliveryError),
    },
    {
      id: "logs",
      header: texts.columns.logs,
      cell: ({ trail, status }) =>
        trail.CloudWatchLogsLogGroupArn === undefined
          ? common.nothing
          : lastTime(status?.LatestCloudWatchLogsDeliveryTime, status?.LatestCloudWatchLogsDeliveryError),
    },
    {
      id: "digest",
      header: texts.columns.digest,
      cell: ({ trail, status }) =>
        trail.LogFileValidationEnabled === true
          ? lastTime(status?.LatestDigestDeliveryTime, status?.LatestDigestDeliveryError)
          : common.nothing,
    },
    { id: "home", header: texts.columns.home, cell: ({ trail }) => trail.HomeRegion },
  ];
}

/** A trail of another region is found by its ARN only. */
function addressOf({ Name = "", HomeRegion, TrailARN = "" }: ListedTrail["trail"]): string {
  return `/trails/${encodeURIComponent(HomeRegion === session.get().region ? Name : TrailARN)}`;
}
