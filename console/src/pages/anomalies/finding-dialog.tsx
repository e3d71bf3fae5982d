import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { useState } from "react";
import { useLocation } from "wouter";
import { FormDialog } from "../../parts/form-dialog.js";
import { useMoments } from "../../parts/moments.js";
import { notify } from "../../shell/notices.js";
import { anomaliesTexts } from "../../texts/anomalies.js";
import { common } from "../../texts/common.js";
import { callDetection, type Finding } from "./detection-api.js";

const texts = anomaliesTexts.findings;

/** One finding, to be accepted, dismissed, or opened again, with a note. */
export function FindingDialog({
  finding,
  onClose,
  onChanged,
}: {
  finding: Finding;
  onClose: () => void;
  onChanged: (finding: Finding) => void;
}) {
  const { full } = useMoments();
  const [, navigate] = useLocation();
  const [note, setNote] = useState(finding.Note ?? "");
  const time = (seconds: number) => full(seconds * 1000);

  const update = async (Status: Finding["Status"]) => {
    const now = await callDetection<Finding>("UpdateFinding", { FindingId: finding.FindingId, Status, Note: note });
    notify("success", texts.done(finding.Title, texts.statuses[Status] ?? Status));
    onChanged(now);
  };
  const { Status } = finding;
  const isOpen = Status === "OPEN";
  const others = [
    { text: texts.saveNote, run: () => update(Status) },
    ...(Status === "CLOSED" ? [] : [{ text: texts.dismiss, run: () => update("CLOSED") }]),
  ];

  return (
    <FormDialog
      size="large"
      header={finding.Title}
      action={isOpen ? texts.accept : texts.reopen}
      cancel={common.close}
      others={others}
      onSubmit={() => update(isOpen ? "ACKNOWLEDGED" : "OPEN")}
      onClose={onClose}
    >
      <KeyValuePairs
        columns={3}
        items={[
          { label: texts.caller, value: finding.Caller },
          { label: texts.from, value: finding.SourceIPAddress },
          { label: texts.event, value: finding.EventName },
          { label: texts.first, value: time(finding.FirstTime) },
          { label: texts.time, value: time(finding.LastTime) },
          { label: texts.count, value: finding.EventCount.toLocaleString("en") },
          { label: texts.rule, value: finding.RuleId },
          { label: texts.status, value: texts.statuses[Status] ?? Status },
          {
            label: texts.changed,
            value:
              finding.UpdatedBy === undefined
                ? common.nothing
                : texts.by(finding.UpdatedBy, time(finding.UpdatedTime ?? 0)),
          },
        ]}
      />
      {finding.Detail !== undefined && <Box>{finding.Detail}</Box>}
      <FormField label={texts.events}>
        <SpaceBetween size="xxs">
          {finding.EventIds.map((id) => (
            <Link
              key={id}
              href={`/console/events/${id}`}
              onFollow={(event) => {
                event.preventDefault();
                navigate(`/events/${id}`);
              }}
            >
              {id}
            </Link>
          ))}
        </SpaceBetween>
      </FormField>
      <FormField label={texts.note} constraintText={texts.noteHint} stretch>
        <Textarea value={note} rows={2} onChange={({ detail }) => setNote(detail.value)} />
      </FormField>
    </FormDialog>
  );
}
