import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMemo } from "react";
import { useUrlState } from "../../api/use-url-state.js";
import { durationText } from "../../parts/durations.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { useMoments } from "../../parts/moments.js";
import { useChosenPeriod } from "../../parts/use-period.js";
import { common } from "../../texts/common.js";
import { tracesTexts } from "../../texts/traces.js";
import { BrushChart } from "./brush-chart.js";
import { narrowedBy, readFilter, withinResponseTimes } from "./filter-edit.js";
import { FilterField } from "./filter-field.js";
import { GroupsView } from "./groups-view.js";
import { tracesMax } from "./search.js";
import { byResponseTime, overTime, vocabularyOf } from "./statistics.js";
import { TracesTable } from "./traces-table.js";
import { type Search, useSearch } from "./use-search.js";
import "./page.css";

/** The search of traces. Everything that narrows it stands in the address. */
export default function TracesPage() {
  const [filter, setFilter] = useUrlState("filter");
  const [grouping, setGrouping] = useUrlState("group", "url");
  const period = useChosenPeriod();
  const readable = readFilter(filter) !== undefined;
  const search = useSearch(readable ? filter : undefined, period);
  const known = useMemo(() => vocabularyOf(search.traces), [search.traces]);
  return (
    <ContentLayout
      header={
        <Header variant="h1" description={tracesTexts.description}>
          {tracesTexts.title}
        </Header>
      }
    >
      <SpaceBetween size="l">
        <Container>
          <SpaceBetween size="s">
            <FilterField filter={filter} setFilter={setFilter} period={period} known={known} again={search.again} />
            <SearchProgress search={search} />
          </SpaceBetween>
        </Container>
        <FailureAlert failure={search.failure} retry={search.again} />
        {search.cut && <Alert type="info">{tracesTexts.cut(tracesMax)}</Alert>}
        {search.traces.length > 0 && (
          <Charts
            search={search}
            onPeriod={(from, until) => period.setPeriod({ start: new Date(from), end: new Date(until) })}
            onResponseTime={(from, until) => setFilter(withinResponseTimes(filter, from, until))}
          />
        )}
        {search.traces.length > 0 && (
          <GroupsView
            traces={search.traces}
            known={known}
            grouping={grouping}
            setGrouping={setGrouping}
            onNarrow={(term) => setFilter(narrowedBy(filter, term))}
          />
        )}
        <TracesTable
          traces={search.traces}
          search={search.period}
          known={known}
          running={search.running}
          empty={<Nothing search={search} readable={readable} />}
        />
      </SpaceBetween>
    </ContentLayout>
  );
}

function SearchProgress({ search }: { search: Search }) {
  if (!search.running) return null;
  return (
    <div className="search-progress">
      <ProgressBar
        value={search.share * 100}
        label={tracesTexts.searching}
        description={tracesTexts.found(search.traces.length)}
        additionalInfo={tracesTexts.progress(search.share)}
      />
      <Button onClick={search.cancel}>{tracesTexts.filter.stop}</Button>
    </div>
  );
}

interface ChartsProps {
  readonly search: Search;
  readonly onPeriod: (fromMs: number, untilMs: number) => void;
  readonly onResponseTime: (from: number, until: number) => void;
}

function Charts({ search: { traces, period }, onPeriod, onResponseTime }: ChartsProps) {
  const moments = useMoments();
  const time = useMemo(() => overTime(traces, period), [traces, period]);
  const responseTime = useMemo(() => byResponseTime(traces), [traces]);
  const long = period.end.getTime() - period.start.getTime() > 86_400_000;
  return (
    <div className="trace-charts">
      <Container header={<Header variant="h2">{tracesTexts.charts.time}</Header>}>
        <BrushChart
          title={tracesTexts.charts.time}
          bars={time}
          write={(ms) => (long ? moments.full(ms).slice(0, 16) : moments.clock(ms))}
          onBrush={onPeriod}
        />
      </Container>
      <Container header={<Header variant="h2">{tracesTexts.charts.responseTime}</Header>}>
        <BrushChart
          title={tracesTexts.charts.responseTime}
          bars={responseTime}
          write={durationText}
          onBrush={(from, until) => onResponseTime(rounded(from), rounded(until))}
        />
      </Container>
    </div>
  );
}

/** Bounds as people write them: no more digits than a bar's bound has. */
function rounded(seconds: number): number {
  return Number(seconds.toPrecision(9));
}

function Nothing({ search, readable }: { search: Search; readable: boolean }) {
  const { unreadable, stopped, body } = tracesTexts.empty;
  if (search.failure !== undefined) return <Box textAlign="center">{common.nothing}</Box>;
  return (
    <Box textAlign="center" padding="m">
      {readable && <Box variant="strong">{tracesTexts.empty.header}</Box>}
      <Box variant="p">{!readable ? unreadable : search.share < 1 ? stopped : body}</Box>
    </Box>
  );
}
