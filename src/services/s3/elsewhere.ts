import type { Service } from "../operation.js";

/** The S3 API of a process whose buckets are at another endpoint: refused, and told where to go. */
export function s3Elsewhere(service: Service, endpoint: string): Service {
  const reason = `Buckets are at ${endpoint}: send S3 calls there.`;
  const refused = Object.fromEntries(service.operations.map(({ name }) => [name, reason]));
  return { ...service, operations: [], notOffered: { ...service.notOffered, ...refused } };
}
