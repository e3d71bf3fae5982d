import { parseArgs } from "node:util";
import type { CheckResult, Scorecard } from "../audit/scorecard.js";
import { askService, consoleOutput, endpointOf, type Output } from "./ask-service.js";

const severities = ["informational", "low", "medium", "high", "critical"];

export const doctorUsage = `dosimeter doctor [--endpoint <url>] [--region <region>] [--fail-on <severity>] [--json]

Checks the account of the caller, whom the AWS SDK finds (environment, profile ...), against what auditors ask, and says how
to mend what falls short. The caller needs cloudtrail:GetScorecard.

  --endpoint  the service (default: AWS_ENDPOINT_URL)
  --region    whose traces are looked at (default: the caller's)
  --fail-on   ${severities.join(", ")} (default: low)
  --json      the answer of GetScorecard as it is

Exit status: 0 nothing of that severity falls short, 1 something does or the service refused, 2 wrongly called.
`;

/** `dosimeter doctor`. @returns the exit status. */
export async function runDoctor(argv: readonly string[], output: Output = consoleOutput): Promise<number> {
  return askService({ usage: doctorUsage, options: parse(argv), output }, async (client, options) => {
    const scorecard = await client.call<Scorecard>("GetScorecard", {});
    if (options.json) output.out(JSON.stringify(scorecard, null, 2));
    else for (const line of report(scorecard)) output.out(line);
    const bad = scorecard.Checks.some(
      ({ Status, Severity }) => Status === "FAILED" && severities.indexOf(Severity) >= options.failOn,
    );
    return bad ? 1 : 0;
  });
}

function parse(argv: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        endpoint: { type: "string" },
        region: { type: "string" },
        "fail-on": { type: "string", default: "low" },
        json: { type: "boolean", default: false },
      },
    });
    const endpoint = endpointOf(values.endpoint, "CLOUDTRAIL");
    const failOn = severities.indexOf(values["fail-on"]);
    if (endpoint === undefined || failOn < 0) return undefined;
    return { endpoint, region: values.region, failOn, json: values.json };
  } catch {
    return undefined;
  }
}

/** What falls short first, the gravest of it before all. */
function* report({ AccountId, Region, CheckedTime, Passed, Failed, NotApplicable, Checks }: Scorecard) {
  yield `Account ${AccountId}, traces of ${Region}, at ${new Date(CheckedTime * 1000).toISOString()}`;
  const graveness = (check: CheckResult) => -severities.indexOf(check.Severity);
  for (const check of Checks.filter(({ Status }) => Status === "FAILED").sort((a, b) => graveness(a) - graveness(b))) {
    yield "";
    yield `NOT SO (${check.Severity}): ${check.Title}  [${check.CheckId}]`;
    for (const { Resource, Message } of check.Shortcomings ?? []) yield `    ${Resource}: ${Message}`;
    const hidden = (check.ShortcomingCount ?? 0) - (check.Shortcomings?.length ?? 0);
    if (hidden > 0) yield `    and ${hidden} more`;
    yield `    mend: ${check.Mend}`;
    if (check.References.length > 0) yield `    asked by: ${check.References.join("; ")}`;
  }
  yield "";
  for (const { Status, Title } of Checks) if (Status === "PASSED") yield `ok: ${Title}`;
  for (const { Status, Title } of Checks) if (Status === "NOT_APPLICABLE") yield `nothing to check: ${Title}`;
  yield "";
  yield `${Passed} passed, ${Failed} failed, ${NotApplicable} not applicable`;
}
