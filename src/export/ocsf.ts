import { isIP } from "node:net";

type Json = Readonly<Record<string, unknown>>;

/** A record that is no call of an API, so that this class of OCSF has no place for it. */
export class NotACall extends Error {
  override readonly name = "NotACall";
}

const schemaVersion = "1.5.0";
const classUid = 6003;

const activities = { create: 1, read: 2, update: 3, delete: 4, other: 99 } as const;
const activityNames: Readonly<Record<number, string>> = {
  1: "Create",
  2: "Read",
  3: "Update",
  4: "Delete",
  99: "Other",
};

/** What is told under a name of OCSF; the rest of a record goes into `unmapped` as it is. */
const mappedFields = new Set([
  "eventVersion",
  "userIdentity",
  "eventTime",
  "eventSource",
  "eventName",
  "awsRegion",
  "sourceIPAddress",
  "userAgent",
  "errorCode",
  "errorMessage",
  "requestParameters",
  "responseElements",
  "requestID",
  "eventID",
  "eventType",
  "apiVersion",
  "resources",
  "recipientAccountId",
  "eventCategory",
  "vpcEndpointId",
]);

/**
 * A CloudTrail record as an event of OCSF's class API Activity. Nothing of the record is lost: what has no place there
 * stands in `unmapped`. Absent members are left out.
 *
 * @throws NotACall for Insights and aggregated records.
 * Source: schema.ocsf.io 1.5.0, class 6003; the mapping is that of Amazon Security Lake's for CloudTrail.
 */
export function toOcsf(record: Json): Json {
  const { eventName, eventSource, eventTime, eventID } = record;
  const timeMs = typeof eventTime === "string" ? Date.parse(eventTime) : Number.NaN;
  if (typeof eventName !== "string" || typeof eventSource !== "string" || Number.isNaN(timeMs))
    throw new NotACall("the record has no eventName, eventSource or eventTime");
  const activity = activityOf(eventName, record["readOnly"]);
  const failed = typeof record["errorCode"] === "string" && record["errorCode"] !== "";
  const resources = resourcesOf(record["resources"]);
  const source = text(record["sourceIPAddress"]) ?? "";
  const isAddress = isIP(source) !== 0;
  const identity = object(record["userIdentity"]);
  const requestId = text(record["requestID"]);
  const isDenial = failed && /AccessDenied|Unauthorized/.test(String(record["errorCode"]));
  const unmapped = Object.fromEntries(
    Object.entries(record).filter(([name]) => !mappedFields.has(name) || (name === "requestParameters" && !requestId)),
  );
  return present({
    class_uid: classUid,
    class_name: "API Activity",
    category_uid: 6,
    category_name: "Application Activity",
    activity_id: activity,
    activity_name: activityNames[activity],
    type_uid: classUid * 100 + activity,
    type_name: `API Activity: ${activityNames[activity]}`,
    severity_id: isDenial ? 2 : 1,
    severity: isDenial ? "Low" : "Informational",
    status_id: failed ? 2 : 1,
    status: failed ? "Failure" : "Success",
    status_code: text(record["errorCode"]),
    status_detail: text(record["errorMessage"]),
    time: timeMs,
    time_dt: eventTime,
    metadata: present({
      version: schemaVersion,
      profiles: ["cloud", "datetime"],
      uid: text(eventID),
      event_code: text(record["eventType"]),
      product: present({
        name: "CloudTrail",
        vendor_name: "AWS",
        version: text(record["eventVersion"]),
        feature: text(record["eventCategory"]) && { name: record["eventCategory"] },
      }),
    }),
    cloud: present({
      provider: "AWS",
      region: text(record["awsRegion"]),
      account: text(record["recipientAccountId"]) && { uid: record["recipientAccountId"] },
    }),
    actor: actorOf(identity),
    api: present({
      operation: eventName,
      version: text(record["apiVersion"]),
      service: { name: eventSource },
      request: requestId && present({ uid: requestId, data: record["requestParameters"] ?? undefined }),
      response: present({
        error: text(record["errorCode"]),
        message: text(record["errorMessage"]),
        data: record["responseElements"] ?? undefined,
      }),
    }),
    http_request: text(record["userAgent"]) && { user_agent: record["userAgent"] },
    src_endpoint: present({
      ip: isAddress ? source : undefined,
      domain: isAddress ? undefined : source || "unknown",
      uid: text(record["vpcEndpointId"]),
    }),
    resources: resources.length > 0 ? resources : undefined,
    observables: observablesOf(source, isAddress, identity, resources),
    unmapped: Object.keys(unmapped).length > 0 ? unmapped : undefined,
  });
}

/** Verbs in the order in which they are looked for: BatchGet before Batch, and so on. */
const verbs: readonly [RegExp, number][] = [
  [
    /^(BatchGet|Get|List|Describe|Lookup|Search|Head|Query|Scan|Simulate|Generate.*Report|Test|Decrypt)/,
    activities.read,
  ],
  [/^(Delete|Cancel|Remove|Deregister|Terminate|Revoke|Abort)/, activities.delete],
  [/^(PutEncryptionConfig|PutResourcePolicy|Put.*(Policy|Selectors|Configuration|Acl|Tagging))/, activities.update],
  [/^(Update|Modify|Tag|Untag|AddTags|Set|Attach|Detach|Enable|Disable|Change|Rotate|Restore)/, activities.update],
  [/^(Create|Put|Add|Register|Import|Run|Upload|Copy|Allocate|Publish)/, activities.create],
];

function activityOf(eventName: string, readOnly: unknown): number {
  const known = verbs.find(([verb]) => verb.test(eventName));
  if (known !== undefined) return known[1];
  return readOnly === true ? activities.read : activities.other;
}

function actorOf(identity: Json): Json {
  const session = object(identity["sessionContext"]);
  const attributes = object(session["attributes"]);
  const issuer = object(session["sessionIssuer"]);
  const federation = object(session["webIdFederationData"]);
  const created = text(attributes["creationDate"]);
  const user = present({
    type: text(identity["type"]),
    name: text(identity["userName"]) ?? text(issuer["userName"]),
    uid: text(identity["arn"]),
    uid_alt: text(identity["principalId"]),
    account: text(identity["accountId"]) && { uid: identity["accountId"] },
    credential_uid: text(identity["accessKeyId"]) ?? text(identity["credentialId"]),
  });
  const sessionView = present({
    created_time: created && Date.parse(created),
    created_time_dt: created,
    is_mfa: text(attributes["mfaAuthenticated"]) && attributes["mfaAuthenticated"] === "true",
    issuer: text(issuer["arn"]),
  });
  const provider = text(identity["identityProvider"]) ?? text(federation["federatedProvider"]);
  const store = text(object(identity["onBehalfOf"])["identityStoreArn"]);
  return present({
    user: nonEmpty(user),
    session: nonEmpty(sessionView),
    invoked_by: text(identity["invokedBy"]),
    idp: nonEmpty(present({ name: provider, uid: store })),
  });
}

function resourcesOf(resources: unknown): Json[] {
  if (!Array.isArray(resources)) return [];
  return resources.map(object).map((resource) =>
    present({
      uid: text(resource["ARN"]),
      type: text(resource["type"]),
      owner: text(resource["accountId"]) && { account: { uid: resource["accountId"] } },
    }),
  );
}

/** Types of observables of OCSF. */
const hostname = { type: "Hostname", type_id: 1 };
const ipAddress = { type: "IP Address", type_id: 2 };
const userName = { type: "User Name", type_id: 4 };
const resourceUid = { type: "Resource UID", type_id: 10 };

function observablesOf(source: string, isAddress: boolean, identity: Json, resources: readonly Json[]): Json[] {
  const user = text(identity["userName"]);
  return [
    ...(isAddress ? [{ name: "src_endpoint.ip", ...ipAddress, value: source }] : []),
    ...(!isAddress && source !== "" ? [{ name: "src_endpoint.domain", ...hostname, value: source }] : []),
    ...(user === undefined ? [] : [{ name: "actor.user.name", ...userName, value: user }]),
    ...resources.flatMap(({ uid }) =>
      uid === undefined ? [] : [{ name: "resources[].uid", ...resourceUid, value: uid }],
    ),
  ];
}

function object(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Without members that are undefined. */
function present(members: Json): Json {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

function nonEmpty(members: Json): Json | undefined {
  return Object.keys(members).length > 0 ? members : undefined;
}
