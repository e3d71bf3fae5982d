import { type EventRecord, memberOf, textOf } from "../parts/event-record.js";
import { lastPart, phraseOf } from "./event-phrases.js";

/** Errors that say: whoever this was, they may not. */
const denials = new Set(["AccessDenied", "AccessDeniedException", "AccessDeniedFault", "AuthorizationError"]);
/** Errors that say: nobody knows who this was. */
const strangers = new Set([
  "UnrecognizedClientException",
  "InvalidClientTokenId",
  "InvalidAccessKeyId",
  "InvalidSignatureException",
  "SignatureDoesNotMatch",
  "IncompleteSignature",
  "IncompleteSignatureException",
  "MissingAuthenticationToken",
  "MissingAuthenticationTokenException",
  "ExpiredToken",
  "ExpiredTokenException",
]);
const reasonCharsMax = 300;

/** A record as a sentence: who did what, or was refused what and why. */
export function eventSentence(record: EventRecord): string {
  if (record.eventCategory === "Insight") return insightSentence(record);
  const { errorCode, errorMessage = "", eventName = "a call" } = record;
  const who = callerName(record);
  const signIn = record.eventType === "AwsConsoleSignIn";
  if (errorCode === undefined || signIn) return `${who} ${phraseOf(record) ?? generalPhrase(record)}${through(record)}`;
  if (denials.has(errorCode)) return `${who} was refused ${eventName}${aimOf(record)}: ${refusalReason(errorMessage)}`;
  const reason = errorMessage === "" ? errorCode : `${errorCode}: ${errorMessage.slice(0, reasonCharsMax)}`;
  if (strangers.has(errorCode)) return `${who} was turned away from ${eventName}: ${reason}`;
  return `${who} called ${eventName}${aimOf(record)}, which failed: ${reason}`;
}

/** Who called, as one would say it. */
export function callerName({ userIdentity, additionalEventData }: EventRecord): string {
  const { type, arn, userName, invokedBy, identityProvider, sessionContext, principalId } = userIdentity ?? {};
  switch (type) {
    case "Root":
      return "the root user";
    case "IAMUser":
      return userName ?? lastPart(arn);
    case "AssumedRole":
      return `role ${sessionContext?.sessionIssuer?.userName ?? arn?.split("/").at(-2) ?? "?"} (${lastPart(arn)})`;
    case "FederatedUser":
      return `federated user ${lastPart(arn)}`;
    case "WebIdentityUser":
      return `${userName ?? "somebody"} of ${identityProvider ?? "an identity provider"}`;
    case "AWSService":
      return invokedBy ?? "a service";
    case "AWSAccount":
      return "somebody without credentials";
    case "Unknown": {
      const key = textOf(additionalEventData, "claimedAccessKeyId");
      return key === undefined ? "somebody unknown" : `somebody with key ${key}`;
    }
    default:
      return lastPart(arn) || principalId || "somebody";
  }
}

/** IAM's reason, shorter. What is worded otherwise stays as it is. */
export function refusalReason(message: string): string {
  const lacking = /because no ([a-z -]+?) allows/.exec(message)?.[1];
  if (lacking !== undefined)
    return lacking === "identity-based policy" ? "no policy allows it" : `no ${lacking} allows it`;
  const denying = /with an explicit deny in an? ([a-z -]+)/.exec(message)?.[1]?.trim();
  if (denying !== undefined)
    return denying === "identity-based policy" ? "a policy denies it" : `a ${denying} denies it`;
  return message === "" ? "no reason is recorded" : message.slice(0, reasonCharsMax);
}

const pastOf: Readonly<Record<string, string>> = {
  Create: "created",
  Delete: "deleted",
  Put: "set",
  Update: "changed",
  Get: "read",
  List: "listed",
  Describe: "read",
  Lookup: "looked up",
  Start: "started",
  Stop: "stopped",
  Add: "added",
  Remove: "removed",
  Attach: "attached",
  Detach: "detached",
  Tag: "tagged",
  Untag: "untagged",
  Enable: "enabled",
  Disable: "disabled",
  Restore: "restored",
  Cancel: "cancelled",
  Subscribe: "subscribed to",
  Publish: "published to",
  Send: "sent",
  Test: "tested",
  Set: "set",
  Head: "looked at",
  Copy: "copied",
  Upload: "uploaded",
};

/** By the name of the call: `CreateTrail` of a trail is `created trail NAME`. */
function generalPhrase(record: EventRecord): string {
  const { eventName = "" } = record;
  const words = eventName.split(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/);
  const [verb = "", ...object] = words;
  const past = Object.hasOwn(pastOf, verb) ? pastOf[verb] : undefined;
  if (past === undefined || object.length === 0) return `called ${eventName}${aimOf(record)}`;
  const what = object.map((word) => (/^[A-Z]{2,}$/.test(word) ? word : word.toLowerCase())).join(" ");
  const target = targetOf(record);
  if (target === undefined) return `${past} ${what}`;
  return target.kind === what ? `${past} ${what} ${target.name}` : `${past} ${what} of ${target.kind} ${target.name}`;
}

interface Target {
  readonly kind: string;
  readonly name: string;
}

/** What the call was about, where its record names one thing. */
function targetOf({ resources = [] }: EventRecord): Target | undefined {
  const [resource] = Array.isArray(resources) ? resources : [];
  if (resource?.ARN === undefined || resource.type === undefined) return undefined;
  const kind = (resource.type.split("::").at(-1) ?? "").replace(/(?<=[a-z])(?=[A-Z])/g, " ").toLowerCase();
  return { kind, name: nameIn(resource.ARN, resource.type) };
}

function nameIn(arn: string, type: string): string {
  const resource = arn.split(":").slice(5).join(":");
  switch (type) {
    case "AWS::S3::Object":
      return resource;
    case "AWS::Logs::LogGroup":
      return resource.split(":")[1] ?? resource;
    case "AWS::XRay::Group":
      // Behind its name there is an id.
      return resource.split("/")[1] ?? resource;
    default:
      return lastPart(arn);
  }
}

function aimOf(record: EventRecord): string {
  const target = targetOf(record);
  return target === undefined ? "" : ` of ${target.kind} ${target.name}`;
}

function through({ userIdentity }: EventRecord): string {
  const { type, invokedBy } = userIdentity ?? {};
  return invokedBy === undefined || type === "AWSService" ? "" : `, through ${invokedBy}`;
}

function insightSentence({ insightDetails }: EventRecord): string {
  const name = textOf(insightDetails, "eventName") ?? "a call";
  const error = textOf(insightDetails, "errorCode");
  const what = error === undefined ? `calls of ${name}` : `calls of ${name} that fail with ${error}`;
  if (textOf(insightDetails, "state") === "End") return `The number of ${what} is usual again`;
  const explanation = memberOf(memberOf(insightDetails, "insightContext"), "explanation");
  const rise = textOf(explanation, "direction") !== "drop";
  const reason = textOf(explanation, "text");
  return `Unusually ${rise ? "many" : "few"} ${what}${reason === undefined ? "" : `: ${reason}`}`;
}
