/** What mends a shortcoming: a command with what is known filled in, and the page of the console that does the same. */
export interface Mend {
  readonly command?: string;
  /** Below `/console`. */
  readonly page?: string;
}

type Mender = (resource: string) => Mend;

const nameOf = (arn: string) => quoted(arn.split("/").at(-1) ?? arn);
const traceSelector = JSON.stringify([
  { Name: "Settings", FieldSelectors: [{ Field: "eventCategory", Equals: ["Management"] }] },
  {
    Name: "Traces",
    FieldSelectors: [
      { Field: "eventCategory", Equals: ["Data"] },
      { Field: "resources.type", Equals: ["AWS::XRay::Trace"] },
    ],
  },
]);
const updateTrail =
  (change: string): Mender =>
  (resource) => ({ command: `aws cloudtrail update-trail --name ${quoted(resource)} ${change}`, page: "/trails" });
const alarm: Mender = () => ({ page: "/anomalies?tab=rules" });

/** By the id of a check, which stays the same for ever. What has no entry is mended as the service says in words. */
const menders: Readonly<Record<string, Mender>> = {
  "trail-covers-all-regions": () => ({
    command:
      "aws cloudtrail create-trail --name account --s3-bucket-name BUCKET --is-multi-region-trail " +
      "--include-global-service-events --enable-log-file-validation && aws cloudtrail start-logging --name account",
    page: "/trails",
  }),
  "trail-records-traces": () => ({
    command: `aws cloudtrail put-event-selectors --trail-name TRAIL --advanced-event-selectors ${quoted(traceSelector)}`,
    page: "/trails",
  }),
  "trail-files-are-validated": updateTrail("--enable-log-file-validation"),
  "trail-delivers": (resource) => ({
    command: `aws cloudtrail get-trail-status --name ${quoted(resource)}`,
    page: "/trails",
  }),
  "trail-log-group-is-current": updateTrail("--cloud-watch-logs-log-group-arn GROUP --cloud-watch-logs-role-arn ROLE"),
  "trail-files-are-encrypted": updateTrail("--kms-key-id KEY"),
  "log-bucket-is-not-public": (resource) => ({
    command:
      `aws s3api put-public-access-block --bucket ${quoted(resource.replace(/^arn:aws:s3:::/, ""))} ` +
      "--public-access-block-configuration " +
      "BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true",
  }),
  "traces-are-encrypted": () => ({
    command: "aws xray put-encryption-config --type KMS --key-id KEY",
    page: "/keys?tab=traces",
  }),
  "keys-in-use-are-usable": () => ({ command: "aws kms enable-key --key-id KEY", page: "/keys" }),
  "keys-are-rotated": (resource) => ({
    command: `aws kms enable-key-rotation --key-id ${quoted(resource)}`,
    page: `/keys?key=${encodeURIComponent(resource.split("/").at(-1) ?? "")}`,
  }),
  "no-wildcard-policies": () => ({ page: "/policies" }),
  "access-keys-are-rotated": () => ({ page: "/keys?tab=access" }),
  "unused-credentials-are-off": () => ({ page: "/keys?tab=access" }),
  "root-rests": () => ({ page: "/people" }),
  "people-have-second-factors": (resource) => ({
    command: `aws iam create-virtual-mfa-device --virtual-mfa-device-name ${nameOf(resource)} --outfile seed --bootstrap-method Base32StringSeed`,
    page: "/people",
  }),
  "passwords-are-strong": () => ({
    command: "aws iam update-account-password-policy --minimum-password-length 14 --password-reuse-prevention 24",
    page: "/people",
  }),
  "one-access-key-a-user": () => ({ page: "/keys?tab=access" }),
  "alarm-refused-calls": alarm,
  "alarm-sign-in-without-mfa": alarm,
  "alarm-root-use": alarm,
  "alarm-policy-changes": alarm,
  "alarm-trail-changes": alarm,
  "alarm-failed-sign-ins": alarm,
  "alarm-keys-disabled": alarm,
  "alarm-bucket-policy-changes": alarm,
  "alarm-traces-read-in-bulk": alarm,
  "alarm-detection-changes": alarm,
};

export function mendOf(checkId: string, resource: string): Mend {
  return Object.hasOwn(menders, checkId) ? menders[checkId]!(resource) : {};
}

/** As a shell takes it: names may be anybody's. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
