import type { AdvancedEventSelector } from "@aws-sdk/client-cloudtrail";
import { operators, type TrailSelectors } from "../../../../src/audit/selectors/selectors.js";
import { problemOfAdvancedSelectors } from "../../../../src/audit/selectors/validate-advanced.js";
import { memberOf } from "../../parts/event-record.js";
import { texts } from "../../texts/trails.js";

const words = texts.selectors;

/** Advanced selectors from JSON that somebody types. @returns what is wrong, by the service's own rules, or them. */
export function readSelectors(text: string): (TrailSelectors & { kind: "advanced" }) | string {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch (problem) {
    return words.notJson((problem as Error).message);
  }
  if (!Array.isArray(given) || !given.every(isSelector)) return words.notList;
  return problemOfAdvancedSelectors(given) ?? { kind: "advanced", selectors: given };
}

/** Whether the rules may look at it: of the shape, whatever it says. */
function isSelector(value: unknown): value is AdvancedEventSelector {
  const name = memberOf(value, "Name");
  const fields = memberOf(value, "FieldSelectors");
  return (
    (name === undefined || typeof name === "string") &&
    Array.isArray(fields) &&
    fields.every(
      (field) =>
        typeof memberOf(field, "Field") === "string" &&
        operators.every((operator) => {
          const values = memberOf(field, operator);
          return values === undefined || (Array.isArray(values) && values.every((each) => typeof each === "string"));
        }),
    )
  );
}
