import { GetRetrievedTracesGraphCommand, GetTraceGraphCommand, type Service, XRayClient } from "@aws-sdk/client-xray";
import Box from "@cloudscape-design/components/box";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import Table from "@cloudscape-design/components/table";
import { clientOf } from "../../../api/clients.js";
import { useLoaded } from "../../../api/use-loaded.js";
import { colours, healthColours } from "../../../parts/colours.js";
import { durationText } from "../../../parts/durations.js";
import { FailureAlert } from "../../../parts/failure-alert.js";
import { common } from "../../../texts/common.js";
import { traceTexts } from "../../../texts/trace.js";
import type { LoadedTrace } from "./load-trace.js";
import { layOut, type MapLayout, nodeHeight, nodeWidth } from "./map-layout.js";
import "./trace-map.css";

const texts = traceTexts.map;

/** The services of one trace and their calls, drawn and as a table. */
export function TraceMap({ trace, onService }: { trace: LoadedTrace; onService: (service: Service) => void }) {
  const { traceId, retrievalToken = "" } = trace;
  const { value, failure, reload } = useLoaded(`${traceId} ${retrievalToken}`, async (signal) => {
    const services: Service[] = [];
    let nextToken: string | undefined;
    do {
      const page = await (retrievalToken === ""
        ? graphOf(traceId, nextToken, signal)
        : retrievedGraphOf(retrievalToken, nextToken, signal));
      services.push(...page.services);
      nextToken = page.nextToken || undefined;
    } while (nextToken !== undefined);
    return { services, layout: layOut(services) };
  });
  if (failure !== undefined) return <FailureAlert failure={failure} retry={reload} />;
  if (value === undefined) return <Spinner size="large" />;
  if (value.services.length === 0) return <Box color="text-body-secondary">{texts.empty}</Box>;
  return (
    <SpaceBetween size="l">
      <Drawing layout={value.layout} />
      <ServicesTable services={value.services} onService={onService} />
    </SpaceBetween>
  );
}

async function graphOf(traceId: string, NextToken: string | undefined, abortSignal: AbortSignal) {
  const command = new GetTraceGraphCommand({ TraceIds: [traceId], NextToken });
  const answer = await clientOf(XRayClient).send(command, { abortSignal });
  return { services: answer.Services ?? [], nextToken: answer.NextToken };
}

/** A trace that is not indexed has a map only where it was retrieved. */
async function retrievedGraphOf(RetrievalToken: string, NextToken: string | undefined, abortSignal: AbortSignal) {
  const command = new GetRetrievedTracesGraphCommand({ RetrievalToken, NextToken });
  const answer = await clientOf(XRayClient).send(command, { abortSignal });
  return { services: (answer.Services ?? []).flatMap(({ Service }) => Service ?? []), nextToken: answer.NextToken };
}

function Drawing({ layout }: { layout: MapLayout }) {
  const { width, height, nodes, edges } = layout;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <section className="trace-map" tabIndex={0} aria-label={texts.label(nodes.length, edges.length)}>
      <svg width={width} height={height} role="img" aria-label={texts.label(nodes.length, edges.length)}>
        <defs>
          <marker
            id="trace-map-arrow"
            viewBox="0 0 8 8"
            refX="7"
            refY="4"
            markerWidth="10"
            markerHeight="10"
            orient="auto"
            markerUnits="userSpaceOnUse"
          >
            <path d="M0 0 L8 4 L0 8 z" fill={colours.quiet} />
          </marker>
        </defs>
        {edges.map(({ from, to, points, failing }) => (
          <path
            key={`${from} ${to}`}
            d={`M${points.map(({ x, y }) => `${x} ${y}`).join(" L")}`}
            fill="none"
            stroke={failing ? healthColours.fault : colours.quiet}
            strokeWidth={failing ? 2.5 : 1.5}
            markerEnd="url(#trace-map-arrow)"
          />
        ))}
        {nodes.map(({ service, x, y }) => (
          <g key={service.ReferenceId} transform={`translate(${x - nodeWidth / 2} ${y - nodeHeight / 2})`}>
            <rect
              width={nodeWidth}
              height={nodeHeight}
              rx="8"
              fill={colours.ground}
              stroke={healthColours[worstOf(service)]}
              strokeWidth="2.5"
            />
            <text x="12" y="23" fill={colours.ink} fontSize="14" fontWeight="700">
              {cut(service.Name ?? "", 24)}
            </text>
            <text x="12" y="42" fill={colours.quiet} fontSize="12">
              {cut([service.Type, averageOf(service)].filter((part) => part).join(" · "), 31)}
            </text>
          </g>
        ))}
      </svg>
    </section>
  );
}

function ServicesTable({
  services,
  onService,
}: {
  services: readonly Service[];
  onService: (service: Service) => void;
}) {
  const names = new Map(services.map(({ ReferenceId, Name }) => [ReferenceId, Name]));
  const count = (value: number | undefined) => value ?? 0;
  return (
    <Table
      items={services}
      trackBy={({ ReferenceId }) => String(ReferenceId)}
      variant="embedded"
      ariaLabels={{ tableLabel: texts.table }}
      columnDefinitions={[
        {
          id: "name",
          header: traceTexts.table.service,
          isRowHeader: true,
          cell: (service) =>
            service.Type === "client" ? (
              service.Name
            ) : (
              <Link onFollow={() => onService(service)} ariaLabel={texts.show(service.Name ?? "")}>
                {service.Name}
              </Link>
            ),
        },
        { id: "type", header: texts.type, cell: ({ Type }) => Type ?? common.nothing },
        { id: "calls", header: texts.calls, cell: ({ SummaryStatistics: sums }) => sums?.TotalCount ?? common.nothing },
        { id: "average", header: texts.average, cell: (service) => averageOf(service) ?? common.nothing },
        {
          id: "faults",
          header: texts.faults,
          cell: ({ SummaryStatistics: sums }) => count(sums?.FaultStatistics?.TotalCount),
        },
        {
          id: "errors",
          header: texts.errors,
          cell: ({ SummaryStatistics: sums }) => count(sums?.ErrorStatistics?.TotalCount),
        },
        {
          id: "throttles",
          header: texts.throttles,
          cell: ({ SummaryStatistics: sums }) => count(sums?.ErrorStatistics?.ThrottleCount),
        },
        {
          id: "to",
          header: texts.leadsTo,
          cell: ({ Edges }) =>
            (Edges ?? []).map(({ ReferenceId }) => names.get(ReferenceId) ?? "").join(", ") || common.nothing,
        },
      ]}
    />
  );
}

function averageOf({ SummaryStatistics: sums }: Service): string | undefined {
  if (!sums?.TotalCount || sums.TotalResponseTime === undefined) return undefined;
  return durationText(sums.TotalResponseTime / sums.TotalCount);
}

function worstOf({ SummaryStatistics: sums }: Service): keyof typeof healthColours {
  if ((sums?.FaultStatistics?.TotalCount ?? 0) > 0) return "fault";
  if ((sums?.ErrorStatistics?.ThrottleCount ?? 0) > 0) return "throttle";
  return (sums?.ErrorStatistics?.TotalCount ?? 0) > 0 ? "error" : "ok";
}

function cut(text: string, charsMax: number): string {
  const characters = [...text];
  return characters.length > charsMax ? `${characters.slice(0, charsMax - 1).join("")}…` : text;
}
