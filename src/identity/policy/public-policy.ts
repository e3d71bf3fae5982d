import { type PolicyStatement, parsePolicy } from "./document.js";

/**
 * Whether a bucket policy lets in the public: some Allow names every principal and no condition narrows it to fixed
 * values. A policy that cannot be read counts as public.
 * Source: S3 user guide, "Blocking public access", "The meaning of public".
 */
export function isPublicPolicy(document: string): boolean {
  try {
    return parsePolicy(document, "resource").statements.some(isPublicStatement);
  } catch {
    return true;
  }
}

function isPublicStatement({ effect, principal, conditions }: PolicyStatement): boolean {
  if (effect !== "Allow") return false;
  const { element, negated } = principal!;
  const everyone = negated || element === "*" || (element.AWS ?? []).some((one) => one.includes("*"));
  return everyone && !Object.entries(conditions).some(([operator, keys]) => narrows(operator, keys));
}

function narrows(operator: string, keys: Readonly<Record<string, readonly string[]>>): boolean {
  return (
    narrowingOperators.test(operator) &&
    Object.entries(keys).some(
      ([key, values]) =>
        narrowingKeys.has(key.toLowerCase()) &&
        values.every((value) =>
          key.toLowerCase() === "aws:sourceip" ? !wideRange.test(value) : !/[*?]|\$\{/.test(value),
        ),
    )
  );
}

/** Of everyone: `0.0.0.0/0`, and ranges so wide that they mean it. */
const wideRange = /^0\.0\.0\.0(\/|$)|\/[0-7]$|^::/;

const narrowingOperators = /^(String(Equals|Like|EqualsIgnoreCase)|Arn(Equals|Like)|IpAddress)$/;

const narrowingKeys = new Set([
  "aws:principalaccount",
  "aws:principalarn",
  "aws:principalorgid",
  "aws:sourceaccount",
  "aws:sourcearn",
  "aws:sourceip",
  "aws:sourceowner",
  "aws:sourcevpc",
  "aws:sourcevpce",
  "aws:userid",
  "aws:username",
]);
