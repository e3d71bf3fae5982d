import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMemo } from "react";
import { ConsoleLink } from "../../parts/console-link.js";
import { edgeFilter, serviceFilter, tracesAddress, withinGroup } from "../../parts/service-map/filters.js";
import type { MapEdge, MapGraph, MapNode } from "../../parts/service-map/graph.js";
import { OutcomeBreakdown } from "../../parts/service-map/outcome-breakdown.js";
import { ResponseTimes } from "../../parts/service-map/response-times.js";
import type { Period } from "../../parts/use-period.js";
import { countText, mapTexts, typeText } from "../../texts/service-map.js";
import { texts } from "../../texts/trace-map.js";
import { CallsList } from "./calls-list.js";
import { RootCauses } from "./root-causes-list.js";

interface Selection {
  readonly graph: MapGraph;
  readonly selected: string;
  /** As the address has it. */
  readonly period: string;
  readonly resolvePeriod: () => Period;
  /** The group's name; empty for all traces. */
  readonly group: string;
  readonly minutes: number;
  readonly onSelect: (key: string | undefined) => void;
}

/** What is behind a service or a call of the map. */
export function SelectionPanel(selection: Selection) {
  const { graph, selected, onSelect } = selection;
  const nodes = useMemo(() => new Map(graph.nodes.map((node) => [node.key, node])), [graph]);
  const node = nodes.get(selected);
  const edge = graph.edges.find(({ key }) => key === selected);
  const [source, target] = [edge && nodes.get(edge.source), edge && nodes.get(edge.target)];
  const title = node ? nameOf(node) : source && target ? `${nameOf(source)} → ${nameOf(target)}` : texts.service;
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={node && typeText(node.type)}
          actions={
            <Button variant="icon" iconName="close" ariaLabel={texts.close} onClick={() => onSelect(undefined)} />
          }
        >
          {title}
        </Header>
      }
    >
      {node ? (
        <NodeDetails {...selection} node={node} />
      ) : edge && source && target ? (
        <EdgeDetails {...selection} edge={edge} source={source} target={target} />
      ) : (
        <Box color="text-body-secondary">{texts.gone}</Box>
      )}
    </Container>
  );
}

function NodeDetails({ node, ...selection }: Selection & { readonly node: MapNode }) {
  const { graph, group, period, minutes, onSelect } = selection;
  const isClient = node.kind === "client";
  const filter = (where: string) => withinGroup(group, serviceFilter(node, where));
  return (
    <SpaceBetween size="l">
      {isClient && <Box color="text-body-secondary">{texts.clients}</Box>}
      {node.kind === "inferred" && <Box color="text-body-secondary">{texts.inferred}</Box>}
      {!isClient && (
        <SpaceBetween size="l">
          <Figures item={node} minutes={minutes} accountId={node.accountId} />
          <OutcomeBreakdown outcomes={node.outcomes} />
          <div>
            <Box variant="h3">{texts.responseTimes}</Box>
            <ResponseTimes entries={node.histogram} />
          </div>
        </SpaceBetween>
      )}
      <CallsList graph={graph} node={node} onSelect={onSelect} />
      {!isClient && <TraceLinks filter={filter} period={period} outcomes={node.outcomes} />}
      {!isClient && <RootCauses filter={filter("")} period={period} resolvePeriod={selection.resolvePeriod} />}
      <ConsoleLink to={`/insights?${new URLSearchParams(group === "" ? {} : { group })}`}>{texts.insights}</ConsoleLink>
    </SpaceBetween>
  );
}

function EdgeDetails(props: Selection & { edge: MapEdge; source: MapNode; target: MapNode }) {
  const { edge, source, target, group, period, minutes, resolvePeriod } = props;
  const filter = (where: string) => withinGroup(group, edgeFilter(source, target, where));
  return (
    <SpaceBetween size="l">
      {edge.isLink && <Box color="text-body-secondary">{texts.link}</Box>}
      <Figures item={edge} minutes={minutes} />
      <OutcomeBreakdown outcomes={edge.outcomes} />
      <div>
        <Box variant="h3">{edge.isLink ? texts.eventAges : texts.responseTimes}</Box>
        <ResponseTimes entries={edge.histogram} />
      </div>
      <TraceLinks filter={filter} period={period} outcomes={edge.outcomes} />
      <RootCauses filter={filter("")} period={period} resolvePeriod={resolvePeriod} />
    </SpaceBetween>
  );
}

function Figures({ item, minutes, accountId }: { item: MapNode | MapEdge; minutes: number; accountId?: string }) {
  const { outcomes, meanSeconds } = item;
  return (
    <KeyValuePairs
      columns={3}
      minColumnWidth={90}
      items={[
        { label: texts.requests, value: countText(outcomes.total) },
        { label: texts.perMinute, value: mapTexts.rate(outcomes.total, minutes) },
        { label: texts.mean, value: mapTexts.mean(meanSeconds) },
        ...(accountId ? [{ label: texts.account, value: accountId }] : []),
      ]}
    />
  );
}

/** To the traces themselves: all, and those that went wrong, if any did. */
function TraceLinks(props: {
  readonly filter: (where: string) => string;
  readonly period: string;
  readonly outcomes: MapNode["outcomes"];
}) {
  const { filter, period, outcomes } = props;
  const links = [
    { text: texts.allTracesOf, where: "" },
    ...(outcomes.fault > 0 ? [{ text: texts.faultTraces, where: "fault" }] : []),
    ...(outcomes.error > 0 ? [{ text: texts.errorTraces, where: "error" }] : []),
    ...(outcomes.throttle > 0 ? [{ text: texts.throttledTraces, where: "throttle" }] : []),
  ];
  return (
    <div>
      <Box variant="h3">{texts.traces}</Box>
      <SpaceBetween size="m" direction="horizontal">
        {links.map(({ text, where }) => (
          <ConsoleLink key={where} to={tracesAddress(filter(where), period)}>
            {text}
          </ConsoleLink>
        ))}
      </SpaceBetween>
    </div>
  );
}

function nameOf({ kind, name }: MapNode): string {
  return kind === "client" ? mapTexts.clientsOf(name) : name || mapTexts.unnamed;
}
