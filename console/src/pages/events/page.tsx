import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import PropertyFilter from "@cloudscape-design/components/property-filter";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";
import { useMemo, useState } from "react";
import { usePages } from "../../api/use-pages.js";
import { useUrlParameters, useUrlState } from "../../api/use-url-state.js";
import { readRecord } from "../../parts/event-record.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { PeriodPicker } from "../../parts/period-picker.js";
import { saveFile } from "../../parts/save-file.js";
import { useChosenPeriod } from "../../parts/use-period.js";
import { texts } from "../../texts/events.js";
import {
  attributesOf,
  filteringOptions,
  filteringProperties,
  queryOf,
  readAttributes,
  writeAttributes,
} from "./event-filters.js";
import { EventList } from "./event-list.js";
import { type EventsSource, isOwnSearch, lookForEvents } from "./look-for-events.js";
import { merged, tailEveryMs, useTail } from "./use-tail.js";

/** Pages of the API are this long, and so are those of the table. */
const pageItems = 50;

/** All that is recorded, and event history, with filters, and followed as it happens. */
export default function EventsPage() {
  const [parameters, setParameters] = useUrlParameters();
  const [given, setSource] = useUrlState("source", "all");
  const [view, setView] = useUrlState("view", "table");
  const [live, setLive] = useUrlState("live");
  const [own, setOwn] = useUrlState("own");
  const period = useChosenPeriod("1h");
  const [round, setRound] = useState(0);
  const source: EventsSource = given === "history" ? "history" : "all";
  const attributes = readAttributes(parameters);
  const untilNow = period.pickerValue?.type === "relative";
  const following = live !== "" && untilNow;
  const wanted = own === "" ? (event: Parameters<typeof isOwnSearch>[0]) => !isOwnSearch(event) : () => true;

  const key = JSON.stringify([source, attributes, period.text, own, round]);
  // The pages of one search are all of one period.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says all that it depends on.
  const search = useMemo(() => {
    const { start, end } = period.resolve();
    return { attributes, start, end: untilNow ? undefined : end };
  }, [key]);
  const pages = usePages(
    key,
    async (nextToken, signal) => {
      const page = await lookForEvents(source, search, nextToken, signal);
      return { ...page, items: page.items.filter(wanted) };
    },
    { untilItems: pageItems },
  );
  const tail = useTail(key, { source, search, following });
  const events = useMemo(() => merged(tail.items, pages.items), [tail.items, pages.items]);
  const shown = own === "" ? events.filter(wanted) : events;
  const reload = () => setRound((before) => before + 1);

  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          description={source === "all" ? texts.description : texts.source.historyHint}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button
                iconName="download"
                disabled={shown.length === 0}
                onClick={() =>
                  saveFile(
                    "events.json",
                    "application/json",
                    JSON.stringify({ Records: shown.map(({ text }) => readRecord(text)) }, null, 2),
                  )
                }
              >
                {texts.save}
              </Button>
              {pages.loading ? (
                <Button iconName="close" onClick={pages.cancel}>
                  {texts.cancel}
                </Button>
              ) : (
                <Button iconName="refresh" onClick={reload}>
                  {texts.reload}
                </Button>
              )}
            </SpaceBetween>
          }
        >
          {texts.title}
        </Header>
      }
    >
      <SpaceBetween size="m">
        <SpaceBetween direction="horizontal" size="m" alignItems="center">
          <SegmentedControl
            label={texts.source.label}
            selectedId={source}
            options={[
              { id: "all", text: texts.source.all },
              { id: "history", text: texts.source.history },
            ]}
            onChange={({ detail }) => setSource(detail.selectedId)}
          />
          <PeriodPicker period={period} />
          <Toggle
            checked={following}
            disabled={!untilNow}
            onChange={({ detail }) => setLive(detail.checked ? "1" : "")}
          >
            {texts.live}
          </Toggle>
          <Checkbox checked={own !== ""} onChange={({ detail }) => setOwn(detail.checked ? "1" : "")}>
            {texts.own}
          </Checkbox>
          <SegmentedControl
            label={texts.view.label}
            selectedId={view}
            options={[
              { id: "table", text: texts.view.table },
              { id: "json", text: texts.view.json },
            ]}
            onChange={({ detail }) => setView(detail.selectedId)}
          />
        </SpaceBetween>
        <PropertyFilter
          query={queryOf(attributes)}
          onChange={({ detail }) => setParameters((before) => writeAttributes(attributesOf(detail), before))}
          filteringProperties={filteringProperties(source)}
          filteringOptions={filteringOptions(shown)}
          freeTextFiltering={{ operators: [":"], defaultOperator: ":" }}
          disableFreeTextFiltering={source === "history"}
          hideOperations
          expandToViewport
          filteringPlaceholder={texts.filter.placeholder}
          filteringAriaLabel={texts.filter.label}
        />
        {source === "history" && attributes.length > 1 && <Alert type="info">{texts.filter.oneAtMost}</Alert>}
        <FailureAlert failure={pages.failure ?? tail.failure} retry={reload} />
        <EventList
          key={key}
          events={shown}
          asJson={view === "json"}
          pageItems={pageItems}
          loading={pages.loading}
          failed={pages.failure !== undefined}
          more={pages.more}
          following={following ? texts.liveHint(tailEveryMs / 1000) : undefined}
          loadMore={pages.loadMore}
          onClear={attributes.length === 0 ? undefined : () => setParameters((before) => writeAttributes([], before))}
        />
      </SpaceBetween>
    </ContentLayout>
  );
}
