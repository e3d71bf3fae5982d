import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { FoundEvent } from "../../api/search-events.js";
import { ConsoleLink } from "../../parts/console-link.js";
import { type EventRecord, memberOf, textOf, tracesIn } from "../../parts/event-record.js";
import { JsonView } from "../../parts/json-view.js";
import { useMoments } from "../../parts/moments.js";
import { common } from "../../texts/common.js";
import { callerName } from "../../texts/event-sentence.js";
import { texts } from "../../texts/events.js";

const { fact, yes, no } = texts.event;
/** More ids than one reads. */
const tracesShownMax = 20;

/** What a record says, in the words of the page. */
export function EventFacts({ event, record }: { event: FoundEvent; record: EventRecord }) {
  const moments = useMoments();
  const { userIdentity, requestParameters, responseElements, additionalEventData } = record;
  const traces = tracesIn(record);
  const given = memberOf(additionalEventData, "traceCount");
  const count = typeof given === "number" ? given : traces.length;
  const beyond = count - Math.min(traces.length, tracesShownMax);
  const tls = memberOf(record, "tlsDetails");
  const mfa = textOf(memberOf(memberOf(userIdentity, "sessionContext"), "attributes"), "mfaAuthenticated");
  const shown = (value: unknown) => (value === undefined || value === "" ? common.nothing : String(value));
  const isWithBody = requestParameters != null || responseElements != null;

  return (
    <Container header={<Header variant="h2">{texts.event.facts}</Header>}>
      <SpaceBetween size="l">
        <KeyValuePairs
          columns={3}
          items={[
            { label: `${fact.time} (${moments.zone})`, value: moments.full(event.timeMs) },
            { label: fact.caller, value: callerName(record) },
            { label: fact.arn, value: shown(userIdentity?.arn) },
            { label: fact.call, value: `${event.eventName}, ${shown(record.eventSource)}` },
            {
              label: fact.error,
              value:
                record.errorCode === undefined ? (
                  common.nothing
                ) : (
                  <StatusIndicator type="error">{`${record.errorCode}: ${record.errorMessage ?? ""}`}</StatusIndicator>
                ),
            },
            { label: fact.category, value: `${event.category}` },
            { label: fact.address, value: shown(record.sourceIPAddress) },
            { label: fact.agent, value: shown(record.userAgent) },
            { label: fact.accessKey, value: shown(event.accessKeyId) },
            { label: fact.readOnly, value: event.readOnly ? yes : no },
            { label: fact.mfa, value: mfa === undefined ? common.nothing : mfa === "true" ? yes : no },
            { label: fact.region, value: shown(record.awsRegion) },
            { label: fact.tls, value: tls === undefined ? texts.event.none : shown(textOf(tls, "tlsVersion")) },
            { label: fact.requestId, value: shown(record.requestID) },
            { label: fact.eventId, value: event.eventId },
          ]}
        />
        {traces.length > 0 && (
          <KeyValuePairs
            items={[
              {
                label: typeof given === "number" ? texts.event.readTraces : texts.event.namedTraces,
                value: (
                  <SpaceBetween size="xxs">
                    {traces.slice(0, tracesShownMax).map((id) => (
                      <ConsoleLink key={id} to={`/traces/${id}`}>
                        {id}
                      </ConsoleLink>
                    ))}
                    {beyond > 0 && <span>{texts.event.moreTraces(beyond)}</span>}
                  </SpaceBetween>
                ),
              },
            ]}
          />
        )}
        {isWithBody && (
          <KeyValuePairs
            columns={responseElements == null ? 1 : 2}
            items={[
              {
                label: texts.event.request,
                value: <JsonView label={texts.event.request} value={requestParameters ?? null} />,
              },
              ...(responseElements == null
                ? []
                : [
                    {
                      label: texts.event.answer,
                      value: <JsonView label={texts.event.answer} value={responseElements} />,
                    },
                  ]),
            ]}
          />
        )}
      </SpaceBetween>
    </Container>
  );
}
