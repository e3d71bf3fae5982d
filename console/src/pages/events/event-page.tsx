import Alert from "@cloudscape-design/components/alert";
import BreadcrumbGroup from "@cloudscape-design/components/breadcrumb-group";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useLocation, useParams } from "wouter";
import { useLoaded } from "../../api/use-loaded.js";
import { readRecord } from "../../parts/event-record.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { JsonView } from "../../parts/json-view.js";
import { common } from "../../texts/common.js";
import { eventSentence } from "../../texts/event-sentence.js";
import { texts } from "../../texts/events.js";
import { EventFacts } from "./event-facts.js";
import { findEvent } from "./look-for-events.js";
import { ProofSection } from "./proof-section.js";
import { RelatedEvents } from "./related-events.js";

/** One recorded call: what happened, as a sentence and to the byte, and the proof that it was not changed. */
export default function EventPage() {
  const { eventId = "" } = useParams<{ eventId: string }>();
  const [, navigate] = useLocation();
  // Wrapped: that there is none is an answer, too.
  const loaded = useLoaded(eventId, async (signal) => ({ event: await findEvent(eventId, signal) }));
  const event = loaded.value?.event;
  const record = event && readRecord(event.text);

  return (
    <ContentLayout
      breadcrumbs={
        <BreadcrumbGroup
          items={[
            { text: texts.event.breadcrumb, href: "/console/events" },
            { text: eventId, href: `/console/events/${eventId}` },
          ]}
          onFollow={(follow) => {
            follow.preventDefault();
            navigate(follow.detail.href.replace("/console", ""));
          }}
        />
      }
      header={
        <Header variant="h1" {...(record !== undefined && { description: eventSentence(record) })}>
          {event?.eventName ?? texts.event.title}
        </Header>
      }
    >
      <SpaceBetween size="l">
        <FailureAlert failure={loaded.failure} retry={loaded.reload} />
        {loaded.loading && event === undefined && <StatusIndicator type="loading">{common.loading}</StatusIndicator>}
        {loaded.value !== undefined && event === undefined && (
          <Alert type="info" header={texts.event.notFound}>
            {texts.event.notFoundBody(eventId)}
          </Alert>
        )}
        {event !== undefined && record !== undefined && (
          <SpaceBetween size="l">
            <EventFacts event={event} record={record} />
            <ProofSection eventId={eventId} record={event.text} />
            <RelatedEvents event={event} record={record} />
            <Container>
              <ExpandableSection headerText={texts.event.json} defaultExpanded>
                <JsonView label={texts.event.json} value={record} />
              </ExpandableSection>
            </Container>
          </SpaceBetween>
        )}
      </SpaceBetween>
    </ContentLayout>
  );
}
