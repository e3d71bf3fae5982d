import { toTraceId } from "../../../tracing/trace-id.js";
import { Constraints } from "../../constraints.js";
import { invalidRequest } from "../errors.js";

/**
 * The traces that a call asks for, each once; what is no trace id is of no trace.
 *
 * @throws ServiceError if they are too many, in AWS's own words, or no texts of the length of ids.
 */
export function traceIdsOfCall(asked: readonly string[], idsMax: number): string[] {
  if (asked.length > idsMax) throw invalidRequest(`Exceeding maximum query size: ${idsMax}`);
  checkTraceIds(new Constraints(), asked).check();
  return distinctTraceIds(asked);
}

export function checkTraceIds(constraints: Constraints, asked: readonly string[]): Constraints {
  for (const [index, id] of asked.entries())
    constraints.length(`traceIds.${index + 1}.member`, id, { min: 1, max: 35 });
  return constraints;
}

export function distinctTraceIds(asked: readonly string[]): string[] {
  return [...new Set(asked.flatMap((id) => toTraceId(id) ?? []))];
}
