import type { Entity } from "./entity.js";
import { outcomeOf } from "./service-id.js";
import type { RequestFacts } from "./trace-facts.js";

const httpStatusMax = 999;

/** What a segment or subsegment tells about one request. */
export function requestFacts(entity: Entity): RequestFacts {
  const request = entity.http?.request;
  const { fault, error, throttle } = outcomeOf(entity);
  return {
    startUs: toUs(entity.start_time),
    endUs: entity.end_time === undefined ? undefined : toUs(entity.end_time),
    fault,
    error,
    throttle,
    httpStatus: httpStatusOf(entity),
    httpUrl: request?.url ?? "",
    httpMethod: request?.method ?? "",
  };
}

/** 0 if unknown; whatever else a sender may say, it is no status of HTTP. */
export function httpStatusOf({ http }: Entity): number {
  const status = http?.response?.status ?? 0;
  return status > 0 && status <= httpStatusMax ? status : 0;
}

/** Epoch seconds as whole microseconds. */
export function toUs(seconds: number): number {
  return Math.round(seconds * 1_000_000);
}
