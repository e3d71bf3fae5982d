import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useLocation } from "wouter";
import { ConsoleLink } from "../../parts/console-link.js";
import { tracesAddress } from "../../parts/service-map/filters.js";
import { clientTraffic } from "../../parts/service-map/graph.js";
import { MapLegend } from "../../parts/service-map/map-legend.js";
import { ServiceMap } from "../../parts/service-map/service-map.js";
import { usePlaces } from "../../parts/service-map/use-places.js";
import { texts } from "../../texts/overview.js";
import { countText, mapTexts, shareText } from "../../texts/service-map.js";
import type { TrafficNow } from "./traffic.js";

/** The map of the last half hour, and what clients asked and got. */
export default function MapCard({ traffic: { kind, graph } }: { traffic: TrafficNow }) {
  const [, navigate] = useLocation();
  const { places } = usePlaces(graph);
  const { outcomes, meanSeconds } = clientTraffic(graph);
  const openMap = (address: string) => (
    <Button
      href={`/console${address}`}
      onFollow={(event) => {
        event.preventDefault();
        navigate(address);
      }}
    >
      {kind === "now" ? texts.openMap : texts.showEarlier}
    </Button>
  );
  const count = (label: string, filter: string, part: number) => ({
    label,
    value: (
      <ConsoleLink to={tracesAddress(filter, texts.period30)} ariaLabel={`${label}: ${part}. ${texts.showTraces}`}>
        {part === 0 ? "0" : `${countText(part)} (${shareText(part, outcomes.total)})`}
      </ConsoleLink>
    ),
  });
  if (kind !== "now")
    return (
      <Container header={<Header variant="h2">{texts.map}</Header>}>
        <Box textAlign="center" padding="l">
          <Box variant="h3">{texts.quiet}</Box>
          <Box variant="p">{texts.quietBody}</Box>
          {openMap("/trace-map?period=6h")}
        </Box>
      </Container>
    );
  const figures = [
    {
      label: texts.requestCount,
      value: (
        <ConsoleLink
          to={tracesAddress("", texts.period30)}
          ariaLabel={`${texts.requestCount}: ${outcomes.total}. ${texts.showTraces}`}
        >
          {countText(outcomes.total)}
        </ConsoleLink>
      ),
    },
    count(texts.faults, "fault", outcomes.fault),
    count(texts.errors, "error", outcomes.error),
    count(texts.throttled, "throttle", outcomes.throttle),
    { label: texts.mean, value: mapTexts.mean(meanSeconds) },
    { label: texts.services, value: countText(graph.nodes.filter((node) => node.kind !== "client").length) },
  ];
  return (
    <SpaceBetween size="l">
      <Container
        header={
          <Header variant="h2" description={texts.period}>
            {texts.requests}
          </Header>
        }
      >
        <dl className="overview-figures">
          {figures.map(({ label, value }) => (
            <div key={label}>
              <Box variant="awsui-key-label" tagOverride="dt">
                {label}
              </Box>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </Container>
      <Container
        header={
          <Header variant="h2" description={texts.period} actions={openMap("/trace-map")}>
            {texts.map}
          </Header>
        }
        footer={<MapLegend />}
      >
        <ServiceMap
          graph={graph}
          places={places}
          label={texts.mapLabel(graph.nodes.length)}
          height="380px"
          wheel={false}
          onSelect={(key) => key !== undefined && navigate(`/trace-map?${new URLSearchParams({ node: key })}`)}
        />
      </Container>
    </SpaceBetween>
  );
}
