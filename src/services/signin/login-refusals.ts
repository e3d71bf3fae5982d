import { ServiceError } from "../service-error.js";

/** One refusal for everything that was wrong: the record alone says whether there is such a user, as AWS's does. */
export function failedAuthentication(user?: object): ServiceError {
  return new ServiceError("AccessDeniedException", "Your authentication information is incorrect. Please try again.", {
    httpStatus: 403,
    recordedMessage: user === undefined ? "No username found in supplied account" : "Failed authentication",
  });
}

/** The password was right, and the user has a device. */
export function codeRequired(): ServiceError {
  return new ServiceError("MultiFactorAuthRequired", "Please give the code of your MFA device, too.", {
    httpStatus: 403,
  });
}

export function passwordChangeRequired(): ServiceError {
  return new ServiceError("PasswordChangeRequired", "Please give a new password, too.", { httpStatus: 403 });
}

export function passwordExpired(): ServiceError {
  return new ServiceError(
    "PasswordExpired",
    "Your password has expired. Please ask your administrator for a new one.",
    {
      httpStatus: 403,
    },
  );
}
