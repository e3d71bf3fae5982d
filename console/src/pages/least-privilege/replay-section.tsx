import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useState } from "react";
import { FailureAlert } from "../../parts/failure-alert.js";
import type { Replay } from "../../parts/policy/access-extensions.js";
import { leastTexts } from "../../texts/least-privilege.js";
import { DifferencesTable } from "./differences-table.js";
import { useReplay } from "./use-replay.js";

interface ReplaySectionProps {
  readonly arn: string;
  readonly documents: readonly string[];
  readonly times: { readonly StartTime: number; readonly EndTime: number };
}

const texts = leastTexts.replay;

/** What policies would have answered to the calls of the period. */
export function ReplaySection({ arn, documents, times }: ReplaySectionProps) {
  const [mode, setMode] = useState<"REPLACED" | "KEPT">("REPLACED");
  const { input, replay, differences, running, failure, start, cancel } = useReplay();
  const isStale = input !== undefined && (input.PolicyDocuments !== documents || input.PresentPolicies !== mode);
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={texts.description}
          actions={
            running ? (
              <Button onClick={cancel}>{texts.cancel}</Button>
            ) : (
              <Button
                variant="primary"
                onClick={() =>
                  start({ PrincipalArn: arn, ...times, PolicyDocuments: documents, PresentPolicies: mode })
                }
              >
                {texts.start}
              </Button>
            )
          }
        >
          {texts.title}
        </Header>
      }
    >
      <SpaceBetween size="m">
        <FormField label={texts.mode}>
          <RadioGroup
            value={mode}
            onChange={({ detail }) => setMode(detail.value as "REPLACED" | "KEPT")}
            items={[
              { value: "REPLACED", label: texts.inPlace },
              { value: "KEPT", label: texts.beside },
            ]}
          />
        </FormField>
        <FailureAlert failure={failure} />
        {running &&
          (replay === undefined ? (
            <StatusIndicator type="in-progress">{texts.running}</StatusIndicator>
          ) : (
            <ProgressBar
              value={(100 * differences.length) / Math.max(1, replay.DifferenceCount)}
              label={texts.running}
              additionalInfo={texts.runningPages(differences.length, replay.DifferenceCount)}
            />
          ))}
        {replay !== undefined && (
          <output>
            <SpaceBetween size="m">
              {isStale && <Alert type="info">{texts.stale}</Alert>}
              <Counts replay={replay} />
              {replay.DifferenceCount === 0 ? (
                <StatusIndicator>{texts.none}</StatusIndicator>
              ) : (
                <DifferencesTable differences={differences} count={replay.DifferenceCount} />
              )}
              {replay.UnknownCalls > 0 && <Box>{leastTexts.unknown(replay.UnknownCalls)}</Box>}
              {replay.IncompleteCalls > 0 && <Box>{leastTexts.incomplete(replay.IncompleteCalls)}</Box>}
            </SpaceBetween>
          </output>
        )}
      </SpaceBetween>
    </Container>
  );
}

function Counts({ replay }: { replay: Replay }) {
  const { Calls, RefusedCalls, AllowedCalls, NarrowedCalls, WidenedCalls } = replay;
  const counts = [
    { label: texts.calls, value: Calls },
    { label: texts.same, value: Calls - RefusedCalls - AllowedCalls - NarrowedCalls - WidenedCalls },
    { label: texts.refused, value: RefusedCalls },
    { label: texts.allowed, value: AllowedCalls },
    { label: texts.narrowed, value: NarrowedCalls },
    { label: texts.widened, value: WidenedCalls },
  ];
  return (
    <KeyValuePairs
      columns={4}
      items={counts
        .filter(({ value }, index) => index < 3 || value > 0)
        .map(({ label, value }) => ({
          label,
          value: (
            <Box fontSize="display-l" fontWeight="bold">
              {value}
            </Box>
          ),
        }))}
    />
  );
}
