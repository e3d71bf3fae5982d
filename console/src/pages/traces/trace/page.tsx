import Alert from "@cloudscape-design/components/alert";
import BreadcrumbGroup from "@cloudscape-design/components/breadcrumb-group";
import Button from "@cloudscape-design/components/button";
import ContentLayout from "@cloudscape-design/components/content-layout";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tabs from "@cloudscape-design/components/tabs";
import { useLocation, useParams } from "wouter";
import { toTraceId } from "../../../../../src/tracing/trace-id.js";
import { useUrlState } from "../../../api/use-url-state.js";
import { JsonView } from "../../../parts/json-view.js";
import { common } from "../../../texts/common.js";
import { traceTexts } from "../../../texts/trace.js";
import { CompareView } from "./compare-view.js";
import { ExposureView } from "./exposure-view.js";
import { type LoadedTrace, useTrace } from "./load-trace.js";
import { TimelineView } from "./timeline-view.js";
import { TraceAbsent } from "./trace-absent.js";
import { TraceFacts } from "./trace-facts.js";
import { TraceMap } from "./trace-map.js";
import type { TraceNode } from "./trace-tree.js";

/** One trace: where its time went, what failed, and who has looked at it. */
export default function TracePage() {
  const { traceId: asked = "" } = useParams<{ traceId: string }>();
  const [, navigate] = useLocation();
  const traceId = toTraceId(asked);
  const trace = useTrace(traceId);
  return (
    <ContentLayout
      breadcrumbs={
        <BreadcrumbGroup
          items={[
            { text: traceTexts.back, href: "/console/traces" },
            { text: traceTexts.title, href: "" },
          ]}
          onFollow={(event) => {
            event.preventDefault();
            navigate("/traces");
          }}
        />
      }
      header={
        <Header
          variant="h1"
          description={trace.value ? traceTexts.segments(trace.value.tree.nodes.length) : undefined}
          actions={
            <Button iconName="refresh" onClick={trace.reload} loading={trace.loading} disabled={traceId === undefined}>
              {traceTexts.reload}
            </Button>
          }
        >
          {traceTexts.title}{" "}
          {traceId !== undefined && (
            <CopyToClipboard
              variant="inline"
              textToCopy={traceId}
              copyButtonAriaLabel={common.copy(traceTexts.copyId)}
              copySuccessText={common.copied}
              copyErrorText={common.notCopied}
            />
          )}
        </Header>
      }
    >
      <SpaceBetween size="l">
        {traceId === undefined && <Alert type="error">{traceTexts.missing.badId}</Alert>}
        <TraceAbsent trace={trace} />
        {trace.value && <TraceFacts trace={trace.value} />}
        {traceId !== undefined && (trace.value !== undefined || trace.failure !== undefined) && (
          <Views traceId={traceId} trace={trace.value ?? undefined} />
        )}
      </SpaceBetween>
    </ContentLayout>
  );
}

/** Who has seen it is told of traces, too, that one may not see or that are no more. */
function Views({ traceId, trace }: { traceId: string; trace: LoadedTrace | undefined }) {
  const [tab, setTab] = useUrlState("tab", trace === undefined ? "exposure" : "timeline");
  const [otherId, setOtherId] = useUrlState("compare");
  const [segment, setSegment] = useUrlState("segment");
  // An id that was sent twice names the first: the other is named by its place.
  const nameOf = (node: TraceNode | undefined) =>
    trace?.tree.nodes.find(({ entity }) => entity.id === node?.entity.id) === node ? node?.entity.id : node?.key;
  const selected = trace?.tree.nodes.find(({ key, entity }) => entity.id === segment || key === segment);
  const compareWith = (id: string) => {
    setOtherId(id);
    setTab("compare");
  };
  const { tabs: labels } = traceTexts;
  const views =
    trace === undefined
      ? []
      : [
          {
            id: "timeline",
            label: labels.timeline,
            content: (
              <TimelineView trace={trace} selected={selected} onSelect={(node) => setSegment(nameOf(node) ?? "")} />
            ),
          },
          {
            id: "map",
            label: labels.map,
            content: (
              <TraceMap
                trace={trace}
                onService={({ Name }) => {
                  const first = trace.tree.nodes.find((node) => Name !== undefined && isOfService(node, Name));
                  setSegment(first?.entity.id ?? "");
                  setTab("timeline");
                }}
              />
            ),
          },
          {
            id: "compare",
            label: labels.compare,
            content: <CompareView trace={trace} otherId={otherId} setOtherId={compareWith} />,
          },
          {
            id: "raw",
            label: labels.raw,
            content: <JsonView value={documentsOf(trace)} label={traceTexts.raw.label} />,
          },
        ];
  const tabs = [...views, { id: "exposure", label: labels.exposure, content: <ExposureView traceId={traceId} /> }];
  // A link that names another trace means the comparison.
  const wanted = otherId !== "" && tab === "timeline" ? "compare" : tab;
  return (
    <Tabs
      tabs={tabs}
      activeTabId={tabs.some(({ id }) => id === wanted) ? wanted : tabs[0]!.id}
      onChange={({ detail }) => {
        if (detail.activeTabId === "timeline" && otherId !== "") setOtherId("");
        setTab(detail.activeTabId);
      }}
      ariaLabel={traceTexts.title}
    />
  );
}

function documentsOf({ tree }: LoadedTrace): unknown[] {
  return tree.nodes.filter(({ kind }) => kind === "segment").map(({ entity }) => entity.raw);
}

/** The map names a table or a queue where the segment has the name of its service. */
function isOfService({ kind, entity }: TraceNode, name: string): boolean {
  const { resource_names: names } = (entity.raw["aws"] ?? {}) as { resource_names?: unknown };
  return kind === "segment" && (entity.name === name || (Array.isArray(names) && names.includes(name)));
}
