import { CloudTrailClient, ListInsightsMetricDataCommand } from "@aws-sdk/client-cloudtrail";
import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import MixedLineBarChart, { type MixedLineBarChartProps } from "@cloudscape-design/components/mixed-line-bar-chart";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { clientOf } from "../../api/clients.js";
import { useLoaded } from "../../api/use-loaded.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { useMoments } from "../../parts/moments.js";
import { anomaliesTexts } from "../../texts/anomalies.js";
import { rateText, type UnusualRate } from "./unusual-rates.js";

const texts = anomaliesTexts.rates;
/** Shown before and after what was unusual. */
const marginMs = 60 * 60_000;
/** Minute by minute as long as that can be drawn; else by five minutes or the hour. */
const periods = [60, 300, 3600] as const;
const pointsMax = 600;

/** One unusual period: the rate around it beside what is usual, why it was told, and who it was. */
export default function RateDetails({ rate }: { rate: UnusualRate }) {
  const { clock } = useMoments();
  const counts = useLoaded(rate.id, (signal) => countsAround(rate, signal));
  const { data, seconds } = counts.value ?? { data: [], seconds: 60 };
  const series: MixedLineBarChartProps.ChartSeries<Date>[] = [
    { type: "line", title: texts.counted, data, valueFormatter: rateText },
    ...(rate.band === undefined
      ? []
      : ([
          { type: "threshold", title: texts.high, y: rate.band.high, valueFormatter: rateText },
          { type: "threshold", title: texts.low, y: rate.band.low, valueFormatter: rateText },
        ] as const)),
  ];
  return (
    <SpaceBetween size="m">
      <Header variant="h2" description={rate.explanation ?? texts.noExplanation}>
        {`${rate.eventName} · ${rate.eventSource}`}
      </Header>
      <FailureAlert failure={counts.failure} retry={counts.reload} />
      <MixedLineBarChart
        series={series}
        xScaleType="time"
        height={220}
        hideFilter
        statusType={counts.loading ? "loading" : "finished"}
        xTitle={texts.time2}
        yTitle={texts.perMinute}
        ariaLabel={texts.chart(rate.eventName)}
        i18nStrings={{ xTickFormatter: (time) => clock(time).slice(0, seconds < 60 ? 8 : 5), yTickFormatter: rateText }}
        empty={<Box textAlign="center">{texts.noCounts}</Box>}
      />
      <Table
        variant="borderless"
        contentDensity="compact"
        wrapLines
        header={<Header variant="h3">{texts.contributors}</Header>}
        ariaLabels={{ tableLabel: texts.contributors }}
        items={rate.contributors}
        trackBy={({ attribute, value }) => `${attribute} ${value}`}
        empty={<Box textAlign="center">{texts.noContributors}</Box>}
        columnDefinitions={[
          {
            id: "attribute",
            header: texts.attribute,
            cell: ({ attribute }) => texts.attributes[attribute] ?? attribute,
          },
          {
            id: "value",
            header: texts.value,
            isRowHeader: true,
            cell: ({ value }) => (value === "null" ? texts.wentWell : value),
          },
          { id: "then", header: texts.meanwhile, cell: ({ thenPerMinute }) => rateText(thenPerMinute) },
          { id: "usual", header: texts.usual, cell: ({ usualPerMinute }) => rateText(usualPerMinute) },
        ]}
      />
    </SpaceBetween>
  );
}

async function countsAround(rate: UnusualRate, abortSignal: AbortSignal) {
  const startMs = rate.startMs - marginMs;
  const endMs = Math.min((rate.endMs ?? Date.now()) + marginMs, Date.now());
  const seconds = periods.find((each) => (endMs - startMs) / 1000 / each <= pointsMax) ?? 3600;
  const { Timestamps = [], Values = [] } = await clientOf(CloudTrailClient).send(
    new ListInsightsMetricDataCommand({
      EventSource: rate.eventSource,
      EventName: rate.eventName,
      InsightType: rate.errorCode === undefined ? "ApiCallRateInsight" : "ApiErrorRateInsight",
      ...(rate.errorCode !== undefined && { ErrorCode: rate.errorCode }),
      StartTime: new Date(startMs),
      EndTime: new Date(endMs),
      Period: seconds,
      DataType: "FillWithZeros",
    }),
    { abortSignal },
  );
  const data = Timestamps.map((x, index) => ({ x, y: ((Values[index] ?? 0) * 60) / seconds }));
  return { data, seconds };
}
