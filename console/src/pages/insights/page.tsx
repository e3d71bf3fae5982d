import type { InsightState, InsightSummary } from "@aws-sdk/client-xray";
import { useCollection } from "@cloudscape-design/collection-hooks";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useLoaded } from "../../api/use-loaded.js";
import { useUrlState } from "../../api/use-url-state.js";
import { ConsoleLink } from "../../parts/console-link.js";
import { durationText } from "../../parts/durations.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { listCount } from "../../parts/list-count.js";
import { useMoments } from "../../parts/moments.js";
import { PeriodPicker } from "../../parts/period-picker.js";
import { GroupPicker } from "../../parts/service-map/group-picker.js";
import { useChosenPeriod } from "../../parts/use-period.js";
import { common } from "../../texts/common.js";
import { texts } from "../../texts/insights.js";
import { countText, shareText } from "../../texts/service-map.js";
import { InsightStateText } from "./insight-state.js";
import { loadInsights } from "./load-insights.js";

const refreshMs = 30_000;
const daysMax = 30;
const perPage = 50;
const states: readonly InsightState[] = ["ACTIVE", "CLOSED"];

/** Incidents of the groups that are watched. */
export default function InsightsPage() {
  const period = useChosenPeriod("1d");
  const [group, setGroup] = useUrlState("group");
  const [state, setState] = useUrlState("state");
  const { full } = useMoments();
  const { value, failure, loading, reload } = useLoaded(
    `${period.text} ${group} ${state}`,
    (signal) => loadInsights({ group, state: states.find((each) => each === state), period: period.resolve() }, signal),
    { everyMs: refreshMs },
  );
  const { items, collectionProps, paginationProps } = useCollection(value?.insights ?? [], {
    pagination: { pageSize: perPage },
    sorting: {},
  });

  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          description={texts.description}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <PeriodPicker period={period} daysMax={daysMax} />
              <Button iconName="refresh" ariaLabel={texts.refresh} onClick={reload} />
            </SpaceBetween>
          }
        >
          {texts.title}
        </Header>
      }
    >
      <SpaceBetween size="m">
        <FailureAlert failure={failure} retry={reload} />
        <Table<InsightSummary>
          {...collectionProps}
          items={items}
          trackBy="InsightId"
          loading={loading && value === undefined}
          loadingText={common.loading}
          wrapLines
          enableKeyboardNavigation
          ariaLabels={{ tableLabel: texts.table }}
          empty={value === undefined ? common.nothing : <Nothing isWatched={value.isWatched} />}
          header={<Header {...listCount(value?.insights)}>{texts.table}</Header>}
          pagination={<Pagination {...paginationProps} />}
          filter={
            <SpaceBetween direction="horizontal" size="s" alignItems="center">
              <GroupPicker value={group} onChange={setGroup} all={texts.everyGroup} withDefault />
              <SegmentedControl
                label={texts.state}
                selectedId={state}
                options={[
                  { id: "", text: texts.all },
                  { id: "ACTIVE", text: texts.active },
                  { id: "CLOSED", text: texts.closed },
                ]}
                onChange={({ detail }) => setState(detail.selectedId)}
              />
            </SpaceBetween>
          }
          columnDefinitions={[
            {
              id: "state",
              header: texts.state,
              cell: ({ State }) => <InsightStateText state={State} />,
              sortingField: "State",
              width: 120,
            },
            {
              id: "summary",
              header: texts.summary,
              cell: ({ InsightId, Summary }) => <ConsoleLink to={`/insights/${InsightId}`}>{Summary}</ConsoleLink>,
              isRowHeader: true,
              minWidth: 260,
            },
            {
              id: "cause",
              header: texts.rootCause,
              cell: ({ RootCauseServiceId }) => RootCauseServiceId?.Name ?? common.nothing,
            },
            { id: "group", header: texts.group, cell: ({ GroupName }) => GroupName, sortingField: "GroupName" },
            {
              id: "began",
              header: texts.began,
              cell: ({ StartTime }) => full(StartTime!),
              sortingComparator: (left, right) => left.StartTime!.getTime() - right.StartTime!.getTime(),
            },
            {
              id: "lasted",
              header: texts.lasted,
              cell: ({ StartTime, EndTime }) =>
                EndTime === undefined ? texts.ongoing : durationText((EndTime.getTime() - StartTime!.getTime()) / 1000),
            },
            {
              id: "clients",
              header: texts.clients,
              cell: ({ ClientRequestImpactStatistics: impact }) => {
                const { FaultCount = 0, TotalCount = 0 } = impact ?? {};
                return `${texts.failedOf(countText(FaultCount), countText(TotalCount))} (${shareText(FaultCount, TotalCount)})`;
              },
            },
          ]}
        />
      </SpaceBetween>
    </ContentLayout>
  );
}

function Nothing({ isWatched }: { isWatched: boolean }) {
  return (
    <Box textAlign="center" padding="m">
      <Box variant="h3">{isWatched ? texts.empty : texts.off}</Box>
      <Box variant="p">{isWatched ? texts.emptyBody : texts.offBody}</Box>
      {!isWatched && <ConsoleLink to="/groups">{texts.toGroups}</ConsoleLink>}
    </Box>
  );
}
