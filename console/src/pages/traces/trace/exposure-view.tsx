import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { callExtension } from "../../../api/extension.js";
import { usePages } from "../../../api/use-pages.js";
import { ConsoleLink } from "../../../parts/console-link.js";
import { EmptyList } from "../../../parts/empty-list.js";
import { FailureAlert } from "../../../parts/failure-alert.js";
import { useMoments } from "../../../parts/moments.js";
import { common } from "../../../texts/common.js";
import { traceTexts } from "../../../texts/trace.js";

const texts = traceTexts.exposure;

/** An answer of GetTraceExposure. Times are epoch seconds. */
interface Exposure {
  readonly CompleteSince: number;
  readonly ReaderCount: number;
  readonly ReadCount: number;
  readonly RefusalCount: number;
  readonly FirstReadTime?: number;
  readonly LastReadTime?: number;
  readonly Accesses: readonly Access[];
  readonly NextToken?: string;
}

interface Access {
  readonly Time: number;
  readonly EventId: string;
  readonly Caller: string;
  readonly Operation: string;
  readonly Kind: string;
  readonly Outcome: "READ" | "REFUSED";
  readonly ErrorCode?: string;
  readonly Request: unknown;
}

/** Who has read a trace, how, when and with what filter; who was refused; and from when on the answer is whole. */
export function ExposureView({ traceId }: { traceId: string }) {
  const moments = useMoments();
  const [sums, setSums] = useState<Exposure>();
  const pages = usePages(traceId, async (nextToken, signal) => {
    const answer = await callExtension<Exposure>(
      "xray",
      "GetTraceExposure",
      { TraceId: traceId, ...(nextToken !== undefined && { NextToken: nextToken }) },
      { signal },
    );
    if (nextToken === undefined) setSums(answer);
    return { items: answer.Accesses, nextToken: answer.NextToken };
  });
  const at = (seconds: number | undefined) =>
    seconds === undefined ? common.nothing : moments.full(seconds * 1000, { milliseconds: true });

  return (
    <SpaceBetween size="l">
      <FailureAlert failure={pages.failure} retry={pages.reload} />
      {sums !== undefined && (
        <KeyValuePairs
          columns={4}
          items={[
            { label: texts.reads, value: texts.counts(sums.ReadCount, sums.ReaderCount) },
            {
              label: texts.refusals,
              value: (
                <StatusIndicator type={sums.RefusalCount > 0 ? "warning" : "success"}>
                  {texts.refused(sums.RefusalCount)}
                </StatusIndicator>
              ),
            },
            { label: texts.last, value: at(sums.LastReadTime) },
            {
              label: texts.complete,
              value: (
                <>
                  {at(sums.CompleteSince)}
                  <Box color="text-body-secondary" fontSize="body-s">
                    {texts.completeHint}
                  </Box>
                </>
              ),
            },
          ]}
        />
      )}
      <Table
        items={pages.items}
        trackBy={({ EventId, Kind }) => `${EventId} ${Kind}`}
        loading={pages.loading && pages.items.length === 0}
        loadingText={common.loading}
        wrapLines
        header={
          <Header
            description={texts.description}
            actions={<Button iconName="refresh" ariaLabel={traceTexts.reload} onClick={pages.reload} />}
          >
            {texts.header}
          </Header>
        }
        ariaLabels={{ tableLabel: texts.header }}
        empty={<EmptyList failure={pages.failure} text={texts.empty} />}
        footer={
          pages.more && (
            <Box textAlign="center">
              <Button onClick={pages.loadMore} loading={pages.loading}>
                {texts.more}
              </Button>
            </Box>
          )
        }
        columnDefinitions={[
          { id: "time", header: texts.time, cell: ({ Time }) => at(Time), minWidth: 190 },
          {
            id: "caller",
            header: texts.caller,
            minWidth: 230,
            cell: ({ Caller }) => <span className="trace-anywhere">{Caller}</span>,
          },
          {
            id: "outcome",
            header: texts.outcome,
            cell: ({ Outcome, ErrorCode }) =>
              Outcome === "READ" ? (
                texts.read
              ) : (
                <StatusIndicator type="warning">{texts.refusedAs(ErrorCode ?? "")}</StatusIndicator>
              ),
          },
          { id: "kind", header: texts.kind, cell: ({ Kind }) => texts.kinds[Kind] ?? Kind },
          { id: "how", header: texts.how, cell: ({ Operation }) => Operation },
          {
            id: "filter",
            header: texts.filter,
            cell: ({ Request }) => <span className="trace-anywhere">{filterOf(Request)}</span>,
          },
          {
            id: "event",
            header: texts.event,
            cell: ({ EventId }) => (
              <ConsoleLink to={`/events/${encodeURIComponent(EventId)}`}>{EventId.slice(0, 8)}</ConsoleLink>
            ),
          },
        ]}
      />
    </SpaceBetween>
  );
}

function filterOf(request: unknown): string {
  const filter = (request as { filterExpression?: unknown } | null)?.filterExpression;
  return typeof filter === "string" && filter !== "" ? filter : common.nothing;
}
