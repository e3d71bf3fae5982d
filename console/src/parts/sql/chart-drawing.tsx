import Box from "@cloudscape-design/components/box";
import MixedLineBarChart, { type MixedLineBarChartProps } from "@cloudscape-design/components/mixed-line-bar-chart";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMemo } from "react";
import { sqlTexts } from "../../texts/sql.js";
import { useMoments } from "../moments.js";
import { type ChartChoice, chartOf } from "./chart-series.js";
import type { Result } from "./result-rows.js";

const texts = sqlTexts.chart;

/** Columns of a result, drawn. */
export function ChartDrawing({
  result,
  choice: chosen,
  height = 320,
  horizontal = false,
}: {
  result: Result;
  choice: ChartChoice;
  height?: number;
  horizontal?: boolean;
}) {
  const { full } = useMoments();
  const { type, x, y, split } = chosen;
  const { choice, scale, series, left } = useMemo(() => {
    const choice = { type, x, y, split };
    const chart = chartOf(result, choice);
    if (type === "bar" || chart.series.some(({ data }) => data.length > 1)) return { choice, ...chart };
    // A line through one point is not seen.
    const bars = { ...choice, type: "bar" as const };
    return { choice: bars, ...chartOf(result, bars) };
  }, [result, type, x, y, split]);
  const timeText = (time: Date) => full(time).replace(" 00:00:00", "");
  const longNames =
    scale === "categorical" && series.some(({ data }) => data.some((point) => String(point.x).length > 16));
  const drawn = series.map(
    ({ title, data }) =>
      ({ type: choice.type, title, data }) as MixedLineBarChartProps.DataSeries<Date | number | string>,
  );
  const places = [...new Set(series.flatMap(({ data }) => data.map((point) => point.x)))];
  const bars = choice.type === "bar";
  const across = bars && (horizontal || longNames);
  return (
    <SpaceBetween size="xs">
      <MixedLineBarChart
        series={drawn}
        xScaleType={scale}
        {...(scale === "categorical" ? { xDomain: places } : {})}
        height={across ? 60 + places.length * 36 : height}
        horizontalBars={across}
        stackedBars={bars && series.length > 1}
        hideFilter
        hideLegend={series.length < 2}
        xTitle={choice.x}
        yTitle={choice.y}
        ariaLabel={texts.label(choice.y, choice.x)}
        i18nStrings={{
          xTickFormatter: (value) => (value instanceof Date ? timeText(value) : shortened(String(value))),
          yTickFormatter: (value) => value.toLocaleString("en"),
        }}
        detailPopoverSeriesContent={({ series: { title }, y }) => ({ key: title, value: y.toLocaleString("en") })}
        noMatch={texts.none}
        empty={
          <Box textAlign="center">
            <Box variant="strong">{texts.none}</Box>
            <Box variant="p">{texts.noneBody}</Box>
          </Box>
        }
      />
      {left.points > 0 && <Box color="text-body-secondary">{texts.leftPoints(left.points)}</Box>}
      {left.series > 0 && <Box color="text-body-secondary">{texts.leftSeries(left.series)}</Box>}
    </SpaceBetween>
  );
}

/** The end of a long name tells more than its beginning: ARNs begin alike. */
function shortened(text: string): string {
  return text.length > 32 ? `…${text.slice(-31)}` : text;
}
