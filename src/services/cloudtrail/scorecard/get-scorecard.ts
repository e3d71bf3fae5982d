import { management } from "../../../audit/event.js";
import type { CheckResult, Scorecard } from "../../../audit/scorecard.js";
import { extensionRoute } from "../../extension-route.js";
import { operation } from "../../operation.js";
import type { CloudTrailDeps } from "../deps.js";
import { checkMembers, type Input } from "../detection/members.js";
import { accessChecks } from "./access-checks.js";
import { type AccountFacts, readAccountFacts } from "./account-facts.js";
import { alarmChecks } from "./alarm-checks.js";
import { bucketAndKeyChecks } from "./bucket-and-key-checks.js";
import type { Check } from "./check.js";
import { installationChecks } from "./installation-checks.js";
import { trailChecks } from "./trail-checks.js";

/** Shortcomings of one check that are shown; all are counted. */
const shortcomingsShownMax = 100;

const checks: readonly Check[] = [
  ...trailChecks,
  ...bucketAndKeyChecks,
  ...accessChecks,
  ...alarmChecks,
  ...installationChecks,
];

/** How an account stands against what auditors ask, from its settings as they are now. */
export const getScorecard = (deps: CloudTrailDeps) =>
  extensionRoute(
    operation<Input, Scorecard>({
      name: "GetScorecard",
      readOnly: true,
      event: management,
      access: () => [{ action: "cloudtrail:GetScorecard", resource: "*" }],
      recordedRequest: () => undefined,

      async execute(input, { accountId, region, nowMs }) {
        checkMembers(input, []);
        const { settings, installation } = deps;
        const facts = await readAccountFacts(settings.read, { accountId, region, nowMs, installation });
        const results = checks.map((check) => resultOf(check, facts));
        const count = (status: CheckResult["Status"]) => results.filter((result) => result.Status === status).length;
        return {
          AccountId: accountId,
          Region: region,
          CheckedTime: nowMs / 1000,
          Passed: count("PASSED"),
          Failed: count("FAILED"),
          NotApplicable: count("NOT_APPLICABLE"),
          Checks: results,
        };
      },
    }),
  );

function resultOf(check: Check, facts: AccountFacts): CheckResult {
  const found = check.look(facts);
  const { id, area, title, severity, references, mend } = check;
  return {
    CheckId: id,
    Area: area,
    Title: title,
    Severity: severity,
    References: references,
    Status: found === undefined ? "NOT_APPLICABLE" : found.length === 0 ? "PASSED" : "FAILED",
    ...(found !== undefined &&
      found.length > 0 && {
        ShortcomingCount: found.length,
        Shortcomings: found
          .slice(0, shortcomingsShownMax)
          .map(({ resource, message }) => ({ Resource: resource, Message: message })),
        Mend: mend,
      }),
  };
}
