import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import Tabs from "@cloudscape-design/components/tabs";
import { useState } from "react";
import { type FoundEvent, type SearchAttribute, searchEvents } from "../../api/search-events.js";
import { useLoaded } from "../../api/use-loaded.js";
import { ConsoleLink } from "../../parts/console-link.js";
import { type EventRecord, tracesIn } from "../../parts/event-record.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { useMoments } from "../../parts/moments.js";
import { common } from "../../texts/common.js";
import { texts } from "../../texts/events.js";
import { eventColumns } from "./event-columns.js";
import { eventsAddress } from "./event-filters.js";

const words = texts.related;
const shownMax = 20;
const callerWindowMs = 5 * 60_000;

interface Relation {
  readonly id: "caller" | "minute" | "trace";
  readonly attributes: readonly SearchAttribute[];
  readonly start: Date | undefined;
  readonly end: Date | undefined;
  readonly hint: string;
}

/** What the same caller did, what else happened, and who else looked at the same trace. */
export function RelatedEvents({ event, record }: { event: FoundEvent; record: EventRecord }) {
  const [tab, setTab] = useState<string>("caller");
  const relations = relationsOf(event, record);
  return (
    <Container header={<Header variant="h2">{words.title}</Header>}>
      <Tabs
        activeTabId={tab}
        onChange={({ detail }) => setTab(detail.activeTabId)}
        ariaLabel={words.title}
        tabs={(["caller", "minute", "trace"] as const).map((id) => {
          const relation = relations.find((each) => each.id === id);
          return {
            id,
            label: words[id],
            disabled: relation === undefined,
            disabledReason: id === "caller" ? words.noCaller : words.noTrace,
            content: relation !== undefined && tab === id && (
              <Related key={id} relation={relation} than={event.eventId} />
            ),
          };
        })}
      />
    </Container>
  );
}

function Related({ relation, than }: { relation: Relation; than: string }) {
  const { attributes, start, end, hint, id } = relation;
  const moments = useMoments();
  const loaded = useLoaded(`${than} ${id}`, (signal) =>
    searchEvents({ attributes, start, end, limit: shownMax + 1 }, undefined, signal),
  );
  const period = start && end && `${start.toISOString()}~${end.toISOString()}`;
  const columns = eventColumns(moments).filter((column) => ["time", "sentence", "name"].includes(column.id ?? ""));
  if (loaded.failure !== undefined) return <FailureAlert failure={loaded.failure} retry={loaded.reload} />;
  return (
    <Table
      variant="embedded"
      items={(loaded.value?.items ?? []).filter(({ eventId }) => eventId !== than).slice(0, shownMax)}
      trackBy="eventId"
      columnDefinitions={columns}
      wrapLines
      loading={loaded.value === undefined}
      loadingText={common.loading}
      empty={words.none}
      header={
        <Box color="text-body-secondary">
          <SpaceBetween direction="horizontal" size="m">
            <span>{hint}</span>
            <ConsoleLink to={eventsAddress(attributes, period ?? "7d")}>{words.all}</ConsoleLink>
          </SpaceBetween>
        </Box>
      }
      ariaLabels={{ tableLabel: words[id] }}
    />
  );
}

function relationsOf({ timeMs }: FoundEvent, record: EventRecord): readonly Relation[] {
  const arn = record.userIdentity?.arn;
  const [trace] = tracesIn(record);
  const minuteMs = Math.floor(timeMs / 60_000) * 60_000;
  return [
    ...(typeof arn !== "string" || arn === ""
      ? []
      : [
          {
            id: "caller" as const,
            attributes: [{ AttributeKey: "UserIdentityArn", AttributeValue: arn }],
            start: new Date(timeMs - callerWindowMs),
            end: new Date(timeMs + callerWindowMs),
            hint: words.hint.caller,
          },
        ]),
    {
      id: "minute",
      attributes: [],
      start: new Date(minuteMs),
      end: new Date(minuteMs + 59_000),
      hint: words.hint.minute,
    },
    ...(trace === undefined
      ? []
      : [
          {
            id: "trace" as const,
            attributes: [{ AttributeKey: "TraceId", AttributeValue: trace }],
            start: undefined,
            end: undefined,
            hint: words.hint.trace(trace),
          },
        ]),
  ];
}
