import { compileSelectors } from "../../../../src/audit/selectors/compile.js";
import type { SelectableEvent, TrailSelectors } from "../../../../src/audit/selectors/selectors.js";
import { problemOfAdvancedSelectors } from "../../../../src/audit/selectors/validate-advanced.js";
import { problemOfBasicSelectors } from "../../../../src/audit/selectors/validate-basic.js";

/** @returns how many of the events the selectors select; undefined where they are not valid. */
export function countSelected(selectors: TrailSelectors, events: readonly SelectableEvent[]): number | undefined {
  const problem =
    selectors.kind === "basic"
      ? problemOfBasicSelectors(selectors.selectors)
      : problemOfAdvancedSelectors(selectors.selectors);
  if (problem !== undefined) return undefined;
  return events.filter(compileSelectors(selectors)).length;
}
