import { ServiceError } from "../service-error.js";

/** X-Ray's one word for a request that is wrong. */
export function invalidRequest(message: string): ServiceError {
  return new ServiceError("InvalidRequestException", message);
}

/** A token that is not ours, or belongs to another request. */
export function invalidNextToken(): ServiceError {
  return invalidRequest("Invalid NextToken");
}
