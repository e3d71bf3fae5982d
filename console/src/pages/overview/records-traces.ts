import type { AdvancedEventSelector } from "@aws-sdk/client-cloudtrail";

/** Whether selectors take any data events of traces. */
export function recordsTraces(selectors: readonly AdvancedEventSelector[] = []): boolean {
  return selectors.some(({ FieldSelectors = [] }) => {
    const takes = (field: string, value: string) =>
      FieldSelectors.some(({ Field, Equals = [] }) => Field === field && Equals.includes(value));
    return takes("eventCategory", "Data") && takes("resources.type", "AWS::XRay::Trace");
  });
}
