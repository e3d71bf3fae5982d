import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useRef, useState } from "react";
import { usePages } from "../../api/use-pages.js";
import { useUrlState } from "../../api/use-url-state.js";
import { useMoments } from "../../parts/moments.js";
import { NothingHere } from "../../parts/nothing-here.js";
import { PagedTable } from "../../parts/paged-table.js";
import { PeriodPicker } from "../../parts/period-picker.js";
import { useChosenPeriod } from "../../parts/use-period.js";
import { anomaliesTexts } from "../../texts/anomalies.js";
import { common } from "../../texts/common.js";
import { callDetection, type Finding, severities } from "./detection-api.js";
import { FindingDialog } from "./finding-dialog.js";
import { SeverityText } from "./severity-text.js";

const texts = anomaliesTexts.findings;
const none: ReadonlyMap<string, Finding> = new Map();

/** What detection rules found, and what became of it. */
export function Findings() {
  const { full, zone } = useMoments();
  const [status, setStatus] = useUrlState("status", "OPEN");
  const [severity, setSeverity] = useUrlState("severity");
  const period = useChosenPeriod("7d");
  const range = useRef(period.resolve());
  const [open, setOpen] = useState<Finding>();
  const key = `${status} ${severity} ${period.text}`;
  /** What was changed here, until the list is read anew. */
  const [changed, setChanged] = useState<{ of: string; byId: ReadonlyMap<string, Finding> }>({ of: key, byId: none });
  const changes = changed.of === key ? changed.byId : none;
  const findings = usePages<Finding>(key, async (NextToken, signal) => {
    // All pages of an answer are of the same time.
    if (NextToken === undefined) range.current = period.resolve();
    const answer = await callDetection<{ Findings: Finding[]; NextToken?: string }>(
      "ListFindings",
      {
        StartTime: range.current.start.getTime() / 1000,
        EndTime: range.current.end.getTime() / 1000,
        ...(status !== "ANY" && { Status: status }),
        ...(severity !== "" && { Severity: severity }),
        ...(NextToken !== undefined && { NextToken }),
      },
      signal,
    );
    return { items: answer.Findings, nextToken: answer.NextToken };
  });
  const states = [...Object.entries(texts.statuses), ["ANY", texts.any]].map(([value, label]) => ({ value, label }));
  const levels = [
    { value: "", label: texts.any },
    ...severities.map((value) => ({ value: value as string, label: anomaliesTexts.severity[value] })),
  ];

  return (
    <SpaceBetween size="m">
      <SpaceBetween direction="horizontal" size="m" alignItems="end">
        <PeriodPicker period={period} />
        <FormField label={texts.status}>
          <Select
            options={states}
            selectedOption={states.find(({ value }) => value === status) ?? null}
            onChange={({ detail }) => setStatus(detail.selectedOption.value ?? "OPEN")}
          />
        </FormField>
        <FormField label={texts.severity}>
          <Select
            options={levels}
            selectedOption={levels.find(({ value }) => value === severity) ?? null}
            onChange={({ detail }) => setSeverity(detail.selectedOption.value ?? "")}
          />
        </FormField>
        <Button
          iconName="refresh"
          ariaLabel={common.refresh}
          loading={findings.loading}
          onClick={() => {
            setChanged({ of: key, byId: none });
            findings.reload();
          }}
        />
      </SpaceBetween>
      <PagedTable
        pages={findings}
        variant="borderless"
        wrapLines
        ariaLabels={{ tableLabel: texts.table }}
        items={findings.items.map((finding) => changes.get(finding.FindingId) ?? finding)}
        trackBy={(finding) => finding.FindingId}
        empty={<NothingHere text={texts.none} hint={texts.noneBody} />}
        columnDefinitions={[
          { id: "time", header: `${texts.time} (${zone})`, width: 200, cell: ({ LastTime }) => full(LastTime * 1000) },
          {
            id: "severity",
            header: texts.severity,
            width: 130,
            cell: (finding) => <SeverityText severity={finding.Severity} />,
          },
          {
            id: "title",
            header: texts.title,
            isRowHeader: true,
            cell: (finding) => (
              <Button variant="inline-link" ariaLabel={texts.open(finding.Title)} onClick={() => setOpen(finding)}>
                {finding.Title}
              </Button>
            ),
          },
          { id: "caller", header: texts.caller, cell: ({ Caller }) => Caller },
          { id: "count", header: texts.count, width: 90, cell: ({ EventCount }) => EventCount.toLocaleString("en") },
          { id: "status", header: texts.status, width: 120, cell: ({ Status }) => texts.statuses[Status] ?? Status },
        ]}
      />
      {open !== undefined && (
        <FindingDialog
          finding={open}
          onClose={() => setOpen(undefined)}
          onChanged={(finding) => {
            setChanged({ of: key, byId: new Map(changes).set(finding.FindingId, finding) });
            setOpen(undefined);
          }}
        />
      )}
    </SpaceBetween>
  );
}
