import { ServiceError } from "../service-error.js";

const error = (code: string) => (message: string) => new ServiceError(code, message);

export const notFound = error("NotFoundException");
export const disabled = error("DisabledException");
export const invalidState = error("KMSInvalidStateException");
export const alreadyExists = error("AlreadyExistsException");
export const invalidAliasName = error("InvalidAliasNameException");
export const invalidArn = error("InvalidArnException");
export const invalidMarker = error("InvalidMarkerException");
export const malformedPolicy = error("MalformedPolicyDocumentException");
export const invalidGrantId = error("InvalidGrantIdException");
export const invalidGrantToken = error("InvalidGrantTokenException");
export const unsupported = error("UnsupportedOperationException");
export const limitExceeded = error("LimitExceededException");
export const tagError = error("TagException");
export const incorrectKey = () =>
  error("IncorrectKeyException")("The key ID in the request does not identify a CMK that can perform this operation.");

/** AWS says nothing more, so that a ciphertext tells nothing of its key. */
export const invalidCiphertext = () => error("InvalidCiphertextException")("");
