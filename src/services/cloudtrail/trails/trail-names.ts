import { cloudTrailError } from "../errors.js";

const nameCharsMin = 3;
const nameCharsMax = 128;

/**
 * Refuses a bad trail name with AWS's words ("must starts" is theirs), checked in AWS's order: length, first and last
 * character, character set. The words for adjacent punctuation and IP-like names are ours.
 */
export function checkTrailName(name: string): void {
  const refuse = (message: string) => {
    throw cloudTrailError("InvalidTrailName", message);
  };
  const specified = `Specified name length: ${name.length} characters.`;
  if (name.length < nameCharsMin)
    refuse(`Trail name too short. Minimum allowed length: ${nameCharsMin} characters. ${specified}`);
  if (name.length > nameCharsMax)
    refuse(`Trail name too long. Maximum allowed length: ${nameCharsMax} characters. ${specified}`);
  if (!/^[A-Za-z0-9]/.test(name)) refuse("Trail name must starts with a letter or number.");
  if (!/[A-Za-z0-9]$/.test(name)) refuse("Trail name must ends with a letter or number.");
  if (!/^[A-Za-z0-9._-]+$/.test(name))
    refuse(
      "Trail name or ARN can only contain uppercase letters, lowercase letters, numbers, periods (.), hyphens (-), and underscores (_).",
    );
  if (/[._-]{2}/.test(name)) refuse("Trail name cannot have adjacent periods, underscores, or hyphens.");
  if (/^\d+\.\d+\.\d+\.\d+$/.test(name)) refuse("Trail name cannot be in IP address format.");
}

export type TrailReference =
  | { readonly kind: "name"; readonly name: string }
  | {
      readonly kind: "arn";
      readonly arn: string;
      readonly region: string;
      readonly accountId: string;
      readonly name: string;
    };

/** Reads what calls give as a trail's name: a bare name or an ARN. @throws InvalidTrailName, CloudTrailARNInvalid */
export function parseTrailReference(nameOrArn: string): TrailReference {
  if (!nameOrArn.startsWith("arn:")) {
    checkTrailName(nameOrArn);
    return { kind: "name", name: nameOrArn };
  }
  const match = /^arn:aws[a-z-]*:cloudtrail:([a-z0-9-]+):(\d{12}):trail\/([A-Za-z0-9._-]{1,128})$/.exec(nameOrArn);
  if (!match) throw cloudTrailError("CloudTrailARNInvalid", `The ARN is not valid: ${nameOrArn.slice(0, 256)}`);
  const [arn, region, accountId, name] = match as unknown as [string, string, string, string];
  return { kind: "arn", arn, region, accountId, name };
}
