import Box from "@cloudscape-design/components/box";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { ConsoleLink } from "../../parts/console-link.js";
import { JsonView } from "../../parts/json-view.js";
import { useMoments } from "../../parts/moments.js";
import { logsTexts } from "../../texts/logs.js";
import { readable, type ShownEvent, traceIdOf } from "./tail-buffer.js";
import "./event-list.css";

const texts = logsTexts.events;
/** Events that are drawn at once. */
const eventsShown = 100;
/** Of a message in its line; opened, all of it is there. */
const lineCharsMax = 400;

/** Log events, each a line that opens into the whole message. */
export function EventList({
  events,
  more,
  loadMore,
}: {
  events: readonly ShownEvent[];
  more: boolean;
  loadMore: () => void;
}) {
  const [page, setPage] = useState(1);
  const pages = Math.max(1, Math.ceil(events.length / eventsShown));
  const current = Math.min(page, pages);
  const shown = events.slice((current - 1) * eventsShown, current * eventsShown);
  return (
    <SpaceBetween size="xs">
      {(pages > 1 || more) && (
        <Box float="right">
          <Pagination
            currentPageIndex={current}
            pagesCount={pages}
            openEnd={more}
            onChange={({ detail }) => {
              setPage(detail.currentPageIndex);
              if (more && detail.currentPageIndex >= pages) loadMore();
            }}
            ariaLabels={{
              nextPageLabel: texts.pages.next,
              previousPageLabel: texts.pages.previous,
              pageLabel: texts.pages.page,
            }}
          />
        </Box>
      )}
      <ul className="log-events" aria-label={texts.list}>
        {shown.map((event) => (
          <EventLine key={event.id} event={event} />
        ))}
      </ul>
    </SpaceBetween>
  );
}

function EventLine({ event: { timeMs, stream, message } }: { event: ShownEvent }) {
  const [open, setOpen] = useState(false);
  const { full } = useMoments();
  const traceId = open ? traceIdOf(message) : undefined;
  return (
    <li>
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <span>{full(timeMs, { milliseconds: true })}</span>
          <span className="log-stream">{stream}</span>
          <span>{message.slice(0, lineCharsMax)}</span>
        </summary>
        {open && (
          <div className="log-whole">
            {traceId !== undefined && <ConsoleLink to={`/traces/${traceId}`}>{texts.trace}</ConsoleLink>}
            <JsonView value={readable(message)} label={texts.message} />
          </div>
        )}
      </details>
    </li>
  );
}
