import type { LogStream } from "@aws-sdk/client-cloudwatch-logs";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Grid from "@cloudscape-design/components/grid";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useMemo, useState } from "react";
import type { Pages } from "../../api/use-pages.js";
import { useUrlState } from "../../api/use-url-state.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { PeriodPicker } from "../../parts/period-picker.js";
import { useDraft } from "../../parts/use-draft.js";
import { useChosenPeriod } from "../../parts/use-period.js";
import { common } from "../../texts/common.js";
import { logsTexts } from "../../texts/logs.js";
import { EventList } from "./event-list.js";
import { keptMax, type ShownEvent } from "./tail-buffer.js";
import { useFoundEvents, useTail } from "./use-log-events.js";

const texts = logsTexts.events;

/** Events of a group: searched in a period, or followed as they come. The address has all of it. */
export function EventSearch({ group, streams }: { group: string; streams: Pages<LogStream> }) {
  const [pattern, setPattern] = useUrlState("filter");
  const [stream, setStream] = useUrlState("stream");
  const [mode, setMode] = useUrlState("mode", "search");
  const period = useChosenPeriod("1h");
  const [typed, setTyped] = useDraft(pattern);
  const [round, setRound] = useState(0);
  const live = mode === "live" || mode === "paused";
  const question = { group, stream, pattern };
  // biome-ignore lint/correctness/useExhaustiveDependencies: a period until now moves with each search.
  const range = useMemo(() => (live ? undefined : period.resolve()), [live, period.text, pattern, stream, round]);
  const found = useFoundEvents(question, range);
  const tail = useTail(question, mode === "live");
  const { events, failure } = live ? tail : { events: found.items, failure: found.failure };
  const search = () => {
    setPattern(typed);
    setRound((before) => before + 1);
  };
  const names = streams.items.map(({ logStreamName = "" }) => logStreamName);
  const options = [
    { value: "", label: texts.allStreams },
    ...[...new Set([...names, stream])].filter((name) => name !== "").map((name) => ({ value: name, label: name })),
  ];

  return (
    <SpaceBetween size="m">
      <Grid gridDefinition={[{ colspan: { default: 12, s: 8 } }, { colspan: { default: 12, s: 4 } }]}>
        <FormField label={texts.pattern} constraintText={texts.patternHint} stretch>
          <Input
            value={typed}
            onChange={({ detail }) => setTyped(detail.value)}
            onKeyDown={({ detail }) => {
              if (detail.key === "Enter") search();
            }}
          />
        </FormField>
        <FormField label={texts.stream}>
          <Select
            options={options}
            filteringType="auto"
            statusType={streams.failure ? "error" : streams.loading ? "loading" : streams.more ? "pending" : "finished"}
            errorText={streams.failure?.message}
            onLoadItems={({ detail }) => (detail.firstPage ? undefined : streams.loadMore())}
            selectedOption={options.find(({ value }) => value === stream) ?? null}
            onChange={({ detail }) => setStream(detail.selectedOption.value ?? "")}
          />
        </FormField>
      </Grid>
      <SpaceBetween direction="horizontal" size="xs" alignItems="center">
        {!live && <PeriodPicker period={period} />}
        <Button variant="primary" onClick={search}>
          {texts.search}
        </Button>
        <Button
          iconName={mode === "live" ? "pause" : "play"}
          onClick={() => setMode(mode === "live" ? "paused" : "live")}
        >
          {mode === "live" ? texts.pause : texts.live}
        </Button>
        {live && <Button onClick={() => setMode("search")}>{texts.stop}</Button>}
        {!live && found.loading && <Button onClick={found.cancel}>{common.cancel}</Button>}
      </SpaceBetween>
      <FailureAlert failure={failure} retry={live ? tail.retry : found.reload} />
      {failure === undefined && <State mode={mode} found={found} />}
      {events.length > 0 && (
        <EventList
          events={events}
          more={!live && found.more}
          loadMore={found.loadMore}
          key={JSON.stringify([question, range])}
        />
      )}
      {events.length === 0 && failure === undefined && (live || !(found.loading || found.cancelled)) && (
        <Box textAlign="center" padding="m">
          <Box variant="strong">{live ? texts.waiting : texts.none}</Box>
          {!live && <Box variant="p">{texts.noneBody}</Box>}
        </Box>
      )}
      {events.length >= keptMax && live && <Box color="text-body-secondary">{texts.kept(keptMax)}</Box>}
    </SpaceBetween>
  );
}

/** What is done now, or was. */
function State({ mode, found }: { mode: string; found: Pages<ShownEvent> }) {
  const { items, loading, cancelled, more } = found;
  if (mode === "live") return <StatusIndicator type="in-progress">{texts.following}</StatusIndicator>;
  if (mode === "paused") return <StatusIndicator type="stopped">{texts.paused}</StatusIndicator>;
  if (loading) return <StatusIndicator type="loading">{common.loading}</StatusIndicator>;
  if (cancelled) return <StatusIndicator type="stopped">{texts.cancelled(items.length)}</StatusIndicator>;
  return <StatusIndicator type="success">{texts.found(items.length, more)}</StatusIndicator>;
}
