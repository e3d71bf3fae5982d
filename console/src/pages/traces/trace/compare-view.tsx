import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useMemo, useState } from "react";
import { toTraceId } from "../../../../../src/tracing/trace-id.js";
import { ConsoleLink } from "../../../parts/console-link.js";
import { durationText } from "../../../parts/durations.js";
import { common } from "../../../texts/common.js";
import { traceTexts } from "../../../texts/trace.js";
import { type Difference, differencesOf, type Spent } from "./compare.js";
import { type LoadedTrace, useTrace } from "./load-trace.js";
import { TraceAbsent } from "./trace-absent.js";
import type { TraceNode } from "./trace-tree.js";
import { Waterfall } from "./waterfall.js";

const texts = traceTexts.compare;

interface CompareProps {
  readonly trace: LoadedTrace;
  /** As the address has it; empty: none chosen yet. */
  readonly otherId: string;
  readonly setOtherId: (id: string) => void;
}

/** Two traces side by side, aligned at their starts, and what each service spent in either. */
export function CompareView({ trace, otherId, setOtherId }: CompareProps) {
  const knownId = toTraceId(otherId);
  if (knownId === undefined || knownId === trace.traceId)
    return <ChooseOther trace={trace} initial={otherId} onChosen={setOtherId} />;
  return <Compared key={knownId} trace={trace} otherId={knownId} onClear={() => setOtherId("")} />;
}

function Compared({ trace, otherId, onClear }: { trace: LoadedTrace; otherId: string; onClear: () => void }) {
  const other = useTrace(otherId);
  if (other.value) return <SideBySide left={trace} right={other.value} onClear={onClear} />;
  return (
    <SpaceBetween size="s">
      <TraceAbsent trace={other} />
      <Button onClick={onClear}>{texts.clear}</Button>
    </SpaceBetween>
  );
}

function ChooseOther({
  trace,
  initial,
  onChosen,
}: {
  trace: LoadedTrace;
  initial: string;
  onChosen: (id: string) => void;
}) {
  const [text, setText] = useState(initial);
  const id = toTraceId(text.trim());
  const problem =
    text.trim() === "" ? "" : id === undefined ? traceTexts.missing.badId : id === trace.traceId ? texts.same : "";
  const submit = () => {
    if (id !== undefined && problem === "") onChosen(id);
  };
  return (
    <FormField
      label={texts.label}
      description={texts.hint}
      errorText={problem}
      secondaryControl={
        <Button onClick={submit} disabled={id === undefined || problem !== ""}>
          {texts.submit}
        </Button>
      }
    >
      <Input
        value={text}
        placeholder={texts.placeholder}
        onChange={({ detail }) => setText(detail.value)}
        onKeyDown={({ detail }) => detail.key === "Enter" && submit()}
      />
    </FormField>
  );
}

function SideBySide({ left, right, onClear }: { left: LoadedTrace; right: LoadedTrace; onClear: () => void }) {
  const differences = useMemo(() => differencesOf(left.tree, right.tree), [left, right]);
  const scaleSeconds = Math.max(left.tree.duration, right.tree.duration);
  return (
    <SpaceBetween size="l">
      <SpaceBetween size="s" direction="horizontal">
        <ConsoleLink to={`/traces/${right.traceId}`}>{texts.open}</ConsoleLink>
        <Link onFollow={onClear}>{texts.clear}</Link>
      </SpaceBetween>
      <div className="trace-columns">
        <div className="trace-columns-even">
          <Side title={texts.left} trace={left} scaleSeconds={scaleSeconds} />
          <Side title={texts.right} trace={right} scaleSeconds={scaleSeconds} />
        </div>
      </div>
      <DifferencesTable differences={differences} />
    </SpaceBetween>
  );
}

function Side({ title, trace, scaleSeconds }: { title: string; trace: LoadedTrace; scaleSeconds: number }) {
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set());
  const [selected, setSelected] = useState<TraceNode>();
  return (
    <SpaceBetween size="xs">
      <Header variant="h3" description={`${trace.traceId} · ${durationText(trace.tree.duration)}`}>
        {title}
      </Header>
      <Waterfall
        trace={trace}
        collapsed={collapsed}
        setCollapsed={setCollapsed}
        selected={selected}
        onSelect={setSelected}
        scaleSeconds={scaleSeconds}
      />
    </SpaceBetween>
  );
}

function DifferencesTable({ differences }: { differences: readonly Difference[] }) {
  const own = ({ count, selfSeconds }: Spent) => (count === 0 ? common.nothing : durationText(selfSeconds));
  return (
    <Table
      variant="embedded"
      items={differences}
      header={<Header variant="h3">{texts.table}</Header>}
      ariaLabels={{ tableLabel: texts.table }}
      trackBy={({ service, operation }) => JSON.stringify([service, operation])}
      columnDefinitions={[
        { id: "service", header: traceTexts.table.service, cell: ({ service }) => service, isRowHeader: true },
        {
          id: "operation",
          header: traceTexts.table.operation,
          cell: ({ operation }) => operation || <Box color="text-body-secondary">{texts.itself}</Box>,
        },
        { id: "left", header: texts.self(texts.left), cell: ({ left }) => own(left) },
        { id: "right", header: texts.self(texts.right), cell: ({ right }) => own(right) },
        { id: "delta", header: texts.delta, cell: ({ selfDelta }) => deltaText(selfDelta) },
        { id: "count", header: texts.count, cell: ({ left, right }) => texts.pair(left.count, right.count) },
        {
          id: "failures",
          header: texts.failures,
          cell: ({ left, right }) => texts.pair(left.failures, right.failures),
        },
      ]}
    />
  );
}

function deltaText(seconds: number): string {
  if (Math.abs(seconds) < 1e-6) return texts.equal;
  return seconds > 0 ? texts.more(durationText(seconds)) : texts.less(durationText(-seconds));
}
