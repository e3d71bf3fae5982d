import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { FailureAlert } from "../../parts/failure-alert.js";
import { texts } from "../../texts/exposure.js";
import type { Access, AnnotationAnswer, CallerAnswer, Reader, ReadTrace, TraceAnswer } from "./answers.js";
import { ExportButton } from "./export-button.js";
import type { Question } from "./question.js";
import { ReadTimeline } from "./read-timeline.js";
import { annotationSentence, callerSentence, traceSentence } from "./sentences.js";
import { Summary } from "./summary.js";
import { AccessesTable, ReadersTable, RefusalsTable, TracesTable } from "./tables.js";
import { type Asked, useAnswer } from "./use-answer.js";

/** Epoch seconds; empty for all that is kept. */
export interface Within {
  readonly StartTime?: number;
  readonly EndTime?: number;
}

const readersPageSize = 1000;
const rowsPageSize = 100;

export function TraceShown({ question, within }: { question: Question & { kind: "trace" }; within: Within }) {
  const input = { TraceId: question.traceId, ...within };
  const byCaller: Asked = { operation: "GetTraceExposure", input: { ...input, GroupBy: "CALLER" } };
  const byAccess: Asked = { operation: "GetTraceExposure", input };
  const readers = useAnswer<TraceAnswer, Reader>(byCaller, (answer) => answer.Callers ?? [], {
    pageSize: readersPageSize,
  });
  const accesses = useAnswer<TraceAnswer, Access>(byAccess, (answer) => answer.Accesses ?? [], {
    pageSize: rowsPageSize,
  });
  const { head } = readers;
  if (head === undefined) return <Waiting failure={readers.pages.failure} retry={readers.pages.reload} />;
  const fileName = `exposure-of-${question.traceId}`;
  return (
    <SpaceBetween size="l">
      <Summary
        sentence={traceSentence(head, readers.pages.more ? undefined : readers.pages.items)}
        counts={[
          { label: texts.reads, value: head.ReadCount },
          { label: texts.refusals, value: head.RefusalCount },
        ]}
        times={head}
        completeSince={head.CompleteSince}
      >
        <ReadTimeline
          marks={accesses.pages.items.map(({ Time, Outcome }) => ({
            timeMs: Time * 1000,
            isRefused: Outcome === "REFUSED",
          }))}
          label={texts.timeline.label}
          hint={accesses.pages.more ? texts.timeline.loaded(accesses.pages.items.length) : undefined}
        />
      </Summary>
      <ReadersTable
        pages={readers.pages}
        withTraces={false}
        actions={<ExportButton asked={byCaller} list="Callers" fileName={`${fileName}-by-caller`} />}
      />
      <AccessesTable
        pages={accesses.pages}
        actions={<ExportButton asked={byAccess} list="Accesses" fileName={fileName} />}
      />
    </SpaceBetween>
  );
}

export function CallerShown({ question, within }: { question: Question & { kind: "caller" }; within: Within }) {
  const asked: Asked = { operation: "GetCallerExposure", input: { Caller: question.caller, ...within } };
  const { head, pages } = useAnswer<CallerAnswer, ReadTrace>(asked, (answer) => answer.Traces, {
    pageSize: rowsPageSize,
  });
  if (head === undefined) return <Waiting failure={pages.failure} retry={pages.reload} />;
  return (
    <SpaceBetween size="l">
      <Summary
        sentence={callerSentence(head)}
        counts={[
          { label: texts.traces, value: head.TraceCount },
          { label: texts.refusedCalls, value: head.RefusedCallCount },
        ]}
        times={head}
        completeSince={head.CompleteSince}
      >
        <ReadTimeline
          marks={[
            ...pages.items.flatMap(({ LastReadTime }) =>
              LastReadTime === undefined ? [] : [{ timeMs: LastReadTime * 1000, isRefused: false }],
            ),
            ...head.Refusals.map(({ Time }) => ({ timeMs: Time * 1000, isRefused: true })),
          ]}
          label={texts.timeline.labelTraces}
          hint={pages.more ? texts.timeline.loadedTraces(pages.items.length) : texts.timeline.tracesHint}
        />
      </Summary>
      <TracesTable
        pages={pages}
        actions={
          <ExportButton asked={asked} list="Traces" fileName={`seen-by-${question.caller.replace(/[^\w-]+/g, "-")}`} />
        }
      />
      <RefusalsTable refusals={head.Refusals} />
    </SpaceBetween>
  );
}

export function AnnotationShown({ question, within }: { question: Question & { kind: "annotation" }; within: Within }) {
  const { key, value } = question;
  const asked: Asked = { operation: "GetAnnotationExposure", input: { Key: key, Value: value, ...within } };
  const { head, pages } = useAnswer<AnnotationAnswer, Reader>(asked, (answer) => answer.Callers, {
    pageSize: readersPageSize,
  });
  if (head === undefined) return <Waiting failure={pages.failure} retry={pages.reload} />;
  return (
    <SpaceBetween size="l">
      <Summary
        sentence={annotationSentence(head, question, pages.more ? undefined : pages.items)}
        counts={[
          { label: texts.reads, value: head.ReadCount },
          { label: texts.refusals, value: head.RefusalCount },
        ]}
        times={head}
        completeSince={Math.max(head.CompleteSince, head.TracesSince)}
      />
      <ReadersTable
        pages={pages}
        withTraces
        actions={<ExportButton asked={asked} list="Callers" fileName="exposure-of-annotation" />}
      />
    </SpaceBetween>
  );
}

function Waiting(props: Parameters<typeof FailureAlert>[0]) {
  return props.failure === undefined ? <Spinner size="large" /> : <FailureAlert {...props} />;
}
