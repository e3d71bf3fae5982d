import { createHash } from "node:crypto";
import type { Caller } from "../identity/caller.js";
import type { EventRow } from "../storage/event-store.js";
import type { CallFacts, EventResource } from "./event.js";
import { hidden, isoSeconds } from "./parameters.js";
import { exposureFacts, traceReadOf } from "./trace-exposure.js";

/** Version of the record's format. */
const eventVersion = "1.11";

/** AWS's limits on parts of a record, in bytes of UTF-8. Source: CloudTrail User Guide, "CloudTrail record contents". */
export const recordLimits = {
  recordBytesMax: 256 * 1024,
  blockBytesMax: 100 * 1024,
  additionalBytesMax: 28 * 1024,
  textBytesMax: 1024,
  resourcesMax: 200,
} as const;

/**
 * Of a block that is too large AWS keeps nothing but a marker, which lets a padded request hide what it did. The marker
 * here also keeps this much of the block's head, and its hash.
 */
const headCharsMax = 4096;

/**
 * Makes the event of one call: the CloudTrail record as compact JSON, and the columns it is found by.
 * Texts of over 1 KB are cut; blocks of over 100 KB (additional data: 28 KB) become a marker
 * `{reason, omitted, originalSize, sha256, head}`. The record never exceeds 256 KB.
 */
export function eventOf(facts: CallFacts): EventRow {
  const { event, exposure } = facts;
  // A search that found nothing has shown nothing.
  const isIndexed = exposure !== undefined && (exposure.traceIds.length > 0 || facts.errorCode !== undefined);
  return {
    eventId: facts.eventId,
    accountId: facts.accountId,
    region: facts.region,
    eventTimeMs: facts.timeMs,
    category: event.category,
    eventSource: facts.eventSource,
    eventName: facts.eventName,
    readOnly: facts.readOnly,
    username: facts.signIn?.userName ?? usernameOf(facts.caller),
    accessKeyId: "accessKeyId" in facts.caller ? facts.caller.accessKeyId : "",
    errorCode: facts.errorCode ?? "",
    resources: facts.resources.slice(0, recordLimits.resourcesMax).map(({ type, name, arn }) => ({
      type,
      name: name ?? arn ?? "",
    })),
    record: recordOf(facts),
    ...(facts.access !== undefined && { access: facts.access }),
    ...(isIndexed && { traceRead: traceReadOf(exposure, userIdentityOf(facts), facts.requestParameters) }),
  };
}

function recordOf(facts: CallFacts): string {
  const { recordBytesMax, blockBytesMax, additionalBytesMax } = recordLimits;
  const requestParameters = block("requestParameters", facts.requestParameters, blockBytesMax);
  const responseElements = block("responseElements", facts.responseElements, blockBytesMax);
  const additional: Record<string, unknown> = { ...facts.additionalEventData };
  if (facts.exposure !== undefined && facts.errorCode === undefined)
    Object.assign(additional, exposureFacts(facts.exposure));
  if (facts.claimedAccessKeyId !== undefined) additional["claimedAccessKeyId"] = cut(facts.claimedAccessKeyId);
  if (facts.resources.length > recordLimits.resourcesMax) additional["resourcesCount"] = facts.resources.length;
  const additionalEventData =
    Object.keys(additional).length > 0 ? block("additionalEventData", additional, additionalBytesMax) : undefined;

  const record = writeRecord(facts, requestParameters, responseElements, additionalEventData);
  // A character of UTF-16 has at most three bytes of UTF-8: most records need no count.
  if (record.length * 3 <= recordBytesMax || Buffer.byteLength(record) <= recordBytesMax) return record;
  return writeRecord(
    facts,
    marker("requestParameters", requestParameters),
    marker("responseElements", responseElements),
    additionalEventData && marker("additionalEventData", additionalEventData),
  );
}

/** In the order in which AWS writes its fields. Written as text: the identity of a caller is made once, not each call. */
function writeRecord(
  facts: CallFacts,
  requestParameters: string,
  responseElements: string,
  additionalEventData: string | undefined,
): string {
  const isService = facts.caller.kind === "service";
  const service = facts.caller.kind === "service" ? facts.caller.service : "";
  const isData = facts.event.category === "Data";
  const resources = recordedResources(facts);
  let record = `{"eventVersion":"${eventVersion}","userIdentity":${userIdentityOf(facts)}`;
  record += `,"eventTime":"${isoSeconds(facts.timeMs)}","eventSource":${quote(facts.eventSource)}`;
  record += `,"eventName":${quote(facts.eventName)},"awsRegion":${quote(facts.region)}`;
  // AWS shows a service of its own by its name, not by an address.
  record += `,"sourceIPAddress":${quote(isService ? service : facts.sourceIpAddress)}`;
  record += `,"userAgent":${quote(isService ? service : cut(facts.userAgent))}`;
  if (facts.errorCode !== undefined) record += `,"errorCode":${quote(cut(facts.errorCode))}`;
  if (facts.errorMessage !== undefined) record += `,"errorMessage":${quote(cut(facts.errorMessage))}`;
  record += `,"requestParameters":${requestParameters},"responseElements":${responseElements}`;
  if (additionalEventData !== undefined) record += `,"additionalEventData":${additionalEventData}`;
  record += `,"requestID":"${facts.requestId}","eventID":"${facts.eventId}","readOnly":${facts.readOnly}`;
  if (resources !== undefined) record += `,"resources":${resources}`;
  record += facts.signIn
    ? ',"eventType":"AwsConsoleSignIn"'
    : `,"eventType":"AwsApiCall","apiVersion":${quote(facts.apiVersion)}`;
  record += `,"managementEvent":${!isData}`;
  record += `,"recipientAccountId":"${facts.accountId}","eventCategory":"${facts.event.category}"`;
  if (facts.tls) {
    record += `,"tlsDetails":${JSON.stringify({
      // gRPC's library does not tell.
      tlsVersion: facts.tls.version || undefined,
      cipherSuite: facts.tls.cipherSuite || undefined,
      clientProvidedHostHeader: cut(facts.host),
    })}`;
  }
  return `${record}}`;
}

const quote = (text: string): string => JSON.stringify(text);

/** The block's JSON, or a marker with its size, hash and head if it is too large. */
function block(name: string, value: unknown, bytesMax: number): string {
  if (value === null || value === undefined) return "null";
  const text = JSON.stringify(value);
  if (text.length * 3 <= bytesMax || Buffer.byteLength(text) <= bytesMax) return text;
  return marker(name, text);
}

function marker(name: string, text: string): string {
  if (text === "null") return text;
  return JSON.stringify({
    reason: `${name} too large`,
    omitted: true,
    originalSize: Buffer.byteLength(text),
    sha256: createHash("sha256").update(text).digest("hex"),
    head: text.slice(0, headCharsMax).toWellFormed(),
  });
}

/** At most 1 KB of UTF-8, never half a character. */
function cut(text: string): string {
  const { textBytesMax } = recordLimits;
  if (text.length * 3 <= textBytesMax || Buffer.byteLength(text) <= textBytesMax) return text;
  // A character cut in half decodes to U+FFFD, which is taken off again.
  return Buffer.from(text).subarray(0, textBytesMax).toString("utf8").replace(/�+$/, "");
}

/** X-Ray's data events name only the type: traces have no ARN. Management events show the resources that have one. */
function recordedResources(facts: CallFacts): string | undefined {
  const shown = facts.resources.slice(0, recordLimits.resourcesMax).filter(({ arn }) => arn !== undefined);
  if (shown.length > 0) return JSON.stringify(shown.map((resource) => recordedResource(resource, facts.accountId)));
  if (facts.event.category === "Data") return `[{"type":${quote(facts.event.resourceType)}}]`;
  return undefined;
}

function recordedResource({ type, arn }: EventResource, accountId: string) {
  // arn:partition:service:region:account:… ; S3's ARNs leave the account out.
  return { accountId: arn?.split(":")[4] || accountId, type, ARN: arn };
}

/** LookupEvents' Username: the user's name, `root`, or a role's session name. */
function usernameOf(caller: Caller): string {
  switch (caller.kind) {
    case "user":
      return caller.userName;
    case "root":
      return "root";
    case "role-session":
      return caller.sessionName;
    case "federated-user":
      return caller.name;
    case "web-identity":
      return caller.subject;
    case "service":
    case "anonymous":
      return "";
  }
}

/** A caller object lives as long as its cached credentials, so its identity is written once. */
const identities = new WeakMap<Caller, string>();

function userIdentityOf({ caller, claimedAccessKeyId, invokedBy, signIn, accountId }: CallFacts): string {
  if (caller.kind === "anonymous" && signIn !== undefined)
    return JSON.stringify({ type: "IAMUser", accountId, accessKeyId: "", userName: signIn.userName ?? hidden });
  // Somebody who claimed a key that did not hold is unknown; somebody who claimed nothing is anonymous.
  if (caller.kind === "anonymous")
    return claimedAccessKeyId === undefined
      ? '{"type":"AWSAccount","principalId":"","accountId":"anonymous"}'
      : '{"type":"Unknown"}';
  if (invokedBy !== undefined) {
    const described = describeIdentity(caller);
    return JSON.stringify({ ...described, invokedBy: described["invokedBy"] ?? invokedBy });
  }
  let identity = identities.get(caller);
  if (identity === undefined) {
    identity = JSON.stringify(describeIdentity(caller));
    identities.set(caller, identity);
  }
  return identity;
}

/** Source: CloudTrail User Guide, "CloudTrail userIdentity element". */
function describeIdentity(caller: Exclude<Caller, { kind: "anonymous" }>): Record<string, unknown> {
  if (caller.kind === "service") return { type: "AWSService", invokedBy: caller.service };
  if (caller.kind === "web-identity") {
    const { provider, audience, subject } = caller;
    const principalId = `${provider}:${audience}:${subject}`;
    return { type: "WebIdentityUser", principalId, userName: subject, identityProvider: provider };
  }
  const { accountId, accessKeyId, arn } = caller;
  const attributes =
    caller.sessionIssuedMs === undefined
      ? undefined
      : {
          creationDate: isoSeconds(caller.sessionIssuedMs),
          mfaAuthenticated: String(caller.mfaAuthenticated ?? false),
        };
  const session = { ...(attributes && { attributes }), ...sourceIdentityOf(caller.sourceIdentity) };
  const sessionContext = Object.keys(session).length > 0 ? { sessionContext: session } : {};
  switch (caller.kind) {
    case "root":
      return { type: "Root", principalId: accountId, arn, accountId, accessKeyId, ...sessionContext };
    case "user":
      return {
        type: "IAMUser",
        principalId: caller.userId,
        arn,
        accountId,
        accessKeyId,
        userName: caller.userName,
        ...sessionContext,
      };
    case "role-session":
      return {
        type: "AssumedRole",
        principalId: `${caller.roleId}:${caller.sessionName}`,
        arn,
        accountId,
        accessKeyId,
        sessionContext: {
          sessionIssuer: {
            type: "Role",
            principalId: caller.roleId,
            arn: caller.roleArn,
            accountId,
            userName: caller.roleName,
          },
          ...(caller.federatedProvider !== undefined && {
            webIdFederationData: { federatedProvider: caller.federatedProvider, attributes: {} },
          }),
          ...session,
        },
        ...(caller.invokedBy !== undefined && { invokedBy: caller.invokedBy }),
      };
    case "federated-user": {
      const { madeBy } = caller;
      const sessionIssuer = madeBy
        ? { type: "IAMUser", principalId: madeBy.userId, arn: madeBy.arn, accountId, userName: madeBy.userName }
        : { type: "Root", principalId: accountId, arn: `arn:aws:iam::${accountId}:root`, accountId };
      return {
        type: "FederatedUser",
        principalId: `${accountId}:${caller.name}`,
        arn,
        accountId,
        accessKeyId,
        sessionContext: { sessionIssuer, ...session },
      };
    }
  }
}

const sourceIdentityOf = (sourceIdentity: string | undefined) =>
  sourceIdentity === undefined ? {} : { sourceIdentity };
