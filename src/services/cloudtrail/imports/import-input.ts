import type { StartImportCommandInput } from "@aws-sdk/client-cloudtrail";
import type { ImportRow } from "../../../audit/imports/imports.js";
import { parseLogLocation } from "../../../audit/imports/log-location.js";
import { cloudTrailError } from "../errors.js";

/** What a new import was asked for. */
export interface NewImport extends Pick<ImportRow, "s3_uri" | "s3_region" | "role_arn" | "start_ms" | "end_ms"> {
  readonly destination: string;
}

/** @throws InvalidParameter, InvalidImportSource */
export function newImport({
  Destinations: destinations,
  ImportSource: source,
  StartEventTime: start,
  EndEventTime: end,
}: StartImportCommandInput): NewImport {
  const [destination] = destinations ?? [];
  if (destination === undefined || source?.S3 === undefined)
    throw cloudTrailError("InvalidParameter", "A new import needs a destination and an import source.");
  if (start && end && start.getTime() >= end.getTime())
    throw cloudTrailError("InvalidParameter", "StartEventTime must be before EndEventTime.");
  const { S3LocationUri: uri = "", S3BucketRegion: region = "", S3BucketAccessRoleArn: role = "" } = source.S3;
  const refuse = (message: string) => cloudTrailError("InvalidImportSource", message);
  if (parseLogLocation(uri) === undefined)
    throw refuse("S3LocationUri must be of the form s3://bucket/prefix/, with a valid name of a bucket.");
  if (!/^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/.test(region)) throw refuse("S3BucketRegion is not the name of a region.");
  if (!/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,576}$/.test(role))
    throw refuse("S3BucketAccessRoleArn is not the ARN of a role.");
  return {
    destination,
    s3_uri: uri,
    s3_region: region,
    role_arn: role,
    start_ms: start?.getTime() ?? null,
    end_ms: end?.getTime() ?? null,
  };
}
