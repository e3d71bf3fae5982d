import { compileSelectors } from "../../../audit/selectors/compile.js";
import type { SelectableEvent } from "../../../audit/selectors/selectors.js";
import type { AccountFacts, TrailFacts } from "./account-facts.js";
import { type Check, dayMs, type Shortcoming } from "./check.js";

/** A delivery is late when there was none for so long: the service's own calls make events every few minutes. */
const deliveredWithinMs = dayMs;

const events = {
  managementRead: event("Management", "cloudtrail.amazonaws.com", "DescribeTrails", true),
  managementWrite: event("Management", "xray.amazonaws.com", "CreateGroup", false),
  tracesWritten: event("Data", "xray.amazonaws.com", "PutTraceSegments", false),
  summariesRead: event("Data", "xray.amazonaws.com", "GetTraceSummaries", true),
  tracesRead: event("Data", "xray.amazonaws.com", "BatchGetTraces", true),
};

function event(category: string, eventSource: string, eventName: string, readOnly: boolean): SelectableEvent {
  const resources = category === "Data" ? [{ type: "AWS::XRay::Trace" }] : [];
  const record = { eventType: "AwsApiCall", eventSource, eventName, readOnly, resources };
  return { category, eventSource, eventName, readOnly, record: JSON.stringify(record) };
}

const multiRegionAndLogging = ({ trails }: AccountFacts) =>
  trails.filter(({ state }) => state.logging && state.multiRegion);

/** Whether these trails together deliver the event, by the very code that selects what is delivered. */
const selectedBy = (trails: readonly TrailFacts[], one: SelectableEvent) =>
  trails.some(({ state }) => compileSelectors(state.selectors)(one));

function notSelected(facts: AccountFacts, wanted: readonly SelectableEvent[], where: string): Shortcoming[] {
  const trails = multiRegionAndLogging(facts);
  return wanted
    .filter((one) => !selectedBy(trails, one))
    .map(({ eventName }) => ({
      resource: `arn:aws:iam::${facts.accountId}:root`,
      message: `no trail that logs in all regions delivers ${where} such as ${eventName}`,
    }));
}

const logging = ({ trails }: AccountFacts) => trails.filter(({ state }) => state.logging);

/** A check of each trail that logs. Where none does, others say so. */
const ofEachTrail =
  (look: (trail: TrailFacts, facts: AccountFacts) => string | undefined) =>
  (facts: AccountFacts): Shortcoming[] | undefined => {
    const trails = logging(facts);
    if (trails.length === 0) return undefined;
    return trails.flatMap((trail) => {
      const message = look(trail, facts);
      return message === undefined ? [] : [{ resource: trail.row.arn, message }];
    });
  };

function late(facts: AccountFacts, what: string, latestMs: number | null, sinceMs: number): string | undefined {
  const heardMs = Math.max(latestMs ?? 0, sinceMs);
  if (facts.nowMs - heardMs <= deliveredWithinMs) return undefined;
  return latestMs === null ? `${what} never came` : `${what} came last at ${new Date(latestMs).toISOString()}`;
}

const first = (errors: readonly (string | null)[]) => errors.find((error) => error !== null && error !== "");
const newest = (times: readonly (number | null)[]) => {
  const known = times.filter((time) => time !== null);
  return known.length === 0 ? null : Math.max(...known);
};

export const trailChecks: readonly Check[] = [
  {
    id: "trail-covers-all-regions",
    area: "TRAILS",
    title: "A trail records reads and writes of settings in all regions",
    severity: "critical",
    references: ["CIS AWS Foundations 3.0: 3.1"],
    mend: "aws cloudtrail create-trail --is-multi-region-trail --include-global-service-events …, then start-logging",
    look: (facts) => [
      ...notSelected(facts, [events.managementRead, events.managementWrite], "management events"),
      ...(multiRegionAndLogging(facts).length > 0 && !multiRegionAndLogging(facts).some((t) => t.state.includeGlobal)
        ? [
            {
              resource: multiRegionAndLogging(facts)[0]!.row.arn,
              message: "events of IAM and other global services are left out",
            },
          ]
        : []),
    ],
  },
  {
    id: "trail-records-traces",
    area: "TRAILS",
    title: "A trail records who writes and who reads traces",
    severity: "critical",
    references: ["CIS AWS Foundations 3.0: 3.8 and 3.9, of S3 objects", "PCI DSS 4.0: 10.2.1.1"],
    mend: "aws cloudtrail put-event-selectors with an advanced selector for eventCategory Data and resources.type AWS::XRay::Trace",
    look: (facts) => notSelected(facts, [events.tracesWritten, events.summariesRead, events.tracesRead], "data events"),
  },
  {
    id: "trail-files-are-validated",
    area: "TRAILS",
    title: "Digests are signed for each trail's log files",
    severity: "high",
    references: ["CIS AWS Foundations 3.0: 3.2"],
    mend: "aws cloudtrail update-trail --enable-log-file-validation",
    look: ofEachTrail(({ row, statuses }, facts) => {
      if (row.validation !== 1) return "log file validation is off";
      const error = first(statuses.map((status) => status.digest_error));
      if (error !== undefined) return `the last digest could not be delivered: ${error}`;
      return late(facts, "a digest", newest(statuses.map((status) => status.digest_ms)), row.created_ms);
    }),
  },
  {
    id: "trail-delivers",
    area: "TRAILS",
    title: "Each trail delivers its log files",
    severity: "critical",
    references: ["CIS AWS Foundations 3.0: 3.1"],
    mend: "aws cloudtrail get-trail-status names the error; mend the bucket, its policy or the key. What waits is delivered then",
    look: ofEachTrail(({ row, statuses }, facts) => {
      const error = first(statuses.map((status) => status.delivery_error));
      if (error !== undefined) return `the last delivery failed: ${error}`;
      return late(facts, "a log file", newest(statuses.map((status) => status.delivery_ms)), row.created_ms);
    }),
  },
  {
    id: "trail-log-group-is-current",
    area: "TRAILS",
    title: "A log group gets each trail's events, and is current",
    severity: "medium",
    references: ["CIS AWS Foundations 1.2: 2.4"],
    mend: "aws cloudtrail update-trail --cloud-watch-logs-log-group-arn … --cloud-watch-logs-role-arn …",
    look: ofEachTrail(({ row, statuses }, facts) => {
      if (row.logs_group_arn === null) return "no log group is connected";
      const error = first(statuses.map((status) => status.logs_delivery_error));
      if (error !== undefined) return `the last delivery to the log group failed: ${error}`;
      const latest = newest(statuses.map((status) => status.logs_delivery_ms));
      return late(facts, "an event in the log group", latest, row.logs_since_ms ?? row.created_ms);
    }),
  },
  {
    id: "trail-files-are-encrypted",
    area: "TRAILS",
    title: "Each trail's log files are encrypted with a KMS key",
    severity: "medium",
    references: ["CIS AWS Foundations 3.0: 3.5"],
    mend: "aws cloudtrail update-trail --kms-key-id …",
    look: ofEachTrail(({ row }) =>
      row.kms_key_arn === null ? "log files are delivered without a KMS key" : undefined,
    ),
  },
];
