import type { Protocol } from "../services/operation.js";
import { ServiceError } from "../services/service-error.js";

/**
 * The same refusal has another name in each family of AWS's APIs. The rest of the code uses the JSON names; this
 * table gives those of the others. A status where it differs too.
 *
 * Source: "Common errors" of the IAM, STS and SNS API references; "Error responses" of the S3 API reference.
 */
const names: Readonly<
  Record<string, { readonly query: readonly [string, number?]; readonly s3: readonly [string, number?] }>
> = {
  AccessDeniedException: { query: ["AccessDenied"], s3: ["AccessDenied"] },
  ExpiredTokenException: { query: ["ExpiredToken"], s3: ["ExpiredToken", 400] },
  IncompleteSignatureException: { query: ["IncompleteSignature"], s3: ["AuthorizationHeaderMalformed"] },
  InternalFailure: { query: ["InternalFailure"], s3: ["InternalError"] },
  InvalidSignatureException: { query: ["SignatureDoesNotMatch"], s3: ["SignatureDoesNotMatch"] },
  MissingAuthenticationTokenException: { query: ["MissingAuthenticationToken"], s3: ["AccessDenied"] },
  RequestEntityTooLargeException: { query: ["RequestEntityTooLarge"], s3: ["EntityTooLarge", 400] },
  RequestExpired: { query: ["RequestExpired"], s3: ["AccessDenied", 403] },
  RequestTimeTooSkewed: { query: ["SignatureDoesNotMatch"], s3: ["RequestTimeTooSkewed"] },
  SerializationException: { query: ["MalformedInput"], s3: ["MalformedXML"] },
  ThrottlingException: { query: ["Throttling"], s3: ["SlowDown", 503] },
  UnknownOperationException: { query: ["InvalidAction", 400], s3: ["MethodNotAllowed", 405] },
  UnrecognizedClientException: { query: ["InvalidClientTokenId"], s3: ["InvalidAccessKeyId"] },
  UnsupportedOperationException: { query: ["UnsupportedOperation"], s3: ["NotImplemented", 501] },
  ValidationException: { query: ["ValidationError"], s3: ["InvalidArgument"] },
};

/** In the JSON protocols these two are told apart by their text only. */
const jsonNames: Readonly<Record<string, string>> = {
  RequestTimeTooSkewed: "InvalidSignatureException",
  RequestExpired: "InvalidSignatureException",
};

/** @returns the error as an API of that protocol names it. Errors of the API's own model pass unchanged. */
export function namedFor(protocol: Protocol, error: ServiceError): ServiceError {
  if (error.asSpelled) return error;
  const [code, status = error.httpStatus] =
    protocol === "query" || protocol === "rest-xml"
      ? ((protocol === "query" ? names[error.code]?.query : names[error.code]?.s3) ?? [error.code])
      : [jsonNames[error.code] ?? error.code];
  if (code === error.code && status === error.httpStatus) return error;
  return new ServiceError(code, error.message, {
    httpStatus: status,
    recordedCode: error.recordedCode === error.code ? code : error.recordedCode,
    recordedMessage: error.recordedMessage,
    members: error.members,
    cause: error.cause,
  });
}

export function unknownOperation(name: string): ServiceError {
  return new ServiceError("UnknownOperationException", `The operation ${name} is not known.`, { httpStatus: 404 });
}

export function notOffered(name: string, reason: string): ServiceError {
  return new ServiceError("UnsupportedOperationException", `The operation ${name} is not offered: ${reason}`);
}

export function bodyTooLarge(bytesMax: number): ServiceError {
  return new ServiceError("RequestEntityTooLargeException", `The request body is larger than ${bytesMax} bytes.`, {
    httpStatus: 413,
  });
}

export function throttled(service: { readonly code: string; readonly httpStatus: number }): ServiceError {
  return new ServiceError(service.code, "Rate exceeded", { httpStatus: service.httpStatus });
}

/** Refusals of the front door, before an operation is reached. AWS's words. */
export const refusals = {
  missingToken: () =>
    new ServiceError("MissingAuthenticationTokenException", "Missing Authentication Token", { httpStatus: 403 }),
  incomplete: (message: string) => new ServiceError("IncompleteSignatureException", message, { httpStatus: 400 }),
  mismatch: (
    message = "The request signature we calculated does not match the signature you provided. Check your AWS Secret " +
      "Access Key and signing method. Consult the service documentation for details.",
  ) => new ServiceError("InvalidSignatureException", message, { httpStatus: 403 }),
  unknownKey: () =>
    new ServiceError("UnrecognizedClientException", "The security token included in the request is invalid.", {
      httpStatus: 403,
    }),
  expiredToken: () =>
    new ServiceError("ExpiredTokenException", "The security token included in the request is expired", {
      httpStatus: 403,
    }),
  skewed: (message: string) => new ServiceError("RequestTimeTooSkewed", message, { httpStatus: 403 }),
  expired: (message: string) => new ServiceError("RequestExpired", message, { httpStatus: 400 }),
  unsignedHeaders: (names: readonly string[]) =>
    new ServiceError(
      "AccessDeniedException",
      `There were headers present in the request which were not signed: ${names.join(", ")}`,
      { httpStatus: 403, recordedCode: "AccessDenied" },
    ),
} as const;
