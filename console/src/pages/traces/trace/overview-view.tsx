import Box from "@cloudscape-design/components/box";
import KeyValuePairs, { type KeyValuePairsProps } from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { ReactNode } from "react";
import { durationText } from "../../../parts/durations.js";
import { type Moments, useMoments } from "../../../parts/moments.js";
import { traceTexts } from "../../../texts/trace.js";
import { isObject, type JsonObject, textOf } from "./entity.js";
import type { LoadedTrace } from "./load-trace.js";
import { healthOf, placeBesideParent, selfSeconds, type TraceNode } from "./trace-tree.js";

const texts = traceTexts.details;

/** When it ran, how it ended, what was asked and answered. */
export function OverviewView({ trace, node }: { trace: LoadedTrace; node: TraceNode }) {
  const moments = useMoments();
  const pairs = [...timesOf(node, trace, moments), ...identityOf(node), ...httpOf(node)];
  const oddity = oddityText(node);
  return (
    <SpaceBetween size="m">
      {oddity !== undefined && <StatusIndicator type="warning">{oddity}</StatusIndicator>}
      <KeyValuePairs
        columns={2}
        items={pairs.flatMap(([label, value]): KeyValuePairsProps.Item[] =>
          value === undefined ? [] : [{ label, value: <Box className="trace-anywhere">{value}</Box> }],
        )}
      />
    </SpaceBetween>
  );
}

type Pair = readonly [label: string, value: ReactNode];

function timesOf(node: TraceNode, { tree, path }: LoadedTrace, moments: Moments): Pair[] {
  const health = healthOf(node);
  const self = selfSeconds(node);
  const critical = path.get(node)?.reduce((sum, { from, until }) => sum + until - from, 0);
  const at = (seconds: number) => moments.full((tree.startTime + seconds) * 1000, { milliseconds: true });
  return [
    [texts.duration, node.inProgress ? traceTexts.inProgress : durationText(node.end - node.start)],
    [
      texts.health,
      <StatusIndicator
        key="health"
        type={
          health === "ok" ? (node.inProgress ? "in-progress" : "success") : health === "fault" ? "error" : "warning"
        }
      >
        {health === "ok" && node.inProgress ? traceTexts.inProgress : traceTexts.health[health]}
      </StatusIndicator>,
    ],
    [texts.selfTime, self === undefined ? undefined : durationText(self)],
    [texts.critical, critical === undefined ? undefined : durationText(critical)],
    [texts.start, at(node.start)],
    [texts.offset, durationText(node.start)],
    [texts.end, node.inProgress ? undefined : at(node.end)],
  ];
}

function identityOf(node: TraceNode): Pair[] {
  const { entity, segment } = node;
  const service = objectOf(entity.raw["service"]);
  const runtime = [textOf(service["runtime"]), textOf(service["runtime_version"])].filter((part) => part).join(" ");
  return [
    [texts.service, node.kind === "subsegment" ? segment.entity.name : undefined],
    [texts.origin, entity.origin],
    [texts.namespace, entity.namespace],
    [texts.version, textOf(service["version"])],
    [texts.runtime, textOf(runtime)],
    [texts.user, textOf(entity.raw["user"])],
    [texts.resourceArn, textOf(entity.raw["resource_arn"])],
    [texts.id, entity.id],
    [texts.parentId, entity.parentId],
  ];
}

function httpOf({ entity }: TraceNode): Pair[] {
  const http = objectOf(entity.raw["http"]);
  const request = objectOf(http["request"]);
  const response = objectOf(http["response"]);
  const asked = [textOf(request["method"]), textOf(request["url"])].filter((part) => part).join(" ");
  const ip = textOf(request["client_ip"]);
  const length = response["content_length"];
  return [
    [texts.request, textOf(asked)],
    [texts.response, typeof response["status"] === "number" ? response["status"] : undefined],
    [texts.contentLength, typeof length === "number" || typeof length === "string" ? texts.bytes(length) : undefined],
    [texts.clientIp, ip === undefined || request["x_forwarded_for"] !== true ? ip : texts.forwarded(ip)],
    [texts.userAgent, textOf(request["user_agent"])],
  ];
}

function oddityText(node: TraceNode): string | undefined {
  if (node.oddity === "missing-parent") return texts.missingParent(node.entity.parentId ?? "");
  if (node.oddity === "cycle") return texts.cycle;
  const { parent } = node;
  const place = placeBesideParent(node);
  if (parent === undefined || place === undefined) return undefined;
  return place === "before"
    ? texts.before(durationText(parent.start - node.start))
    : texts.after(durationText(node.end - parent.end));
}

function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}
