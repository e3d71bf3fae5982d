import { CloudTrailClient, GetQueryResultsCommand } from "@aws-sdk/client-cloudtrail";
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { lazy, Suspense, useMemo } from "react";
import { clientOf } from "../../api/clients.js";
import { usePages } from "../../api/use-pages.js";
import { useUrlState } from "../../api/use-url-state.js";
import { durationText } from "../../parts/durations.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { type ApiRow, resultOf } from "../../parts/sql/result-rows.js";
import { ResultTable } from "../../parts/sql/result-table.js";
import type { FollowedQuery } from "../../parts/sql/use-query.js";
import { common } from "../../texts/common.js";
import { queryTexts } from "../../texts/query.js";
import { QueryStatusText } from "./history.js";
import { useExport } from "./use-export.js";

const texts = queryTexts.result;
/** Drawing weighs more than the rest of the page. */
const ResultChart = lazy(() => import("./result-chart.js"));

/** How a query goes, and what it found. */
export function Results({ queryId, followed }: { queryId: string; followed: FollowedQuery }) {
  const { query, failure, running, cancel } = followed;
  if (queryId === "") return <Nothing header={texts.none} body={texts.noneBody} />;
  const status = query?.QueryStatus ?? "QUEUED";
  const { EventsScanned, ExecutionTimeInMillis } = query?.QueryStatistics ?? {};
  return (
    <SpaceBetween size="m">
      <FailureAlert failure={failure} />
      {failure === undefined && (
        <SpaceBetween direction="horizontal" size="m" alignItems="center">
          <QueryStatusText status={status} />
          {EventsScanned !== undefined && ExecutionTimeInMillis !== undefined && (
            <Box color="text-body-secondary">
              {texts.scanned(EventsScanned, durationText(ExecutionTimeInMillis / 1000))}
            </Box>
          )}
          {running && <Button onClick={cancel}>{queryTexts.editor.cancel}</Button>}
        </SpaceBetween>
      )}
      {query?.ErrorMessage !== undefined && (
        <Alert type="error" header={queryTexts.status[status]}>
          {query.ErrorMessage}
        </Alert>
      )}
      {status === "FINISHED" && <Rows key={queryId} queryId={queryId} />}
    </SpaceBetween>
  );
}

function Rows({ queryId }: { queryId: string }) {
  const [view, setView] = useUrlState("view", "table");
  const { items, failure, loading, more, loadMore, reload, total } = useRows(queryId);
  const result = useMemo(() => resultOf(items), [items]);
  const { start, fetched, cancel } = useExport(queryId, total);
  if (!loading && items.length === 0 && failure === undefined)
    return <Nothing header={texts.noRows} body={texts.noRowsBody} />;
  return (
    <SpaceBetween size="s">
      <FailureAlert failure={failure} retry={reload} />
      <SpaceBetween direction="horizontal" size="s" alignItems="center">
        <Box variant="strong">{texts.rows(total)}</Box>
        <SegmentedControl
          label={texts.as}
          selectedId={view === "chart" ? "chart" : "table"}
          onChange={({ detail }) => setView(detail.selectedId)}
          options={[
            { id: "table", text: texts.asTable },
            { id: "chart", text: texts.asChart },
          ]}
        />
        <ButtonDropdown
          loading={fetched !== undefined}
          items={[
            { id: "csv", text: texts.csv },
            { id: "json", text: texts.json },
          ]}
          onItemClick={({ detail }) => start(detail.id === "csv" ? "csv" : "json")}
        >
          {texts.export}
        </ButtonDropdown>
      </SpaceBetween>
      {fetched !== undefined && (
        <ProgressBar
          value={(fetched / Math.max(total, 1)) * 100}
          label={texts.exporting(fetched, total)}
          resultButtonText={common.cancel}
          additionalInfo={<Button onClick={cancel}>{common.cancel}</Button>}
        />
      )}
      {view === "chart" ? (
        <Suspense fallback={<Spinner />}>
          <ResultChart result={result} partial={more} />
        </Suspense>
      ) : (
        <ResultTable result={result} more={more} loading={loading} loadMore={loadMore} />
      )}
      {more && view !== "chart" && <Box color="text-body-secondary">{texts.loaded(items.length, total)}</Box>}
    </SpaceBetween>
  );
}

function useRows(queryId: string) {
  const rows = usePages<{ readonly row: ApiRow; readonly total: number }>(
    `rows ${queryId}`,
    async (NextToken, abortSignal) => {
      const answer = await clientOf(CloudTrailClient).send(
        new GetQueryResultsCommand({ QueryId: queryId, NextToken }),
        {
          abortSignal,
        },
      );
      const total = answer.QueryStatistics?.TotalResultsCount ?? 0;
      return { items: (answer.QueryResultRows ?? []).map((row) => ({ row, total })), nextToken: answer.NextToken };
    },
  );
  const items = useMemo(() => rows.items.map(({ row }) => row), [rows.items]);
  return { ...rows, items, total: rows.items[0]?.total ?? 0 };
}

function Nothing({ header, body }: { header: string; body: string }) {
  return (
    <Box textAlign="center" padding="l">
      <Box variant="strong">{header}</Box>
      <Box variant="p">{body}</Box>
    </Box>
  );
}
