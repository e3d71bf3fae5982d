import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { FailureAlert } from "../../../parts/failure-alert.js";
import { common } from "../../../texts/common.js";
import { traceTexts } from "../../../texts/trace.js";
import type { OpenedTrace } from "./load-trace.js";

/** What stands in the place of a trace that is on its way, or is not there; beside one, that it could not be read anew. */
export function TraceAbsent({ trace }: { trace: OpenedTrace }) {
  const { value, loading, failure, spanSearch, cancel, reload } = trace;
  const { missing, retrieval } = traceTexts;
  if (failure !== undefined) return <FailureAlert failure={failure} retry={reload} />;
  if (spanSearch?.kind === "running")
    return (
      <SpaceBetween size="s" direction="horizontal" alignItems="center">
        <StatusIndicator type="loading">{retrieval.running(spanSearch.segments)}</StatusIndicator>
        <Button onClick={cancel}>{common.cancel}</Button>
      </SpaceBetween>
    );
  if (value === undefined)
    return loading ? <StatusIndicator type="loading">{traceTexts.loading}</StatusIndicator> : null;
  if (value !== null) return spanSearch?.kind === "failed" ? <FailureAlert failure={spanSearch.failure} /> : null;
  if (spanSearch?.kind === "cancelled")
    return (
      <Alert type="info" header={retrieval.cancelled} action={<Button onClick={reload}>{retrieval.again}</Button>}>
        {retrieval.cancelledBody}
      </Alert>
    );
  if (spanSearch?.kind === "failed")
    return (
      <SpaceBetween size="s">
        <Alert type="warning" header={retrieval.notIndexed}>
          {retrieval.notLookedFor}
        </Alert>
        <FailureAlert failure={spanSearch.failure} retry={reload} />
      </SpaceBetween>
    );
  return (
    <Alert type="warning" header={missing.header}>
      {missing.body}
    </Alert>
  );
}
