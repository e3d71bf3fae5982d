import {
  GetInsightImpactGraphCommand,
  type Insight,
  type InsightImpactGraphService,
  XRayClient,
} from "@aws-sdk/client-xray";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMemo } from "react";
import { useLocation } from "wouter";
import { clientOf } from "../../api/clients.js";
import { useLoaded } from "../../api/use-loaded.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { mapGraphOf, nodeKeyOf } from "../../parts/service-map/graph.js";
import { arrange } from "../../parts/service-map/layout.js";
import { ServiceMap } from "../../parts/service-map/service-map.js";
import { common } from "../../texts/common.js";
import { texts } from "../../texts/insights.js";
import { addressPeriodOf, periodOf } from "./load-insights.js";

/** The longest that GetInsightImpactGraph looks over. */
const graphMsMax = 6 * 60 * 60_000;
const minuteMs = 60_000;

/** Who is concerned by an incident: its services are bright, who calls them is faint. */
export function ImpactGraph({ insight }: { insight: Insight }) {
  const [, navigate] = useLocation();
  const { InsightId = "", GroupName = "", StartTime, EndTime, TopAnomalousServices = [] } = insight;
  const { value, failure, loading, reload } = useLoaded(
    `${InsightId} ${StartTime?.getTime()} ${EndTime?.getTime()}`,
    async (signal) => {
      const { start, end } = periodOf(insight, Date.now());
      const from = Math.max(start.getTime(), end.getTime() - graphMsMax + minuteMs);
      // An insight that has just begun has no length yet.
      const until = Math.max(end.getTime(), from + minuteMs);
      const command = new GetInsightImpactGraphCommand({
        InsightId,
        StartTime: new Date(from),
        EndTime: new Date(until),
      });
      return (await clientOf(XRayClient).send(command, { abortSignal: signal })).Services ?? [];
    },
  );
  const graph = useMemo(() => mapGraphOf((value ?? []).map(withoutFigures)), [value]);
  const places = useMemo(() => arrange(graph), [graph]);
  const affected = useMemo(
    () => new Set(TopAnomalousServices.map(({ ServiceId = {} }) => nodeKeyOf(ServiceId))),
    [TopAnomalousServices],
  );
  return (
    <Container
      header={
        <Header variant="h2" description={texts.graphHint}>
          {texts.graph}
        </Header>
      }
    >
      <SpaceBetween size="s">
        <FailureAlert failure={failure} retry={reload} />
        {value === undefined ? (
          <Box color="text-body-secondary">{loading && common.loading}</Box>
        ) : graph.nodes.length === 0 ? (
          <Box color="text-body-secondary">{texts.graphEmpty}</Box>
        ) : (
          <ServiceMap
            graph={graph}
            places={places}
            label={texts.graphLabel}
            height="280px"
            wheel={false}
            found={affected}
            onSelect={(key) => {
              if (key === undefined) return;
              const address = new URLSearchParams({
                node: key,
                period: addressPeriodOf(periodOf(insight, Date.now())),
              });
              if (GroupName !== "Default") address.set("group", GroupName);
              navigate(`/trace-map?${address}`);
            }}
          />
        )}
      </SpaceBetween>
    </Container>
  );
}

function withoutFigures({ ReferenceId, Name, Type, AccountId, Edges = [] }: InsightImpactGraphService) {
  const edges = Edges.map((edge) => ({ ReferenceId: edge.ReferenceId }));
  return { ReferenceId, Name, Type, AccountId, State: "active", Edges: edges };
}
