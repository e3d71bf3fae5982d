/** AWS's two kinds of Insights: how many calls there are, and how many of them fail with one error code. */
export const insightTypes = ["ApiCallRateInsight", "ApiErrorRateInsight"] as const;
export type InsightType = (typeof insightTypes)[number];

/** Of which events: calls that change settings, or calls on what is stored. */
export const sourceCategories = ["Management", "Data"] as const;
export type SourceCategory = (typeof sourceCategories)[number];

/** One kind of Insights that a trail or an event data store wants. */
export interface InsightSelection {
  readonly InsightType: InsightType;
  readonly EventCategories: readonly SourceCategory[];
}

export function wantsInsight(
  selections: readonly InsightSelection[],
  insight: { readonly insightType: InsightType; readonly category: SourceCategory },
): boolean {
  return selections.some(
    ({ InsightType, EventCategories }) =>
      InsightType === insight.insightType && EventCategories.includes(insight.category),
  );
}

/**
 * Reads what a caller gave. A type without categories means management events.
 *
 * @returns the selections, or what is wrong with them.
 */
export function readInsightSelections(
  given: readonly { readonly InsightType?: string; readonly EventCategories?: readonly string[] }[],
): InsightSelection[] | string {
  const selections: InsightSelection[] = [];
  for (const { InsightType, EventCategories } of given) {
    const insightType = insightTypes.find((type) => type === InsightType);
    if (insightType === undefined) return `The insight type is not valid: ${String(InsightType).slice(0, 100)}.`;
    if (selections.some((selection) => selection.InsightType === insightType))
      return `The insight type ${insightType} is given more than once.`;
    if (EventCategories?.length === 0) return `No event category is given for ${insightType}.`;
    const categories = sourceCategories.filter(
      (category) => EventCategories?.includes(category) ?? category === "Management",
    );
    const unknown = EventCategories?.find((category) => !sourceCategories.some((known) => known === category));
    if (unknown !== undefined) return `The event category is not valid: ${unknown.slice(0, 100)}.`;
    selections.push({ InsightType: insightType, EventCategories: categories });
  }
  return selections;
}
