import Box from "@cloudscape-design/components/box";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { TrailSelectors } from "../../../../src/audit/selectors/selectors.js";
import { JsonView } from "../../parts/json-view.js";
import { selectorsInWords } from "../../texts/selectors-in-words.js";
import { texts } from "../../texts/trails.js";

const words = texts.selectors;

/** Selectors in plain words, beside what they are. */
export function SelectorsView({ selectors }: { selectors: TrailSelectors }) {
  const sentences = selectorsInWords(selectors);
  return (
    <ColumnLayout columns={2} variant="text-grid">
      <SpaceBetween size="xs">
        <Box variant="awsui-key-label">{words.words}</Box>
        {sentences.length > 1 && <Box color="text-body-secondary">{words.any}</Box>}
        <ul>
          {sentences.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      </SpaceBetween>
      <SpaceBetween size="xs">
        <Box variant="awsui-key-label">{`${words.json}: ${words.kind[selectors.kind]}`}</Box>
        <JsonView label={words.json} value={selectors.selectors} />
      </SpaceBetween>
    </ColumnLayout>
  );
}
