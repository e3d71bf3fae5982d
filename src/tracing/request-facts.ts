import type { Entity } from "./entity.js";
import { outcomeOf } from "./service-id.js";
import type { RequestFacts } from "./trace-facts.js";

/** What a sender says is no status of HTTP counts as unknown. */
const httpStatusMax = 999;

/** What a segment or subsegment tells about one request. */
export function requestFacts(entity: Entity): RequestFacts {
  const { request, response } = entity.http ?? {};
  const { fault, error, throttle } = outcomeOf(entity);
  const status = response?.status ?? 0;
  return {
    startUs: toUs(entity.start_time),
    endUs: entity.end_time === undefined ? undefined : toUs(entity.end_time),
    fault,
    error,
    throttle,
    httpStatus: status > 0 && status <= httpStatusMax ? status : 0,
    httpUrl: request?.url ?? "",
    httpMethod: request?.method ?? "",
  };
}

/** Epoch seconds as whole microseconds. */
export function toUs(seconds: number): number {
  return Math.round(seconds * 1_000_000);
}
