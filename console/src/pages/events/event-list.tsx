import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import CollectionPreferences from "@cloudscape-design/components/collection-preferences";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import type { FoundEvent } from "../../api/search-events.js";
import { readRecord } from "../../parts/event-record.js";
import { JsonView } from "../../parts/json-view.js";
import { useMoments } from "../../parts/moments.js";
import { common } from "../../texts/common.js";
import { texts } from "../../texts/events.js";
import { eventColumns, usuallyVisible } from "./event-columns.js";

interface EventListProps {
  readonly events: readonly FoundEvent[];
  readonly asJson: boolean;
  readonly pageItems: number;
  readonly loading: boolean;
  /** They could not be read, so an empty list says nothing of what there is. */
  readonly failed: boolean;
  readonly more: boolean;
  /** Says that new ones come in; undefined: they do not. */
  readonly following: string | undefined;
  readonly loadMore: () => void;
  /** Takes the filters away; undefined where there are none. */
  readonly onClear: (() => void) | undefined;
}

/** Events in pages, so that no more is drawn than is looked at. */
export function EventList(props: EventListProps) {
  const { events, asJson, pageItems, loading, failed, more, following, loadMore, onClear } = props;
  const moments = useMoments();
  const [page, setPage] = useState(1);
  const [columns, setColumns] = useState<readonly string[]>(usuallyVisible);
  const pagesCount = Math.max(1, Math.ceil(events.length / pageItems));
  const items = events.slice((page - 1) * pageItems, page * pageItems);
  const header = (
    <Header
      {...(!(failed && events.length === 0) && { counter: texts.count(events.length, more) })}
      {...(following !== undefined && {
        description: <StatusIndicator type="in-progress">{following}</StatusIndicator>,
      })}
    >
      {texts.found}
    </Header>
  );
  const pagination = (
    <Pagination
      currentPageIndex={Math.min(page, pagesCount)}
      pagesCount={pagesCount}
      openEnd={more}
      disabled={loading && page >= pagesCount}
      onChange={({ detail }) => setPage(detail.currentPageIndex)}
      onNextPageClick={({ detail }) => {
        if (detail.requestedPageAvailable === false || detail.requestedPageIndex >= pagesCount) loadMore();
      }}
    />
  );
  const empty = loading ? (
    <StatusIndicator type="loading">{texts.searching}</StatusIndicator>
  ) : failed ? (
    common.nothing
  ) : (
    <SpaceBetween size="xs" alignItems="center">
      <Box variant="strong">{texts.empty}</Box>
      <Box color="text-body-secondary">{texts.emptyHint}</Box>
      {onClear !== undefined && <Button onClick={onClear}>{texts.clear}</Button>}
    </SpaceBetween>
  );

  if (asJson)
    return (
      <Container header={header}>
        {items.length === 0 ? (
          <Box textAlign="center">{empty}</Box>
        ) : (
          <SpaceBetween size="s">
            {pagination}
            <JsonView label={texts.view.json} value={items.map(({ text }) => readRecord(text))} />
          </SpaceBetween>
        )}
      </Container>
    );
  return (
    <Table
      items={items}
      trackBy="eventId"
      columnDefinitions={eventColumns(moments)}
      columnDisplay={[...columns].map((id) => ({ id, visible: true }))}
      variant="container"
      wrapLines
      resizableColumns
      header={header}
      empty={empty}
      pagination={pagination}
      preferences={
        <CollectionPreferences
          title={common.header.settings}
          confirmLabel={common.save}
          cancelLabel={common.cancel}
          preferences={{
            contentDisplay: eventColumns(moments).map(({ id }) => ({
              id: id ?? "",
              visible: columns.includes(id ?? ""),
            })),
          }}
          contentDisplayPreference={{
            options: eventColumns(moments).map(({ id, header: label }) => ({ id: id ?? "", label: String(label) })),
          }}
          onConfirm={({ detail }) =>
            setColumns((detail.contentDisplay ?? []).filter(({ visible }) => visible).map(({ id }) => id))
          }
        />
      }
      ariaLabels={{ tableLabel: texts.loaded(events.length), resizerRoleDescription: "" }}
    />
  );
}
