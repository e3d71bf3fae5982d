import Box from "@cloudscape-design/components/box";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { TableProps } from "@cloudscape-design/components/table";
import type { FoundEvent } from "../../api/search-events.js";
import { ConsoleLink } from "../../parts/console-link.js";
import { type EventRecord, readRecord } from "../../parts/event-record.js";
import type { Moments } from "../../parts/moments.js";
import { common } from "../../texts/common.js";
import { callerName, eventSentence } from "../../texts/event-sentence.js";
import { texts } from "../../texts/events.js";

export const usuallyVisible = ["time", "sentence", "name", "address", "category"];

/** Records are read once, though tables draw their rows often. */
const records = new WeakMap<FoundEvent, EventRecord>();

function recordOf(event: FoundEvent): EventRecord {
  const known = records.get(event) ?? readRecord(event.text);
  records.set(event, known);
  return known;
}

const { columns } = texts;

/** A sentence may have been written by a caller, whole: filters and names. So much of it a row shows. */
const sentenceCharsMax = 300;

export function eventColumns(moments: Moments): TableProps.ColumnDefinition<FoundEvent>[] {
  return [
    {
      id: "time",
      header: columns.time(moments.zone),
      width: 170,
      cell: ({ timeMs }) => <Box fontSize="body-s">{moments.full(timeMs)}</Box>,
    },
    {
      id: "sentence",
      header: columns.sentence,
      isRowHeader: true,
      minWidth: 320,
      width: 460,
      cell: (event) => (
        <ConsoleLink to={`/events/${event.eventId}`}>
          {eventSentence(recordOf(event)).slice(0, sentenceCharsMax)}
        </ConsoleLink>
      ),
    },
    {
      id: "name",
      header: columns.name,
      width: 190,
      cell: (event) =>
        recordOf(event).errorCode === undefined ? (
          event.eventName
        ) : (
          <StatusIndicator type="error">{event.eventName}</StatusIndicator>
        ),
    },
    { id: "caller", header: columns.caller, width: 200, cell: (event) => callerName(recordOf(event)) },
    {
      id: "source",
      header: columns.source,
      width: 200,
      cell: (event) => recordOf(event).eventSource ?? common.nothing,
    },
    {
      id: "address",
      header: columns.address,
      width: 120,
      cell: (event) => recordOf(event).sourceIPAddress ?? common.nothing,
    },
    { id: "category", header: columns.category, width: 120, cell: ({ category }) => category },
    { id: "error", header: columns.error, width: 200, cell: (event) => recordOf(event).errorCode ?? common.nothing },
    { id: "region", header: columns.region, width: 130, cell: (event) => recordOf(event).awsRegion ?? common.nothing },
    { id: "eventId", header: columns.eventId, width: 330, cell: ({ eventId }) => eventId },
  ];
}
