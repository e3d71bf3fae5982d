import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import { useCallback, useEffect, useRef, useState } from "react";
import { type Failure, failureOf, wasAborted } from "../../api/failure.js";
import { failureText } from "../../parts/failure-text.js";
import { adviceOn, texts } from "../../texts/enable-xray.js";
import type { EnableChoices, Found } from "./enable-choices.js";
import { EnableFinished } from "./enable-finished.js";
import { type PlannedStep, planOf, type StepId } from "./enable-plan.js";
import { type Outcome, runStep } from "./enable-run.js";

const words = texts.run;

interface Progress {
  readonly outcomes: ReadonlyMap<StepId, Outcome>;
  readonly failed?: { readonly id: StepId; readonly failure: Failure };
  readonly state: "working" | "failed" | "stopped" | "done";
}

interface EnableRunProps {
  readonly choices: EnableChoices;
  readonly found: Found;
  readonly onBack: () => void;
}

/** Does what was planned, call by call. After a failure it goes on where it stopped. */
export function EnableRun({ choices, found, onBack }: EnableRunProps) {
  const plan = useRef(planOf(choices, found)).current;
  const [progress, setProgress] = useState<Progress>({ outcomes: new Map(), state: "working" });
  const control = useRef(new AbortController());
  const place = { accountId: found.accountId, region: found.region };

  const run = useRef(async (done: ReadonlyMap<StepId, Outcome>) => {
    control.current.abort();
    const current = new AbortController();
    control.current = current;
    const outcomes = new Map(done);
    setProgress({ outcomes, state: "working" });
    for (const { id } of plan) {
      if (outcomes.has(id)) continue;
      try {
        outcomes.set(id, await runStep(id, choices, place, current.signal));
      } catch (problem) {
        // Somebody else's turn, or nobody's.
        if (current.signal.aborted || wasAborted(problem)) return;
        setProgress({ outcomes: new Map(outcomes), failed: { id, failure: failureOf(problem) }, state: "failed" });
        return;
      }
      if (current.signal.aborted) return;
      setProgress({ outcomes: new Map(outcomes), state: "working" });
    }
    setProgress({ outcomes, state: "done" });
  }).current;

  useEffect(() => {
    void run(new Map());
    return () => control.current.abort();
  }, [run]);

  const stop = useCallback(() => {
    control.current.abort();
    setProgress(({ outcomes }) => ({ outcomes, state: "stopped" }));
  }, []);

  const { outcomes, failed, state } = progress;
  const working = state === "working" ? plan.find(({ id }) => !outcomes.has(id))?.id : undefined;
  return (
    <SpaceBetween size="l">
      {state === "done" && <EnableFinished choices={choices} />}
      <Container
        header={
          <Header
            variant="h2"
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                {state === "working" && <Button onClick={stop}>{words.stop}</Button>}
                {(state === "failed" || state === "stopped") && (
                  <SpaceBetween direction="horizontal" size="xs">
                    <Button onClick={onBack}>{words.back}</Button>
                    <Button variant="primary" onClick={() => run(outcomes)}>
                      {words.again}
                    </Button>
                  </SpaceBetween>
                )}
              </SpaceBetween>
            }
          >
            {words.titles[state]}
          </Header>
        }
      >
        <SpaceBetween size="m">
          {state === "stopped" && <Alert type="info">{words.stopped}</Alert>}
          <ol aria-live="polite">
            {plan.map((step) => (
              <li key={step.id}>
                <StepState
                  step={step}
                  outcome={outcomes.get(step.id)}
                  working={working === step.id}
                  failure={failed?.id === step.id ? failed.failure : undefined}
                />
              </li>
            ))}
          </ol>
        </SpaceBetween>
      </Container>
    </SpaceBetween>
  );
}

interface StepStateProps {
  readonly step: PlannedStep;
  readonly outcome: Outcome | undefined;
  readonly working: boolean;
  readonly failure: Failure | undefined;
}

function StepState({ step, outcome, working, failure }: StepStateProps) {
  const type: StatusIndicatorProps.Type =
    failure !== undefined ? "error" : outcome !== undefined ? "success" : working ? "loading" : "pending";
  return (
    <SpaceBetween size="xs">
      <StatusIndicator type={type}>{outcome === "there" ? `${step.text}: ${words.there}` : step.text}</StatusIndicator>
      {failure !== undefined && <StepFailure failure={failure} />}
    </SpaceBetween>
  );
}

/** What went wrong, what to do about it, and that nothing of the work is lost. */
function StepFailure({ failure }: { failure: Failure }) {
  const { code, kind } = failure;
  const advice = adviceOn(code);
  return (
    <Alert type={kind === "denied" ? "warning" : "error"} header={words.failures[kind]}>
      <SpaceBetween size="xxs">
        <span>{failureText(failure)}</span>
        {advice !== undefined && <Box variant="strong">{advice}</Box>}
        <span>{words.againHint}</span>
      </SpaceBetween>
    </Alert>
  );
}
