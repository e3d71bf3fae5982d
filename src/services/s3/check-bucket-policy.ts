import { type PolicyDocument, parsePolicy } from "../../identity/policy/document.js";
import { MalformedPolicy } from "../../identity/policy/malformed-policy.js";
import { s3Failure } from "./errors.js";
import { limits } from "./limits.js";
import { bucketArn } from "./s3-access.js";

const malformed = (message: string) => s3Failure("MalformedPolicy", 400, message);

/**
 * A bucket policy speaks only of S3 and of its own bucket.
 *
 * @throws ServiceError MalformedPolicy, PolicyTooLarge
 */
export function checkBucketPolicy(text: string, bucketName: string): void {
  if (Buffer.byteLength(text) > limits.policyBytesMax)
    throw s3Failure("PolicyTooLarge", 400, `Policy exceeds the maximum allowed size of ${limits.policyBytesMax} bytes`);
  const { statements } = parsed(text);
  for (const { actions, resources } of statements) {
    if (!actions.patterns.every((action) => action === "*" || /^s3:/i.test(action)))
      throw malformed("Policy has invalid action");
    const own = bucketArn(bucketName);
    for (const resource of resources?.patterns ?? [])
      if (resource !== own && !resource.startsWith(`${own}/`) && resource !== `${own}*`)
        throw malformed("Policy has invalid resource");
  }
}

function parsed(text: string): PolicyDocument {
  try {
    return parsePolicy(text, "resource");
  } catch (reason) {
    if (!(reason instanceof MalformedPolicy)) throw reason;
    throw malformed(
      reason.message === "This policy contains invalid Json"
        ? "Policies must be valid JSON and the first byte must be '{'"
        : reason.message,
    );
  }
}
