import { CloudTrailClient, LookupEventsCommand } from "@aws-sdk/client-cloudtrail";
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { lazy, Suspense, useMemo, useRef } from "react";
import { clientOf } from "../../api/clients.js";
import { usePages } from "../../api/use-pages.js";
import { useUrlState } from "../../api/use-url-state.js";
import { useMoments } from "../../parts/moments.js";
import { NothingHere } from "../../parts/nothing-here.js";
import { PagedTable } from "../../parts/paged-table.js";
import { PeriodPicker } from "../../parts/period-picker.js";
import { useChosenPeriod } from "../../parts/use-period.js";
import { anomaliesTexts } from "../../texts/anomalies.js";
import { common } from "../../texts/common.js";
import { rateText, unusualRatesOf } from "./unusual-rates.js";

const texts = anomaliesTexts.rates;
/** The chart weighs more than the rest. */
const RateDetails = lazy(() => import("./rate-details.js"));

/** Periods in which operations were called, or failed, unusually often or seldom. */
export function Rates() {
  const { full, zone } = useMoments();
  const [chosen, setChosen] = useUrlState("insight");
  const period = useChosenPeriod("7d");
  const range = useRef(period.resolve());
  const records = usePages<string>(
    `insights ${period.text}`,
    async (NextToken, abortSignal) => {
      // All pages of an answer are of the same time.
      if (NextToken === undefined) range.current = period.resolve();
      const { start: StartTime, end: EndTime } = range.current;
      const answer = await clientOf(CloudTrailClient).send(
        new LookupEventsCommand({ EventCategory: "insight", StartTime, EndTime, NextToken }),
        { abortSignal },
      );
      return {
        items: (answer.Events ?? []).flatMap(({ CloudTrailEvent }) => (CloudTrailEvent ? [CloudTrailEvent] : [])),
        nextToken: answer.NextToken,
      };
    },
    { untilItems: 100 },
  );
  const rates = useMemo(() => unusualRatesOf(records.items), [records.items]);
  const shown = rates.find(({ id }) => id === chosen) ?? (chosen === "" ? rates[0] : undefined);

  return (
    <SpaceBetween size="m">
      <SpaceBetween direction="horizontal" size="xs">
        <PeriodPicker period={period} />
        <Button iconName="refresh" ariaLabel={common.refresh} loading={records.loading} onClick={records.reload} />
      </SpaceBetween>
      {shown === undefined && chosen !== "" && !records.loading && records.failure === undefined && (
        <Alert type="info">{texts.notHere}</Alert>
      )}
      {shown !== undefined && (
        <Suspense fallback={<Spinner />}>
          <RateDetails key={shown.id} rate={shown} />
        </Suspense>
      )}
      <PagedTable
        pages={records}
        variant="borderless"
        ariaLabels={{ tableLabel: texts.table }}
        items={rates}
        trackBy={(rate) => rate.id}
        empty={<NothingHere text={texts.none} hint={texts.noneBody} />}
        columnDefinitions={[
          { id: "time", header: `${texts.time} (${zone})`, cell: ({ startMs }) => full(startMs) },
          {
            id: "what",
            header: texts.what,
            isRowHeader: true,
            cell: ({ id, eventName }) => (
              <Button variant="inline-link" ariaLabel={texts.show(eventName)} onClick={() => setChosen(id)}>
                {eventName}
              </Button>
            ),
          },
          {
            id: "kind",
            header: texts.kind,
            cell: ({ errorCode }) => (errorCode === undefined ? texts.calls : texts.errors(errorCode)),
          },
          {
            id: "size",
            header: texts.size,
            cell: ({ usualPerMinute, thenPerMinute }) =>
              texts.change(rateText(usualPerMinute), rateText(thenPerMinute)),
          },
          {
            id: "state",
            header: texts.state,
            cell: ({ startMs, endMs }) =>
              endMs === undefined ? (
                <StatusIndicator type="warning">{texts.goesOn}</StatusIndicator>
              ) : (
                <StatusIndicator type="stopped">{texts.ended(Math.round((endMs - startMs) / 60_000))}</StatusIndicator>
              ),
          },
        ]}
      />
    </SpaceBetween>
  );
}
