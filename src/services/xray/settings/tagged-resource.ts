import type { EventResource } from "../../../audit/event.js";
import type { SettingsQueries, SettingsTransaction } from "../../../storage/settings-store.js";
import { readGroups } from "../../../tracing/groups.js";
import { ruleArn } from "../../../tracing/sampling.js";
import { Constraints } from "../../constraints.js";
import type { Call } from "../../operation.js";
import { ServiceError } from "../../service-error.js";
import { invalidRequest } from "../errors.js";
import { readRules } from "../sampling/rule-store.js";

const arnPattern = /^arn:aws[a-z-]*:xray:[a-z0-9-]+:\d{12}:(group|sampling-rule)\/(.+)$/s;

/** @throws ValidationException */
export function checkResourceArn(arn: string): void {
  new Constraints().length("resourceARN", arn, { min: 1, max: 1011 }).check();
}

/**
 * Tags belong to groups and sampling rules; those of other accounts and regions do not exist for the caller.
 *
 * @throws InvalidRequestException for what is not such an ARN, ResourceNotFoundException
 */
export async function requireTaggable(
  queries: SettingsQueries | SettingsTransaction,
  arn: string,
  call: Call,
): Promise<void> {
  const kind = arnPattern.exec(arn)?.[1];
  if (kind === undefined) throw invalidRequest("ResourceARN must be the ARN of a group or of a sampling rule");
  const arns =
    kind === "group"
      ? (await readGroups(queries, call)).map((group) => group.arn)
      : (await readRules(queries, call)).map(({ rule }) => ruleArn(call, rule.RuleName));
  if (!arns.includes(arn))
    throw new ServiceError("ResourceNotFoundException", "There is no group or sampling rule with this ARN", {
      members: { ResourceName: arn },
    });
}

/** The resource a call is about, for its record: known also where the call failed. */
export function taggedResources(arn: string | undefined): readonly EventResource[] {
  const [, kind, name] = arnPattern.exec(arn ?? "") ?? [];
  if (arn === undefined || kind === undefined || name === undefined) return [];
  return kind === "group"
    ? [{ type: "AWS::XRay::Group", name: name.replace(/\/.*$/s, ""), arn }]
    : [{ type: "AWS::XRay::SamplingRule", name, arn }];
}
