import type { ForeignRoute } from "./foreign-route.js";
import type { AnyOperation } from "./operation.js";
import { ServiceError } from "./service-error.js";

const contentType = "application/json";
/** Inputs of our own operations are small. */
const inputBytesMax = 64 * 1024;

/**
 * An operation of our own beside an AWS API: signed, authorised and recorded like the API's, as JSON in and out.
 * Its path is `/dosimeter/<name>`.
 */
export function extensionRoute(operation: AnyOperation): ForeignRoute {
  return {
    method: "POST",
    path: `/dosimeter/${operation.name}`,
    operation,
    takesBearer: false,

    read(body) {
      if (body.length > inputBytesMax)
        throw new ServiceError("SerializationException", `The input is larger than ${inputBytesMax} bytes`);
      let input: unknown;
      try {
        input = body.length === 0 ? {} : JSON.parse(body.toString("utf8"));
      } catch {
        throw new ServiceError("SerializationException", "The body is not JSON");
      }
      if (typeof input !== "object" || input === null || Array.isArray(input))
        throw new ServiceError("SerializationException", "The body must be a JSON object");
      return input;
    },

    answer: (output) => ({ status: 200, headers: { "content-type": contentType }, body: JSON.stringify(output) }),

    refuse: ({ code, message, httpStatus }) => ({
      status: httpStatus,
      headers: { "content-type": contentType, "x-amzn-errortype": code },
      body: JSON.stringify({ __type: code, message }),
    }),
  };
}
