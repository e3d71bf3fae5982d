import DateRangePicker, { type DateRangePickerProps } from "@cloudscape-design/components/date-range-picker";
import { usePreferences } from "../shell/preferences.js";
import { periodTexts } from "../texts/period.js";
import type { ChosenPeriod } from "./use-period.js";

const options: DateRangePickerProps.RelativeOption[] = [
  { key: "5m", amount: 5, unit: "minute", type: "relative" },
  { key: "30m", amount: 30, unit: "minute", type: "relative" },
  { key: "1h", amount: 1, unit: "hour", type: "relative" },
  { key: "6h", amount: 6, unit: "hour", type: "relative" },
  { key: "1d", amount: 1, unit: "day", type: "relative" },
  { key: "7d", amount: 7, unit: "day", type: "relative" },
];

const unitDays = { second: 1 / 86_400, minute: 1 / 1440, hour: 1 / 24, day: 1, week: 7, month: 31, year: 366 } as const;

function daysOf({ amount, unit }: { readonly amount: number; readonly unit: keyof typeof unitDays }): number {
  return amount * unitDays[unit];
}

/** @param daysMax longest period that the API behind the page takes; parts of days for hours. */
export function PeriodPicker({ period, daysMax = 90 }: { period: ChosenPeriod; daysMax?: number }) {
  const { times } = usePreferences();
  return (
    <DateRangePicker
      value={period.pickerValue}
      relativeOptions={options.filter((option) => daysOf(option) <= daysMax)}
      onChange={({ detail }) => period.setPicked(detail.value)}
      timeOffset={times === "utc" ? 0 : undefined}
      isValidRange={(range) => {
        if (range === null) return { valid: false, errorMessage: periodTexts.none };
        if (range.type === "relative" && daysOf(range) > daysMax)
          return { valid: false, errorMessage: periodTexts.tooLong(daysMax) };
        if (range.type === "absolute") {
          const ms = new Date(range.endDate).getTime() - new Date(range.startDate).getTime();
          if (!(ms > 0)) return { valid: false, errorMessage: periodTexts.order };
          if (ms > daysMax * 86_400_000) return { valid: false, errorMessage: periodTexts.tooLong(daysMax) };
        }
        return { valid: true };
      }}
      i18nStrings={periodTexts.picker}
      placeholder={periodTexts.none}
      ariaLabel={periodTexts.label}
    />
  );
}
