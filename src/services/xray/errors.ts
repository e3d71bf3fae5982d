import { StoreBusy, StoreUnavailable } from "../../storage/store-error.js";
import { ServiceError, serviceUnavailable } from "../service-error.js";

/** X-Ray's one word for a request that is wrong. */
export function invalidRequest(message: string): ServiceError {
  return new ServiceError("InvalidRequestException", message);
}

/** A token that is not ours, or belongs to another request. */
export function invalidNextToken(): ServiceError {
  return invalidRequest("Invalid NextToken");
}

/** Tells the failures of a store in X-Ray's words: clients retry both. */
export async function fromStore<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof StoreBusy)
      throw new ServiceError("ThrottledException", "Rate exceeded", { httpStatus: 429, cause: error });
    if (error instanceof StoreUnavailable)
      throw serviceUnavailable("Traces cannot be stored or read at the moment. Please try again.", error);
    throw error;
  }
}
