import { GetInsightCommand, type Insight, type RequestImpactStatistics, XRayClient } from "@aws-sdk/client-xray";
import Box from "@cloudscape-design/components/box";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useParams } from "wouter";
import { clientOf } from "../../api/clients.js";
import { useLoaded } from "../../api/use-loaded.js";
import { ConsoleLink } from "../../parts/console-link.js";
import { durationText } from "../../parts/durations.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { useMoments } from "../../parts/moments.js";
import { serviceFilter, tracesAddress, withinGroup } from "../../parts/service-map/filters.js";
import { common } from "../../texts/common.js";
import { texts } from "../../texts/insights.js";
import { countText, shareText, typeText } from "../../texts/service-map.js";
import { ImpactGraph } from "./impact-graph.js";
import { InsightStateText } from "./insight-state.js";
import { addressPeriodOf, periodOf } from "./load-insights.js";
import { Timeline } from "./timeline.js";

const refreshMs = 30_000;

/** One incident: what happened when, to whom, and why. */
export default function InsightPage() {
  const { id = "" } = useParams<{ id: string }>();
  const { value, failure, loading, reload } = useLoaded(
    id,
    async (signal) => {
      const command = new GetInsightCommand({ InsightId: id });
      return (await clientOf(XRayClient).send(command, { abortSignal: signal })).Insight;
    },
    { everyMs: refreshMs },
  );
  return (
    <ContentLayout
      header={
        <SpaceBetween size="xxs">
          <ConsoleLink to="/insights">{texts.back}</ConsoleLink>
          <Header variant="h1">{value?.Summary ?? texts.title}</Header>
        </SpaceBetween>
      }
    >
      <SpaceBetween size="l">
        <FailureAlert failure={failure} retry={reload} />
        {value === undefined ? (
          <Box color="text-body-secondary">{loading && common.loading}</Box>
        ) : (
          <InsightDetails insight={value} />
        )}
      </SpaceBetween>
    </ContentLayout>
  );
}

function InsightDetails({ insight }: { insight: Insight }) {
  const { full } = useMoments();
  const { InsightId = "", GroupName = "", StartTime, EndTime, State, RootCauseServiceId: cause } = insight;
  const period = periodOf(insight, Date.now());
  const lastedSeconds = (period.end.getTime() - period.start.getTime()) / 1000;
  return (
    <SpaceBetween size="l">
      <Container header={<Header variant="h2">{texts.details}</Header>}>
        <KeyValuePairs
          columns={4}
          items={[
            { label: texts.state, value: <InsightStateText state={State} /> },
            { label: texts.began, value: full(StartTime!) },
            { label: texts.ended, value: EndTime === undefined ? texts.ongoing : full(EndTime) },
            { label: texts.lasted, value: durationText(lastedSeconds) },
            { label: texts.rootCause, value: cause?.Name ?? common.nothing },
            { label: texts.group, value: GroupName },
            { label: texts.id, value: InsightId },
          ]}
        />
      </Container>
      <ColumnLayout columns={2}>
        <Container fitHeight header={<Header variant="h2">{texts.impact}</Header>}>
          <KeyValuePairs
            columns={2}
            items={[
              { label: texts.ofClients, value: <Impact impact={insight.ClientRequestImpactStatistics} /> },
              { label: texts.ofRootCause, value: <Impact impact={insight.RootCauseServiceRequestImpactStatistics} /> },
            ]}
          />
        </Container>
        <Container fitHeight header={<Header variant="h2">{texts.services}</Header>}>
          <AffectedServices insight={insight} />
        </Container>
      </ColumnLayout>
      <ImpactGraph insight={insight} />
      <Timeline insightId={InsightId} period={period} isOpen={EndTime === undefined} />
    </SpaceBetween>
  );
}

function Impact({ impact }: { impact: RequestImpactStatistics | undefined }) {
  const { FaultCount = 0, TotalCount = 0 } = impact ?? {};
  return (
    <>
      <Box variant="awsui-value-large">{shareText(FaultCount, TotalCount)}</Box>
      <Box variant="small" display="block">
        {texts.failedOf(countText(FaultCount), countText(TotalCount))}
      </Box>
    </>
  );
}

/** Each with its traces of the time; the root cause first. */
function AffectedServices({ insight }: { insight: Insight }) {
  const { GroupName = "", RootCauseServiceId: cause, TopAnomalousServices = [] } = insight;
  const period = addressPeriodOf(periodOf(insight, Date.now()));
  const isCause = (name: string | undefined, type: string | undefined) => name === cause?.Name && type === cause?.Type;
  const services = TopAnomalousServices.flatMap(({ ServiceId }) => ServiceId ?? []).sort(
    (left, right) => Number(isCause(right.Name, right.Type)) - Number(isCause(left.Name, left.Type)),
  );
  return (
    <ul className="affected-services">
      {services.map(({ Name = "", Type = "", AccountId = "" }) => {
        const node = { name: Name, type: Type, accountId: AccountId };
        const filter = (where: string) =>
          withinGroup(GroupName === "Default" ? "" : GroupName, serviceFilter(node, where));
        return (
          <li key={`${Name} ${Type} ${AccountId}`}>
            <strong>{Name}</strong> {typeText(Type)} {isCause(Name, Type || undefined) && `· ${texts.rootCause}`}
            <SpaceBetween direction="horizontal" size="s">
              <ConsoleLink to={tracesAddress(filter(""), period)} ariaLabel={texts.tracesOf(Name)}>
                {texts.showTraces}
              </ConsoleLink>
              <ConsoleLink to={tracesAddress(filter("fault"), period)} ariaLabel={texts.failedTracesOf(Name)}>
                {texts.showFailed}
              </ConsoleLink>
            </SpaceBetween>
          </li>
        );
      })}
    </ul>
  );
}
