import type { AssumeRoleResponse, Credentials } from "@aws-sdk/client-sts";
import type { TemporaryCredentials } from "../../identity/sessions.js";
import { ServiceError } from "../service-error.js";

/** STS spells it without `Exception`. */
export function stsAccessDenied(message: string): ServiceError {
  return new ServiceError("AccessDenied", message, { httpStatus: 403 });
}

export function stsValidationError(message: string): ServiceError {
  return new ServiceError("ValidationError", message);
}

export function wireCredentials(credentials: TemporaryCredentials): Credentials {
  return {
    AccessKeyId: credentials.accessKeyId,
    SecretAccessKey: credentials.secretAccessKey,
    SessionToken: credentials.sessionToken,
    Expiration: credentials.expiration,
  };
}

/**
 * What the record shows of credentials. AWS shows the session token, too; here whoever reads the record must not hold
 * half of a key, so it is left out.
 */
export function recordedCredentials(credentials: Credentials | undefined) {
  const expiration = credentials?.Expiration;
  return {
    credentials: {
      accessKeyId: credentials?.AccessKeyId,
      expiration: expiration && `${expiration.toISOString().slice(0, 19)}Z`,
    },
  };
}

/** What the record shows of a role's new session. */
export function recordedSession(output: AssumeRoleResponse) {
  const { Credentials, AssumedRoleUser, PackedPolicySize, SourceIdentity } = output;
  return {
    ...recordedCredentials(Credentials),
    assumedRoleUser: { assumedRoleId: AssumedRoleUser?.AssumedRoleId, arn: AssumedRoleUser?.Arn },
    ...(PackedPolicySize !== undefined && { packedPolicySize: PackedPolicySize }),
    ...(SourceIdentity !== undefined && { sourceIdentity: SourceIdentity }),
  };
}
