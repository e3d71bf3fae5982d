import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Tabs, { type TabsProps } from "@cloudscape-design/components/tabs";
import { useState } from "react";
import { JsonView } from "../../../parts/json-view.js";
import { traceTexts } from "../../../texts/trace.js";
import { isObject } from "./entity.js";
import { ErrorsView } from "./errors-view.js";
import { causeOf } from "./exceptions.js";
import type { LoadedTrace } from "./load-trace.js";
import { AnnotationsTable, LinksTable, MembersTable, MetadataView, SqlView } from "./member-tables.js";
import { OverviewView } from "./overview-view.js";
import { healthOf, type TraceNode } from "./trace-tree.js";

const texts = traceTexts.details;

interface DetailsProps {
  readonly trace: LoadedTrace;
  readonly node: TraceNode;
  readonly onSelect: (node: TraceNode) => void;
  readonly onClose: () => void;
}

/** Everything that a segment or subsegment holds. */
export function Details({ trace, node, onSelect, onClose }: DetailsProps) {
  const [chosen, setChosen] = useState<string>();
  const tabs = tabsOf(trace, node, onSelect);
  // A segment that failed is looked at for its errors; a tab that this one has not gives way to the first.
  const first = tabs.some(({ id }) => id === "errors") ? "errors" : "overview";
  const active = tabs.some(({ id }) => id === chosen) ? chosen! : first;
  const kind =
    node.kind === "subsegment" ? texts.subsegment : node.entity.inferred ? texts.inferredSegment : texts.segment;
  return (
    <section aria-label={texts.label}>
      <Container
        header={
          <Header
            variant="h2"
            description={kind}
            actions={<Button variant="icon" iconName="close" ariaLabel={texts.close} onClick={onClose} />}
          >
            {node.entity.name}
          </Header>
        }
      >
        <Tabs
          tabs={tabs}
          activeTabId={active}
          onChange={({ detail }) => setChosen(detail.activeTabId)}
          ariaLabel={texts.label}
        />
      </Container>
    </section>
  );
}

/** Only those that have something in them. */
function tabsOf(trace: LoadedTrace, node: TraceNode, onSelect: (node: TraceNode) => void): TabsProps.Tab[] {
  const { raw } = node.entity;
  const { annotations, metadata, sql, aws, links } = raw;
  const tab = (id: keyof typeof texts.tabs, content: TabsProps.Tab["content"]) => [
    { id, label: texts.tabs[id], content },
  ];
  const filled = (value: unknown) => isObject(value) && Object.keys(value).length > 0;
  const failed = healthOf(node) !== "ok" || causeOf(node) !== undefined;
  return [
    ...tab("overview", <OverviewView trace={trace} node={node} />),
    ...(failed ? tab("errors", <ErrorsView trace={trace} node={node} onSelect={onSelect} />) : []),
    ...(isObject(annotations) && filled(annotations)
      ? tab("annotations", <AnnotationsTable annotations={annotations} />)
      : []),
    ...(isObject(metadata) && filled(metadata) ? tab("metadata", <MetadataView metadata={metadata} />) : []),
    ...(isObject(sql) && filled(sql) ? tab("sql", <SqlView sql={sql} />) : []),
    ...(isObject(aws) && filled(aws) ? tab("aws", <MembersTable members={aws} label={texts.tabs.aws} />) : []),
    ...(Array.isArray(links) && links.length > 0 ? tab("links", <LinksTable links={links} />) : []),
    ...tab("raw", <JsonView value={raw} label={texts.tabs.raw} />),
  ];
}
