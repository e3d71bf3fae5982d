import { useCollection } from "@cloudscape-design/collection-hooks";
import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import { ConsoleLink } from "../../parts/console-link.js";
import { useMoments } from "../../parts/moments.js";
import type { ReplayDifference } from "../../parts/policy/access-extensions.js";
import { common } from "../../texts/common.js";
import { leastTexts } from "../../texts/least-privilege.js";

const texts = leastTexts.replay;
const pageSize = 20;

/** Each kind of difference, with examples to look at. */
export function DifferencesTable(props: { differences: readonly ReplayDifference[]; count: number }) {
  const { full } = useMoments();
  const { items, collectionProps, paginationProps } = useCollection(props.differences, {
    pagination: { pageSize },
    sorting: {},
  });
  return (
    <Table<ReplayDifference>
      {...collectionProps}
      items={items}
      variant="embedded"
      wrapLines
      ariaLabels={{ tableLabel: texts.differences }}
      header={
        <Header variant="h3" counter={texts.count(props.differences.length, props.count)}>
          {texts.differences}
        </Header>
      }
      pagination={props.count > pageSize ? <Pagination {...paginationProps} /> : undefined}
      columnDefinitions={[
        {
          id: "change",
          header: texts.change,
          sortingField: "Change",
          minWidth: 130,
          cell: ({ Change }) => (
            <StatusIndicator type={Change === "REFUSED" ? "error" : Change === "ALLOWED" ? "success" : "info"}>
              {texts.changes[Change]}
            </StatusIndicator>
          ),
        },
        { id: "action", header: texts.action, sortingField: "Action", isRowHeader: true, cell: ({ Action }) => Action },
        { id: "resource", header: texts.resource, sortingField: "Resource", cell: ({ Resource }) => Resource },
        { id: "calls", header: texts.calls, sortingField: "Calls", cell: ({ Calls }) => Calls },
        {
          id: "period",
          header: texts.period,
          sortingField: "LastTime",
          minWidth: 180,
          cell: ({ FirstTime, LastTime }) => (
            <>
              <Box>{full(FirstTime * 1000)}</Box>
              {LastTime - FirstTime >= 1 && <Box>{full(LastTime * 1000)}</Box>}
            </>
          ),
        },
        { id: "why", header: texts.why, minWidth: 240, cell: ({ Message }) => Message ?? common.nothing },
        {
          id: "events",
          header: texts.events,
          cell: ({ ExampleEventIds }) => (
            <SpaceBetween size="xxs">
              {ExampleEventIds.map((id, index) => (
                <ConsoleLink key={id} to={`/events/${id}`}>
                  {texts.event(index + 1)}
                </ConsoleLink>
              ))}
            </SpaceBetween>
          ),
        },
      ]}
    />
  );
}
