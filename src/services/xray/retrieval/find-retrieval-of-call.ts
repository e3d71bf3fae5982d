import { findRetrieval, type Retrieval } from "../../../tracing/retrievals.js";
import { Constraints } from "../../constraints.js";
import type { Call } from "../../operation.js";
import { ServiceError } from "../../service-error.js";
import type { XrayDeps } from "../deps.js";

const tokenCharsMax = 1020;

/** @throws ServiceError ValidationException, ResourceNotFoundException */
export async function findRetrievalOfCall(deps: XrayDeps, call: Call, token: string): Promise<Retrieval> {
  new Constraints().length("retrievalToken", token, { min: 0, max: tokenCharsMax }).check();
  // A character that no store of texts takes is in no token of ours.
  const known = token.includes("\0") ? undefined : await findRetrieval(deps.settings.read, call, token, call.nowMs);
  if (known === undefined) throw retrievalNotFound();
  return known;
}

export function retrievalNotFound(): ServiceError {
  return new ServiceError(
    "ResourceNotFoundException",
    "There is no retrieval with this RetrievalToken, or its time is over: start another with StartTraceRetrieval",
    { httpStatus: 404 },
  );
}
