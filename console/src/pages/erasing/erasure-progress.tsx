import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useEffect, useRef } from "react";
import { callExtension } from "../../api/extension.js";
import { useLoaded } from "../../api/use-loaded.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { useMoments } from "../../parts/moments.js";
import { texts as all } from "../../texts/erasing.js";
import { type Erasure, hasEnded, stepsOf } from "./erasures.js";
import "./erasing.css";

const texts = all.erasing;
const [workingMs, waitingForFilesMs] = [2000, 30_000];

interface ErasureProgressProps {
  readonly erasureId: string;
  /** Offered once a count is there; undefined: what was counted is not known here any more. */
  readonly onErase: ((counted: Erasure) => void) | undefined;
  readonly onEnded: () => void;
  readonly onLeave: () => void;
}

/** How far an erasure or a count is, looked at until nothing more comes. */
export function ErasureProgress({ erasureId, onErase, onEnded, onLeave }: ErasureProgressProps) {
  const moments = useMoments();
  const { value, failure, reload } = useLoaded(
    erasureId,
    (signal) => callExtension<Erasure>("xray", "GetTraceErasure", { ErasureId: erasureId }, { signal }),
    { everyMs: ({ value, failure }) => (failure === undefined ? paceOf(value) : undefined) },
  );
  const isEnded = value !== undefined && hasEnded(value);
  const ended = useRef(onEnded);
  ended.current = onEnded;
  useEffect(() => {
    if (isEnded) ended.current();
  }, [isEnded]);

  const isCounted = isEnded && value.DryRun && value.Status === "COMPLETE";
  const { TraceCount = 0, DocumentCount = 0 } = value ?? {};
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button onClick={onLeave}>{texts.another}</Button>
              {isCounted && onErase !== undefined && TraceCount > 0 && (
                <Button variant="primary" onClick={() => onErase(value)}>
                  {texts.eraseCount(TraceCount)}
                </Button>
              )}
            </SpaceBetween>
          }
        >
          {value === undefined ? texts.progress : value.DryRun ? texts.kindCount : texts.kindErase}
        </Header>
      }
    >
      <SpaceBetween size="m">
        <FailureAlert failure={failure} retry={reload} />
        {value?.Failure !== undefined && (
          <Alert type="error" header={texts.failed}>
            {value.Failure}
          </Alert>
        )}
        {isCounted && <Box variant="h3">{texts.counted(TraceCount, DocumentCount)}</Box>}
        {value?.DryRun && !isEnded && <StatusIndicator type="loading">{texts.counting}</StatusIndicator>}
        {value !== undefined && !value.DryRun && (
          <ol aria-label={texts.progress} className="erasure-steps">
            {stepsOf(value).map(({ id, doneAt }, index, steps) => {
              const isNext = doneAt === undefined && (index === 0 || steps[index - 1]!.doneAt !== undefined);
              const isRunning = isNext && value.Status !== "FAILED";
              return (
                <li key={id}>
                  <StatusIndicator type={doneAt !== undefined ? "success" : isRunning ? "in-progress" : "pending"}>
                    {texts.steps[id]}
                  </StatusIndicator>
                  {doneAt !== undefined && doneAt > 0 && (
                    <Box color="text-body-secondary" fontSize="body-s" padding={{ left: "l" }}>
                      {`${moments.full(doneAt * 1000)} ${moments.zone}`}
                    </Box>
                  )}
                </li>
              );
            })}
          </ol>
        )}
        {value !== undefined && (
          <KeyValuePairs
            columns={3}
            items={[
              { label: texts.columns.what, value: texts.what(value.Annotation?.Key) },
              { label: texts.columns.reason, value: value.Reason },
              { label: texts.columns.by, value: value.RequestedBy },
              ...(value.Reference === undefined ? [] : [{ label: texts.columns.reference, value: value.Reference }]),
              ...(value.TraceIdsSha256 === undefined ? [] : [{ label: texts.hash, value: value.TraceIdsSha256 }]),
            ]}
          />
        )}
      </SpaceBetween>
    </Container>
  );
}

/** How soon to look again; undefined: nothing more comes. */
function paceOf(erasure: Erasure | undefined): number | undefined {
  if (erasure === undefined || !hasEnded(erasure)) return workingMs;
  const isAllDone = erasure.DryRun || erasure.Status === "FAILED" || erasure.FilesGoneAt !== undefined;
  return isAllDone ? undefined : waitingForFilesMs;
}
