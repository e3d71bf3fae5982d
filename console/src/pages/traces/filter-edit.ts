import type { Value } from "../../../../src/tracing/filter/filter.js";
import { printFilter } from "../../../../src/tracing/filter/print-filter.js";

export function annotationTerm(key: string, value: Value): string {
  return printFilter({ kind: "annotation", key, comparison: "=", value });
}
