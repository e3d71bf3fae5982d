import type { Constraints } from "../constraints.js";
import { ServiceError } from "../service-error.js";

export function invalidParameter(message: string): ServiceError {
  return new ServiceError("InvalidParameterException", message);
}

export function groupNotFound(): ServiceError {
  return new ServiceError("ResourceNotFoundException", "The specified log group does not exist.");
}

export function streamNotFound(): ServiceError {
  return new ServiceError("ResourceNotFoundException", "The specified log stream does not exist.");
}

export function limitExceeded(message: string): ServiceError {
  return new ServiceError("LimitExceededException", message);
}

/** This API calls a broken constraint InvalidParameterException, in the framework's words. */
export function check(constraints: Constraints): void {
  try {
    constraints.check();
  } catch (problem) {
    throw problem instanceof ServiceError ? invalidParameter(problem.message) : problem;
  }
}
