import { ServiceError } from "../service-error.js";

/** This API's codes on the wire lack the word Exception. */
export function invalidParameter(what: string): ServiceError {
  return new ServiceError("InvalidParameter", `Invalid parameter: ${what}`);
}

export function topicNotFound(): ServiceError {
  return new ServiceError("NotFound", "Topic does not exist", { httpStatus: 404 });
}

export function subscriptionNotFound(): ServiceError {
  return new ServiceError("NotFound", "Subscription does not exist", { httpStatus: 404 });
}

export function resourceNotFound(): ServiceError {
  return new ServiceError("ResourceNotFound", "Resource does not exist", { httpStatus: 404 });
}

export function throttled(message: string): ServiceError {
  return new ServiceError("Throttled", message, { httpStatus: 429 });
}

export function limitExceeded(code: "TopicLimitExceeded" | "SubscriptionLimitExceeded", message: string): ServiceError {
  return new ServiceError(code, message, { httpStatus: 403 });
}
