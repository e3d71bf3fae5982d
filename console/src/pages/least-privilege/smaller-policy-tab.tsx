import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Multiselect from "@cloudscape-design/components/multiselect";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useState } from "react";
import { callExtension } from "../../api/extension.js";
import { useLoaded } from "../../api/use-loaded.js";
import { useUrlState } from "../../api/use-url-state.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { PeriodPicker } from "../../parts/period-picker.js";
import type { LeastPrivilege } from "../../parts/policy/access-extensions.js";
import { EntityChooser } from "../../parts/policy/entity-chooser.js";
import type { Entity } from "../../parts/policy/entity-policies.js";
import { useChosenPeriod } from "../../parts/use-period.js";
import { common } from "../../texts/common.js";
import { leastTexts as texts } from "../../texts/least-privilege.js";
import { DraftPolicies } from "./draft-policies.js";

const conditionNames = Object.keys(texts.conditionNames) as (keyof typeof texts.conditionNames)[];
/** The program changes with every release, so it is for those who ask. */
const conditionsDefault = conditionNames.filter((name) => name !== "UserAgent").join(",");

/** Makes the policy that one user or role needs, of its recorded calls. */
export function SmallerPolicyTab() {
  const [arn, setArn] = useUrlState("principal");
  const [conditionText, setConditions] = useUrlState("conditions", conditionsDefault);
  const period = useChosenPeriod("7d");
  const entity = entityOf(arn);
  const conditions = conditionText.split(",").filter((name) => conditionNames.includes(name as "SourceIp"));
  const [asked, setAsked] = useState(0);
  const key = arn === "" || entity === undefined ? undefined : JSON.stringify([arn, period.text, conditions, asked]);
  const least = useLoaded(key, async (signal) => {
    const { start, end } = period.resolve();
    const times = { StartTime: start.getTime() / 1000, EndTime: end.getTime() / 1000 };
    const input = { PrincipalArn: arn, ...times, Conditions: conditions };
    const answer = await callExtension<LeastPrivilege>("iam", "GenerateLeastPrivilegePolicy", input, { signal });
    return { answer, times, key };
  });
  // What was made for another caller must not be attached to this one.
  const value = least.value?.key === key ? least.value : undefined;
  return (
    <SpaceBetween size="l">
      <Container>
        <SpaceBetween size="m">
          <EntityChooser
            kinds={["user", "role"]}
            label={texts.choose}
            value={entity}
            onChange={(_entity, chosen) => setArn(chosen)}
          />
          <SpaceBetween direction="horizontal" size="l">
            <FormField label={texts.periodLabel}>
              <PeriodPicker period={period} />
            </FormField>
            <FormField label={texts.conditions} description={texts.conditionsHint}>
              <Multiselect
                selectedOptions={conditions.map(optionOf)}
                options={conditionNames.map(optionOf)}
                onChange={({ detail }) =>
                  setConditions(detail.selectedOptions.map(({ value: name }) => name).join(",") || "none")
                }
                ariaLabel={texts.conditions}
                deselectAriaLabel={(option) => common.deselect(option.label ?? "")}
                hideTokens
                placeholder={texts.conditionsChosen(conditions.length)}
              />
            </FormField>
          </SpaceBetween>
          {arn === "" && <Box color="text-body-secondary">{texts.chooseHint}</Box>}
          {arn !== "" && (
            <Button loading={least.loading} onClick={() => setAsked(asked + 1)} iconName="refresh">
              {texts.make}
            </Button>
          )}
        </SpaceBetween>
      </Container>
      <FailureAlert failure={least.failure} retry={least.reload} />
      {least.loading && value === undefined && <Spinner size="large" />}
      {value !== undefined && entity !== undefined && (
        <SpaceBetween size="l">
          <Notes answer={value.answer} />
          {value.answer.PolicyDocuments.length === 0 ? (
            <Alert>{texts.nothing}</Alert>
          ) : (
            <DraftPolicies key={value.key} entity={entity} arn={arn} made={value.answer} times={value.times} />
          )}
        </SpaceBetween>
      )}
    </SpaceBetween>
  );
}

/** What the policy does not say, and why. */
function Notes({ answer }: { answer: LeastPrivilege }) {
  const { LeftOut, LeftOutCount, UnknownCalls, IncompleteCalls } = answer;
  if (LeftOutCount + UnknownCalls + IncompleteCalls === 0) return null;
  return (
    <Alert type="warning" {...(LeftOutCount > 0 && { header: texts.leftOut(LeftOutCount) })}>
      {LeftOut.map(({ Action, Resource, Reason }) => (
        <Box key={`${Action} ${Resource} ${Reason}`}>{texts.leftOutOne(Action, Resource, Reason)}</Box>
      ))}
      {UnknownCalls > 0 && <Box>{texts.unknown(UnknownCalls)}</Box>}
      {IncompleteCalls > 0 && <Box>{texts.incomplete(IncompleteCalls)}</Box>}
    </Alert>
  );
}

function optionOf(name: string) {
  return { value: name, label: texts.conditionNames[name as "SourceIp"] };
}

/** @returns undefined for what is not the ARN of a user or role. */
function entityOf(arn: string): Entity | undefined {
  const [, kind, name] = /^arn:aws:iam::\d{12}:(user|role)\/(?:.*\/)?([^/]+)$/.exec(arn) ?? [];
  return name === undefined ? undefined : { kind: kind as "user" | "role", name };
}
