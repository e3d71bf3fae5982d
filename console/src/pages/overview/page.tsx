import Box from "@cloudscape-design/components/box";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { lazy, Suspense } from "react";
import { useLoaded } from "../../api/use-loaded.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { common } from "../../texts/common.js";
import { texts } from "../../texts/overview.js";
import { FindingsCard } from "./findings-card.js";
import { FirstTrace } from "./first-trace.js";
import { InsightsCard } from "./insights-card.js";
import { TrailsAlert, TrailsCard } from "./trails-card.js";
import "./overview.css";

const MapCard = lazy(() => import("./map-card.js"));

const waitingMs = 3_000;
const refreshMs = 15_000;

/** What is going on, at a glance; before there is anything, how to send it. */
export default function OverviewPage() {
  const traffic = useLoaded("traffic", async (signal) => (await import("./traffic.js")).loadTraffic(signal), {
    everyMs: ({ value, failure }) => (value?.kind === "now" || failure !== undefined ? refreshMs : waitingMs),
  });
  const trails = useLoaded("trails", async (signal) => (await import("./load-trails.js")).loadTraceTrails(signal));

  return (
    <ContentLayout header={<Header variant="h1">{texts.title}</Header>}>
      <SpaceBetween size="l">
        <TrailsAlert trails={trails} />
        <FailureAlert failure={traffic.failure} retry={traffic.reload} />
        {traffic.value === undefined ? (
          <Box color="text-body-secondary">{traffic.loading && common.loading}</Box>
        ) : traffic.value.kind === "never" ? (
          <FirstTrace />
        ) : (
          <Suspense fallback={<Box color="text-body-secondary">{common.loading}</Box>}>
            <MapCard traffic={traffic.value} />
          </Suspense>
        )}
        <div className="overview-cards">
          <TrailsCard trails={trails} />
          <InsightsCard />
          <FindingsCard />
        </div>
      </SpaceBetween>
    </ContentLayout>
  );
}
