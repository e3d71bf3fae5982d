import type { EventResource } from "../../../audit/event.js";
import type { AccessRequest } from "../../../identity/access.js";
import type { Scope } from "../../../storage/scope.js";
import type { SettingsQueries } from "../../../storage/settings-store.js";
import { ruleArn } from "../../../tracing/sampling.js";
import type { Call } from "../../operation.js";
import type { ServiceError } from "../../service-error.js";
import { invalidRequest } from "../errors.js";
import { resourceTagConditions } from "../tag-store.js";

/** How callers name a rule: by one of the two. */
export interface RuleReference {
  readonly RuleName?: string | undefined;
  readonly RuleARN?: string | undefined;
}

/** @returns the name of the rule meant. @throws InvalidRequestException, also for a rule of another account or region. */
export function ruleNameOf({ RuleName, RuleARN }: RuleReference, scope: Scope): string {
  if (RuleName && RuleARN)
    throw invalidRequest("Give either RuleName or RuleARN to name a sampling rule, and not both of them");
  if (RuleName) return RuleName;
  if (!RuleARN) throw invalidRequest("RuleName or RuleARN is required to name a sampling rule");
  const name = RuleARN.slice(RuleARN.indexOf("/") + 1);
  if (RuleARN !== ruleArn(scope, name)) throw ruleNotFound(RuleARN);
  return name;
}

/** A hostile name is not echoed back whole. */
const shownLengthMax = 256;

/** In words that infrastructure tools look for. */
export function ruleNotFound(nameOrArn: string): ServiceError {
  return invalidRequest(`Sampling rule does not exist: ${nameOrArn.slice(0, shownLengthMax)}`);
}

/** What must be allowed to touch a rule, with its tags as condition keys. */
export async function accessToRule(
  queries: SettingsQueries,
  operationName: string,
  reference: RuleReference,
  call: Call,
): Promise<AccessRequest[]> {
  const resource = arnOf(reference, call);
  if (resource === undefined) return [{ action: `xray:${operationName}`, resource: "*" }];
  const conditions = await resourceTagConditions(queries, resource);
  return [{ action: `xray:${operationName}`, resource, conditions }];
}

/** The rule a call is about, for its record: known also where the call failed. */
export function ruleResources(reference: RuleReference | undefined, scope: Scope): readonly EventResource[] {
  const arn = reference === undefined ? undefined : arnOf(reference, scope);
  if (arn === undefined) return [];
  return [{ type: "AWS::XRay::SamplingRule", name: arn.slice(arn.indexOf("/") + 1), arn }];
}

/** The ARN meant, well-formed or not. */
function arnOf({ RuleName, RuleARN }: RuleReference, scope: Scope): string | undefined {
  if (RuleARN) return RuleARN;
  return RuleName ? ruleArn(scope, RuleName) : undefined;
}
