import { CloudTrailClient, GetQueryResultsCommand, type Widget } from "@aws-sdk/client-cloudtrail";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import PieChart from "@cloudscape-design/components/pie-chart";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { clientOf } from "../../api/clients.js";
import { useLoaded } from "../../api/use-loaded.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { ChartDrawing } from "../../parts/sql/chart-drawing.js";
import { type Result, resultOf } from "../../parts/sql/result-rows.js";
import { ResultTable } from "../../parts/sql/result-table.js";
import { useQuery } from "../../parts/sql/use-query.js";
import { dashboardsTexts } from "../../texts/dashboards.js";
import { sqlTexts } from "../../texts/sql.js";

const texts = dashboardsTexts.view;

/** A widget: its query in one refresh, followed to its end and drawn. */
export function WidgetBox({
  widget,
  refreshId,
  onEdit,
}: {
  widget: Widget;
  refreshId: string | undefined;
  onEdit: (() => void) | undefined;
}) {
  const { QueryAlias = "", ViewProperties: view = {} } = widget;
  const title = view["Title"] ?? QueryAlias;
  const { query, failure, running } = useQuery(refreshId ? { QueryAlias, RefreshId: refreshId } : undefined);
  const finished = query?.QueryStatus === "FINISHED" ? query.QueryId : undefined;
  const result = useLoaded(finished, async (abortSignal) => {
    const answer = await clientOf(CloudTrailClient).send(new GetQueryResultsCommand({ QueryId: finished }), {
      abortSignal,
    });
    return { ...resultOf(answer.QueryResultRows ?? []), more: answer.NextToken !== undefined };
  });
  const notRun = failure?.code === "QueryIdNotFoundException";

  return (
    <Container
      fitHeight
      header={
        <Header
          variant="h2"
          actions={onEdit && <Button variant="icon" iconName="edit" ariaLabel={texts.edit(title)} onClick={onEdit} />}
        >
          {title}
        </Header>
      }
    >
      {running && <StatusIndicator type="in-progress">{texts.refreshing}</StatusIndicator>}
      {notRun && <Box color="text-body-secondary">{texts.notRun}</Box>}
      <FailureAlert failure={notRun ? result.failure : (failure ?? result.failure)} />
      {query?.ErrorMessage !== undefined && <StatusIndicator type="error">{query.ErrorMessage}</StatusIndicator>}
      {finished !== undefined && result.value !== undefined && (
        <Drawing result={result.value} view={view} title={title} />
      )}
      {result.value?.more && <Box color="text-body-secondary">{texts.rows(result.value.rows.length)}</Box>}
    </Container>
  );
}

function Drawing({ result, view, title }: { result: Result; view: Readonly<Record<string, string>>; title: string }) {
  const { View, XAxisColumn = "", YAxisColumn = "", LabelColumn = "", ValueColumn = "", FilterColumn = "" } = view;
  if (View === "LineChart")
    return (
      <ChartDrawing
        result={result}
        choice={{ type: "line", x: XAxisColumn, y: YAxisColumn, split: FilterColumn }}
        height={220}
      />
    );
  if (View === "BarChart")
    return (
      <ChartDrawing
        result={result}
        choice={{ type: "bar", x: LabelColumn, y: ValueColumn, split: "" }}
        height={220}
        horizontal={view["Orientation"] === "Horizontal"}
      />
    );
  if (View !== "PieChart") return <ResultTable result={result} more={false} loading={false} loadMore={() => {}} />;
  const [label, value] = [result.columns.indexOf(LabelColumn), result.columns.indexOf(ValueColumn)];
  return (
    <PieChart
      hideFilter
      ariaLabel={title}
      size="medium"
      data={result.rows.map((row) => ({ title: row[label] ?? "", value: Number(row[value]) || 0 }))}
      segmentDescription={({ value: amount }, sum) =>
        `${amount.toLocaleString("en")} (${((amount / sum) * 100).toFixed(0)}%)`
      }
      empty={<Box textAlign="center">{sqlTexts.chart.none}</Box>}
    />
  );
}
