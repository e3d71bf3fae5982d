import type { InsightSelection, SourceCategory } from "../../../audit/insights/insight-selection.js";
import type { TrailSelectors } from "../../../audit/selectors/selectors.js";

/**
 * AWS analyses what a trail or store logs: rates of calls need write management events, rates of errors any management
 * events, Insights of data events any data events.
 *
 * @returns what is missing, in words for the caller; undefined if nothing is.
 */
export function problemOfSource(selectors: TrailSelectors, insights: readonly InsightSelection[]): string | undefined {
  for (const { InsightType, EventCategories } of insights)
    for (const category of EventCategories) {
      const writes = category === "Management" && InsightType === "ApiCallRateInsight";
      if (!selectsSome(selectors, category, writes))
        return `${InsightType} of ${category.toLowerCase()} events needs ${writes ? "write " : ""}${category.toLowerCase()} events to be logged.`;
    }
  return undefined;
}

/** Whether events of a category can be selected at all. */
export function selectsSome(selectors: TrailSelectors, category: SourceCategory, writes: boolean): boolean {
  if (selectors.kind === "basic")
    return selectors.selectors.some((selector) =>
      category === "Data"
        ? (selector.DataResources ?? []).length > 0
        : selector.IncludeManagementEvents !== false && !(writes && selector.ReadWriteType === "ReadOnly"),
    );
  return selectors.selectors.some(({ FieldSelectors = [] }) => {
    const ofCategory = FieldSelectors.some(
      ({ Field, Equals }) => Field === "eventCategory" && Equals?.includes(category),
    );
    const readsOnly = FieldSelectors.some(({ Field, Equals }) => Field === "readOnly" && Equals?.includes("true"));
    return ofCategory && !(writes && readsOnly);
  });
}
