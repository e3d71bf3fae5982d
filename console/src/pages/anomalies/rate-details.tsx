import { CloudTrailClient, ListInsightsMetricDataCommand } from "@aws-sdk/client-cloudtrail";
import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import MixedLineBarChart, { type MixedLineBarChartProps } from "@cloudscape-design/components/mixed-line-bar-chart";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { clientOf } from "../../api/clients.js";
import { useLoaded } from "../../api/use-loaded.js";
import { healthColours } from "../../parts/colours.js";
import { FailureAlert } from "../../parts/failure-alert.js";
import { useMoments } from "../../parts/moments.js";
import { anomaliesTexts } from "../../texts/anomalies.js";
import { rateText, type UnusualRate } from "./unusual-rates.js";

const texts = anomaliesTexts.rates;
const dayMs = 86_400_000;
/** Shown before and after what was unusual. */
const marginMs = 60 * 60_000;
/** Minute by minute as long as that can be drawn, and as long as it is kept; else by five minutes or the hour. */
const periods = [
  { seconds: 60, keptDays: 15 },
  { seconds: 300, keptDays: 63 },
] as const;
const pointsMax = 600;
const bound = { type: "threshold", valueFormatter: rateText } as const;

/** One unusual period: the rate around it beside what is usual, why it was told, and who it was. */
export default function RateDetails({ rate }: { rate: UnusualRate }) {
  const { full, zone } = useMoments();
  const counts = useLoaded(rate.id, (signal) => countsAround(rate, signal));
  const data = counts.value ?? [];
  const isLong = data.length > 0 && Number(data.at(-1)!.x) - Number(data[0]!.x) > dayMs;
  const of = rate.errorCode === undefined ? texts.calls : texts.errors(rate.errorCode);
  const series: MixedLineBarChartProps.ChartSeries<Date>[] = [
    { type: "line", title: texts.counted, data, valueFormatter: rateText },
    ...(rate.band === undefined
      ? []
      : ([
          { ...bound, title: texts.high, y: rate.band.high, color: healthColours.fault },
          { ...bound, title: texts.low, y: rate.band.low, color: healthColours.throttle },
        ] as const)),
    { type: "threshold", title: texts.time, x: new Date(rate.startMs) },
    ...(rate.endMs === undefined ? [] : ([{ type: "threshold", title: texts.end, x: new Date(rate.endMs) }] as const)),
  ];
  return (
    <SpaceBetween size="m">
      <Header variant="h2" description={rate.explanation ?? texts.noExplanation}>
        {texts.heading(rate.eventName, rate.eventSource, of, full(rate.startMs))}
      </Header>
      <FailureAlert failure={counts.failure} retry={counts.reload} />
      <MixedLineBarChart
        series={series}
        xScaleType="time"
        height={220}
        hideFilter
        statusType={counts.loading ? "loading" : "finished"}
        xTitle={`${texts.time2} (${zone})`}
        yTitle={texts.perMinute(of)}
        ariaLabel={texts.chart(rate.eventName, of)}
        i18nStrings={{ xTickFormatter: (time) => full(time).slice(isLong ? 5 : 11, 16), yTickFormatter: rateText }}
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
            minWidth: 130,
            cell: ({ attribute }) => texts.attributes[attribute] ?? attribute,
          },
          {
            id: "value",
            header: texts.value,
            isRowHeader: true,
            cell: ({ value }) => (value === "null" ? texts.wentWell : value),
          },
          { id: "then", header: texts.meanwhile, minWidth: 150, cell: ({ thenPerMinute }) => rateText(thenPerMinute) },
          { id: "usual", header: texts.usual, minWidth: 150, cell: ({ usualPerMinute }) => rateText(usualPerMinute) },
        ]}
      />
    </SpaceBetween>
  );
}

async function countsAround(rate: UnusualRate, abortSignal: AbortSignal) {
  const startMs = rate.startMs - marginMs;
  const endMs = Math.min((rate.endMs ?? Date.now()) + marginMs, Date.now());
  const fitting = periods.find(
    ({ seconds, keptDays }) =>
      (endMs - startMs) / 1000 / seconds <= pointsMax && startMs >= Date.now() - keptDays * dayMs,
  );
  const seconds = fitting?.seconds ?? 3600;
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
  return Timestamps.map((x, index) => ({ x, y: ((Values[index] ?? 0) * 60) / seconds }));
}
