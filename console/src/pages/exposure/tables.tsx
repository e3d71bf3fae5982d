import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import Popover from "@cloudscape-design/components/popover";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import { ConsoleLink } from "../../parts/console-link.js";
import { JsonView } from "../../parts/json-view.js";
import { type Moments, useMoments } from "../../parts/moments.js";
import { common } from "../../texts/common.js";
import { texts } from "../../texts/exposure.js";
import type { Access, Reader, ReadTrace, RefusedCall, Sum } from "./answers.js";
import { type ListProps, ListTable } from "./list-table.js";
import { exposureAddress } from "./question.js";
import { askedFor, callerName } from "./sentences.js";

/** Everybody who read, or was refused. */
export function ReadersTable({ pages, actions, withTraces }: ListProps<Reader> & { withTraces: boolean }) {
  const moments = useMoments();
  return (
    <ListTable
      pages={pages}
      actions={actions}
      header={texts.readers.header}
      empty={texts.readers.empty}
      trackBy={(reader) => reader.Caller}
      columns={[
        {
          id: "caller",
          header: texts.readers.caller,
          isRowHeader: true,
          cell: ({ Caller, PrincipalIds }) => (
            <>
              <CallerLink arn={Caller} />
              {PrincipalIds.length > 1 && (
                <Box color="text-status-warning" fontSize="body-s">
                  {texts.readers.samePrincipal(PrincipalIds.length)}
                </Box>
              )}
            </>
          ),
        },
        ...(withTraces
          ? [{ id: "traces", header: texts.readers.traces, cell: ({ TraceCount }: Reader) => number(TraceCount) }]
          : []),
        { id: "kinds", header: texts.readers.kinds, cell: ({ Kinds }) => kindsText(Kinds) },
        ...sumColumns<Reader>(moments),
      ]}
    />
  );
}

/** Each call that gave the trace, or was refused it. */
export function AccessesTable({ pages, actions }: ListProps<Access>) {
  const moments = useMoments();
  return (
    <ListTable
      pages={pages}
      actions={actions}
      header={texts.accesses.header}
      empty={texts.accesses.empty}
      trackBy={(access) => access.EventId}
      columns={[
        ...accessColumns<Access>(moments),
        { id: "kind", header: texts.accesses.kind, cell: ({ Kind }) => kindsText([Kind]) },
        {
          id: "outcome",
          header: texts.accesses.outcome,
          cell: ({ Outcome, ErrorCode }) =>
            Outcome === "READ" ? (
              <StatusIndicator type="success">{texts.accesses.read}</StatusIndicator>
            ) : (
              <StatusIndicator type="error">{texts.accesses.refused(ErrorCode ?? "")}</StatusIndicator>
            ),
        },
        eventColumn<Access>(moments),
      ]}
    />
  );
}

/** The traces that a caller has read. */
export function TracesTable({ pages, actions }: ListProps<ReadTrace>) {
  const moments = useMoments();
  return (
    <ListTable
      pages={pages}
      actions={actions}
      header={texts.seen.header}
      empty={texts.seen.empty}
      trackBy={(trace) => trace.TraceId}
      columns={[
        {
          id: "trace",
          header: texts.seen.trace,
          isRowHeader: true,
          cell: ({ TraceId }) => <ConsoleLink to={`/traces/${TraceId}`}>{TraceId}</ConsoleLink>,
        },
        { id: "kinds", header: texts.readers.kinds, cell: ({ Kinds }) => kindsText(Kinds) },
        ...sumColumns<ReadTrace>(moments),
        {
          id: "exposure",
          header: texts.seen.exposure,
          cell: ({ TraceId }) => (
            <ConsoleLink
              to={exposureAddress({ kind: "trace", traceId: TraceId })}
              ariaLabel={texts.seen.exposureOf(TraceId)}
            >
              {texts.accesses.show}
            </ConsoleLink>
          ),
        },
      ]}
    />
  );
}

/** What a caller was refused, newest first. */
export function RefusalsTable({ refusals }: { refusals: readonly RefusedCall[] }) {
  const moments = useMoments();
  return (
    <Table
      header={
        <Header variant="h2" counter={`(${refusals.length})`} description={texts.refused.description}>
          {texts.refused.header}
        </Header>
      }
      items={refusals}
      trackBy={(refusal) => refusal.EventId}
      wrapLines
      empty={texts.refused.empty}
      columnDefinitions={[
        ...accessColumns<RefusedCall>(moments),
        {
          id: "outcome",
          header: texts.accesses.outcome,
          cell: ({ ErrorCode }) => <StatusIndicator type="error">{ErrorCode}</StatusIndicator>,
        },
        {
          id: "traces",
          header: texts.refused.traces,
          cell: ({ TraceIds }) => (TraceIds.length === 0 ? texts.refused.none : <TraceLinks traceIds={TraceIds} />),
        },
        eventColumn<RefusedCall>(moments),
      ]}
    />
  );
}

const tracesShown = 3;

function TraceLinks({ traceIds }: { traceIds: readonly string[] }) {
  return (
    <>
      {traceIds.slice(0, tracesShown).map((traceId) => (
        <div key={traceId}>
          <ConsoleLink to={exposureAddress({ kind: "trace", traceId })}>{traceId}</ConsoleLink>
        </div>
      ))}
      {traceIds.length > tracesShown && <Box fontSize="body-s">{`+ ${traceIds.length - tracesShown}`}</Box>}
    </>
  );
}

function CallerLink({ arn }: { arn: string }) {
  return (
    <ConsoleLink to={exposureAddress({ kind: "caller", caller: arn })} ariaLabel={arn}>
      {callerName(arn)}
    </ConsoleLink>
  );
}

function accessColumns<Item extends Access>(moments: Moments): TableProps.ColumnDefinition<Item>[] {
  return [
    {
      id: "time",
      header: `${texts.accesses.time} (${moments.zone})`,
      isRowHeader: true,
      cell: ({ Time }) => moments.full(Time * 1000, { milliseconds: true }),
    },
    { id: "caller", header: texts.accesses.caller, cell: ({ Caller }) => <CallerLink arn={Caller} /> },
    { id: "operation", header: texts.accesses.operation, cell: ({ Operation }) => Operation },
    {
      id: "how",
      header: texts.accesses.how,
      cell: ({ Request }) => (
        <Popover
          size="large"
          fixedWidth
          header={texts.accesses.request}
          content={<JsonView value={Request} label={texts.accesses.request} />}
        >
          {askedFor(Request).slice(0, 200) || common.nothing}
        </Popover>
      ),
    },
  ];
}

function eventColumn<Item extends Access>(moments: Moments): TableProps.ColumnDefinition<Item> {
  return {
    id: "event",
    header: texts.accesses.event,
    cell: ({ EventId, Operation, Time }) => (
      <ConsoleLink
        to={`/events/${EventId}`}
        ariaLabel={texts.accesses.eventOf(Operation, moments.full(Time * 1000, { milliseconds: true }))}
      >
        {texts.accesses.show}
      </ConsoleLink>
    ),
  };
}

function sumColumns<Item extends Sum>(moments: Moments): TableProps.ColumnDefinition<Item>[] {
  const time = (seconds: number | undefined) => (seconds === undefined ? common.nothing : moments.full(seconds * 1000));
  return [
    { id: "reads", header: texts.reads, cell: ({ ReadCount }) => number(ReadCount) },
    {
      id: "refusals",
      header: texts.refusals,
      cell: ({ RefusalCount }) =>
        RefusalCount === 0 ? number(0) : <StatusIndicator type="error">{number(RefusalCount)}</StatusIndicator>,
    },
    { id: "first", header: `${texts.first} (${moments.zone})`, cell: ({ FirstReadTime }) => time(FirstReadTime) },
    { id: "last", header: `${texts.last} (${moments.zone})`, cell: ({ LastReadTime }) => time(LastReadTime) },
  ];
}

const number = (value: number) => value.toLocaleString("en");
const kindsText = (kinds: readonly string[]) =>
  kinds.map((kind) => texts.kinds[kind] ?? kind).join(", ") || common.nothing;
