import {
  CreateSamplingRuleCommand,
  type SamplingRule,
  UpdateSamplingRuleCommand,
  XRayClient,
} from "@aws-sdk/client-xray";
import Alert from "@cloudscape-design/components/alert";
import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import Box from "@cloudscape-design/components/box";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { clientOf } from "../../api/clients.js";
import { FormDialog } from "../../parts/form-dialog.js";
import { common } from "../../texts/common.js";
import { texts } from "../../texts/sampling.js";
import {
  attributesMax,
  defaultRuleName,
  emptyForm,
  formOf,
  problemsOf,
  type RuleForm,
  ruleOf,
  updateOf,
} from "./rule-form.js";
import { ruleInWords } from "./rule-in-words.js";

type TextField = Exclude<keyof RuleForm, "attributes">;

interface RuleDialogProps {
  /** The rule to change; a new one if left out. */
  readonly rule?: SamplingRule;
  readonly onClose: () => void;
  readonly onSaved: (name: string) => void;
}

/** A rule is written, with what it means said while it is. */
export function RuleDialog({ rule, onClose, onSaved }: RuleDialogProps) {
  const [form, setForm] = useState<RuleForm>(() => (rule ? formOf(rule) : emptyForm));
  const [tried, setTried] = useState(false);
  const [boostOpen, setBoostOpen] = useState(form.boostPercent !== "");
  const words = texts.form;
  const isDefault = rule?.RuleName === defaultRuleName;
  const problems = problemsOf(form, rule);
  const isSound = Object.keys(problems).length === 0;

  async function save() {
    setTried(true);
    if (!isSound) return;
    const client = clientOf(XRayClient);
    await (rule
      ? client.send(new UpdateSamplingRuleCommand({ SamplingRuleUpdate: updateOf(form) }))
      : client.send(new CreateSamplingRuleCommand({ SamplingRule: ruleOf(form) })));
    onSaved(form.name);
  }

  const field = (name: TextField, label: string, hint?: string, disabled = false) => (
    <FormField
      label={label}
      description={disabled ? undefined : hint}
      errorText={tried || form[name] !== "" ? problems[name] : undefined}
    >
      <Input
        value={form[name]}
        disabled={disabled}
        autoComplete="off"
        onChange={({ detail }) => setForm({ ...form, [name]: detail.value })}
      />
    </FormField>
  );

  return (
    <FormDialog
      size="large"
      header={rule ? words.editTitle(rule.RuleName!) : words.createTitle}
      action={common.save}
      ready={isSound || !tried}
      onSubmit={save}
      onClose={onClose}
    >
      <Alert type="info" header={words.inWords}>
        <span aria-live="polite">{ruleInWords(ruleOf(form))}</span>
      </Alert>
      {isDefault && <Box color="text-body-secondary">{words.onlyAmounts}</Box>}
      <ColumnLayout columns={2}>
        {field("name", words.name, words.nameHint, rule !== undefined)}
        {field("priority", words.priority, words.priorityHint, isDefault)}
        {field("reservoir", words.reservoir, words.reservoirHint)}
        {field("percent", words.rate, words.rateHint)}
      </ColumnLayout>
      {!isDefault && (
        <SpaceBetween size="l">
          <Box variant="h3">
            {words.matching} <Box variant="small">{words.pattern}</Box>
          </Box>
          <ColumnLayout columns={2}>
            {field("service", words.service)}
            {field("type", words.type, words.typeHint)}
            {field("method", words.method)}
            {field("path", words.path)}
            {field("host", words.host)}
            {field("resource", words.resource)}
          </ColumnLayout>
          <FormField
            label={words.attributes}
            description={words.attributesHint}
            errorText={tried ? problems.attributes : undefined}
            stretch
          >
            <AttributeEditor
              items={form.attributes}
              empty={words.noAttributes}
              addButtonText={words.addAttribute}
              removeButtonText={words.removeAttribute}
              disableAddButton={form.attributes.length >= attributesMax}
              additionalInfo={words.attributesLeft(attributesMax - form.attributes.length)}
              definition={(["key", "value"] as const).map((part) => ({
                label: words[part],
                control: (item: RuleForm["attributes"][number], index: number) => (
                  <Input
                    value={item[part]}
                    ariaLabel={`${words[part]} ${index + 1}`}
                    onChange={({ detail }) =>
                      setForm({
                        ...form,
                        attributes: form.attributes.map((each, at) =>
                          at === index ? { ...each, [part]: detail.value } : each,
                        ),
                      })
                    }
                  />
                ),
              }))}
              onAddButtonClick={() => setForm({ ...form, attributes: [...form.attributes, { key: "", value: "" }] })}
              onRemoveButtonClick={({ detail }) =>
                setForm({ ...form, attributes: form.attributes.filter((_, at) => at !== detail.itemIndex) })
              }
            />
          </FormField>
        </SpaceBetween>
      )}
      <ExpandableSection
        headerText={words.boost}
        // What is wrong must not be hidden.
        expanded={boostOpen || (tried && (problems.boostPercent ?? problems.boostMinutes) !== undefined)}
        onChange={({ detail }) => setBoostOpen(detail.expanded)}
      >
        <ColumnLayout columns={2}>
          {field("boostPercent", words.boostRate, words.boostRateHint)}
          {field("boostMinutes", words.boostMinutes)}
        </ColumnLayout>
      </ExpandableSection>
    </FormDialog>
  );
}
