import {
  BucketFrozen,
  ConditionNotMet,
  KeyMissing,
  ObjectTooLarge,
  PartMissing,
  UploadMissing,
} from "../../storage/object-store.js";
import { StoreBusy, StoreUnavailable } from "../../storage/store-error.js";
import { ServiceError } from "../service-error.js";

/**
 * S3's errors: code, status and words.
 * Source: S3 API reference, "Error responses", list of error codes.
 */
function s3Error(code: string, httpStatus: number, message: string, members?: Record<string, unknown>): ServiceError {
  return new ServiceError(code, message, { httpStatus, members });
}

export const noSuchBucket = (name: string) =>
  s3Error("NoSuchBucket", 404, "The specified bucket does not exist", { BucketName: name });

export const noSuchKey = (key: string) => s3Error("NoSuchKey", 404, "The specified key does not exist.", { Key: key });

export const accessDenied = (message = "Access Denied") => s3Error("AccessDenied", 403, message);

export const noSuchUpload = (uploadId: string) =>
  s3Error(
    "NoSuchUpload",
    404,
    "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
    { UploadId: uploadId },
  );

export const invalidArgument = (message: string, name?: string, value?: unknown) =>
  s3Error(
    "InvalidArgument",
    400,
    message,
    name === undefined ? undefined : { ArgumentName: name, ArgumentValue: value },
  );

export const invalidRequest = (message: string) => s3Error("InvalidRequest", 400, message);

export const malformedXml = () =>
  s3Error(
    "MalformedXML",
    400,
    "The XML you provided was not well-formed or did not validate against our published schema",
  );

/** The request is right, and this store does not do it. */
export const notImplemented = (what: string) => s3Error("NotImplemented", 501, what);

export const preconditionFailed = (condition?: string) =>
  s3Error(
    "PreconditionFailed",
    412,
    "At least one of the pre-conditions you specified did not hold",
    condition === undefined ? undefined : { Condition: condition },
  );

export const notModified = () => s3Error("NotModified", 304, "Not Modified");

export const invalidRange = (range: string, sizeBytes: number) =>
  s3Error("InvalidRange", 416, "The requested range is not satisfiable", {
    RangeRequested: range,
    ActualObjectSize: sizeBytes,
  });

export const invalidPart = (uploadId: string, partNumber: number) =>
  s3Error(
    "InvalidPart",
    400,
    "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    { UploadId: uploadId, PartNumber: partNumber },
  );

/** Errors of KMS, as S3 tells them. */
export const keyNotFound = (reference: string) =>
  s3Error("KMS.NotFoundException", 400, `Key '${reference.slice(0, 256)}' does not exist`);
export const keyDisabled = (message: string) => s3Error("KMS.DisabledException", 400, message);
export const keyInvalidState = (message: string) => s3Error("KMS.KMSInvalidStateException", 400, message);

export const s3Failure = s3Error;

/** Runs `work` on the object store and says its failures in S3's words. */
export async function inS3Words<Result>(
  { bucket, key, uploadId = "" }: { bucket: string; key: string; uploadId?: string },
  work: Promise<Result>,
): Promise<Result> {
  try {
    return await work;
  } catch (reason) {
    if (reason instanceof ConditionNotMet) throw preconditionFailed();
    if (reason instanceof KeyMissing) throw noSuchKey(key);
    if (reason instanceof UploadMissing) throw noSuchUpload(uploadId);
    if (reason instanceof PartMissing) throw invalidPart(uploadId, Number(reason.message));
    if (reason instanceof ObjectTooLarge)
      throw s3Error("EntityTooLarge", 400, "Your proposed upload exceeds the maximum allowed size");
    if (reason instanceof BucketFrozen)
      throw s3Error(
        "OperationAborted",
        409,
        "A conflicting conditional operation is currently in progress against this resource. Please try again.",
        { BucketName: bucket },
      );
    if (reason instanceof StoreUnavailable || reason instanceof StoreBusy)
      throw new ServiceError(
        reason instanceof StoreBusy ? "SlowDown" : "ServiceUnavailable",
        reason instanceof StoreBusy ? "Please reduce your request rate." : "Service is unable to handle request.",
        { httpStatus: 503, cause: reason },
      );
    if ((reason as { code?: unknown }).code === "ERR_STREAM_PREMATURE_CLOSE")
      throw new ServiceError(
        "IncompleteBody",
        "You did not provide the number of bytes specified by the Content-Length HTTP header",
        { cause: reason },
      );
    throw reason;
  }
}
