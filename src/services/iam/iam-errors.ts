import { MalformedPolicy } from "../../identity/policy/malformed-policy.js";
import { ServiceError } from "../service-error.js";

/** IAM's errors: the wire leaves out the `Exception` that the record has. */
function iamError(code: string, httpStatus: number) {
  return (message: string) => new ServiceError(code, message, { httpStatus, recordedCode: `${code}Exception` });
}

export const noSuchEntity = iamError("NoSuchEntity", 404);
export const entityAlreadyExists = iamError("EntityAlreadyExists", 409);
export const deleteConflict = iamError("DeleteConflict", 409);
export const limitExceeded = iamError("LimitExceeded", 409);
export const invalidInput = iamError("InvalidInput", 400);
export const invalidAuthenticationCode = iamError("InvalidAuthenticationCode", 403);
export const invalidUserType = iamError("InvalidUserType", 400);
export const passwordPolicyViolation = iamError("PasswordPolicyViolation", 400);
/** These two have another name in the record than what the wire's with `Exception` would be. */
export const credentialReportExpired = (message: string) =>
  new ServiceError("ReportExpired", message, { httpStatus: 410, recordedCode: "CredentialReportExpiredException" });
export const credentialReportNotPresent = (message: string) =>
  new ServiceError("ReportNotPresent", message, {
    httpStatus: 410,
    recordedCode: "CredentialReportNotPresentException",
  });
const malformedPolicyDocument = iamError("MalformedPolicyDocument", 400);

export function iamValidationError(message: string): ServiceError {
  return new ServiceError("ValidationError", message);
}

/** Runs what reads a policy, its complaint in IAM's name. */
export function withPolicyErrors<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (problem) {
    throw problem instanceof MalformedPolicy ? malformedPolicyDocument(problem.message) : problem;
  }
}
