import Box from "@cloudscape-design/components/box";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Multiselect from "@cloudscape-design/components/multiselect";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Tiles from "@cloudscape-design/components/tiles";
import { useMemo } from "react";
import type { TrailSelectors } from "../../../../src/audit/selectors/selectors.js";
import { texts } from "../../texts/enable-xray.js";
import type { EnableChoices } from "./enable-choices.js";
import type { StepProps } from "./enable-wizard.js";
import type { Sample } from "./last-hour.js";
import { SelectedCount } from "./selected-count.js";
import { type ActionChoice, managementSelector, traceCalls, traceSelector } from "./xray-selectors.js";

/** That calls on traces are selected at all, and what besides. */
export function DataStep({ choices, change }: StepProps) {
  const words = texts.data;
  return (
    <Container>
      <SpaceBetween size="l">
        <Box>
          <StatusIndicator type="success">{`${words.traces}: ${words.on}`}</StatusIndicator>
          <Box color="text-body-secondary">{words.tracesHint}</Box>
        </Box>
        {choices.mode === "new" ? (
          <Checkbox
            checked={choices.management}
            description={words.managementHint}
            onChange={({ detail }) => change({ management: detail.checked })}
          >
            {words.management}
          </Checkbox>
        ) : (
          <Box>{texts.trail.existingHint}</Box>
        )}
      </SpaceBetween>
    </Container>
  );
}

/** Which calls on traces, with how many of the last hour's that would have been. */
export function ActionsStep({ choices, problems, change, sample }: StepProps & { sample: Sample }) {
  const words = texts.actions;
  const { actions } = choices;
  const set = (changes: Partial<ActionChoice>) => change({ actions: { ...actions, ...changes } });
  const selectors = useSelectors(choices, false);
  return (
    <Container>
      <SpaceBetween size="l">
        <FormField label={words.label} stretch>
          <Tiles
            value={actions.kind}
            onChange={({ detail }) => set({ kind: detail.value as ActionChoice["kind"] })}
            items={[
              { value: "all", label: words.all, description: words.allHint },
              { value: "read", label: words.read, description: words.readHint },
              { value: "write", label: words.write, description: words.writeHint },
              { value: "some", label: words.some, description: words.someHint },
            ]}
            columns={2}
          />
        </FormField>
        {actions.kind === "some" && (
          <FormField label={words.names} errorText={problems.names}>
            <Multiselect
              selectedOptions={actions.names.map((name) => ({ value: name, label: name }))}
              options={traceCalls.map(({ name, readOnly }) => ({
                value: name,
                label: name,
                description: readOnly ? words.read : words.write,
              }))}
              placeholder={words.namesPlaceholder}
              onChange={({ detail }) => set({ names: detail.selectedOptions.map(({ value = "" }) => value) })}
            />
          </FormField>
        )}
        <SelectedCount selectors={selectors} sample={sample} />
      </SpaceBetween>
    </Container>
  );
}

/** What a new trail will select; of one that is there, what is added to it. */
export function useSelectors({ mode, management, actions }: EnableChoices, isWhole: boolean): TrailSelectors {
  const withManagement = isWhole && mode === "new" && management;
  return useMemo(
    () => ({
      kind: "advanced",
      selectors: [...(withManagement ? [managementSelector] : []), traceSelector(actions)],
    }),
    [withManagement, actions],
  );
}
