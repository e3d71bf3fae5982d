import Alert from "@cloudscape-design/components/alert";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Multiselect from "@cloudscape-design/components/multiselect";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Textarea from "@cloudscape-design/components/textarea";
import { useState } from "react";
import { type DetectorName, detectorNames } from "../../../../src/tracing/masking/detector-names.js";
import { type Replacement, replacements } from "../../../../src/tracing/masking/rule.js";
import { callExtension } from "../../api/extension.js";
import { FormDialog } from "../../parts/form-dialog.js";
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
  const set = (change: Partial<RuleDraft>) => setDraft((now) => ({ ...now, ...change }));
  const problem = problemOf(draft);

  async function save() {
    setTried(true);
    if (problem !== undefined) return;
    await callExtension("xray", "PutMaskingRule", inputOf(draft));
    onSaved(draft.name);
  }

  return (
    <FormDialog
      size="large"
      header={texts.header}
      action={common.save}
      ready={draft.name !== ""}
      onSubmit={save}
      onClose={onClose}
    >
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
    </FormDialog>
  );
}

const optionOf = (value: DetectorName) => ({ value, label: detectorWords(value) });
