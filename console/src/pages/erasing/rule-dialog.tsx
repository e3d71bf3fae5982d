import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import Multiselect from "@cloudscape-design/components/multiselect";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { type FormEvent, useState } from "react";
import { type DetectorName, detectorNames } from "../../../../src/tracing/masking/detector-names.js";
import { type Replacement, replacements } from "../../../../src/tracing/masking/rule.js";
import { callExtension } from "../../api/extension.js";
import { type Failure, failureOf } from "../../api/failure.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { common } from "../../texts/common.js";
import { texts as all } from "../../texts/erasing.js";
import { detectorWords, inputOf, problemOf, type RuleDraft } from "./rules.js";

const texts = all.masking.form;
const lists = [
  ["annotationKeys", texts.annotationKeys, texts.aLine],
  ["headers", texts.headers, texts.aLine],
  ["queryParameters", texts.queryParameters, texts.aLine],
  ["metadataPaths", texts.metadataPaths, texts.metadataHint],
  ["members", texts.members, texts.membersHint],
] as const;

interface RuleDialogProps {
  readonly initial: RuleDraft;
  readonly isTaken: (name: string) => boolean;
  readonly onClose: () => void;
  readonly onSaved: (name: string) => void;
}

/** Writes a rule; the service's own rules say what is wrong before it is sent. */
export function RuleDialog({ initial, isTaken, onClose, onSaved }: RuleDialogProps) {
  const [draft, setDraft] = useState(initial);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure>();
  const set = (change: Partial<RuleDraft>) => setDraft((now) => ({ ...now, ...change }));
  const problem = problemOf(draft);

  async function save(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (problem !== undefined || busy) return;
    setBusy(true);
    setFailure(undefined);
    try {
      await callExtension("xray", "PutMaskingRule", inputOf(draft));
      onSaved(draft.name);
    } catch (reason) {
      setFailure(failureOf(reason));
      setBusy(false);
    }
  }

  return (
    <Modal visible size="large" header={texts.header} onDismiss={onClose} closeAriaLabel={common.close}>
      <form onSubmit={save}>
        <SpaceBetween size="m">
          <FailureAlert failure={failure} />
          {tried && problem !== undefined && <Alert type="error">{problem}</Alert>}
          <FormField
            label={all.masking.name}
            constraintText={texts.nameHint}
            warningText={isTaken(draft.name) ? texts.replaces : ""}
          >
            <Input value={draft.name} onChange={({ detail }) => set({ name: detail.value.trim() })} />
          </FormField>
          <FormField label={texts.detectors}>
            <Multiselect
              placeholder={texts.detectorsPlaceholder}
              selectedOptions={draft.detectors.map(optionOf)}
              options={detectorNames.map(optionOf)}
              deselectAriaLabel={({ label = "" }) => texts.removeDetector(label)}
              onChange={({ detail }) =>
                set({ detectors: detail.selectedOptions.map(({ value }) => value as DetectorName) })
              }
            />
          </FormField>
          <ColumnLayout columns={2}>
            {lists.map(([name, label, hint]) => (
              <FormField key={name} label={label} constraintText={hint}>
                <Textarea
                  rows={2}
                  spellcheck={false}
                  value={draft[name]}
                  onChange={({ detail }) => set({ [name]: detail.value })}
                />
              </FormField>
            ))}
          </ColumnLayout>
          <FormField label={texts.replacement}>
            <RadioGroup
              value={draft.replacement}
              onChange={({ detail }) => set({ replacement: detail.value as Replacement })}
              items={replacements.map((value) => ({ value, label: all.masking.replacements[value] }))}
            />
          </FormField>
          <Box float="right">
            <SpaceBetween direction="horizontal" size="xs">
              <Button variant="link" formAction="none" onClick={onClose}>
                {common.cancel}
              </Button>
              <Button variant="primary" formAction="submit" loading={busy} disabled={draft.name === ""}>
                {common.save}
              </Button>
            </SpaceBetween>
          </Box>
        </SpaceBetween>
      </form>
    </Modal>
  );
}

const optionOf = (value: DetectorName) => ({ value, label: detectorWords(value) });
