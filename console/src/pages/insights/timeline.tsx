import { GetInsightEventsCommand, type InsightEvent, XRayClient } from "@aws-sdk/client-xray";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { clientOf } from "../../api/clients.js";
import { usePages } from "../../api/use-pages.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { useMoments } from "../../parts/moments.js";
import type { Period } from "../../parts/use-period.js";
import { common } from "../../texts/common.js";
import { texts } from "../../texts/insights.js";
import { countText, shareText } from "../../texts/service-map.js";
import "./insights.css";

/** What was notable while an incident lasted, drawn on a line and told below it. */
export function Timeline(props: { insightId: string; period: Period; isOpen: boolean }) {
  const { insightId, period, isOpen } = props;
  const { full, clock } = useMoments();
  const events = usePages(insightId, async (NextToken, signal) => {
    const command = new GetInsightEventsCommand({ InsightId: insightId, NextToken });
    const answer = await clientOf(XRayClient).send(command, { abortSignal: signal });
    return { items: answer.InsightEvents ?? [], nextToken: answer.NextToken };
  });
  const times = events.items.flatMap(({ EventTime }) => EventTime?.getTime() ?? []);
  // An event tells of what was: the last may come after the end.
  const from = Math.min(period.start.getTime(), ...times);
  const until = Math.max(period.end.getTime(), ...times);
  const at = (ms: number) => (100 * (ms - from)) / Math.max(1, until - from);
  const [left, right] = [at(period.start.getTime()), at(period.end.getTime())];
  return (
    <Container
      header={
        <Header variant="h2" description={texts.timelineHint}>
          {texts.timeline}
        </Header>
      }
    >
      <SpaceBetween size="m">
        <div className="insight-line" aria-hidden="true">
          <div className="insight-extent" style={{ left: `${left}%`, width: `${right - left}%` }} />
          {times.map((ms, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two events may have the same time, and none moves.
            <div className="insight-mark" key={index} style={{ left: `${at(ms)}%` }} />
          ))}
          <span className="insight-from">{clock(from)}</span>
          <span className="insight-until">{isOpen ? texts.now : clock(until)}</span>
        </div>
        <FailureAlert failure={events.failure} retry={events.reload} />
        {events.loading && events.items.length === 0 && <Box color="text-body-secondary">{common.loading}</Box>}
        <ol className="insight-events">
          {events.items.map((event, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: as above.
            <li key={index}>
              <Box variant="awsui-key-label">{event.EventTime && full(event.EventTime)}</Box>
              <div>{event.Summary}</div>
              <Box variant="small">{clientsOf(event)}</Box>
            </li>
          ))}
        </ol>
        {events.more && (
          <Button loading={events.loading} onClick={events.loadMore}>
            {texts.loadMore}
          </Button>
        )}
      </SpaceBetween>
    </Container>
  );
}

function clientsOf({ ClientRequestImpactStatistics: impact }: InsightEvent): string {
  const { FaultCount = 0, TotalCount = 0 } = impact ?? {};
  return `${texts.clients}: ${texts.failedOf(countText(FaultCount), countText(TotalCount))} (${shareText(FaultCount, TotalCount)})`;
}
