import { reaches } from "../../../audit/detection/alert-configuration.js";
import { RuleSet } from "../../../audit/detection/rule-set.js";
import type { AccountFacts } from "./account-facts.js";
import type { Check, Shortcoming } from "./check.js";

/** What auditors want to be told of, each as the record of one such call. */
interface Situation {
  readonly id: string;
  readonly title: string;
  readonly reference?: string;
  readonly record: Readonly<Record<string, unknown>>;
}

const someone = { type: "IAMUser", arn: "arn:aws:iam::000000000000:user/somebody", userName: "somebody" };

function written(eventSource: string, eventName: string, more: object = {}): Situation["record"] {
  const head = { eventType: "AwsApiCall", eventCategory: "Management", managementEvent: true, readOnly: false };
  return { ...head, eventSource, eventName, userIdentity: someone, requestParameters: {}, ...more };
}

const signIn = (more: object) =>
  written("signin.amazonaws.com", "ConsoleLogin", { eventType: "AwsConsoleSignIn", ...more });

const situations: readonly Situation[] = [
  {
    id: "refused-calls",
    title: "calls that are refused",
    reference: "4.1",
    record: written("xray.amazonaws.com", "GetTraceSummaries", { readOnly: true, errorCode: "AccessDenied" }),
  },
  {
    id: "sign-in-without-mfa",
    title: "somebody who signs in without a second factor",
    reference: "4.2",
    record: signIn({ responseElements: { ConsoleLogin: "Success" }, additionalEventData: { MFAUsed: "No" } }),
  },
  {
    id: "root-use",
    title: "what the root user does",
    reference: "4.3",
    record: written("iam.amazonaws.com", "CreateUser", {
      userIdentity: { type: "Root", arn: "arn:aws:iam::000000000000:root" },
    }),
  },
  {
    id: "policy-changes",
    title: "changes of policies, out of hours at least",
    reference: "4.4",
    record: written("iam.amazonaws.com", "AttachUserPolicy"),
  },
  {
    id: "trail-changes",
    title: "a trail that stops",
    reference: "4.5",
    record: written("cloudtrail.amazonaws.com", "StopLogging"),
  },
  {
    id: "failed-sign-ins",
    title: "sign-ins that fail",
    reference: "4.6",
    record: signIn({
      errorMessage: "Failed authentication",
      responseElements: { ConsoleLogin: "Failure" },
      additionalEventData: { MFAUsed: "No" },
    }),
  },
  {
    id: "keys-disabled",
    title: "KMS keys that are disabled or to be deleted",
    reference: "4.7",
    record: written("kms.amazonaws.com", "DisableKey"),
  },
  {
    id: "bucket-policy-changes",
    title: "changes of bucket policies",
    reference: "4.8",
    record: written("s3.amazonaws.com", "PutBucketPolicy"),
  },
  {
    id: "traces-read-in-bulk",
    title: "traces that are read in bulk",
    record: written("xray.amazonaws.com", "BatchGetTraces", {
      eventCategory: "Data",
      managementEvent: false,
      readOnly: true,
      requestParameters: { traceIds: ["1-5759e988-bd862e3fe1be46a994272793"] },
    }),
  },
  {
    id: "detection-changes",
    title: "detection rules that are switched off",
    record: written("cloudtrail.amazonaws.com", "PutDetectionRule", { requestParameters: { enabled: false } }),
  },
];

/** Rules in force that would look at such a call, and whether somebody hears of what they find. */
function alarmOn(facts: AccountFacts, { record, title }: Situation): Shortcoming[] {
  const enabled = facts.rules.filter((rule) => rule.enabled);
  // In force at any hour: a rule about odd hours counts, as its title says.
  const rules = new RuleSet(
    enabled,
    () => true,
    () => {},
  );
  const text = JSON.stringify(record);
  const event = { record, text, eventId: "", timeMs: facts.nowMs, region: facts.region };
  const matched = rules.matches(event).map(({ rule }) => rule);
  const resource = `arn:aws:iam::${facts.accountId}:root`;
  if (matched.length === 0) return [{ resource, message: `no enabled detection rule finds ${title}` }];
  const told = matched.some(({ severity }) =>
    facts.alerts.topics.some(
      ({ topicArn, minimumSeverity }) => facts.heardTopics.has(topicArn) && reaches(severity, minimumSeverity),
    ),
  );
  if (told) return [];
  const names = [...new Set(matched.map((rule) => `'${rule.title}' (${rule.severity})`))].join(", ");
  return [{ resource, message: `${names} would find it, and no topic that somebody listens to is told` }];
}

export const alarmChecks: readonly Check[] = situations.map((situation) => ({
  id: `alarm-${situation.id}`,
  area: "ALARMS",
  title: `An alarm is raised on ${situation.title}`,
  severity: "medium",
  references: situation.reference === undefined ? [] : [`CIS AWS Foundations 3.0: ${situation.reference}`],
  mend: "PutAlertConfiguration with a topic that has a confirmed subscription, and the rule switched on (docs/guide/detection-rules.md)",
  look: (facts) => alarmOn(facts, situation),
}));
