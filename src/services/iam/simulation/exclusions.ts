import type * as Iam from "@aws-sdk/client-iam";
import { compilePattern, patternTokens } from "../../../identity/policy/pattern.js";
import type { PrincipalPolicies } from "../entity-policies.js";
import { invalidInput } from "../iam-errors.js";

const exclusionsMax = 100;

type Left = (policy: { readonly arn?: string; readonly inlineOf?: string; readonly isBoundary: boolean }) => boolean;

/** The policies that remain when those that are named are left out. @throws ServiceError InvalidInput */
export function withoutExcluded(
  policies: PrincipalPolicies,
  exclusions: readonly Iam.PolicyIdentifier[] | undefined,
): PrincipalPolicies {
  if ((exclusions?.length ?? 0) > exclusionsMax)
    throw invalidInput(`PolicyExclusionList can name ${exclusionsMax} policies.`);
  const names = (exclusions ?? []).map(nameOf);
  const isLeft: Left = (policy) => !names.some((named) => named(policy));
  const { identity, boundary } = policies;
  const boundaryArn = boundary?.arn;
  return {
    identity: identity.filter(({ arn, owner, name }) =>
      isLeft({
        isBoundary: false,
        ...(arn !== undefined && { arn }),
        ...(owner && { inlineOf: `${owner.kind}/${owner.name}/${name}` }),
      }),
    ),
    ...(boundary &&
      isLeft({ isBoundary: true, ...(boundaryArn !== undefined && { arn: boundaryArn }) }) && { boundary }),
  };
}

function nameOf({ PolicyType, PolicyArn, InlinePolicyIdentifier }: Iam.PolicyIdentifier): Left {
  if (PolicyType !== undefined) return ofType(PolicyType);
  if (PolicyArn !== undefined) {
    if (!/^arn:aws:iam::(aws|\d{12}):policy\/[^*?]*([^/]*)$/.test(PolicyArn) || stars(PolicyArn) > 1)
      throw invalidInput(`${PolicyArn.slice(0, 256)} does not identify a policy.`);
    const matches = compilePattern(patternTokens(PolicyArn));
    return ({ arn }) => arn !== undefined && matches(arn);
  }
  const { PolicyName, AttachmentType, AttachmentName } = InlinePolicyIdentifier ?? {};
  if (!PolicyName || !AttachmentType || !AttachmentName || stars(AttachmentName) > 1 || /[*?]/.test(PolicyName))
    throw invalidInput("A policy identifier needs PolicyType, PolicyArn or a whole InlinePolicyIdentifier.");
  const matches = compilePattern(patternTokens(`${AttachmentType.toLowerCase()}/${AttachmentName}/${PolicyName}`));
  return ({ inlineOf }) => inlineOf !== undefined && matches(inlineOf);
}

function ofType(type: string): Left {
  switch (type) {
    case "inline":
      return ({ inlineOf }) => inlineOf !== undefined;
    case "aws-managed":
      return ({ arn, isBoundary }) => !isBoundary && (arn?.startsWith("arn:aws:iam::aws:") ?? false);
    case "user-managed":
      return ({ arn, isBoundary }) => !isBoundary && arn !== undefined && !arn.startsWith("arn:aws:iam::aws:");
    case "permission-boundary":
      return ({ isBoundary }) => isBoundary;
    // There is no organization here whose policies could be left out.
    case "scp":
    case "rcp":
      return () => false;
    default:
      throw invalidInput(`${type.slice(0, 64)} is not a type of policy.`);
  }
}

function stars(text: string): number {
  return text.split("*").length - 1;
}
