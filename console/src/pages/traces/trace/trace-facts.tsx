import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import KeyValuePairs, { type KeyValuePairsProps } from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { durationText } from "../../../parts/durations.js";
import { useMoments } from "../../../parts/moments.js";
import { common } from "../../../texts/common.js";
import { traceTexts } from "../../../texts/trace.js";
import { isObject, textOf } from "./entity.js";
import type { LoadedTrace } from "./load-trace.js";
import { healthOf } from "./trace-tree.js";

const texts = traceTexts.facts;

/** The trace in a few lines, and what is odd about it. */
export function TraceFacts({ trace }: { trace: LoadedTrace }) {
  const moments = useMoments();
  const { tree } = trace;
  const root = tree.roots.find(({ entity }) => !entity.inferred && entity.parentId === undefined) ?? tree.roots[0];
  const http = isObject(root?.entity.raw["http"]) ? root.entity.raw["http"] : {};
  const request = isObject(http["request"]) ? http["request"] : {};
  const response = isObject(http["response"]) ? http["response"] : {};
  const asked = [textOf(request["method"]), textOf(request["url"])].filter((part) => part).join(" ");
  const services = new Set(tree.nodes.map(({ segment }) => segment.entity.name));
  const count = (flag: "fault" | "error" | "throttle") =>
    tree.nodes.filter(({ entity }) => entity[flag] && !entity.inferred).length;
  const failures = traceTexts.failures(count("fault"), count("error"), count("throttle"));
  const health = root === undefined ? "ok" : healthOf(root);
  const items: KeyValuePairsProps.Item[] = [
    {
      label: texts.request,
      value: <Box className="trace-anywhere">{asked || root?.entity.name || common.nothing}</Box>,
    },
    {
      label: texts.status,
      value: (
        <StatusIndicator type={health === "ok" ? "success" : health === "fault" ? "error" : "warning"}>
          {[traceTexts.health[health], textOf(String(response["status"] ?? ""))].filter((part) => part).join(" · ")}
        </StatusIndicator>
      ),
    },
    { label: texts.start, value: moments.full(tree.startTime * 1000, { milliseconds: true }) },
    {
      label: texts.responseTime,
      value: root === undefined || root.inProgress ? traceTexts.inProgress : durationText(root.end - root.start),
    },
    { label: texts.duration, value: durationText(tree.duration) },
    { label: texts.services, value: [...services].slice(0, 12).join(", ") },
    { label: texts.counts, value: failures || texts.noFailures },
    { label: texts.user, value: textOf(root?.entity.raw["user"]) ?? common.nothing },
  ];
  return (
    <SpaceBetween size="s">
      {noticesOf(trace).map((notice) => (
        <Alert key={notice} type="info">
          {notice}
        </Alert>
      ))}
      <Container>
        <KeyValuePairs columns={4} items={items} />
      </Container>
    </SpaceBetween>
  );
}

function noticesOf({ tree, limitExceeded, retrievalToken }: LoadedTrace): string[] {
  const texts = traceTexts.notices;
  const orphans = tree.nodes.filter(({ oddity }) => oddity === "missing-parent").length;
  return [
    retrievalToken !== undefined ? texts.notIndexed : "",
    limitExceeded ? texts.limitExceeded : "",
    tree.unreadableCount > 0 ? texts.unreadable(tree.unreadableCount) : "",
    orphans > 0 ? texts.missingParents(orphans) : "",
    tree.nodes.some(({ oddity }) => oddity === "cycle") ? texts.cycles : "",
    tree.nodes.some(({ inProgress }) => inProgress) ? texts.inProgress : "",
  ].filter((notice) => notice !== "");
}
