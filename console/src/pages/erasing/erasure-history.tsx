import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import { callExtension } from "../../api/extension.js";
import { usePages } from "../../api/use-pages.js";
import { pagesCount } from "../../parts/list-count.js";
import { useMoments } from "../../parts/moments.js";
import { PagedTable } from "../../parts/paged-table.js";
import { common } from "../../texts/common.js";
import { texts as all } from "../../texts/erasing.js";
import type { Erasure } from "./erasures.js";

const texts = all.erasing;
const indicators: Record<Erasure["Status"], StatusIndicatorProps.Type> = {
  SCHEDULED: "pending",
  RUNNING: "in-progress",
  COMPLETE: "success",
  FAILED: "error",
};

interface Answer {
  readonly Erasures: readonly Erasure[];
  readonly NextToken?: string;
}

/** What was erased or counted, latest first, by whom and why. */
export function ErasureHistory({ onShow }: { onShow: (erasureId: string) => void }) {
  const moments = useMoments();
  const history = usePages<Erasure>("erasures", async (token, signal) => {
    const input = token === undefined ? {} : { NextToken: token };
    const answer = await callExtension<Answer>("xray", "ListTraceErasures", input, { signal });
    return { items: answer.Erasures, nextToken: answer.NextToken };
  });
  return (
    <PagedTable
      header={
        <Header variant="h2" {...pagesCount(history)}>
          {texts.history}
        </Header>
      }
      pages={history}
      items={history.items}
      empty={texts.historyEmpty}
      trackBy="ErasureId"
      wrapLines
      columnDefinitions={[
        {
          id: "requested",
          header: `${texts.columns.requested} (${moments.zone})`,
          isRowHeader: true,
          cell: ({ RequestedAt }) => moments.full(RequestedAt * 1000),
        },
        {
          id: "status",
          header: texts.columns.status,
          cell: ({ Status, DryRun }) => (
            <>
              <StatusIndicator type={indicators[Status]}>{texts.statuses[Status]}</StatusIndicator>
              {DryRun && (
                <Box color="text-body-secondary" fontSize="body-s">
                  {texts.kindCount}
                </Box>
              )}
            </>
          ),
        },
        { id: "what", header: texts.columns.what, cell: ({ Annotation }) => texts.what(Annotation?.Key) },
        {
          id: "traces",
          header: texts.columns.traces,
          cell: ({ TraceCount }) => TraceCount?.toLocaleString("en") ?? common.nothing,
        },
        {
          id: "reason",
          header: texts.columns.reason,
          cell: ({ Reason, Reference }) => (Reference === undefined ? Reason : `${Reason} (${Reference})`),
        },
        { id: "by", header: texts.columns.by, cell: ({ RequestedBy }) => RequestedBy },
        {
          id: "details",
          header: texts.columns.details,
          cell: ({ ErasureId, RequestedAt }) => (
            <Button
              variant="inline-link"
              ariaLabel={texts.showErasure(moments.full(RequestedAt * 1000))}
              onClick={() => onShow(ErasureId)}
            >
              {texts.show}
            </Button>
          ),
        },
      ]}
    />
  );
}
