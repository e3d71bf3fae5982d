import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useLoaded } from "../../api/use-loaded.js";
import { ConsoleLink } from "../../parts/console-link.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { useMoments } from "../../parts/moments.js";
import { common } from "../../texts/common.js";
import { texts } from "../../texts/overview.js";

const refreshMs = 60_000;
const insightsMax = 5;

/** What X-Ray insights follow now. */
export function InsightsCard() {
  const { full } = useMoments();
  const { value, failure, loading, loadedMs, reload } = useLoaded(
    "insights",
    async (signal) => (await import("./load-insights.js")).loadActiveInsights(signal),
    { everyMs: refreshMs },
  );
  return (
    <Container
      fitHeight
      header={
        <Header variant="h2" actions={<ConsoleLink to="/insights">{texts.allInsights}</ConsoleLink>}>
          {texts.insights}
        </Header>
      }
    >
      <SpaceBetween size="s">
        <FailureAlert failure={failure} retry={reload} />
        {loadedMs === undefined ? (
          <Box color="text-body-secondary">{loading && common.loading}</Box>
        ) : value === undefined ? (
          <>
            <Box>{texts.insightsOff}</Box>
            <ConsoleLink to="/groups">{texts.switchOn}</ConsoleLink>
          </>
        ) : value.length === 0 ? (
          <StatusIndicator type="success">{texts.noInsights}</StatusIndicator>
        ) : (
          <ul className="overview-list">
            {value.slice(0, insightsMax).map(({ InsightId = "", Summary, StartTime }) => (
              <li key={InsightId}>
                <StatusIndicator type="error">
                  <ConsoleLink to={`/insights/${InsightId}`}>{Summary}</ConsoleLink>
                </StatusIndicator>
                <Box variant="small">{texts.since(full(StartTime!))}</Box>
              </li>
            ))}
          </ul>
        )}
      </SpaceBetween>
    </Container>
  );
}
