import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useMemo } from "react";
import type { TrailSelectors } from "../../../../src/audit/selectors/selectors.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { texts } from "../../texts/trails.js";
import { countSelected } from "./count-selected.js";
import type { Sample } from "./last-hour.js";

const words = texts.sample;

/** How much of the last hour selectors would have selected, told while it is counted. */
export function SelectedCount({ selectors, sample }: { selectors: TrailSelectors; sample: Sample }) {
  const { events, loading, isAll, failure, stop, again } = sample;
  const selected = useMemo(() => countSelected(selectors, events), [selectors, events]);
  if (failure !== undefined) return <FailureAlert failure={failure} retry={again} />;
  return (
    <SpaceBetween size="xxs">
      <SpaceBetween direction="horizontal" size="s" alignItems="center">
        <Box variant="strong">
          {selected === undefined ? words.cannot : words.count(selected, events.length, isAll)}
        </Box>
        {loading ? (
          <Button variant="inline-link" onClick={stop}>
            {words.stop}
          </Button>
        ) : (
          <Button variant="inline-link" onClick={again}>
            {words.again}
          </Button>
        )}
      </SpaceBetween>
      {loading && <StatusIndicator type="loading">{words.loading(events.length)}</StatusIndicator>}
      {!loading && !isAll && events.length > 0 && <Box color="text-body-secondary">{words.bound(events.length)}</Box>}
    </SpaceBetween>
  );
}
