import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { texts } from "../../texts/enable-xray.js";
import { planOf } from "./enable-plan.js";
import { useSelectors } from "./enable-what.js";
import type { StepProps } from "./enable-wizard.js";
import type { Sample } from "./last-hour.js";
import { SelectedCount } from "./selected-count.js";
import { SelectorsView } from "./selectors-view.js";

/** Everything that saving will do, before it does it. */
export function ReviewStep({ choices, found, sample }: StepProps & { sample: Sample }) {
  const words = texts.save;
  const selectors = useSelectors(choices, true);
  return (
    <SpaceBetween size="l">
      <Container header={<Header variant="h2">{words.plan}</Header>}>
        <ol>
          {planOf(choices, found).map(({ id, text, calls }) => (
            <li key={id}>
              {text}
              <Box color="text-body-secondary" fontSize="body-s">
                {words.calls(calls)}
              </Box>
            </li>
          ))}
        </ol>
      </Container>
      <Container header={<Header variant="h2">{words.selects}</Header>}>
        <SpaceBetween size="m">
          <SelectedCount selectors={selectors} sample={sample} />
          {choices.mode === "existing" && <Box>{texts.trail.existingHint}</Box>}
          <SelectorsView selectors={selectors} />
        </SpaceBetween>
      </Container>
    </SpaceBetween>
  );
}
