import type { TraceSummary } from "@aws-sdk/client-xray";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { ReactNode } from "react";
import { ConsoleLink } from "../../parts/console-link.js";
import { durationText } from "../../parts/durations.js";
import type { Moments } from "../../parts/moments.js";
import { common } from "../../texts/common.js";
import { tracesTexts } from "../../texts/traces.js";
import { annotationValues, outcomeOf, outcomes, type Vocabulary } from "./statistics.js";

const texts = tracesTexts.table;

/** A column of the table of traces. What it sorts by is what it shows. */
export interface Column {
  readonly id: string;
  readonly header: string;
  readonly cell: (trace: TraceSummary) => ReactNode;
  readonly sortBy: (trace: TraceSummary) => string | number | undefined;
  readonly width?: number;
}

export const shownByDefault = ["id", "start", "outcome", "responseTime", "method", "url", "user"];

/** All that could be shown: the summary's members, and every annotation that was seen. */
export function columnsOf(moments: Moments, known: Vocabulary): readonly Column[] {
  const text = (id: string, header: string, read: (trace: TraceSummary) => string | number | undefined): Column => ({
    id,
    header,
    cell: (trace) => read(trace) ?? common.nothing,
    sortBy: read,
  });
  const length = (id: string, header: string, read: (trace: TraceSummary) => number | undefined): Column => ({
    ...text(id, header, read),
    cell: (trace) => durationText(read(trace) ?? Number.NaN),
    width: 140,
  });
  return [
    {
      ...text("id", texts.id, ({ Id }) => Id),
      cell: ({ Id }) => <ConsoleLink to={`/traces/${Id}`}>{Id}</ConsoleLink>,
      width: 320,
    },
    {
      ...text("start", texts.start, ({ StartTime }) => StartTime?.getTime()),
      cell: ({ StartTime }) => (StartTime ? moments.full(StartTime, { milliseconds: true }) : common.nothing),
      width: 210,
    },
    {
      ...text("outcome", texts.outcome, (trace) => outcomes.indexOf(outcomeOf(trace))),
      cell: outcomeCell,
      width: 140,
    },
    length("responseTime", texts.responseTime, ({ ResponseTime }) => ResponseTime),
    length("duration", texts.duration, ({ Duration }) => Duration),
    { ...text("method", texts.method, ({ Http }) => Http?.HttpMethod), width: 100 },
    text("url", texts.url, ({ Http }) => Http?.HttpURL),
    { ...text("status", texts.status, ({ Http }) => Http?.HttpStatus), width: 100 },
    text("user", texts.user, ({ Users }) => listed((Users ?? []).map(({ UserName }) => UserName))),
    text("entry", texts.entry, ({ EntryPoint }) => EntryPoint?.Name),
    text("services", texts.services, ({ ServiceIds }) =>
      listed((ServiceIds ?? []).filter(({ Type }) => Type !== "client").map(({ Name }) => Name)),
    ),
    text("client", texts.client, ({ Http }) => Http?.ClientIp),
    text("revision", texts.revision, ({ Revision }) => Revision),
    ...[...known.annotations.keys()].map((key) =>
      text(`annotation:${key}`, texts.annotation(key), (trace) => {
        const values = annotationValues(trace, key);
        return values.length === 1 && typeof values[0] === "number" ? values[0] : listed(values.map(String));
      }),
    ),
  ];
}

function outcomeCell(trace: TraceSummary): ReactNode {
  const outcome = outcomeOf(trace);
  const type = { ok: "success", error: "warning", throttle: "warning", fault: "error" } as const;
  if (trace.IsPartial && outcome === "ok") return <StatusIndicator type="in-progress">{texts.partial}</StatusIndicator>;
  return <StatusIndicator type={type[outcome]}>{tracesTexts.outcomes[outcome]}</StatusIndicator>;
}

function listed(texts: readonly (string | undefined)[]): string | undefined {
  return texts.length === 0 ? undefined : texts.filter((each) => each !== undefined).join(", ");
}

/** What has no value comes last, whichever way one sorts. */
export function sorted(traces: readonly TraceSummary[], { sortBy }: Column, descending: boolean): TraceSummary[] {
  const keyed = traces.map((trace) => ({ trace, key: sortBy(trace) }));
  keyed.sort((left, right) => {
    if (left.key === undefined || right.key === undefined)
      return Number(left.key === undefined) - Number(right.key === undefined);
    const order = left.key < right.key ? -1 : left.key > right.key ? 1 : 0;
    return descending ? -order : order;
  });
  return keyed.map(({ trace }) => trace);
}
