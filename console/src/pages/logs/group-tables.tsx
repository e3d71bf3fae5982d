import {
  CloudWatchLogsClient,
  DescribeLogStreamsCommand,
  DescribeMetricFiltersCommand,
  type LogStream,
  type MetricFilter,
} from "@aws-sdk/client-cloudwatch-logs";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import { clientOf } from "../../api/clients.js";
import { type Pages, usePages } from "../../api/use-pages.js";
import { useMoments } from "../../parts/moments.js";
import { NothingHere } from "../../parts/nothing-here.js";
import { PagedTable } from "../../parts/paged-table.js";
import { common } from "../../texts/common.js";
import { logsTexts } from "../../texts/logs.js";

/** Streams of a group, the one written last first. */
export function useStreams(group: string) {
  return usePages<LogStream>(`streams ${group}`, async (nextToken, abortSignal) => {
    const answer = await clientOf(CloudWatchLogsClient).send(
      new DescribeLogStreamsCommand({ logGroupName: group, orderBy: "LastEventTime", descending: true, nextToken }),
      { abortSignal },
    );
    return { items: answer.logStreams ?? [], nextToken: answer.nextToken };
  });
}

export function StreamTable({ streams, onShow }: { streams: Pages<LogStream>; onShow: (stream: string) => void }) {
  const { full, zone } = useMoments();
  const texts = logsTexts.streams;
  const time = (ms: number | undefined) => (ms === undefined ? common.nothing : full(ms));
  return (
    <PagedTable
      variant="borderless"
      wrapLines
      ariaLabels={{ tableLabel: texts.table }}
      pages={streams}
      items={streams.items}
      empty={<NothingHere text={texts.none} hint={texts.noneBody} />}
      trackBy={(stream) => stream.logStreamName ?? ""}
      columnDefinitions={[
        {
          id: "name",
          header: texts.name,
          isRowHeader: true,
          cell: ({ logStreamName: name = "" }) => (
            <Button variant="inline-link" ariaLabel={texts.show(name)} onClick={() => onShow(name)}>
              {name}
            </Button>
          ),
        },
        {
          id: "first",
          header: `${texts.first} (${zone})`,
          cell: ({ firstEventTimestamp }) => time(firstEventTimestamp),
        },
        { id: "last", header: `${texts.last} (${zone})`, cell: ({ lastEventTimestamp }) => time(lastEventTimestamp) },
      ]}
    />
  );
}

export function MetricFilterTable({ group }: { group: string }) {
  const texts = logsTexts.filters;
  const filters = usePages<MetricFilter>(`filters ${group}`, async (nextToken, abortSignal) => {
    const answer = await clientOf(CloudWatchLogsClient).send(
      new DescribeMetricFiltersCommand({ logGroupName: group, nextToken }),
      { abortSignal },
    );
    return { items: answer.metricFilters ?? [], nextToken: answer.nextToken };
  });
  return (
    <PagedTable
      variant="borderless"
      wrapLines
      ariaLabels={{ tableLabel: texts.table }}
      pages={filters}
      items={filters.items}
      empty={<NothingHere text={texts.none} hint={texts.noneBody} />}
      trackBy={(filter) => filter.filterName ?? ""}
      columnDefinitions={[
        { id: "name", header: texts.name, isRowHeader: true, cell: ({ filterName = "" }) => filterName },
        {
          id: "pattern",
          header: texts.pattern,
          cell: ({ filterPattern = "" }) => <Box variant="code">{filterPattern}</Box>,
        },
        {
          id: "metric",
          header: texts.metric,
          cell: ({ metricTransformations }) => {
            const [first] = metricTransformations ?? [];
            return `${first?.metricNamespace}/${first?.metricName}`;
          },
        },
        {
          id: "value",
          header: texts.value,
          cell: ({ metricTransformations }) => metricTransformations?.[0]?.metricValue,
        },
      ]}
    />
  );
}
