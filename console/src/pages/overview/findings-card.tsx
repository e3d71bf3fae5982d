import Badge from "@cloudscape-design/components/badge";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { callExtension } from "../../api/extension.js";
import { useLoaded } from "../../api/use-loaded.js";
import { ConsoleLink } from "../../parts/console-link.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { useMoments } from "../../parts/moments.js";
import { common } from "../../texts/common.js";
import { texts } from "../../texts/overview.js";

interface Finding {
  readonly FindingId: string;
  readonly Title: string;
  readonly Severity: string;
  readonly Caller: string;
  /** Seconds since the epoch. */
  readonly LastTime: number;
  readonly EventCount: number;
}

const refreshMs = 60_000;
const listedMax = 4;

/** What detection rules found in the record, and rates of calls that are out of the ordinary: the last of both. */
export function FindingsCard() {
  const { full } = useMoments();
  const findings = useLoaded(
    "findings",
    (signal) =>
      callExtension<{ Findings: Finding[] }>(
        "cloudtrail",
        "ListFindings",
        { Status: "OPEN", MaxResults: listedMax },
        { signal },
      ),
    { everyMs: refreshMs },
  );
  const anomalies = useLoaded(
    "anomalies",
    async (signal) => (await import("./load-anomalies.js")).loadAnomalies(listedMax, signal),
    { everyMs: refreshMs },
  );
  return (
    <Container
      fitHeight
      header={
        <Header variant="h2" actions={<ConsoleLink to="/anomalies">{texts.allFindings}</ConsoleLink>}>
          {texts.findings}
        </Header>
      }
    >
      <SpaceBetween size="s">
        <FailureAlert failure={findings.failure} retry={findings.reload} />
        {findings.value === undefined ? (
          <Box color="text-body-secondary">{findings.loading && common.loading}</Box>
        ) : findings.value.Findings.length === 0 ? (
          <StatusIndicator type="success">{texts.noFindings}</StatusIndicator>
        ) : (
          <ul className="overview-list">
            {findings.value.Findings.map(({ FindingId, Title, Severity, Caller, LastTime, EventCount }) => (
              <li key={FindingId}>
                <Badge color={colourOf(Severity)}>{Severity}</Badge> {Title}
                <Box variant="small" display="block">
                  {[Caller, texts.events(EventCount), full(LastTime * 1000)].filter(Boolean).join(" · ")}
                </Box>
              </li>
            ))}
          </ul>
        )}
        <Box variant="h3">{texts.anomalies}</Box>
        <FailureAlert failure={anomalies.failure} retry={anomalies.reload} />
        {anomalies.value === undefined ? (
          <Box color="text-body-secondary">{anomalies.loading && common.loading}</Box>
        ) : anomalies.value.length === 0 ? (
          <StatusIndicator type="success">{texts.noAnomalies}</StatusIndicator>
        ) : (
          <ul className="overview-list">
            {anomalies.value.map(({ id, time, eventName, type, text }) => (
              <li key={id}>
                {text ?? texts.anomaly(eventName, type)}
                <Box variant="small" display="block">
                  {full(time)}
                </Box>
              </li>
            ))}
          </ul>
        )}
      </SpaceBetween>
    </Container>
  );
}

function colourOf(severity: string) {
  if (severity === "critical" || severity === "high" || severity === "medium" || severity === "low")
    return `severity-${severity}` as const;
  return "severity-neutral" as const;
}
