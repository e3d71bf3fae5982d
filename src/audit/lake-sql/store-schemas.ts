import type { ReadableStore } from "./translate.js";
import { arrayOf, boolean, type Field, jsonMap, type Type, timestamp, varchar } from "./types.js";

/** A field of a row in a record: its name there, and what it is. A shortcut is a column of the table with the same text. */
export interface Member {
  readonly name: string;
  readonly is: Type | readonly Member[];
  readonly column?: string;
  /** Another spelling that AWS has published. */
  readonly spelled?: string;
}

export const text = (name: string, column?: string): Member => ({ name, is: varchar, column });
const texts = (...names: string[]): Member[] => names.map((name) => text(name));
export const map = (name: string): Member => ({ name, is: jsonMap });
const row = (name: string, ...members: Member[]): Member => ({ name, is: members });

/** Fields of a member of `resources`. */
export const resource: readonly Field[] = [
  { name: "accountid", type: varchar },
  { name: "type", type: varchar },
  { name: "arn", type: varchar },
  { name: "arnprefix", type: varchar },
];

const userIdentity = row(
  "userIdentity",
  text("type", "identity_type"),
  text("principalId", "identity_principal_id"),
  text("arn", "identity_arn"),
  text("accountId", "identity_account_id"),
  text("accessKeyId", "identity_access_key_id"),
  text("userName", "identity_user_name"),
  row(
    "sessionContext",
    row("attributes", { name: "creationDate", is: timestamp }, text("mfaAuthenticated")),
    row(
      "sessionIssuer",
      ...texts("type", "principalId"),
      text("arn", "issuer_arn"),
      text("accountId"),
      text("userName", "issuer_user_name"),
    ),
    row("webIdFederationData", text("federatedProvider"), map("attributes")),
    ...texts("sourceIdentity", "ec2RoleDelivery", "ec2IssuedInVpc", "assumedRoot"),
  ),
  text("invokedBy", "identity_invoked_by"),
  text("identityProvider"),
  row("onBehalfOf", ...texts("userId", "identityStoreArn")),
  row("inScopeOf", ...texts("sourceArn", "sourceAccount", "issuerType"), {
    ...text("credentialsIssuedTo"),
    spelled: "credentiaisissuedto",
  }),
  text("credentialId"),
);

/** Columns of CloudTrail events. Source: CloudTrail User Guide, "CloudTrail Lake supported schemas". */
const cloudTrailEvent: readonly Member[] = [
  text("eventVersion", "event_version"),
  userIdentity,
  { name: "eventTime", is: timestamp, column: "event_time" },
  text("eventSource", "event_source"),
  text("eventName", "event_name"),
  text("awsRegion", "aws_region"),
  text("sourceIPAddress", "source_ip_address"),
  text("userAgent", "user_agent"),
  text("errorCode", "error_code"),
  text("errorMessage", "error_message"),
  map("requestParameters"),
  map("responseElements"),
  map("additionalEventData"),
  text("requestID", "request_id"),
  text("eventID", "event_id"),
  { name: "readOnly", is: boolean, column: "read_only" },
  { name: "resources", is: arrayOf({ kind: "row", fields: resource }) },
  text("eventType", "event_type"),
  text("apiVersion"),
  { name: "managementEvent", is: boolean, column: "management_event" },
  text("recipientAccountId", "recipient_account_id"),
  text("sharedEventID", "shared_event_id"),
  text("annotation"),
  text("vpcEndpointId"),
  text("vpcEndpointAccountId"),
  map("serviceEventDetails"),
  map("addendum"),
  map("edgeDeviceDetails"),
  map("insightDetails"),
  text("eventCategory", "event_category"),
  row("tlsDetails", ...texts("tlsVersion", "cipherSuite", "clientProvidedHostHeader", "keyExchange")),
  text("sessionCredentialFromConsole"),
  row(
    "eventContext",
    map("requestContext"),
    row("tagContext", { name: "resourceTags", is: resourceTags() }, map("principalTags")),
  ),
];

function resourceTags(): Type {
  return arrayOf({
    kind: "row",
    fields: [
      { name: "arn", type: varchar },
      { name: "tags", type: jsonMap },
    ],
  });
}

const common: readonly Member[] = [
  text("eventVersion", "event_version"),
  text("eventCategory", "event_category"),
  text("eventType", "event_type"),
  text("eventID", "event_id"),
  { name: "eventTime", is: timestamp, column: "event_time" },
  text("awsRegion", "aws_region"),
  text("recipientAccountId", "recipient_account_id"),
];

const activity: readonly Member[] = [
  ...common,
  row("addendum", ...texts("reason", "updatedFields", "originalUID", "originalEventID")),
  row("metadata", ...texts("ingestionTime", "channelARN")),
  row(
    "eventData",
    text("version"),
    row("userIdentity", ...texts("type", "principalId"), map("details")),
    ...texts("userAgent", "eventSource", "eventName", "eventTime", "UID"),
    map("requestParameters"),
    map("responseElements"),
    text("errorCode"),
    { ...text("errorMessage"), spelled: "errormssage" },
    ...texts("sourceIPAddress", "recipientAccountId"),
    map("additionalEventData"),
  ),
];

const configurationItem: readonly Member[] = [
  ...common,
  map("addendum"),
  row(
    "eventData",
    ...texts(
      "configurationItemVersion",
      "configurationItemCaptureTime",
      "configurationItemStatus",
      "configurationItemStateId",
      "accountId",
      "resourceType",
      "resourceId",
      "resourceName",
      "arn",
      "awsRegion",
      "availabilityZone",
      "resourceCreationTime",
    ),
    map("configuration"),
    map("supplementaryConfiguration"),
    text("relatedEvents"),
    row("relationships", ...texts("name", "resourceType", "resourceId", "resourceName")),
    map("tags"),
  ),
];

const evidence: readonly Member[] = [
  ...common,
  map("addendum"),
  row(
    "eventData",
    map("attributes"),
    ...texts(
      "awsAccountId",
      "awsOrganization",
      "complianceCheck",
      "dataSource",
      "eventName",
      "eventSource",
      "evidenceAwsAccountId",
      "evidenceByType",
      "iamId",
      "evidenceId",
      "time",
      "assessmentId",
      "controlSetId",
      "controlId",
      "controlName",
      "controlDomainName",
      "frameworkName",
      "frameworkId",
      "service",
      "serviceCategory",
      "resourceArn",
      "resourceType",
      "description",
      "manualEvidenceS3ResourcePath",
      "resourceComplianceCheck",
    ),
  ),
];

export const columnsByKind: Readonly<Record<ReadableStore["kind"], readonly Member[]>> = {
  CloudTrail: cloudTrailEvent,
  ActivityAuditLog: activity,
  ConfigurationItem: configurationItem,
  Evidence: evidence,
  Insight: common,
};
