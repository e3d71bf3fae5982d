/** Words of choosing a period. */
export const periodTexts = {
  label: "Period",
  none: "Choose a period",
  order: "The end must be after the start.",
  tooLong: (days: number) => `At most ${days < 1 ? `${days * 24} hours` : days === 1 ? "one day" : `${days} days`}.`,
  picker: {
    relativeModeTitle: "Until now",
    absoluteModeTitle: "Between two times",
    relativeRangeSelectionHeading: "Choose a period",
    customRelativeRangeOptionLabel: "Another period",
    customRelativeRangeOptionDescription: "Of any length up to now",
    customRelativeRangeDurationLabel: "Length",
    customRelativeRangeDurationPlaceholder: "Length",
    customRelativeRangeUnitLabel: "Unit",
    formatRelativeRange: ({ amount, unit }: { amount: number; unit: string }) =>
      `Last ${amount === 1 ? unit : `${amount} ${unit}s`}`,
    formatUnit: (unit: string, amount: number) => (amount === 1 ? unit : `${unit}s`),
    applyButtonLabel: "Apply",
    cancelButtonLabel: "Cancel",
    clearButtonLabel: "Clear",
    startDateLabel: "Start date",
    startTimeLabel: "Start time",
    endDateLabel: "End date",
    endTimeLabel: "End time",
    dateTimeConstraintText: "Times as hh:mm:ss",
  },
};
