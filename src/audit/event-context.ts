/** What an event data store wants of the events it keeps (`PutEventConfiguration`). */
export interface EventConfiguration {
  readonly maxEventSize: "Standard" | "Large";
  readonly contextKeySelectors: readonly ContextKeySelector[];
}

export interface ContextKeySelector {
  readonly Type: "TagContext" | "RequestContext";
  readonly Equals: readonly string[];
}

export const standardConfiguration: EventConfiguration = { maxEventSize: "Standard", contextKeySelectors: [] };

/** Tags of those a record is about, as far as they are known. */
export interface ContextTags {
  readonly principal?: Readonly<Record<string, string>>;
  readonly resources: readonly { readonly arn: string; readonly tags: Readonly<Record<string, string>> }[];
}

type EventRecord = Readonly<Record<string, unknown>>;

/** A record of a store with `Large` events. */
const largeRecordBytesMax = 1024 ** 2;
/** What goes first when a record is too large. Source: CloudTrail User Guide, "Enrich CloudTrail events". */
const leftOutFirst = [
  "annotation",
  "requestID",
  "additionalEventData",
  "serviceEventDetails",
  "userAgent",
  "errorCode",
  "eventContext",
  "responseElements",
  "requestParameters",
  "errorMessage",
];

/**
 * The record as a store with this configuration keeps it: with `eventContext`, where the store asks for keys of which
 * something is known. Management and data events only; any other record, and any other store's, is answered as it is.
 */
export function withEventContext(
  record: EventRecord,
  configuration: EventConfiguration,
  tags: ContextTags = { resources: [] },
): EventRecord {
  const category = record["eventCategory"];
  if (configuration.contextKeySelectors.length === 0 || (category !== "Management" && category !== "Data"))
    return record;
  const keysOf = (type: ContextKeySelector["Type"]) =>
    configuration.contextKeySelectors.find((selector) => selector.Type === type)?.Equals ?? [];
  const requestContext = requestContextOf(record, keysOf("RequestContext"));
  const tagContext = tagContextOf(tags, keysOf("TagContext"));
  if (requestContext === undefined && tagContext === undefined) return record;
  return within(largeRecordBytesMax, {
    ...record,
    eventContext: { ...(requestContext && { requestContext }), ...(tagContext && { tagContext }) },
  });
}

function requestContextOf(record: EventRecord, keys: readonly string[]): Record<string, string> | undefined {
  const found = keys.flatMap((key) => {
    const value = requestContextKeys.get(key)?.(record, identityOf(record));
    return value === undefined ? [] : [[key, value] as const];
  });
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

function tagContextOf(tags: ContextTags, keys: readonly string[]) {
  if (keys.length === 0) return undefined;
  const wanted = (all: Readonly<Record<string, string>>) =>
    Object.fromEntries(keys.filter((key) => Object.hasOwn(all, key)).map((key) => [key, all[key] as string]));
  const resourceTags = tags.resources
    .map(({ arn, tags }) => ({ arn, tags: wanted(tags) }))
    .filter(({ tags }) => Object.keys(tags).length > 0);
  const principalTags = wanted(tags.principal ?? {});
  const hasPrincipalTags = Object.keys(principalTags).length > 0;
  if (resourceTags.length === 0 && !hasPrincipalTags) return undefined;
  return { ...(resourceTags.length > 0 && { resourceTags }), ...(hasPrincipalTags && { principalTags }) };
}

function within(bytesMax: number, record: Record<string, unknown>): EventRecord {
  let left = record;
  for (const member of leftOutFirst) {
    if (Buffer.byteLength(JSON.stringify(left)) <= bytesMax) return left;
    const { [member]: _, ...rest } = left;
    left = rest;
  }
  return left;
}

/** The parts of `userIdentity` that keys are made from. */
interface Identity {
  readonly type?: string;
  readonly principalId?: string;
  readonly arn?: string;
  readonly accountId?: string;
  readonly userName?: string;
  readonly invokedBy?: string;
  readonly sessionContext?: {
    readonly attributes?: { readonly creationDate?: string; readonly mfaAuthenticated?: string };
    readonly sessionIssuer?: { readonly arn?: string };
    readonly webIdFederationData?: { readonly federatedProvider?: string };
    readonly sourceIdentity?: string;
  };
}

function identityOf(record: EventRecord): Identity {
  return (record["userIdentity"] ?? {}) as Identity;
}

type ContextKey = (record: EventRecord, identity: Identity) => string | undefined;

const principalTypes: Readonly<Record<string, string>> = {
  Root: "Account",
  IAMUser: "User",
  AssumedRole: "AssumedRole",
  FederatedUser: "FederatedUser",
};

const isService = ({ type }: Identity) => type === "AWSService";
const text = (value: unknown) => (typeof value === "string" ? value : undefined);

/**
 * The condition keys that can be asked for, as IAM makes them, found again in the record. There are no organizations, so
 * their keys never have a value.
 */
const requestContextKeys: ReadonlyMap<string, ContextKey> = new Map<string, ContextKey>([
  ["aws:FederatedProvider", (_, identity) => identity.sessionContext?.webIdFederationData?.federatedProvider],
  ["aws:TokenIssueTime", (_, identity) => identity.sessionContext?.attributes?.creationDate],
  ["aws:MultiFactorAuthAge", multiFactorAge],
  ["aws:MultiFactorAuthPresent", (_, identity) => identity.sessionContext?.attributes?.mfaAuthenticated],
  ["aws:SourceIdentity", (_, identity) => identity.sessionContext?.sourceIdentity],
  ["aws:PrincipalAccount", (_, identity) => (isService(identity) ? undefined : identity.accountId)],
  ["aws:PrincipalArn", (_, identity) => identity.sessionContext?.sessionIssuer?.arn ?? identity.arn],
  ["aws:PrincipalIsAWSService", (_, identity) => String(isService(identity))],
  ["aws:PrincipalOrgID", () => undefined],
  ["aws:PrincipalOrgPaths", () => undefined],
  ["aws:PrincipalServiceName", (_, identity) => (isService(identity) ? identity.invokedBy : undefined)],
  ["aws:PrincipalServiceNamesList", (_, identity) => (isService(identity) ? identity.invokedBy : undefined)],
  ["aws:PrincipalType", (_, identity) => principalTypes[identity.type ?? ""]],
  ["aws:userid", (_, identity) => identity.principalId || undefined],
  ["aws:username", (_, identity) => (identity.type === "IAMUser" ? identity.userName : undefined)],
  ["aws:RequestedRegion", (record) => text(record["awsRegion"])],
  ["aws:SecureTransport", (record) => String(record["tlsDetails"] !== undefined)],
  // True only for calls a service makes in its caller's name; here services act in their own or through a role.
  ["aws:ViaAWSService", () => "false"],
  ["aws:CurrentTime", (record) => text(record["eventTime"])],
  ["aws:EpochTime", (record) => seconds(record["eventTime"])?.toString()],
  ["aws:SourceAccount", (record, identity) => (isService(identity) ? text(record["recipientAccountId"]) : undefined)],
  ["aws:SourceOrgID", () => undefined],
]);

/** What `RequestContext` may ask for. */
export const requestContextNames: readonly string[] = [...requestContextKeys.keys()];

/** Since the session was made, which is when the second factor was given. */
function multiFactorAge(record: EventRecord, { sessionContext }: Identity): string | undefined {
  const attributes = sessionContext?.attributes;
  const [now, then] = [seconds(record["eventTime"]), seconds(attributes?.creationDate)];
  if (attributes?.mfaAuthenticated !== "true" || now === undefined || then === undefined) return undefined;
  return String(Math.max(0, now - then));
}

function seconds(time: unknown): number | undefined {
  const ms = typeof time === "string" ? Date.parse(time) : Number.NaN;
  return Number.isNaN(ms) ? undefined : Math.floor(ms / 1000);
}
