import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";
import { useMemo, useState } from "react";
import { useLoaded } from "../../api/use-loaded.js";
import { useUrlState } from "../../api/use-url-state.js";
import { ConsoleLink } from "../../parts/console-link.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { useMoments } from "../../parts/moments.js";
import { PeriodPicker } from "../../parts/period-picker.js";
import { type MapGraph, noGraph } from "../../parts/service-map/graph.js";
import { GroupPicker } from "../../parts/service-map/group-picker.js";
import { graphDaysMax, loadGraph } from "../../parts/service-map/load-graph.js";
import { MapLegend } from "../../parts/service-map/map-legend.js";
import { domIdOf } from "../../parts/service-map/map-node.js";
import { ServiceMap } from "../../parts/service-map/service-map.js";
import { usePlaces } from "../../parts/service-map/use-places.js";
import { useChosenPeriod } from "../../parts/use-period.js";
import { common } from "../../texts/common.js";
import { typeText } from "../../texts/service-map.js";
import { texts } from "../../texts/trace-map.js";
import { MapTable } from "./map-table.js";
import { SelectionPanel } from "./selection-panel.js";
import "./trace-map.css";

const refreshMs = 15_000;

/** Services and calls of a period, with what is behind each. */
export default function TraceMapPage() {
  const period = useChosenPeriod();
  const [group, setGroup] = useUrlState("group");
  const [selected, setSelected] = useUrlState("node");
  const [view, setView] = useUrlState("view", "map");
  const [search, setSearch] = useUrlState("find");
  const [refreshing, setRefreshing] = useState(true);
  const { clock } = useMoments();
  const loaded = useLoaded(
    `${period.text} ${group}`,
    (signal) => {
      const { start, end } = period.resolve();
      return loadGraph({ StartTime: start, EndTime: end, ...(group !== "" && { GroupName: group }) }, signal);
    },
    refreshing ? { everyMs: refreshMs } : {},
  );
  const graph = loaded.value ?? noGraph;
  const { places, arrangeAnew } = usePlaces(graph);
  const found = useMemo(() => foundIn(graph, search), [graph, search]);
  const select = (key: string | undefined) => {
    setSelected(key ?? "");
    // Who closes the panel goes on where they opened it.
    if (key === undefined) document.getElementById(domIdOf(selected))?.focus({ preventScroll: true });
  };
  const { start, end } = period.resolve();
  const minutes = (end.getTime() - start.getTime()) / 60_000;
  const isEmpty = loaded.value !== undefined && graph.nodes.length === 0;

  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          description={texts.description}
          actions={
            <SpaceBetween direction="horizontal" size="xs" alignItems="center">
              <PeriodPicker period={period} daysMax={graphDaysMax} />
              <Button
                iconName="refresh"
                ariaLabel={texts.refresh}
                loading={loaded.loading && loaded.value === undefined}
                onClick={loaded.reload}
              />
            </SpaceBetween>
          }
        >
          {texts.title}
        </Header>
      }
    >
      <SpaceBetween size="m">
        <FailureAlert failure={loaded.failure} retry={loaded.reload} />
        <div className="trace-map-tools">
          <GroupPicker value={group} onChange={setGroup} />
          <Input
            type="search"
            value={search}
            ariaLabel={texts.find}
            placeholder={texts.find}
            onChange={({ detail }) => setSearch(detail.value)}
          />
          <SegmentedControl
            label={texts.view}
            selectedId={view}
            options={[
              { id: "map", text: texts.asMap },
              { id: "table", text: texts.asTable },
            ]}
            onChange={({ detail }) => setView(detail.selectedId)}
          />
          <Button onClick={arrangeAnew} disabled={isEmpty || view === "table"}>
            {texts.arrange}
          </Button>
          <Toggle checked={refreshing} onChange={({ detail }) => setRefreshing(detail.checked)}>
            {texts.everyFewSeconds}
          </Toggle>
          <Box color="text-body-secondary">
            <span aria-live="polite">{found && texts.found(found.size)}</span>{" "}
            {loaded.loadedMs !== undefined && texts.updated(clock(loaded.loadedMs))}
          </Box>
        </div>
        <div className={selected === "" ? "trace-map" : "trace-map trace-map-with-panel"}>
          <div className="trace-map-view">
            {isEmpty ? (
              <Box textAlign="center" padding="xxl">
                <Box variant="h2">{texts.empty}</Box>
                <Box variant="p">{texts.emptyBody}</Box>
                <ConsoleLink to="/">{texts.howToSend}</ConsoleLink>
              </Box>
            ) : loaded.value === undefined ? (
              <Box textAlign="center" padding="xxl">
                {loaded.loading && common.loading}
              </Box>
            ) : view === "table" ? (
              <MapTable graph={graph} found={found} onOpen={select} />
            ) : (
              <ServiceMap
                graph={graph}
                places={places}
                label={texts.mapLabel(graph.nodes.length)}
                height="max(440px, calc(100vh - 310px))"
                selected={selected}
                onSelect={select}
                found={found}
              />
            )}
          </div>
          {selected !== "" && loaded.value !== undefined && (
            <SelectionPanel
              key={selected}
              graph={graph}
              selected={selected}
              period={period.text}
              resolvePeriod={period.resolve}
              group={group}
              minutes={minutes}
              onSelect={select}
            />
          )}
        </div>
        {view === "map" && !isEmpty && <MapLegend />}
      </SpaceBetween>
    </ContentLayout>
  );
}

/** Keys of the nodes whose name or type has the text; undefined for no text. */
function foundIn({ nodes }: MapGraph, search: string): ReadonlySet<string> | undefined {
  const text = search.trim().toLowerCase();
  if (text === "") return undefined;
  const found = nodes.filter(({ name, type }) => `${name} ${type} ${typeText(type)}`.toLowerCase().includes(text));
  return new Set(found.map(({ key }) => key));
}
