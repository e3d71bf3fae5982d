import { CloudTrailClient, DescribeQueryCommand, ListQueriesCommand } from "@aws-sdk/client-cloudtrail";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import { clientOf } from "../../api/clients.js";
import { usePages } from "../../api/use-pages.js";
import { useMoments } from "../../parts/moments.js";
import { NothingHere } from "../../parts/nothing-here.js";
import { PagedTable } from "../../parts/paged-table.js";
import { queryTexts } from "../../texts/query.js";

const texts = queryTexts.history;
/** Each needs a call for its statement, which the list does not tell. */
const pageSize = 10;

interface PastQuery {
  readonly id: string;
  readonly status: string;
  readonly time: Date;
  /** Undefined: it may not be read. */
  readonly statement: string | undefined;
}

const indicators: Readonly<Record<string, StatusIndicatorProps.Type>> = {
  QUEUED: "pending",
  RUNNING: "in-progress",
  FINISHED: "success",
  FAILED: "error",
  CANCELLED: "stopped",
  TIMED_OUT: "error",
};

export function QueryStatusText({ status }: { status: string }) {
  return <StatusIndicator type={indicators[status] ?? "info"}>{queryTexts.status[status] ?? status}</StatusIndicator>;
}

/** Queries that read a store, newest first. */
export function History({
  storeId,
  onOpen,
}: {
  storeId: string;
  onOpen: (queryId: string, statement: string) => void;
}) {
  const { full, zone } = useMoments();
  const queries = usePages<PastQuery>(
    storeId === "" ? undefined : `queries ${storeId}`,
    async (NextToken, abortSignal) => {
      const trails = clientOf(CloudTrailClient);
      const answer = await trails.send(
        new ListQueriesCommand({ EventDataStore: storeId, MaxResults: pageSize, NextToken }),
        { abortSignal },
      );
      const items = await Promise.all(
        (answer.Queries ?? []).map(async ({ QueryId = "", QueryStatus = "", CreationTime = new Date(0) }) => {
          const described = await trails
            .send(new DescribeQueryCommand({ QueryId }), { abortSignal })
            .catch(() => undefined);
          return { id: QueryId, status: QueryStatus, time: CreationTime, statement: described?.QueryString };
        }),
      );
      return { items, nextToken: answer.NextToken };
    },
  );

  if (storeId === "") return <Box variant="p">{texts.chooseStore}</Box>;
  return (
    <PagedTable
      pages={queries}
      variant="borderless"
      ariaLabels={{ tableLabel: texts.table }}
      items={queries.items}
      trackBy={(query) => query.id}
      empty={<NothingHere text={texts.none} hint={texts.noneBody} />}
      columnDefinitions={[
        { id: "time", header: `${texts.time} (${zone})`, width: 220, cell: ({ time }) => full(time) },
        { id: "status", header: texts.status, width: 160, cell: ({ status }) => <QueryStatusText status={status} /> },
        {
          id: "statement",
          header: texts.statement,
          isRowHeader: true,
          cell: ({ statement }) =>
            statement === undefined ? (
              <Box color="text-body-secondary">{texts.hidden}</Box>
            ) : (
              <Box variant="code">{statement.replaceAll(/\s+/g, " ").slice(0, 160)}</Box>
            ),
        },
        {
          id: "open",
          header: texts.open,
          width: 110,
          cell: ({ id, statement = "" }) => (
            <Button
              variant="inline-link"
              ariaLabel={texts.openLabel(statement.slice(0, 60) || id)}
              onClick={() => onOpen(id, statement)}
            >
              {texts.open}
            </Button>
          ),
        },
      ]}
    />
  );
}
