import { GetTraceSummariesCommand, XRayClient } from "@aws-sdk/client-xray";
import Badge from "@cloudscape-design/components/badge";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { clientOf } from "../../api/clients.js";
import { useLoaded } from "../../api/use-loaded.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import type { Period } from "../../parts/use-period.js";
import { texts } from "../../texts/trace-map.js";
import { type RootCause, rootCausesOf } from "./root-causes.js";

interface RootCausesProps {
  /** Of the traces to look into. */
  readonly filter: string;
  readonly period: string;
  readonly resolvePeriod: () => Period;
}

/** Why traces failed or were slow. Looked for when asked: it reads summaries, which the record tells. */
export function RootCauses({ filter, period, resolvePeriod }: RootCausesProps) {
  const [asked, setAsked] = useState(false);
  const { value, failure, loading, reload } = useLoaded(asked ? `${filter} ${period}` : undefined, async (signal) => {
    const { start, end } = resolvePeriod();
    const input = { StartTime: start, EndTime: end, FilterExpression: filter };
    const answer = await clientOf(XRayClient).send(new GetTraceSummariesCommand(input), { abortSignal: signal });
    const summaries = answer.TraceSummaries ?? [];
    return { causes: rootCausesOf(summaries), traces: summaries.length };
  });
  return (
    <div>
      <Box variant="h3">{texts.rootCauses}</Box>
      <FailureAlert failure={failure} retry={reload} />
      {value === undefined ? (
        <SpaceBetween size="xxs">
          <Button onClick={() => (asked ? reload() : setAsked(true))} loading={asked && loading}>
            {texts.findRootCauses}
          </Button>
          <Box variant="small">{texts.findRootCausesHint}</Box>
        </SpaceBetween>
      ) : (
        <>
          <Box variant="small">{texts.rootCausesOf(value.traces)}</Box>
          {value.causes.length === 0 && <div>{texts.noRootCauses}</div>}
          <ul className="root-causes">
            {value.causes.map((cause) => (
              <li key={JSON.stringify([cause.kind, cause.services, cause.entity, cause.exception])}>
                <Cause cause={cause} traces={value.traces} />
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

function Cause({ cause, traces }: { cause: RootCause; traces: number }) {
  const { kind, services, entity, exception, message } = cause;
  return (
    <>
      <Badge color={kind === "fault" ? "severity-critical" : kind === "error" ? "severity-medium" : "blue"}>
        {texts.causeKinds[kind]}
      </Badge>{" "}
      {texts.causeCount(cause.traces, traces)}
      <div>
        <strong>{[...services, ...(entity === undefined ? [] : [entity])].join(" → ")}</strong>
      </div>
      {exception !== undefined && (
        <Box variant="small">{message === undefined ? exception : `${exception}: ${message}`}</Box>
      )}
    </>
  );
}
