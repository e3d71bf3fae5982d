import type { TraceSummary } from "@aws-sdk/client-xray";
import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import Select from "@cloudscape-design/components/select";
import Table from "@cloudscape-design/components/table";
import { useMemo } from "react";
import { durationText } from "../../parts/durations.js";
import { common } from "../../texts/common.js";
import { tracesTexts } from "../../texts/traces.js";
import { type Group, type Grouping, groupBy, type Vocabulary } from "./statistics.js";

const texts = tracesTexts.groups;
const groupsMax = 100;
const simple = ["url", "service", "user", "status", "method"] as const;

interface GroupsViewProps {
  readonly traces: readonly TraceSummary[];
  readonly known: Vocabulary;
  /** As the address has it; empty: no groups. */
  readonly grouping: string;
  readonly setGrouping: (grouping: string) => void;
  readonly onNarrow: (term: string) => void;
}

/** The traces found by one of their properties: how many, how fast, how many failed. A group's name narrows to it. */
export function GroupsView({ traces, known, grouping, setGrouping, onNarrow }: GroupsViewProps) {
  const options = [
    { value: "", label: texts.none },
    ...simple.map((value) => ({ value, label: texts[value] })),
    ...[...known.annotations.keys()].map((key) => ({ value: `annotation:${key}`, label: texts.annotation(key) })),
  ];
  const groups = useMemo(() => (isGrouping(grouping) ? groupBy(traces, grouping) : []), [traces, grouping]);
  const shown = groups.slice(0, groupsMax);
  const label = grouping.startsWith("annotation:") ? texts.annotation(grouping.slice(11)) : undefined;
  const selected = options.find(({ value }) => value === grouping) ?? { value: grouping, label: label ?? grouping };
  const time = (seconds: number | undefined) => (seconds === undefined ? common.nothing : durationText(seconds));
  const number = (id: string, header: string, cell: (group: Group) => string | number) => ({ id, header, cell });
  return (
    <Table
      items={shown}
      trackBy={({ term }) => term}
      ariaLabels={{ tableLabel: texts.table }}
      empty={<Box color="text-body-secondary">{texts.none}</Box>}
      header={
        <Header
          counter={groups.length > 0 ? `(${groups.length})` : undefined}
          description={groups.length > groupsMax ? texts.cut(groupsMax, groups.length) : undefined}
          actions={
            <div className="groups-choice">
              <Select
                selectedOption={selected}
                options={options}
                onChange={({ detail }) => setGrouping(detail.selectedOption.value ?? "")}
                ariaLabel={texts.label}
                inlineLabelText={texts.label}
                filteringType="auto"
              />
            </div>
          }
        >
          {texts.table}
        </Header>
      }
      columnDefinitions={[
        {
          id: "value",
          header: selected.label,
          isRowHeader: true,
          cell: ({ value, term }) => (
            <Link onFollow={() => onNarrow(term)} ariaLabel={texts.narrow(value ?? texts.without)}>
              {value ?? texts.without}
            </Link>
          ),
        },
        number("count", texts.count, ({ count }) => count),
        number("share", texts.share, ({ share }) => tracesTexts.percent(share)),
        number("errors", texts.errors, ({ errors }) => errors),
        number("faults", texts.faults, ({ faults }) => faults),
        number("p50", texts.p50, ({ p50 }) => time(p50)),
        number("p90", texts.p90, ({ p90 }) => time(p90)),
      ]}
    />
  );
}

function isGrouping(text: string): text is Grouping {
  return simple.some((value) => value === text) || (text.startsWith("annotation:") && text.length > 11);
}
